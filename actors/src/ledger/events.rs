//! Events of rooms: one log per room, which the ledger itself writes in the step that causes the event. For webhooks and timelines.
//!
//! A room *lives* from its first member to its last. The events of one life are numbered 1, 2, 3 … without gaps; of two lives of a
//! room the later one has the greater name. A log keeps its newest [`LedgerLimits::events_max`](crate::settings::LedgerLimits) events
//! for [`KEPT_FOR`] after the newest one; gaps in the numbers show dropped events, and a life goes on when all of its events are dropped.
//! Where that limit is 0, nothing is written, at no cost.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::{
    ports::Noted,
    protocol::{JoinOrder, LeaveReason, NodeId, RoomId, UserId},
};

/// How long a room's log is kept after its newest event.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Notes of one room that are kept, besides its events.
pub const NOTES_MAX: usize = 128;

/// Something that changed nobody's seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomNote {
    /// When, by the clock of the node that noted it, in milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub noted: Noted,
}

/// Something that happened in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomEvent {
    /// The life of the room: the join order of its first member. After the ledger has lost something a new life begins, named by
    /// the ledger's clock in milliseconds.
    pub life: u64,
    /// Its number in that life, from 1.
    pub number: u64,
    /// When, by the ledger's clock, in milliseconds since 1970.
    pub at_ms: u64,
    /// What happened.
    pub happened: Happened,
}

/// What can happen in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    /// A life begins. `recovered`: not with a first member, but because the ledger has lost something, or has only now begun to keep
    /// events: the present members are reported as resumed.
    Started {
        /// See there.
        recovered: bool,
    },
    /// Somebody has taken a seat.
    Joined {
        /// Who.
        user: UserId,
        /// Their seat.
        order: JoinOrder,
        /// The node of their socket.
        node: NodeId,
        /// The name that others see.
        name: Arc<str>,
    },
    /// A seat was freed.
    Left {
        /// Whose.
        user: UserId,
        /// The seat.
        order: JoinOrder,
        /// Why.
        reason: LeaveReason,
    },
    /// A socket, or its node, was lost; the seat is kept for a while.
    Disconnected {
        /// Whose.
        user: UserId,
        /// The seat.
        order: JoinOrder,
        /// The node that held the socket.
        node: NodeId,
    },
    /// A seat is connected again, on the same node or on another one.
    Resumed {
        /// Whose.
        user: UserId,
        /// The seat.
        order: JoinOrder,
        /// The node of the socket now.
        node: NodeId,
    },
    /// The last seat was freed: the life ends.
    Ended,
}

/// The logs of all rooms. A caller that stores events elsewhere reads the new ones, and then acknowledges them; until then they stay
/// new. So several may do it, and may fail half way: nothing is lost, and room, life and number identify each event.
pub trait EventLog: Send + Sync {
    /// Rooms with events that nobody has stored yet, at most so many.
    fn rooms_with_news(&self, max: usize) -> Answer<Vec<RoomId>>;
    /// The oldest of a room's events that nobody has stored yet, at most so many.
    fn news(&self, room: RoomId, max: usize) -> Answer<Vec<RoomEvent>>;
    /// The room's events up to this one are stored. Of one that is no longer kept: nothing.
    fn stored(&self, room: RoomId, life: u64, number: u64) -> Answer<()>;
    /// All events of a room that are kept, the oldest first.
    fn timeline(&self, room: RoomId) -> Answer<Vec<RoomEvent>>;
    /// Adds notes to those of a room, also before anything has happened there; the newest [`NOTES_MAX`] are kept, for [`KEPT_FOR`] after
    /// the newest one.
    fn note(&self, room: RoomId, notes: Vec<RoomNote>) -> Answer<()>;
    /// All notes of a room that are kept, in the order in which they were added.
    fn notes(&self, room: RoomId) -> Answer<Vec<RoomNote>>;
}
