//! The ports for chat history and for notes in rooms' timelines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::reports::{Device, DeviceTrouble, MediaReport};
use crate::protocol::{Code, Data, Guests, JoinOrder, RoomId, UserId, server::ResumeFailure};

/// A chat message that the ledger has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The room.
    pub room: RoomId,
    /// The sender's name at that time.
    pub name: Arc<str>,
    /// The message as the members are told it: `{"id":…,"senderId":…,"content":…,"timestamp":…}`.
    pub data: Data,
}

/// Something in a room that changes nobody's seat: for its timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noted {
    /// Somebody was not let in, for this reason.
    JoinRefused {
        /// Who.
        user: UserId,
        /// Why.
        code: Code,
    },
    /// Somebody has asked for their seat in vain, for this reason.
    ResumeFailed {
        /// Who.
        user: UserId,
        /// Why.
        reason: ResumeFailure,
    },
    /// A member's message was refused, for this reason.
    Refused {
        /// Whose.
        user: UserId,
        /// Why.
        code: Code,
    },
    /// The room was changed: locked, unlocked, handed over. As it is now.
    Changed {
        /// Its host.
        host: UserId,
        /// Whether nobody new may join.
        locked: bool,
        /// Whether people without an account may join.
        guests: Guests,
    },
    /// A session description has passed from one seat to another.
    Described {
        /// The sender's seat.
        from: JoinOrder,
        /// The receiver's.
        to: JoinOrder,
        /// Whether it is an offer; else it is an answer.
        is_offer: bool,
    },
    /// A member's program has reported what became of their media with another member.
    Media {
        /// Who reports.
        user: UserId,
        /// What.
        report: Box<MediaReport>,
    },
    /// A member's program has reported that a device is of no use.
    Device {
        /// Who reports.
        user: UserId,
        /// Which device.
        device: Device,
        /// Why.
        trouble: DeviceTrouble,
    },
}

/// Stores what is said in rooms.
pub trait History: Send + Sync {
    /// The ledger has taken this message, now or before: it may be told more than once, and what was told first under its
    /// id counts. Called on the sender's node, before the sender is acknowledged, in the order in which the ledger took the
    /// messages if its answers are there at once; must not block, and never fails.
    fn said(&self, said: Said);

    /// Something is to be noted of a room; told only with `RoomLimits::notes`. Must not block, and may drop it.
    fn noted(&self, _room: RoomId, _noted: Noted) {}
}

/// Stores nothing.
impl History for () {
    fn said(&self, _: Said) {}
}
