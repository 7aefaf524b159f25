//! Where the media of a room of mode `auto` belongs by the number of its members: from three on at a media server, at once; with two or
//! fewer between the browsers, but only after a delay, which doubles with each return, so that nobody's picture flickers when somebody
//! reloads. The ledger decides by compare and set, and by the seats taken: a third member who joins at that moment wins.

use std::time::Instant;

use super::{
    Room,
    placing::{Placing, back_after},
    step::{LedgerCall, Step},
};
use crate::{
    ledger::{Place, Placing as Target},
    protocol::{RoomMode, media::MediaReason, server::Mode},
};

/// So many members need a media server.
const SERVER_FROM: u8 = 3;

/// The rule's inputs.
struct Seen {
    members: usize,
    flows: Mode,
    /// The media server was lost, and the way back is another rule's (`placing`).
    is_fallen: bool,
    /// When the room will have been small for long enough.
    small_until: Instant,
}

impl Seen {
    /// Why media is to flow otherwise, if so, and from when on.
    fn fit(&self, now: Instant) -> Option<(MediaReason, Instant)> {
        let are_many = self.members >= SERVER_FROM.into();
        match self.flows {
            Mode::Mesh if are_many && !self.is_fallen => Some((MediaReason::Grown, now)),
            Mode::Sfu if !are_many => Some((MediaReason::Shrunk, self.small_until)),
            Mode::Mesh | Mode::Sfu => None,
        }
    }
}

impl Room {
    /// Whether media is to flow through a media server, if there is one.
    pub(super) fn needs_server(&self) -> bool {
        match self.settings.mode {
            RoomMode::Mesh => false,
            RoomMode::Sfu => true,
            RoomMode::Auto => self.count() >= SERVER_FROM.into(),
        }
    }

    /// Members, and those here of whom others are not told; the ledger counts all of these.
    fn count(&self) -> usize {
        self.members.iter().count() + self.seats.iter().filter(|seat| seat.hidden().is_some()).count()
    }

    /// Lets the media of a room of mode `auto` flow as suits the number of its members; after each event.
    pub(super) fn fit_media(&mut self, step: &mut Step<'_>) {
        if self.settings.mode != RoomMode::Auto || self.seats.is_empty() {
            return;
        }
        let (seen, now) = (self.look(step), step.now);
        if self.is_placing() || self.is_held() {
            return; // there will be an answer
        }
        let Some((reason, at)) = seen.fit(now) else {
            self.work.iter_mut().for_each(|work| work.fit_after = None);
            return;
        };
        let at = self.work.as_ref().and_then(|work| work.fit_after).map_or(at, |after| at.max(after));
        if at > now {
            return self.wake_by(at);
        }
        self.work().fit_after = None;
        if reason == MediaReason::Shrunk {
            self.shrink(step);
        } else {
            self.place_anew((reason, None), step);
        }
    }

    /// The rule's inputs; notes since when the room has been small.
    fn look(&mut self, step: &Step<'_>) -> Seen {
        let (members, flows, every) = (self.count(), self.flows(), step.limits.media_switch_every_min);
        let Some(media) = &mut self.media else {
            return Seen { members, flows, is_fallen: false, small_until: step.now };
        };
        let is_small = members < SERVER_FROM.into();
        media.small_since = media.small_since.filter(|_| is_small).or(is_small.then_some(step.now));
        let small_until = media.small_since.unwrap_or(step.now) + back_after(every, media.falls.saturating_add(1));
        Seen { members, flows, is_fallen: media.is_fallen, small_until }
    }

    fn shrink(&mut self, step: &mut Step<'_>) {
        let (reason, expect) = (MediaReason::Shrunk, self.media_epoch());
        let before = self.media.as_ref().and_then(|media| media.hosting.host.clone());
        self.work().placing = Some(Placing { reason, expect, before, waiting: Vec::new() });
        let to = Target::Mesh { below: SERVER_FROM.into() };
        self.call(LedgerCall::Place(Box::new(Place { expect, to, reason })), step);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn media_flows_as_suits_the_number_of_members() {
        let now = crate::clock::Clock::new().now().at;
        let small_until = now + Duration::from_secs(7);
        let grown = Some((MediaReason::Grown, now));
        let shrunk = Some((MediaReason::Shrunk, small_until));
        for (members, between_browsers, fallen, at_a_server) in [
            (0, None, None, shrunk),
            (1, None, None, shrunk),
            (2, None, None, shrunk),
            (3, grown, None, None),
            (4, grown, None, None),
            (100, grown, None, None),
        ] {
            let seen = |flows, is_fallen| Seen { members, flows, is_fallen, small_until }.fit(now);
            assert_eq!(seen(Mode::Mesh, false), between_browsers, "{members}");
            assert_eq!(seen(Mode::Mesh, true), fallen, "{members}");
            assert_eq!(seen(Mode::Sfu, false), at_a_server, "{members}");
        }
    }
}
