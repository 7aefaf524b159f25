//! The rate of joins and resumes of one room: GCRA (ITU-T I.371, the leaky bucket as a meter), one instant of state.

use std::time::{Duration, Instant};

use crate::settings::BudgetLimits;

/// The theoretical arrival time: when the burst would be spent no more.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct JoinRate(Option<Instant>);

impl JoinRate {
    /// Takes one; answers how long to wait if it is one too many.
    pub(crate) fn take(&mut self, budget: &BudgetLimits, now: Instant) -> Result<(), Duration> {
        let interval = interval(budget);
        let ahead = self.0.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let tolerance = interval * budget.room_joins_burst.max(1);
        if ahead > tolerance {
            return Err(ahead - tolerance);
        }
        self.0 = Some(now + ahead + interval);
        Ok(())
    }

    /// Takes one that is never too many.
    pub(crate) fn note(&mut self, budget: &BudgetLimits, now: Instant) {
        let limit = interval(budget) * (budget.room_joins_burst.max(1) + 1);
        let ahead = self.0.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        self.0 = Some(now + (ahead + interval(budget)).min(limit.max(ahead)));
    }

    /// Whether nothing is left to remember.
    pub(crate) fn is_full(self, now: Instant) -> bool {
        self.0.is_none_or(|at| at <= now)
    }
}

fn interval(budget: &BudgetLimits) -> Duration {
    Duration::from_secs(1) / budget.room_joins_per_second.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let budget = BudgetLimits { room_joins_per_second: 10, room_joins_burst: 2, ..BudgetLimits::default() };
        let (mut rate, start) = (JoinRate::default(), Instant::now());
        let taken: Vec<_> = (0..4).map(|_| rate.take(&budget, start).is_ok()).collect();
        assert_eq!(taken, [true, true, true, false]);
        assert_eq!(rate.take(&budget, start), Err(Duration::from_millis(100)));
        assert_eq!(rate.take(&budget, start + Duration::from_millis(100)), Ok(()));
        assert!(rate.is_full(start + Duration::from_millis(400)));
    }

    #[test]
    fn what_is_only_noted_delays_others_by_the_burst_at_most() {
        let budget = BudgetLimits { room_joins_per_second: 10, room_joins_burst: 2, ..BudgetLimits::default() };
        let (mut rate, start) = (JoinRate::default(), Instant::now());
        for _ in 0..50 {
            rate.note(&budget, start);
        }
        assert_eq!(rate.take(&budget, start), Err(Duration::from_millis(100)));
    }
}
