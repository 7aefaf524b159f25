//! Which classes are refused for event-loop lag. Pure: measurements are arguments.
//!
//! Smoothed, so that one long turn causes no refusals; a refused class stays refused until the node has caught up.

use std::time::Duration;

use super::shed::{RESUME_FACTOR, Shed};

/// Weight of the newest sample: five samples together weigh two thirds.
const NEWEST: f64 = 0.2;
/// A class is admitted again below this fraction of its bound.
const CALM: f64 = 0.5;
/// One sample counts as this many times the limit at most: a machine that was suspended for ten seconds was late once,
/// but is not overloaded. Enough consecutive samples still reach the bound of resumes.
const LOOK_MAX: f64 = RESUME_FACTOR as f64 + 0.5;

/// The smoothed lag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lag {
    /// `None`: nothing is ever refused.
    max: Option<Duration>,
    seconds: f64,
    shed: Shed,
}

impl Lag {
    pub(super) const fn new(max: Duration) -> Self {
        Self { max: if max.is_zero() { None } else { Some(max) }, seconds: 0.0, shed: Shed::Nothing }
    }

    pub(super) fn observe(&mut self, late: Duration) {
        let most = self.max.map_or(f64::INFINITY, |max| LOOK_MAX * max.as_secs_f64());
        self.seconds += NEWEST * (late.as_secs_f64().min(most) - self.seconds);
        self.shed = self.max.map_or(Shed::Nothing, |max| self.shed.next(self.seconds, max.as_secs_f64(), CALM));
    }

    pub(super) const fn shed(&self) -> Shed {
        self.shed
    }

    pub(super) fn smoothed(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_millis(50);

    fn after(looks: &[(usize, u64)]) -> Shed {
        let mut lag = Lag::new(MAX);
        for (times, millis) in looks {
            (0..*times).for_each(|_| lag.observe(Duration::from_millis(*millis)));
        }
        lag.shed()
    }

    #[test]
    fn one_long_turn_causes_no_refusals_and_many_do() {
        assert_eq!(after(&[(100, 1), (1, 200)]), Shed::Nothing);
        assert_eq!(after(&[(100, 1), (10, 100)]), Shed::Newcomers);
    }

    #[test]
    fn a_machine_that_was_suspended_once_refuses_nothing() {
        assert_eq!(after(&[(100, 1), (1, 40_000)]), Shed::Nothing);
    }

    #[test]
    fn resumes_are_refused_only_at_extreme_lag() {
        assert_eq!(after(&[(100, 190)]), Shed::Newcomers);
        assert_eq!(after(&[(100, 1), (5, 10_000)]), Shed::Newcomers);
        assert_eq!(after(&[(100, 10_000)]), Shed::Resumes);
    }

    #[test]
    fn it_refuses_until_it_has_caught_up() {
        assert_eq!(after(&[(50, 100), (50, 40)]), Shed::Newcomers, "40 ms are not half of the limit");
        assert_eq!(after(&[(50, 100), (50, 20)]), Shed::Nothing);
        assert_eq!(after(&[(50, 40)]), Shed::Nothing, "nor are they over it");
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let mut lag = Lag::new(Duration::ZERO);
        (0..50).for_each(|_| lag.observe(Duration::from_secs(60)));
        assert_eq!(lag.shed(), Shed::Nothing);
        assert!(lag.smoothed() > Duration::from_secs(50));
    }
}
