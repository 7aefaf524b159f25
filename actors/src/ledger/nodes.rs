//! Operations on nodes: leases, reaping, notices, subscriptions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Push;
use crate::{
    ports::Revocation,
    protocol::{Epoch, NodeId, RoomId, SeatId, UserId, media::Host},
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

/// Seats that a reaping has freed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Seats that were freed as `lost`.
    pub freed: Vec<SeatId>,
    /// Pushes for seats on the asking node.
    pub pushes: Vec<Push>,
}

/// Notices between nodes, through the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The user's client, if it is in the first room, is to leave it and told to join the second.
    Move {
        /// The user.
        user: UserId,
        /// The room that they leave.
        from: RoomId,
        /// The room that they join.
        to: RoomId,
    },
    /// These tokens are revoked: refuse them, and close their sockets with 4401.
    Revoked(Revocation),
    /// The room's settings have changed: look them up again.
    SettingsChanged(RoomId),
    /// The room was closed.
    RoomClosed(ClosedRoom),
    /// A node does not hear this run of a media server any more: those that do tell the ledger so, or its rooms leave it.
    MediaServerLost(Host),
}

/// Which room was closed, and when in its life: a notice may be late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AnyClosedRoom")]
pub struct ClosedRoom {
    /// The room.
    pub room: RoomId,
    /// The revision of the settings that say so ([`REMOVED`](crate::ports::REMOVED): it is gone). A room whose settings are newer
    /// was opened again since.
    pub revision: u64,
}

/// As versions before wrote it, too: without a revision, which closes nothing that is open by any settings.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyClosedRoom {
    Revised { room: RoomId, revision: u64 },
    Unrevised(RoomId),
}

impl From<AnyClosedRoom> for ClosedRoom {
    fn from(closed: AnyClosedRoom) -> Self {
        match closed {
            AnyClosedRoom::Revised { room, revision } => Self { room, revision },
            AnyClosedRoom::Unrevised(room) => Self { room, revision: 0 },
        }
    }
}

/// Whom a notice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// One node.
    Node(NodeId),
    /// Every node, the asking one included.
    All,
}

/// An event of a subscription.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_of_a_closed_room_is_read_as_any_version_writes_it() {
        let room = RoomId::from_letters([3; 10]);
        for (text, revision) in [
            (
                format!(r#"{{"room_closed":{{"room":"{room}","revision":18446744073709551615}}}}"#),
                crate::ports::REMOVED,
            ),
            (format!(r#"{{"room_closed":"{room}"}}"#), 0),
        ] {
            let read: Notice = serde_json::from_str(&text).expect("a notice");
            assert_eq!(read, Notice::RoomClosed(ClosedRoom { room, revision }));
        }
        let written = serde_json::to_string(&Notice::RoomClosed(ClosedRoom { room, revision: 7 })).expect("text");
        assert_eq!(written, format!(r#"{{"room_closed":{{"room":"{room}","revision":7}}}}"#));
    }
}
