//! One timer for everything on the node: a hashed wheel (Varghese and Lauck, 1987), turned by the node's tick.
//!
//! Pure. An entry costs its key and nothing else; who no longer wants to be woken is woken in vain, once.

use std::time::{Duration, Instant};

/// How far one slot reaches; wakes come up to this much late. Short, so that what is due together is little: hundreds of
/// pings and acks in one go would stand before everybody's next signal.
pub(crate) const SLOT: Duration = Duration::from_millis(10);
/// Slots on the wheel: 20 s. What lies further away is put off, turn by turn.
const SLOTS: usize = 2_048;

/// Keys by the time they want to be woken at.
pub(crate) struct Wheel<K> {
    slots: Vec<Vec<(K, Instant)>>,
    /// The first slot that was not turned yet, counted from `start`.
    next: u64,
    start: Instant,
}

impl<K: Copy> Wheel<K> {
    pub(crate) fn new(now: Instant) -> Self {
        Self { slots: (0..SLOTS).map(|_| Vec::new()).collect(), next: 0, start: now }
    }

    /// Wakes `key` at that time, or up to one slot later.
    pub(crate) fn schedule(&mut self, key: K, at: Instant) {
        let turn = self.turn_of(at).max(self.next);
        let turn = turn.min(self.next + SLOTS as u64 - 1);
        self.slots[slot_of(turn)].push((key, at));
    }

    /// The keys that wanted to be woken by now.
    pub(crate) fn advance(&mut self, now: Instant) -> Vec<K> {
        let mut due = Vec::new();
        let until = now.saturating_duration_since(self.start).as_millis() / SLOT.as_millis();
        let until = u64::try_from(until).unwrap_or(u64::MAX);
        let turns = until.saturating_sub(self.next).min(SLOTS as u64);
        for _ in 0..turns {
            let entries = std::mem::take(&mut self.slots[slot_of(self.next)]);
            self.next += 1;
            for (key, at) in entries {
                if at <= now {
                    due.push(key);
                } else {
                    self.schedule(key, at);
                }
            }
        }
        self.next = self.next.max(until);
        due
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
        #[test]
        fn everybody_is_woken_once_never_early_and_at_most_two_slots_late(delays in prop::collection::vec(0_u64..200_000, 1..40), step in 1_u64..5_000) {
            let start = Instant::now();
            let mut wheel = Wheel::new(start);
            for (key, delay) in delays.iter().enumerate() {
                wheel.schedule(key, start + Duration::from_millis(*delay));
            }
            let mut woken = vec![None; delays.len()];
            let mut now = 0;
            let late = 2 * u64::try_from(SLOT.as_millis()).expect("short");
            while now < 210_000 {
                now += step;
                for key in wheel.advance(start + Duration::from_millis(now)) {
                    prop_assert!(woken[key].replace(now).is_none());
                }
            }
            for (delay, woken) in delays.iter().zip(woken) {
                let woken = woken.expect("everybody is woken");
                prop_assert!(woken >= *delay && woken <= delay + late + step, "wanted {delay}, woken {woken}");
            }
        }
    }
}
