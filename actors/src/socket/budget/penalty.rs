//! Penalties for a socket that has spent its budget: everything is refused for a while, longer each time. Pure.

use crate::settings::BudgetLimits;

/// The penalties of one socket. Times are in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Penalty {
    /// Until when everything is refused.
    until: u64,
    /// The last penalty; the next one is twice as long.
    last: u64,
    /// Refusals since the last quiet time. Grants in between do not reset it: traffic at twice the rate is a flood, too.
    refused: u32,
}

/// A quiet time is this many times as long as the last penalty: a client that exceeds the rate never has one, because
/// after a penalty its budget lasts for less than that.
const QUIET: u64 = 4;

impl Penalty {
    /// How long everything is still refused.
    pub(super) fn left(&self, now: u64) -> Option<u64> {
        self.until.checked_sub(now).filter(|left| *left > 0)
    }

    /// The budget is spent, and would suffice after `wait`: begins a penalty and returns its length.
    pub(super) fn begin(&mut self, limits: &BudgetLimits, now: u64, wait: u64) -> u64 {
        if now > self.until.saturating_add(self.last.saturating_mul(QUIET)) {
            *self = Self::default();
        }
        let first = nanos(limits.penalty_first);
        let next = self.last.saturating_mul(2).clamp(first, nanos(limits.penalty_max).max(first));
        self.last = next;
        self.until = now.saturating_add(next.max(wait));
        self.until - now
    }

    /// Counts a refusal; returns whether it is a flood.
    pub(super) fn count(&mut self, limits: &BudgetLimits) -> bool {
        self.refused = self.refused.saturating_add(1);
        self.refused > limits.flood_max
    }
}

fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn penalties_double_up_to_the_longest_and_start_again_after_a_quiet_time() {
        let limits = BudgetLimits::default();
        let mut penalty = Penalty::default();
        let mut now = 0;
        let mut lengths = Vec::new();
        for _ in 0..11 {
            lengths.push(penalty.begin(&limits, now, 0) / MS);
            now += lengths.last().expect("one") * MS + 1;
        }
        assert_eq!(lengths, [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(penalty.begin(&limits, now + 30_000 * 4 * MS, 0), 100 * MS, "all is forgotten");
        assert_eq!(
            penalty.begin(&limits, now + 130_000 * 4 * MS, 350 * MS),
            350 * MS,
            "never less than has to be waited"
        );
    }

    #[test]
    fn a_flood_is_counted_over_several_penalties() {
        let limits = BudgetLimits { flood_max: 2, ..BudgetLimits::default() };
        let mut penalty = Penalty::default();
        penalty.begin(&limits, 0, 0);
        assert_eq!([penalty.count(&limits), penalty.count(&limits)], [false, false]);
        penalty.begin(&limits, 150 * MS, 0);
        assert!(penalty.count(&limits));
        penalty.begin(&limits, 5_000 * MS, 0);
        assert!(!penalty.count(&limits));
    }
}
