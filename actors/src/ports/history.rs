//! Chat history: what is said in rooms, and who stores it.

use std::sync::Arc;

use crate::protocol::{Data, RoomId};

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

/// Stores what is said in rooms.
pub trait History: Send + Sync {
    /// The ledger has taken this message, now or before: it may be told more than once, and what was told first under its
    /// id counts. Called on the sender's node, before the sender is acknowledged, in the order in which the ledger took the
    /// messages if its answers are there at once; must not block, and never fails.
    fn said(&self, said: Said);
}

/// Stores nothing.
impl History for () {
    fn said(&self, _: Said) {}
}
