//! A circuit breaker in front of one media server. Closed, it lets requests through; open, it lets none through, and probes
//! check without end whether the server has recovered. Pure.
//!
//! The one in front of PostgreSQL (`storage::postgres`) lets single requests try; here none does, because a person waits for each.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(10);
/// Timeouts within it that open the breaker.
const TIMEOUTS: usize = 3;
/// Other failures within it that open the breaker.
const BROKEN: usize = 5;
/// The first pause before a probe; each failed one doubles it.
const PROBE_FIRST: Duration = Duration::from_secs(1);
/// The longest pause before a probe.
const PROBE_LAST: Duration = Duration::from_secs(8);
/// The pause after a probe that succeeded.
const GOOD_EVERY: Duration = Duration::from_millis(1_500);
/// Probes that succeed one after the other before the breaker closes, and the least time from the first to the last.
const GOOD_MIN: u32 = 3;
const GOOD_FOR: Duration = Duration::from_secs(3);

/// How a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Failure {
    /// No answer in time.
    Timeout,
    /// 5xx, an answer that cannot be read, or none because the connection failed.
    Broken,
}

/// The breaker's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Position {
    /// Requests pass.
    Closed,
    /// None passes; the last probe succeeded.
    HalfOpen,
    /// None passes.
    Open,
}

/// See the module.
#[derive(Debug, Default)]
pub(in crate::media) struct Breaker {
    timeouts: VecDeque<Instant>,
    broken: VecDeque<Instant>,
    open: Option<Probing>,
}

/// While it is open.
#[derive(Debug)]
struct Probing {
    pause: Duration,
    next: Instant,
    good: u32,
    good_since: Option<Instant>,
}

impl Breaker {
    /// Its position.
    pub(in crate::media) fn position(&self) -> Position {
        match &self.open {
            None => Position::Closed,
            Some(probing) if probing.good > 0 => Position::HalfOpen,
            Some(_) => Position::Open,
        }
    }

    /// A request has failed: opens when it was one too many. One that was under way when it opened changes nothing.
    pub(in crate::media) fn failed(&mut self, failure: Failure, now: Instant) {
        if self.open.is_some() {
            return;
        }
        let (at, max) = match failure {
            Failure::Timeout => (&mut self.timeouts, TIMEOUTS),
            Failure::Broken => (&mut self.broken, BROKEN),
        };
        at.retain(|then| now.saturating_duration_since(*then) < WINDOW);
        at.push_back(now);
        if at.len() >= max {
            self.open(now);
        }
    }

    /// Opens, or stays open as it is.
    pub(in crate::media) fn open(&mut self, now: Instant) {
        if self.open.is_none() {
            let next = now + PROBE_FIRST;
            self.open = Some(Probing { pause: PROBE_FIRST, next, good: 0, good_since: None });
        }
        self.timeouts.clear();
        self.broken.clear();
    }

    /// When the next probe is due; none while it is closed.
    pub(in crate::media) fn probe_at(&self) -> Option<Instant> {
        self.open.as_ref().map(|probing| probing.next)
    }

    /// A probe has succeeded or failed. While the breaker is closed this changes nothing.
    pub(in crate::media) fn probed(&mut self, is_good: bool, now: Instant) {
        let Some(probing) = &mut self.open else { return };
        if !is_good {
            probing.pause = (probing.pause * 2).min(PROBE_LAST);
            *probing = Probing { pause: probing.pause, next: now + probing.pause, good: 0, good_since: None };
            return;
        }
        probing.good += 1;
        let since = *probing.good_since.get_or_insert(now);
        probing.next = now + GOOD_EVERY;
        if probing.good >= GOOD_MIN && now.saturating_duration_since(since) >= GOOD_FOR {
            self.open = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MS: Duration = Duration::from_millis(1);

    /// Failures at these seconds; where it stands then.
    fn after(failures: &[(u64, Failure)]) -> Position {
        let (mut breaker, begun) = (Breaker::default(), Instant::now());
        for (at, failure) in failures {
            breaker.failed(*failure, begun + Duration::from_secs(*at));
        }
        breaker.position()
    }

    #[test]
    fn three_timeouts_or_five_other_failures_in_ten_seconds_open_it() {
        use Failure::{Broken as B, Timeout as T};
        for (failures, expected) in [
            (&[(0, T), (1, T)][..], Position::Closed),
            (&[(0, T), (5, T), (9, T)], Position::Open),
            (&[(0, T), (5, T), (10, T)], Position::Closed),
            (&[(0, T), (5, T), (10, T), (14, T)], Position::Open),
            (&[(0, B), (1, B), (2, B), (3, B)], Position::Closed),
            (&[(0, B), (1, B), (2, B), (3, B), (9, B)], Position::Open),
            (&[(0, B), (1, B), (2, B), (3, B), (10, B)], Position::Closed),
            (&[(0, T), (1, T), (2, B), (3, B), (4, B), (5, B)], Position::Closed),
        ] {
            assert_eq!(after(failures), expected, "{failures:?}");
        }
    }

    #[test]
    fn probes_come_after_one_two_four_and_then_each_eight_seconds() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        assert_eq!(breaker.probe_at(), None);
        breaker.open(now);
        for seconds in [1, 2, 4, 8, 8, 8] {
            let next = now + seconds * SECOND;
            assert_eq!(breaker.probe_at(), Some(next), "after {seconds} s");
            now = next;
            breaker.probed(false, now);
            assert_eq!(breaker.position(), Position::Open);
        }
    }

    #[test]
    fn three_good_probes_over_three_seconds_close_it() {
        let (mut breaker, begun) = (Breaker::default(), Instant::now());
        breaker.open(begun);
        let mut now = breaker.probe_at().expect("open");
        let first = now;
        for position in [Position::HalfOpen, Position::HalfOpen, Position::Closed] {
            breaker.probed(true, now);
            assert_eq!(breaker.position(), position);
            now = breaker.probe_at().unwrap_or(now);
        }
        assert_eq!(now - first, 3 * SECOND);
    }

    #[test]
    fn good_probes_that_come_too_fast_do_not_close_it_and_a_bad_one_begins_anew() {
        let (mut breaker, begun) = (Breaker::default(), Instant::now());
        breaker.open(begun);
        for n in 0..10 {
            breaker.probed(true, begun + n * MS);
        }
        assert_eq!(breaker.position(), Position::HalfOpen);
        breaker.probed(false, begun + SECOND);
        assert_eq!((breaker.position(), breaker.probe_at()), (Position::Open, Some(begun + 3 * SECOND)));
        breaker.probed(true, begun + 4 * SECOND);
        breaker.probed(true, begun + 5 * SECOND);
        assert_eq!(breaker.position(), Position::HalfOpen, "the ones before do not count");
    }

    #[test]
    fn what_was_under_way_when_it_opened_does_not_put_off_the_probe() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        breaker.open(now);
        for _ in 0..100 {
            breaker.failed(Failure::Timeout, now + 2 * MS);
            breaker.open(now + 2 * MS);
        }
        assert_eq!(breaker.probe_at(), Some(now + SECOND));
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Fails(bool),
        Opens,
        Probed(bool),
    }

    fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
        let step =
            prop_oneof![any::<bool>().prop_map(Step::Fails), Just(Step::Opens), any::<bool>().prop_map(Step::Probed)];
        prop::collection::vec((0_u64..5_000, step), 0..200)
    }

    proptest! {
        #[test]
        fn an_open_breaker_always_has_a_next_probe_within_eight_seconds_and_remembers_little(steps in steps()) {
            let (mut breaker, mut now) = (Breaker::default(), Instant::now());
            for (wait, step) in steps {
                now += Duration::from_millis(wait);
                match step {
                    Step::Fails(true) => breaker.failed(Failure::Timeout, now),
                    Step::Fails(false) => breaker.failed(Failure::Broken, now),
                    Step::Opens => breaker.open(now),
                    Step::Probed(is_good) => {
                        breaker.probed(is_good, now);
                        prop_assert!(breaker.probe_at().is_none_or(|at| at > now && at <= now + PROBE_LAST));
                    }
                }
                prop_assert_eq!(breaker.probe_at().is_some(), breaker.position() != Position::Closed);
                prop_assert!(breaker.timeouts.len() < TIMEOUTS && breaker.broken.len() < BROKEN);
            }
        }
    }
}
