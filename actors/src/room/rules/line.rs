//! A sender's queue: messages of one member go to the ledger one after the other, in the order sent.

use std::{collections::VecDeque, time::Instant};

use super::candidates::Held;
use crate::{
    messages::room::Number,
    protocol::{JoinOrder, Message, UserId, attributes::Changes, client::Cid},
    settings::RoomLimits,
};

/// Messages of one member that may be queued; a socket keeps far fewer unsettled.
pub(crate) const QUEUED_MAX: usize = 256;

/// A message on its way to the ledger.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) number: Number,
    pub(crate) arrived: Instant,
    /// The receiver; `None`: all others.
    pub(crate) to: Option<UserId>,
    pub(crate) message: Message,
    /// The change of the sender's attributes that it tells, if it does.
    pub(crate) changes: Option<Changes>,
}

/// The message that is under way: the same one until it is settled, whatever comes in meanwhile.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) outgoing: Outgoing,
    /// The receiver's seat; `None`: all others.
    pub(crate) to: Option<JoinOrder>,
    /// Candidates that go with their description.
    pub(crate) released: Vec<Held>,
    /// Since when its outcome is unknown.
    pub(crate) unknown_since: Option<Instant>,
    /// When to ask again; `None`: an answer is on its way.
    pub(crate) retry: Option<Instant>,
}

/// The messages of one member.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) head: Option<Head>,
    pub(crate) queue: VecDeque<Outgoing>,
    /// An outcome stays unknown: nothing newer may be sent, the client repeats after a resume.
    pub(crate) is_stopped: bool,
}

impl Line {
    pub(crate) fn is_idle(&self) -> bool {
        self.head.is_none() && self.queue.is_empty() && !self.is_stopped
    }

    /// When something is to be asked again or given up; `is_held`: while nothing may be asked.
    pub(crate) fn due(&self, limits: &RoomLimits, is_held: bool) -> Option<Instant> {
        let Some(head) = &self.head else {
            return self.queue.front().map(|outgoing| outgoing.arrived + limits.hold_within);
        };
        let retry = head.retry?;
        Some(if is_held { head.deadline(limits) } else { retry })
    }
}

impl Head {
    /// The number that it is asked for under: its own, or the greatest of the candidates that go with it.
    pub(crate) fn number(&self) -> Option<Cid> {
        self.outgoing.number.cid.or_else(|| self.released.iter().filter_map(|held| held.number.cid).max())
    }

    /// When it is given up.
    pub(crate) fn deadline(&self, limits: &RoomLimits) -> Instant {
        match self.unknown_since {
            Some(since) => since + limits.unknown_within,
            None => self.outgoing.arrived + limits.hold_within,
        }
    }
}
