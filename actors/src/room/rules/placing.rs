//! Where a room's media goes: chosen when the first member asks, moved when its media server is lost or drains, between the
//! browsers while there is none, and back. The ledger decides by compare and set; a node that loses adopts the winner's choice. State
//! that is left behind on a media server is deleted (`leaving`).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Room,
    asking::{answer, refusal},
    step::{LedgerCall, MediaCall, Step, unavailable},
};
use crate::{
    ledger::{Failure, Place, Placed, Placing as Target},
    messages::room::{Asker, MediaServersChange},
    ports::MediaError,
    protocol::{
        Code, RoomMode,
        media::{Host, MediaEpoch, MediaReason},
        server::{Mode, Refusal},
    },
};

/// A room without a media server falls back only so long after it was told so: another one may answer meanwhile.
const FALL_AFTER: Duration = Duration::from_secs(1);
/// The same for one whose media was never placed, after the first member found no media server.
const UNPLACED_FOR: Duration = Duration::from_secs(3);
/// The longest. Media that has stayed so long has not gone back before.
const BACK_AFTER_MAX: Duration = Duration::from_secs(600);

/// A placement that is under way.
#[derive(Debug)]
pub(super) struct Placing {
    pub(super) reason: MediaReason,
    /// The media epoch of before.
    pub(super) expect: MediaEpoch,
    /// The media server of before.
    pub(super) before: Option<Host>,
    /// The members that wait for the router's capabilities.
    pub(super) waiting: Vec<Asker>,
}

impl Room {
    /// A member asks what the router can: the first one has a media server chosen.
    pub(super) fn capabilities(&mut self, asker: Asker, step: &mut Step<'_>) {
        let host = self.media.as_ref().and_then(|media| media.hosting.host.clone());
        if let Some(placing) = self.work.as_mut().and_then(|work| work.placing.as_mut()) {
            return placing.waiting.push(asker); // each session has few open requests
        }
        if let Some(host) = host {
            return step.ask(MediaCall::Capabilities(asker, (host, self.media_epoch())));
        }
        self.place_anew((MediaReason::Placed, None), step);
        if let Some(placing) = &mut self.work().placing {
            placing.waiting.push(asker);
        }
    }

    /// Has a media server chosen, but not this one.
    pub(super) fn place_anew(&mut self, (reason, except): (MediaReason, Option<Arc<str>>), step: &mut Step<'_>) {
        let (epoch, before) = (self.media_epoch(), self.media.as_ref().and_then(|media| media.hosting.host.clone()));
        self.work().placing = Some(Placing { reason, expect: epoch, before, waiting: Vec::new() });
        step.ask(MediaCall::Open { epoch, except });
    }

    /// A media server was chosen, and the room opened there.
    pub(super) fn opened(&mut self, epoch: MediaEpoch, opened: Result<Host, MediaError>, step: &mut Step<'_>) {
        let Some(placing) = self.work.as_ref().and_then(|work| work.placing.as_ref()) else {
            return opened.iter().for_each(|host| self.disown(host, step));
        };
        let reason = placing.reason;
        if epoch != self.media_epoch() {
            opened.iter().for_each(|host| self.disown(host, step)); // somebody else was faster
            return self.end_placing(self.why_nowhere(), step);
        }
        match opened {
            Ok(host) if self.is_held() => {
                self.disown(&host, step);
                self.end_placing(Some(unavailable(Duration::ZERO)), step);
            }
            Ok(host) => {
                let place = Place { expect: epoch, to: Target::Host(host), reason };
                self.call(LedgerCall::Place(Box::new(place)), step);
            }
            Err(why) => {
                let is_full = matches!(why, MediaError::Full { .. });
                self.end_placing(Some(refusal(why)), step);
                self.not_opened((reason, is_full), step);
            }
        }
    }

    /// Why members cannot ask a media server now, if so.
    pub(super) fn why_nowhere(&self) -> Option<Refusal> {
        let hosting = self.media.as_ref().map(|media| &media.hosting);
        match hosting.map(|hosting| (&hosting.host, hosting.mode)) {
            Some((Some(_), _)) => None,
            Some((None, Mode::Mesh)) => {
                let text = "There is no media server now: media flows between the browsers.";
                Some(Refusal::new(Code::WrongMode, text))
            }
            Some((None, Mode::Sfu)) | None => Some(unavailable(Duration::ZERO)),
        }
    }

    /// Whether a placement is under way.
    pub(super) fn is_placing(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.placing.is_some())
    }

    /// No media server takes the room: after a while its media flows between the browsers, if they are few. Servers that are full
    /// are no outage: a room that was never placed waits for a place.
    fn not_opened(&mut self, (reason, is_full): (MediaReason, bool), step: &mut Step<'_>) {
        let now = step.now;
        match reason {
            MediaReason::MediaLost => {
                let since = self.work.as_ref().and_then(|work| work.lost_since);
                if since.is_some_and(|since| now >= since + FALL_AFTER) {
                    self.fall_back(step);
                }
            }
            MediaReason::Placed if is_full => self.work().lost_since = None,
            MediaReason::Placed => {
                let over_at = *self.work().lost_since.get_or_insert(now) + UNPLACED_FOR;
                if now < over_at {
                    return self.wake_by(over_at);
                }
                self.work().lost_since = None; // whoever asks then begins anew
                self.fall_back(step);
            }
            MediaReason::MediaMoved
            | MediaReason::MediaUnavailable
            | MediaReason::Recovered
            | MediaReason::Grown
            | MediaReason::Shrunk => {}
        }
    }

    fn fall_back(&mut self, step: &mut Step<'_>) {
        let (below, expect) = (step.limits.media_fallback_below, self.media_epoch());
        let are_few = self.members.iter().count() < below as usize;
        if are_few && !self.is_held() {
            let to = Target::Mesh { below };
            let place = Place { expect, to, reason: MediaReason::MediaUnavailable };
            self.call(LedgerCall::Place(Box::new(place)), step);
        }
    }

    /// When a room that was never placed, and found no media server, looks for the last time before it falls back.
    pub(super) fn unplaced_due(&self) -> Option<Instant> {
        let work = self.work.as_ref().filter(|work| work.placing.is_none() && self.media.is_none())?;
        Some(work.lost_since? + UNPLACED_FOR)
    }

    /// Looks for a media server once more: those who have asked may not have asked again.
    pub(super) fn continue_unplaced(&mut self, step: &mut Step<'_>) {
        if self.unplaced_due().is_none_or(|at| at > step.now) {
            return;
        }
        if self.seats.is_empty() || self.is_held() {
            self.work().lost_since = None;
        } else {
            self.place_anew((MediaReason::Placed, None), step);
        }
    }

    /// The ledger has decided.
    pub(super) fn placed(&mut self, host: Option<&Host>, answer: Result<Box<Placed>, Failure>, step: &mut Step<'_>) {
        let placed = match answer {
            Ok(placed) => *placed,
            Err(failure) => return self.not_placed(failure, step),
        };
        let Placed { hosting, is_won, pushes } = placed;
        self.pushes(pushes, step);
        let placing = self.work.as_ref().and_then(|work| work.placing.as_ref());
        let reason = placing.map(|placing| placing.reason);
        let before = placing.and_then(|placing| placing.before.clone());
        let why = match (hosting.mode, reason) {
            (Mode::Mesh, Some(MediaReason::Shrunk)) => MediaReason::Shrunk,
            (Mode::Mesh, _) => MediaReason::MediaUnavailable,
            (Mode::Sfu, reason) => reason.unwrap_or(MediaReason::MediaMoved),
        };
        self.learn_hosting(hosting.clone(), is_won.then_some(why), step);
        if let Some(host) = host {
            self.disown(host, step);
        }
        match before.as_ref().filter(|_| is_won) {
            Some(before) if matches!(reason, Some(MediaReason::MediaMoved | MediaReason::Shrunk)) => {
                self.leave_later(before, step);
            }
            Some(before) => self.disown(before, step),
            None => {}
        }
        // Others hear it.
        let is_kept =
            !is_won && hosting.host.is_some() && before == hosting.host && reason != Some(MediaReason::Shrunk);
        let why = if is_kept { Some(refusal(MediaError::OtherInstance)) } else { self.why_nowhere() };
        self.end_placing(why, step);
    }

    fn not_placed(&mut self, failure: Failure, step: &mut Step<'_>) {
        let (wait, epoch) = match failure {
            Failure::NotApplied { wait } | Failure::Unknown { wait } => (wait, 0),
            Failure::Epoch(epoch) => (Duration::ZERO, epoch),
        };
        self.end_placing(Some(unavailable(wait)), step);
        self.learn_epoch(epoch, step);
    }

    /// Waiting requests go to the room's media server now, or are answered with the reason why not.
    fn end_placing(&mut self, why_not: Option<Refusal>, step: &mut Step<'_>) {
        let placing = self.work.as_mut().and_then(|work| work.placing.take());
        self.is_slack = true;
        if let Some(Placing { reason: MediaReason::Grown | MediaReason::Shrunk, expect, .. }) = placing
            && expect == self.media_epoch()
        {
            self.work().fit_after = Some(step.now + step.limits.media_recover_after);
        }
        for asker in placing.into_iter().flat_map(|placing| placing.waiting) {
            match &why_not {
                None => self.capabilities(asker, step),
                Some(refusal) => answer(asker, Err(refusal.clone()), step),
            }
        }
    }

    /// The room's media server does not have it any more, or does not answer.
    pub(super) fn host_lost(&mut self, host: &Host, step: &mut Step<'_>) {
        let is_there = self.media.as_ref().is_some_and(|media| media.hosting.host.as_ref() == Some(host));
        if is_there && !self.is_placing() && !self.seats.is_empty() && !self.is_held() {
            self.place_anew((MediaReason::MediaLost, None), step);
        }
    }

    /// This node's view of media servers has changed.
    pub(super) fn media_servers(&mut self, change: &MediaServersChange, step: &mut Step<'_>) {
        if let MediaServersChange::Found(at) = change {
            return self.found_at(at, step);
        }
        if self.is_placing() || self.seats.is_empty() || self.is_held() {
            return;
        }
        let Some(media) = &self.media else { return };
        let is_there = |host: &Host| media.hosting.host.as_ref() == Some(host);
        match change {
            MediaServersChange::Lost(host) if is_there(host) => {
                let now = step.now;
                self.work().lost_since.get_or_insert(now);
                // Another run of the same process may be there already.
                self.place_anew((MediaReason::MediaLost, None), step);
            }
            MediaServersChange::Draining(host) if is_there(host) => {
                self.place_anew((MediaReason::MediaMoved, Some(Arc::clone(&host.server))), step);
            }
            MediaServersChange::Back
                if media.hosting.mode == Mode::Mesh
                    && (media.is_fallen || self.settings.mode == RoomMode::Sfu)
                    && self.needs_server()
                    && step.now >= media.changed_at + back_after(step.limits.media_switch_every_min, media.falls) =>
            {
                self.place_anew((MediaReason::Recovered, None), step);
            }
            MediaServersChange::Lost(_)
            | MediaServersChange::Draining(_)
            | MediaServersChange::Back
            | MediaServersChange::Found(_) => {}
        }
    }
}

/// How long media flows as it does at least, after so many falls; `least` after the first.
pub(super) fn back_after(least: Duration, falls: u8) -> Duration {
    let doubled = 2_u32.saturating_pow(falls.saturating_sub(1).into());
    least.saturating_mul(doubled).min(least.max(BACK_AFTER_MAX))
}

/// How often media has gone back to the browsers, after a change at `now` of what has changed before and had fallen so often then.
pub(super) fn falls(before: Option<(Instant, u8)>, mode: Mode, now: Instant) -> u8 {
    let Some((changed_at, falls)) = before else { return u8::from(mode == Mode::Mesh) };
    let is_long_ago = now.saturating_duration_since(changed_at) >= BACK_AFTER_MAX;
    let falls = if is_long_ago && mode == Mode::Mesh { 0 } else { falls };
    falls.saturating_add(u8::from(mode == Mode::Mesh))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_takes_longer_with_each_fall() {
        let seconds: Vec<u64> =
            [1, 2, 3, 5, 6, 60, 255].map(|falls| back_after(Duration::from_secs(30), falls).as_secs()).to_vec();
        assert_eq!(seconds, [30, 60, 120, 480, 600, 600, 600]);
    }

    #[test]
    fn falls_are_forgotten_once_media_has_stayed_long() {
        let start = crate::clock::Clock::new().now().at;
        let later = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(falls(None, Mode::Mesh, start), 1);
        assert_eq!(falls(None, Mode::Sfu, start), 0);
        assert_eq!(falls(Some((start, 1)), Mode::Sfu, later(40)), 1);
        assert_eq!(falls(Some((start, 1)), Mode::Mesh, later(40)), 2);
        assert_eq!(falls(Some((start, 4)), Mode::Mesh, later(600)), 1);
    }
}
