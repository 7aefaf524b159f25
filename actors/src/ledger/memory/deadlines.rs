//! Which room is to be reaped when: an ordered index, so that asking costs nothing when nothing is due. Knows when, not why.

use std::{collections::BTreeSet, time::Instant};

use crate::protocol::RoomId;

/// Each room that is to be reaped, by when.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeSet<(Instant, RoomId)>);

impl Deadlines {
    /// A room's deadline is another one now, or there is none any more.
    pub(super) fn moved(&mut self, room: RoomId, from: Option<Instant>, to: Option<Instant>) {
        if let Some(from) = from {
            self.0.remove(&(from, room));
        }
        if let Some(to) = to {
            self.0.insert((to, room));
        }
    }

    /// The rooms whose deadline is past, the longest due first.
    pub(super) fn past(&self, now: Instant) -> impl Iterator<Item = RoomId> {
        self.0.iter().take_while(move |(deadline, _)| *deadline <= now).map(|(_, room)| *room)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_room_is_due_from_its_deadline_until_it_moves() {
        let (mut index, start) = (Deadlines::default(), Clock::new().now().at);
        let (room, later) = (RoomId::from_letters([0; 10]), start + Duration::from_secs(5));
        index.moved(room, None, Some(later));
        assert_eq!(index.past(start).next(), None);
        assert_eq!(index.past(later).next(), Some(room));
        index.moved(room, Some(later), None);
        assert_eq!(index.past(later).next(), None);
    }
}
