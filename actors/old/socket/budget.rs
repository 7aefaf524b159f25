//! The rate budget: a token bucket, counted in messages.

use std::time::Instant;

use super::Limits;

/// How many messages may come now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Thousandths of a message, so that slow rates refill evenly.
    millis: u64,
    filled: Instant,
    refused: u32,
}

/// What becomes of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spending {
    Granted,
    /// Try again after so many milliseconds.
    Refused(u64),
    /// Refused so often in a row that the socket is to be closed.
    Exhausted,
}

impl Budget {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        Self { millis: capacity(limits), filled: now, refused: 0 }
    }

    pub(super) fn spend(&mut self, limits: &Limits, now: Instant) -> Spending {
        let rate = u64::from(limits.messages_per_second).max(1);
        let elapsed = now.saturating_duration_since(self.filled);
        let gained = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX).saturating_mul(rate) / 1_000;
        if gained > 0 {
            self.millis = self.millis.saturating_add(gained).min(capacity(limits));
            self.filled = now;
        }
        if self.millis >= 1_000 {
            self.millis -= 1_000;
            self.refused = 0;
            return Spending::Granted;
        }
        self.refused += 1;
        if self.refused > limits.refusals_max {
            return Spending::Exhausted;
        }
        Spending::Refused((1_000 - self.millis).div_ceil(rate).max(1))
    }
}

fn capacity(limits: &Limits) -> u64 {
    u64::from(limits.burst.max(1)) * 1_000
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let limits = Limits { messages_per_second: 10, burst: 3, refusals_max: 2, ..Limits::default() };
        let start = Instant::now();
        let mut budget = Budget::new(&limits, start);
        let spent: Vec<Spending> = (0..4).map(|_| budget.spend(&limits, start)).collect();
        assert_eq!(spent, [Spending::Granted, Spending::Granted, Spending::Granted, Spending::Refused(100)]);
        assert_eq!(budget.spend(&limits, start + Duration::from_millis(100)), Spending::Granted);
        assert!(matches!(budget.spend(&limits, start + Duration::from_millis(100)), Spending::Refused(_)));
        assert!(matches!(budget.spend(&limits, start + Duration::from_millis(100)), Spending::Refused(_)));
        assert_eq!(budget.spend(&limits, start + Duration::from_millis(100)), Spending::Exhausted);
    }

    #[test]
    fn many_small_steps_gain_as_much_as_a_long_one() {
        let limits = Limits { messages_per_second: 10, burst: 1, ..Limits::default() };
        let start = Instant::now();
        let mut budget = Budget::new(&limits, start);
        assert_eq!(budget.spend(&limits, start), Spending::Granted);
        let granted =
            (1..=1_000).filter(|ms| budget.spend(&limits, start + Duration::from_millis(*ms)) == Spending::Granted);
        assert_eq!(granted.count(), 10);
    }
}
