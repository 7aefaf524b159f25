//! What no single client can know: who belongs to which room, and how many have a seat in it at once. Must not know the
//! messages.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use actors::protocol::UserId;

use super::Violation;

/// A room, counted from 0 in this run.
pub(crate) type RoomNumber = u32;

/// All members of this run.
#[derive(Debug)]
pub(crate) struct Roster {
    limit: usize,
    rooms: HashMap<UserId, RoomNumber>,
    seated: Vec<AtomicUsize>,
}

impl Roster {
    /// `limit`: seats of every room.
    pub(crate) fn new(limit: usize, belongings: impl Iterator<Item = (UserId, RoomNumber)>) -> Self {
        let rooms: HashMap<_, _> = belongings.collect();
        let count = rooms.values().max().map_or(0, |last| *last as usize + 1);
        Self { limit, rooms, seated: std::iter::repeat_with(AtomicUsize::default).take(count).collect() }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn room_of(&self, user: UserId) -> Option<RoomNumber> {
        self.rooms.get(&user).copied()
    }

    /// A member has joined. **Invariant:** a leaving member calls [`left`](Self::left) before telling the node; so more
    /// than `limit` here means more than `limit` there.
    pub(crate) fn seated(&self, room: RoomNumber) -> Result<(), Violation> {
        let Some(seated) = self.seated.get(room as usize) else { return Ok(()) };
        let got = seated.fetch_add(1, Ordering::SeqCst) + 1;
        if got > self.limit { Err(Violation::OverFull { got, limit: self.limit }) } else { Ok(()) }
    }

    /// A member is about to leave.
    pub(crate) fn left(&self, room: RoomNumber) {
        if let Some(seated) = self.seated.get(room as usize) {
            seated.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
