//! The generic cell rate algorithm (ITU-T I.371): a token bucket that is one number, the time at which it is full again.

use std::sync::atomic::{AtomicU64, Ordering};

/// A bucket's refill rate and capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    /// Nanoseconds until a tenth of a token is refilled.
    tenth: u64,
    /// Nanoseconds until an empty bucket is full.
    burst: u64,
}

impl Rate {
    /// Tokens per second, and the burst.
    pub(super) fn new(per_second: u64, burst: u64) -> Self {
        let tenth = (100_000_000 / per_second.max(1)).max(1);
        Self { tenth, burst: tenth.saturating_mul(10).saturating_mul(burst.max(1)) }
    }

    /// The time until this many tenths of a token are refilled.
    pub(super) const fn nanos(self, tenths: u64) -> u64 {
        self.tenth.saturating_mul(tenths)
    }

    /// Takes `cost` from a bucket that is full again at `full_at`: returns the new `full_at`, or how long to wait.
    /// A cost above the capacity is taken from a full bucket.
    pub(super) fn taken(self, full_at: u64, now: u64, cost: u64) -> Result<u64, u64> {
        let then = full_at.max(now).saturating_add(cost.min(self.burst));
        let wait = (then - now).saturating_sub(self.burst);
        if wait == 0 { Ok(then) } else { Err(wait) }
    }

    /// Takes `cost` unconditionally. The debt is at most the capacity: after `2 × burst` the bucket is full.
    pub(super) fn forced(self, full_at: u64, now: u64, cost: u64) -> u64 {
        let limit = now.saturating_add(self.burst.saturating_mul(2));
        full_at.max(now).saturating_add(cost).min(limit.max(full_at))
    }
}

/// A shared bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket(AtomicU64);

impl Bucket {
    pub(super) fn full_at(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self, rate: Rate, now: u64, cost: u64) -> Result<(), u64> {
        let mut full_at = self.full_at();
        loop {
            let then = rate.taken(full_at, now, cost)?;
            match self.0.compare_exchange_weak(full_at, then, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(other) => full_at = other,
            }
        }
    }

    pub(super) fn force(&self, rate: Rate, now: u64, cost: u64) {
        let forced = |full_at| Some(rate.forced(full_at, now, cost));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, forced); // never fails: always `Some`
    }

    /// Returns an unused charge.
    pub(super) fn put_back(&self, cost: u64) {
        let less = |full_at: u64| Some(full_at.saturating_sub(cost));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less); // never fails: always `Some`
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let rate = Rate::new(10, 3);
        let message = rate.nanos(10);
        let bucket = Bucket::default();
        let at = |ms: u64| bucket.take(rate, 1_000_000_000 + ms * 1_000_000, message);
        assert_eq!([at(0), at(0), at(0), at(0)], [Ok(()), Ok(()), Ok(()), Err(100_000_000)]);
        assert_eq!([at(100), at(100), at(150), at(200)], [Ok(()), Err(100_000_000), Err(50_000_000), Ok(())]);
    }

    #[test]
    fn a_debt_is_no_greater_than_the_burst() {
        let rate = Rate::new(10, 3);
        let bucket = Bucket::default();
        bucket.force(rate, 0, rate.nanos(10_000));
        assert_eq!(bucket.take(rate, 0, rate.nanos(10)), Err(400_000_000));
        bucket.force(rate, 0, rate.nanos(10_000));
        assert_eq!(bucket.full_at(), 600_000_000);
        assert_eq!(rate.forced(900_000_000, 0, 5), 900_000_000, "a debt never becomes less by more of it");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// For any requests, and even if time steps back: in any interval no more is granted than the burst and the rate.
        #[test]
        fn no_more_is_granted_than_the_rate(
            per_second in 1_u64..500, burst in 1_u64..100,
            asks in prop::collection::vec((0_u64..200_000_000, 1_u64..300, any::<bool>()), 1..200),
        ) {
            let rate = Rate::new(per_second, burst);
            let bucket = Bucket::default();
            let mut now = 1_000_000_000_u64;
            let (mut earliest, mut latest, mut granted) = (now, now, 0_u64);
            for (step, tenths, back) in asks {
                now = if back { now.saturating_sub(step / 8) } else { now + step };
                (earliest, latest) = (earliest.min(now), latest.max(now));
                if bucket.take(rate, now, rate.nanos(tenths)).is_ok() {
                    granted += tenths.min(burst * 10);
                }
                let most = burst * 10 + (latest - earliest) / rate.nanos(1) + 1;
                prop_assert!(granted <= most, "{granted} tenths of {most}");
            }
        }

        /// After the returned wait the request is granted.
        #[test]
        fn the_returned_wait_suffices(per_second in 1_u64..500, burst in 1_u64..100, spent in 0_u64..2_000, tenths in 1_u64..300) {
            let rate = Rate::new(per_second, burst);
            let full_at = rate.forced(0, 7, rate.nanos(spent));
            if let Err(wait) = rate.taken(full_at, 7, rate.nanos(tenths)) {
                prop_assert!(rate.taken(full_at, 7 + wait, rate.nanos(tenths)).is_ok());
            }
        }
    }
}
