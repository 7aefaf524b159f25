//! One timer for all cells of a node: a hashed wheel (Varghese and Lauck, 1987), turned by the node's clock.
//!
//! Pure. An entry costs its key and 8 bytes; a timer that is no longer needed fires once, spuriously.

use std::{
    mem::replace,
    time::{Duration, Instant},
};

/// Duration of one slot; ticks are up to two of it late. Short, so that few are due together: hundreds of pings and acks at
/// once would delay the next signals of all clients.
pub(crate) const SLOT: Duration = Duration::from_millis(10);
/// Slots of the wheel: 20 s. A later deadline is passed over once per rotation.
const SLOTS: usize = 2_048;
/// The latest deadline, in slots: 248 days.
const TURNS_MAX: u64 = i32::MAX as u64;
/// Entries up to which the pool is not shrunk: some 32 KiB.
const POOL_KEPT: usize = 1_024;
/// The end of a list of entries.
const NONE: u32 = u32::MAX;

/// Keys by the time of their next tick.
pub(crate) struct Timers<K> {
    /// The entries of all slots, and free ones. A buffer for each slot would have as much spare capacity as content.
    pool: Vec<Entry<K>>,
    /// The first free entry.
    free: u32,
    scheduled: usize,
    /// Each slot's first entry.
    slots: Vec<u32>,
    /// The first slot that is not processed yet, counted from `start`.
    next: u64,
    start: Instant,
}

struct Entry<K> {
    key: K,
    /// The lower half of its slot's number, counted from `start`.
    turn: u32,
    /// The next entry of its list.
    next: u32,
}

impl<K: Clone> Timers<K> {
    pub(crate) fn new(now: Instant) -> Self {
        Self { pool: Vec::new(), free: NONE, scheduled: 0, slots: vec![NONE; SLOTS], next: 0, start: now }
    }

    /// Schedules a tick for `key` at that time, or up to two slots later.
    pub(crate) fn schedule(&mut self, key: K, at: Instant) {
        let millis = at.saturating_duration_since(self.start).as_millis();
        let turn = u64::try_from(millis.div_ceil(SLOT.as_millis())).unwrap_or(u64::MAX);
        self.enter(key, turn.clamp(self.next, self.next + TURNS_MAX) as u32);
    }

    /// The keys whose ticks are due, by deadline.
    pub(crate) fn advance(&mut self, now: Instant) -> Vec<K> {
        let until = now.saturating_duration_since(self.start).as_millis() / SLOT.as_millis();
        let until = u64::try_from(until).unwrap_or(u64::MAX).max(self.next);
        let first = replace(&mut self.next, until);
        let mut due = Vec::new();
        for turn in first..first + (until - first).min(SLOTS as u64) {
            let mut rest = replace(&mut self.slots[slot_of(turn as u32)], NONE);
            while let Some(entry) = self.pool.get_mut(rest as usize) {
                let after = entry.turn.wrapping_sub(first as u32);
                let is_due = u64::from(after) < until - first;
                let list = if is_due { &mut self.free } else { &mut self.slots[slot_of(turn as u32)] };
                due.extend(is_due.then_some((after, entry.key.clone())));
                (entry.next, *list, rest) = (*list, rest, entry.next);
            }
        }
        self.scheduled -= due.len();
        self.shrink();
        due.sort_by_key(|(after, _)| *after);
        due.into_iter().map(|(_, key)| key).collect()
    }

    fn enter(&mut self, key: K, turn: u32) {
        let slot = &mut self.slots[slot_of(turn)];
        let entry = Entry { key, turn, next: *slot };
        if let Some(free) = self.pool.get_mut(self.free as usize) {
            *slot = self.free;
            self.free = replace(free, entry).next;
        } else {
            *slot = self.pool.len() as u32;
            self.pool.push(entry);
        }
        self.scheduled += 1;
    }

    /// Returns the memory of a burst.
    fn shrink(&mut self) {
        if self.pool.len() > POOL_KEPT.max(2 * self.scheduled) {
            let fewer = Vec::with_capacity(self.scheduled + self.scheduled / 4);
            let (pool, slots) = (replace(&mut self.pool, fewer), replace(&mut self.slots, vec![NONE; SLOTS]));
            (self.free, self.scheduled) = (NONE, 0);
            for mut rest in slots {
                while let Some(Entry { key, turn, next }) = pool.get(rest as usize) {
                    self.enter(key.clone(), *turn);
                    rest = *next;
                }
            }
        }
    }
}

/// The slot of a turn, or of its lower half: the number of turns that it counts is a multiple of the slots.
const fn slot_of(turn: u32) -> usize {
    turn as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // T13
        #[test]
        fn every_timer_fires_once_never_early_and_at_most_two_slots_late(delays in prop::collection::vec(0_u64..200_000, 1..40), step in 1_u64..60_000) {
            let start = Instant::now();
            let mut timers = Timers::new(start);
            for (key, delay) in delays.iter().enumerate() {
                timers.schedule(key, start + Duration::from_millis(*delay));
            }
            let mut ticked = vec![None; delays.len()];
            let mut now = 0;
            let late = 2 * u64::try_from(SLOT.as_millis()).expect("short");
            while now < 270_000 {
                now += step;
                for key in timers.advance(start + Duration::from_millis(now)) {
                    prop_assert!(ticked[key].replace(now).is_none());
                }
            }
            for (delay, ticked) in delays.iter().zip(ticked) {
                let ticked = ticked.expect("everybody is ticked");
                prop_assert!(ticked >= *delay && ticked <= delay + late + step, "wanted {delay}, ticked {ticked}");
            }
        }
    }

    /// A wheel in which the whole number of a slot has one digit more than its lower half.
    fn old(start: Instant) -> Timers<usize> {
        Timers { next: (1 << 32) - 5, ..Timers::new(start) }
    }

    #[test]
    fn deadlines_beyond_497_days_of_uptime_are_kept() {
        let start = Instant::now();
        let mut timers = old(start);
        let at = |slots: u64| start + Duration::from_millis(((1 << 32) - 5 + slots) * 10);
        for (key, slots) in [3, 8, 3_000].into_iter().enumerate() {
            timers.schedule(key, at(slots));
        }
        assert_eq!(timers.advance(at(3)), [0_usize; 0]);
        assert_eq!(timers.advance(at(4)), [0]);
        assert_eq!(timers.advance(at(2_999)), [1]);
        assert_eq!(timers.advance(at(9_000)), [2]);
    }

    #[test]
    fn the_memory_of_a_burst_is_returned() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        let after = |seconds| start + Duration::from_secs(seconds);
        for key in 0..50_000 {
            timers.schedule(key, after(if key < 40_000 { 1 } else { 100 }));
        }
        assert_eq!(timers.advance(after(2)).len(), 40_000);
        assert!(timers.pool.capacity() < 20_000, "{}", timers.pool.capacity());
        let mut rest = timers.advance(after(101));
        rest.sort_unstable();
        assert!(rest.into_iter().eq(40_000..50_000), "all others fire");
        assert_eq!(timers.pool.capacity(), 0);
    }

    #[test]
    fn an_entry_is_reused() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        for second in 1..100 {
            let at = start + Duration::from_secs(second);
            timers.schedule(0, at);
            assert_eq!(timers.advance(at + 2 * SLOT), [0]);
        }
        assert_eq!(timers.pool.len(), 1);
    }
}
