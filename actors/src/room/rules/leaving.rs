//! State that a room leaves behind on a media server. A lost server is told at once to delete the room. A draining one still carries
//! the members' media: it keeps the room until they have moved, for a bounded time.

use std::time::{Duration, Instant};

use super::{
    Room,
    step::{MediaCall, Step},
};
use crate::protocol::{
    SessionId,
    media::{Host, MediaEpoch},
};

/// How long members have to move: as long as their browsers use both ways at most.
const MOVE_WITHIN: Duration = Duration::from_secs(10);

/// A media server that the room has left, and that still carries media.
#[derive(Debug)]
pub(super) struct Leaving {
    at: Host,
    /// The epoch that followed: the room may come back there in a later one.
    epoch: MediaEpoch,
    /// When it is told to forget the room.
    until: Instant,
}

impl Room {
    /// A room that was opened there is not to be there, if it is known where it is.
    pub(super) fn disown(&self, host: &Host, step: &mut Step<'_>) {
        if self.media.as_ref().is_some_and(|media| media.hosting.host.as_ref() != Some(host)) {
            // It may come back there before this has arrived.
            step.ask(MediaCall::DeleteRoom(host.clone(), Some(self.media_epoch())));
        }
    }

    /// The room's media is elsewhere now; the members go there one by one.
    pub(super) fn leave_later(&mut self, at: &Host, step: &mut Step<'_>) {
        let (epoch, until) = (self.media_epoch(), step.now + MOVE_WITHIN);
        let earlier = self.work().leaving.replace(Leaving { at: at.clone(), epoch, until });
        earlier.into_iter().for_each(|earlier| earlier.end(step));
        self.wake_by(until);
    }

    /// Tells a media server that the room has left to forget it, if it is time.
    pub(super) fn continue_leaving(&mut self, step: &mut Step<'_>) {
        let is_over = |leaving: &mut Leaving| leaving.until <= step.now;
        let leaving = self.work.as_mut().and_then(|work| work.leaving.take_if(is_over));
        leaving.into_iter().for_each(|leaving| leaving.end(step));
    }

    /// When the next one is told.
    pub(super) fn leaving_due(&self) -> Option<Instant> {
        self.work.as_ref()?.leaving.as_ref().map(|leaving| leaving.until)
    }

    /// A seat is freed, or the room is closed: nothing of it stays at its media server, nor at one that it is leaving.
    pub(super) fn unhosted(&mut self, host: Host, session: Option<SessionId>, step: &mut Step<'_>) {
        let leaving = self.work.as_mut().and_then(|work| match session {
            Some(_) => work.leaving.as_ref().map(|leaving| leaving.at.clone()),
            None => work.leaving.take().map(|leaving| leaving.at),
        });
        for host in [Some(host), leaving].into_iter().flatten() {
            step.ask(match session {
                Some(peer) => MediaCall::DeletePeer(host, peer),
                None => MediaCall::DeleteRoom(host, None),
            });
        }
    }
}

impl Leaving {
    /// The media server.
    pub(super) const fn at(&self) -> &Host {
        &self.at
    }

    fn end(self, step: &mut Step<'_>) {
        step.ask(MediaCall::DeleteRoom(self.at, Some(self.epoch)));
    }
}
