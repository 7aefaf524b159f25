//! Rooms that were closed a moment ago, and by which settings: a join that was checked before is refused, one by newer settings is not.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use super::lock;
use crate::protocol::RoomId;

/// How long it is remembered once the ledger knows it: longer than any request takes from its check to its cell.
const REMEMBERED_FOR: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Default)]
pub(super) struct ClosedRooms(Mutex<BTreeMap<RoomId, Closed>>);

struct Closed {
    /// The newest settings that say so.
    revision: u64,
    /// Until when that is remembered; `None`: the ledger does not know it yet.
    until: Option<Instant>,
}

impl ClosedRooms {
    /// A room was closed at this revision, and the ledger knows it. Forgets old ones.
    pub(super) fn note(&self, room: RoomId, revision: u64, now: Instant) {
        let mut closed = lock(&self.0);
        closed.retain(|_, closed| closed.until.is_none_or(|until| until > now));
        let until = Some(now + REMEMBERED_FOR);
        let known = closed.entry(room).or_insert(Closed { revision, until });
        if revision >= known.revision {
            *known = Closed { revision, until };
        }
    }

    /// A room is being closed at this revision: remembered until it is [noted](Self::note).
    pub(super) fn note_closing(&self, room: RoomId, revision: u64) {
        let mut closed = lock(&self.0);
        let known = closed.entry(room).or_insert(Closed { revision, until: None });
        if revision >= known.revision {
            *known = Closed { revision, until: None };
        }
    }

    /// The room is open by settings of this revision.
    pub(super) fn opened(&self, room: RoomId, revision: u64) {
        let mut closed = lock(&self.0);
        if closed.get(&room).is_some_and(|closed| closed.revision < revision) {
            closed.remove(&room);
        }
    }

    /// Whether a room that is open by settings of this revision was closed by these or newer ones.
    pub(super) fn is_closed(&self, room: RoomId, revision: u64, now: Instant) -> bool {
        let is_valid = |closed: &&Closed| closed.until.is_none_or(|until| until > now);
        lock(&self.0).get(&room).filter(is_valid).is_some_and(|closed| closed.revision >= revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_closed_for_settings_that_are_not_newer_until_that_is_forgotten() {
        let (closed, room, start) = (ClosedRooms::default(), RoomId::from_letters([1; 10]), Instant::now());
        assert!(!closed.is_closed(room, 1, start));
        closed.note_closing(room, 2);
        let later = start + REMEMBERED_FOR;
        assert!(closed.is_closed(room, 1, later) && closed.is_closed(room, 2, later), "however long it takes");
        assert!(!closed.is_closed(room, 3, later), "it was opened again");
        closed.note(room, 2, start);
        assert!(closed.is_closed(room, 2, later - Duration::from_millis(1)) && !closed.is_closed(room, 2, later));
    }

    #[test]
    fn no_order_of_notices_closes_what_was_opened_later() {
        let (closed, room, now) = (ClosedRooms::default(), RoomId::from_letters([1; 10]), Instant::now());
        closed.opened(room, 3);
        closed.note(room, 2, now);
        assert!(!closed.is_closed(room, 3, now), "the closing is told late");
        closed.note(room, 4, now);
        closed.opened(room, 3);
        closed.note(room, 2, now);
        assert!(closed.is_closed(room, 3, now), "both older ones are told late");
        closed.opened(room, 5);
        assert!(!closed.is_closed(room, 5, now));
    }
}
