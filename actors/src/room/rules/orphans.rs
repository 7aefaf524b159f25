//! Orphaned state on media servers: peers without a seat, and a room whose media has moved away. Deletions are lost with their
//! node, or with a server that is down for too long.
//!
//! Only the node of a room's first member looks. A peer is deleted if it had no seat at two looks: in between, nodes have claimed
//! their seats again in a ledger that was empty.

use std::time::{Duration, Instant};

use super::{
    Room,
    step::{MediaCall, Step},
};
use crate::{
    ports::MediaError,
    protocol::{SessionId, media::Host},
};

/// How long after a look a second one confirms it: longer than an epoch of the ledger takes to settle.
pub(super) const CONFIRM_AFTER: Duration = Duration::from_secs(10);

/// Peers that had no seat at the last look.
#[derive(Debug)]
pub(super) struct Suspects {
    at: Host,
    sessions: Vec<SessionId>,
    /// When to look again; `None`: it is being looked.
    look_at: Option<Instant>,
}

impl Room {
    /// A media server was found to have the room.
    pub(super) fn found_at(&mut self, at: &Host, step: &mut Step<'_>) {
        if self.cannot_compare() {
            return;
        }
        let is_there = self.media.as_ref().map(|media| media.hosting.host.as_ref() == Some(at));
        let first = self.members.iter().map(|place| place.order).min();
        let is_first = first.is_some_and(|order| self.find(order).is_some());
        match is_there {
            Some(true) if is_first && !self.has_suspects() => step.ask(MediaCall::Peers(at.clone())),
            Some(false) => step.ask(MediaCall::DeleteOrphan(at.clone(), self.media_epoch(), None)),
            Some(true) | None => {}
        }
    }

    /// Whether what this room knows is not to be relied on just now.
    fn cannot_compare(&self) -> bool {
        let is_rebuilding = self.work.as_ref().is_some_and(|work| work.rebuild.is_some());
        self.seats.is_empty() || self.is_held() || is_rebuilding || self.is_placing()
    }

    fn has_suspects(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.suspects.is_some())
    }

    /// These have no seat, or that could not be found out.
    pub(super) fn compared_peers(&mut self, at: Host, found: Result<Vec<SessionId>, MediaError>, step: &mut Step<'_>) {
        let before = self.work.as_mut().and_then(|work| work.suspects.take());
        self.is_slack = true;
        let is_there = self.media.as_ref().is_some_and(|media| media.hosting.host.as_ref() == Some(&at));
        let Ok(mut found) = found else { return };
        if !is_there || self.cannot_compare() {
            return; // the next minute shows it
        }
        found.retain(|session| self.seats.iter().all(|seat| seat.session != *session));
        let before = before.filter(|before| before.at == at).map_or_else(Vec::new, |before| before.sessions);
        let (confirmed, new): (Vec<_>, Vec<_>) = found.into_iter().partition(|session| before.contains(session));
        for session in confirmed {
            step.ask(MediaCall::DeleteOrphan(at.clone(), self.media_epoch(), Some(session)));
        }
        if !new.is_empty() {
            let look_at = step.now + CONFIRM_AFTER;
            self.work().suspects = Some(Suspects { at, sessions: new, look_at: Some(look_at) });
            self.wake_by(look_at);
        }
    }

    /// When suspects are to be looked at again.
    pub(super) fn suspects_due(&self) -> Option<Instant> {
        self.work.as_ref()?.suspects.as_ref()?.look_at
    }

    /// Looks at suspects again, if it is time.
    pub(super) fn continue_suspects(&mut self, step: &mut Step<'_>) {
        let suspects = self.work.as_mut().and_then(|work| work.suspects.as_mut());
        if let Some(suspects) = suspects.filter(|suspects| suspects.look_at.is_some_and(|at| at <= step.now)) {
            suspects.look_at = None;
            step.ask(MediaCall::Peers(suspects.at.clone()));
        }
    }
}
