//! One timer for all cells of a node: a hashed wheel (Varghese and Lauck, 1987), turned by the node's clock.
//!
//! Pure. An entry costs its key and its deadline; a timer that is no longer needed fires once, spuriously.

use std::time::{Duration, Instant};

/// Duration of one slot; ticks are up to this much late. Short, so that few are due together: hundreds of pings and acks at
/// once would delay the next signals of all clients.
pub(crate) const SLOT: Duration = Duration::from_millis(10);
/// Slots of the wheel: 20 s. Later deadlines are rescheduled once per rotation.
const SLOTS: usize = 2_048;

/// Keys by the time of their next tick.
pub(crate) struct Timers<K> {
    slots: Vec<Vec<(K, Instant)>>,
    /// The first slot that is not processed yet, counted from `start`.
    next: u64,
    start: Instant,
}

impl<K: Copy> Timers<K> {
    pub(crate) fn new(now: Instant) -> Self {
        Self { slots: (0..SLOTS).map(|_| Vec::new()).collect(), next: 0, start: now }
    }

    /// Schedules a tick for `key` at that time, or up to one slot later.
    pub(crate) fn schedule(&mut self, key: K, at: Instant) {
        let turn = self.turn_of(at).max(self.next);
        let turn = turn.min(self.next + SLOTS as u64 - 1);
        self.slots[slot_of(turn)].push((key, at));
    }

    /// The keys whose ticks are due.
    pub(crate) fn advance(&mut self, now: Instant) -> Vec<K> {
        let until = now.saturating_duration_since(self.start).as_millis() / SLOT.as_millis();
        let until = u64::try_from(until).unwrap_or(u64::MAX);
        let turns = until.saturating_sub(self.next).min(SLOTS as u64);
        let mut passed = Vec::new();
        for turn in self.next..self.next + turns {
            passed.append(&mut self.slots[slot_of(turn)]);
        }
        // The wheel is at `now` before anything is rescheduled, so that distant ticks are not late after a long pause.
        self.next = self.next.max(until);
        let mut due = Vec::new();
        for (key, at) in passed {
            if at <= now {
                due.push((at, key));
            } else {
                self.schedule(key, at);
            }
        }
        due.sort_by_key(|(at, _)| *at);
        due.into_iter().map(|(_, key)| key).collect()
    }

    fn turn_of(&self, at: Instant) -> u64 {
        let millis = at.saturating_duration_since(self.start).as_millis();
        u64::try_from(millis.div_ceil(SLOT.as_millis())).unwrap_or(u64::MAX)
    }
}

fn slot_of(turn: u64) -> usize {
    usize::try_from(turn % SLOTS as u64).unwrap_or(0)
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
}
