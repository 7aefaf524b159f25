//! What concerns nodes: leases, reaping, notices, subscriptions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Push;
use crate::{
    ports::Revocation,
    protocol::{Epoch, NodeId, RoomId, SeatId, UserId},
};

/// A node's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It was kept without a break.
    Kept,
    /// It had run out: other nodes may have freed this node's seats. Audit them all.
    Lapsed,
    /// The ledger has begun this epoch since the last renewal: claim all seats.
    Rebuilt(Epoch),
}

/// A page of what waits to be reaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Rooms with a seat past its window, or connected to a dead node.
    pub rooms: Vec<RoomId>,
    /// Nodes whose lease has run out and that still hold seats.
    pub dead: Vec<NodeId>,
    /// Whether there is more than fits the page.
    pub more: bool,
}

/// What a reaping has freed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Seats that were freed as `lost`.
    pub freed: Vec<SeatId>,
    /// What the asking node has to deliver.
    pub pushes: Vec<Push>,
}

/// What nodes tell each other through the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The user's sockets are to be closed with 4403.
    Kick(UserId),
    /// These tokens are revoked: refuse them, and close their sockets with 4401.
    Revoked(Revocation),
    /// The room's settings have changed: look them up again.
    SettingsChanged(RoomId),
    /// The room was closed.
    RoomClosed(RoomId),
}

/// Whom a notice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// One node.
    Node(NodeId),
    /// Every node, the asking one included.
    All,
}

/// What a subscription brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another node's operation concerns a seat here.
    Push(Push),
    /// Another node has something to tell.
    Notice(Notice),
    /// Pushes arrive from now on; what was pushed before may be missing: audit every seat.
    Subscribed,
    /// Pushes may be lost from now on, until [`Event::Subscribed`].
    Interrupted,
    /// The ledger is in this epoch: claim every seat.
    Epoch(Epoch),
}

/// Where a node's events go. Must not block; answers `false` when it is full, and the event is lost.
pub type Subscriber = Arc<dyn Fn(Event) -> bool + core::marker::Send + Sync>;
