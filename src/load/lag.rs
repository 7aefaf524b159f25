//! From how late tasks were woken to whether new work is taken on. Pure: what was seen is an argument.
//!
//! Smoothed, so that one long turn refuses nobody; and once it refuses it does so until the node has caught up, so that
//! it does not open and close with every look.

use std::time::Duration;

/// How much the newest look counts: after five looks, two thirds.
const NEWEST: f64 = 0.2;
/// It takes new work again below this part of the limit.
const AGAIN_BELOW: f64 = 0.5;

/// What was seen so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lag {
    /// `None`: nothing is ever refused.
    max: Option<Duration>,
    seconds: f64,
    refuses: bool,
}

impl Lag {
    pub(super) const fn new(max: Duration) -> Self {
        Self { max: if max.is_zero() { None } else { Some(max) }, seconds: 0.0, refuses: false }
    }

    pub(super) fn observe(&mut self, late: Duration) {
        self.seconds += NEWEST * (late.as_secs_f64() - self.seconds);
        let limit = if self.refuses { AGAIN_BELOW } else { 1.0 };
        self.refuses = self.max.is_some_and(|max| self.seconds > limit * max.as_secs_f64());
    }

    pub(super) const fn refuses(&self) -> bool {
        self.refuses
    }

    pub(super) fn smoothed(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_millis(50);

    fn after(looks: &[(usize, u64)]) -> Lag {
        let mut lag = Lag::new(MAX);
        for (times, millis) in looks {
            (0..*times).for_each(|_| lag.observe(Duration::from_millis(*millis)));
        }
        lag
    }

    #[test]
    fn one_long_turn_refuses_nobody_and_many_do() {
        assert!(!after(&[(100, 1), (1, 200)]).refuses());
        assert!(after(&[(100, 1), (10, 200)]).refuses());
    }

    #[test]
    fn it_refuses_until_it_has_caught_up() {
        assert!(after(&[(50, 100), (50, 40)]).refuses(), "40 ms are not half of the limit");
        assert!(!after(&[(50, 100), (50, 20)]).refuses());
        assert!(!after(&[(50, 40)]).refuses(), "nor are they over it");
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let mut lag = Lag::new(Duration::ZERO);
        (0..50).for_each(|_| lag.observe(Duration::from_secs(60)));
        assert!(!lag.refuses());
        assert!(lag.smoothed() > Duration::from_secs(50));
    }
}
