//! Messages that wait in memory, oldest first, bounded by number and bytes. Knows no database.

use std::collections::{BTreeMap, VecDeque};

use actors::{ports::Said, protocol::RoomId};

/// The size of a message besides its text.
const OVERHEAD: usize = 64;

/// See the module.
pub(super) struct Queue {
    said: VecDeque<Said>,
    bytes: usize,
    /// The number of the first message in it; they are numbered as they come.
    first: u64,
    max: usize,
    bytes_max: usize,
    /// How many of a room were dropped since the last gap of it was noted.
    dropped: BTreeMap<RoomId, u64>,
}

/// Rooms with a gap that is not noted yet, at most.
const GAPS_MAX: usize = 10_000;

fn bytes_of(said: &Said) -> usize {
    said.data.len() + said.name.len() + OVERHEAD
}

impl Queue {
    pub(super) const fn new(max: usize, bytes_max: usize) -> Self {
        Self { said: VecDeque::new(), bytes: 0, first: 1, max, bytes_max, dropped: BTreeMap::new() }
    }

    /// Adds one; returns how many of the oldest were dropped for it.
    pub(super) fn push(&mut self, said: Said) -> u64 {
        self.bytes += bytes_of(&said);
        self.said.push_back(said);
        let mut dropped = 0;
        while self.said.len() > self.max || self.bytes > self.bytes_max {
            if let Some(room) = self.drop_first()
                && (self.dropped.len() < GAPS_MAX || self.dropped.contains_key(&room))
            {
                *self.dropped.entry(room).or_default() += 1;
            }
            dropped += 1;
        }
        dropped
    }

    /// The number of the newest one that came.
    pub(super) fn newest(&self) -> u64 {
        self.first + self.said.len() as u64 - 1
    }

    /// At most so many of the oldest up to number `last`, and the number of the last of these.
    pub(super) fn oldest(&self, max: usize, last: u64) -> (Vec<Said>, u64) {
        let up_to_last = usize::try_from((last + 1).saturating_sub(self.first)).unwrap_or(usize::MAX);
        let batch: Vec<_> = self.said.iter().take(max.min(up_to_last)).cloned().collect();
        let through = self.first + batch.len() as u64 - 1;
        (batch, through)
    }

    /// Those up to this number are stored.
    pub(super) fn remove(&mut self, through: u64) {
        while self.first <= through && !self.said.is_empty() {
            self.drop_first();
        }
    }

    /// How many of this room were dropped, before all that wait.
    pub(super) fn dropped(&self, room: RoomId) -> u64 {
        self.dropped.get(&room).copied().unwrap_or(0)
    }

    /// So many of them are noted.
    pub(super) fn noted(&mut self, room: RoomId, count: u64) {
        if self.dropped(room) <= count {
            self.dropped.remove(&room);
        }
    }

    fn drop_first(&mut self) -> Option<RoomId> {
        let oldest = self.said.pop_front()?;
        self.bytes -= bytes_of(&oldest);
        self.first += 1;
        Some(oldest.room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(number: u64) -> Said {
        Said { room: RoomId::from_letters([0; 10]), name: "".into(), data: format!("{number:06}").into() }
    }

    fn numbers(batch: &[Said]) -> Vec<u64> {
        batch.iter().map(|said| said.data.to_string().parse().expect("a number")).collect()
    }

    #[test]
    fn what_came_first_is_stored_first_and_then_removed() {
        let mut queue = Queue::new(100, 100_000);
        assert_eq!((queue.newest(), queue.oldest(9, 0).0.len()), (0, 0));
        (1..=5).for_each(|number| assert_eq!(queue.push(said(number)), 0));
        let (batch, through) = queue.oldest(3, queue.newest());
        assert_eq!((numbers(&batch), through), (vec![1, 2, 3], 3));
        queue.push(said(6)); // meanwhile
        queue.remove(through);
        let (batch, through) = queue.oldest(9, 5);
        assert_eq!((numbers(&batch), through), (vec![4, 5], 5));
        queue.remove(through);
        assert_eq!(numbers(&queue.oldest(9, queue.newest()).0), [6]);
        queue.remove(6);
        assert_eq!((queue.said.len(), queue.bytes, queue.newest()), (0, 0, 6));
    }

    #[test]
    fn beyond_its_bounds_the_oldest_are_dropped_and_what_was_read_before_removes_no_other() {
        let mut queue = Queue::new(3, 100_000);
        assert_eq!((1..=3).map(|number| queue.push(said(number))).sum::<u64>(), 0);
        let (batch, through) = queue.oldest(2, queue.newest());
        assert_eq!((numbers(&batch), queue.push(said(4)), queue.push(said(5))), (vec![1, 2], 1, 1));
        queue.remove(through);
        assert_eq!(numbers(&queue.oldest(9, queue.newest()).0), [3, 4, 5]);

        let mut queue = Queue::new(100, 3 * bytes_of(&said(1)));
        let dropped: u64 = (1..=5).map(|number| queue.push(said(number))).sum();
        assert_eq!((dropped, numbers(&queue.oldest(9, queue.newest()).0)), (2, vec![3, 4, 5]));
        let room = said(1).room;
        assert_eq!(queue.dropped(room), 2);
        queue.push(said(6));
        queue.noted(room, 2);
        assert_eq!(queue.dropped(room), 3, "one more since");
        queue.noted(room, 3);
        assert_eq!(queue.dropped(room), 0);
    }
}
