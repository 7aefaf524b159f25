//! Which rooms buffer most: when memory runs short, the inboxes of the heaviest room are dropped first ("longest queue
//! drop"). Clients that fill the memory of a node lose the messages that filled it, in however many rooms they are, and a
//! room that buffers little loses nothing. Knows sizes, not why.

use std::collections::BTreeSet;

use crate::protocol::RoomId;

/// Rooms are weighed in steps of so many bytes, so that a room of usual size is never in the index, and a message seldom
/// moves one: a call's inboxes hold a few KiB.
const STEP: usize = 64 * 1024;

/// Rooms that buffer one step or more, by how many steps.
#[derive(Debug, Default)]
pub(super) struct Heavy(BTreeSet<(usize, RoomId)>);

impl Heavy {
    /// Whether the index is to be told of this change.
    pub(super) const fn concerns(from: usize, to: usize) -> bool {
        from / STEP != to / STEP
    }

    /// A room buffers this many bytes now.
    pub(super) fn moved(&mut self, room: RoomId, from: usize, to: usize) {
        self.0.remove(&(from / STEP, room));
        if to >= STEP {
            self.0.insert((to / STEP, room));
        }
    }

    /// The room that buffers most.
    pub(super) fn heaviest(&self) -> Option<RoomId> {
        self.0.last().map(|(_, room)| *room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_room_is_the_one_that_buffers_most_and_small_ones_are_not_weighed() {
        let (small, large, larger) = (1, 2, 3);
        let room = |n: u8| RoomId::from_letters([n; 10]);
        let mut heavy = Heavy::default();
        for (n, bytes) in [(small, STEP - 1), (large, 2 * STEP), (larger, 3 * STEP)] {
            heavy.moved(room(n), 0, bytes);
        }
        assert_eq!(heavy.heaviest(), Some(room(larger)));
        heavy.moved(room(larger), 3 * STEP, STEP);
        assert_eq!(heavy.heaviest(), Some(room(large)));
        heavy.moved(room(large), 2 * STEP, 0);
        heavy.moved(room(larger), STEP, 0);
        assert_eq!(heavy.heaviest(), None);
        assert!(Heavy::concerns(STEP - 1, STEP) && !Heavy::concerns(STEP, STEP + 1));
    }
}
