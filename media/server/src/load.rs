//! How much of a core the process used since it was asked last. Must not know who is told.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Measures the use of the processor between two looks.
#[derive(Debug)]
pub struct Load {
    used: Duration,
    at: Instant,
}

impl Load {
    /// Begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self { used: used(), at: Instant::now() }
    }

    /// The share of one core since the last look: 1.0 is all of it, two busy threads have 2.0.
    pub fn look(&mut self) -> f64 {
        let (used, at) = (used(), Instant::now());
        let share = share(used.saturating_sub(self.used), at.saturating_duration_since(self.at));
        (self.used, self.at) = (used, at);
        share
    }
}

fn share(used: Duration, passed: Duration) -> f64 {
    if passed.is_zero() {
        return 0.0;
    }
    // Three digits say enough, and a line stays short.
    (used.as_secs_f64() / passed.as_secs_f64() * 1_000.0).round() / 1_000.0
}

fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::share;

    #[test]
    fn half_a_second_of_each_is_half_a_core() {
        assert!((share(Duration::from_millis(500), Duration::from_secs(1)) - 0.5).abs() < f64::EPSILON);
        assert!(share(Duration::from_secs(1), Duration::ZERO).abs() < f64::EPSILON);
    }
}
