//! A circuit breaker before the pool: while the server gives no connections, or does not answer, requests are refused at once
//! instead of waiting one after the other, and one at a time finds out whether it is back. Pure: the time is an argument.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long everybody is refused after an attempt that failed.
const PAUSE: Duration = Duration::from_millis(500);
/// How long an attempt may take before another one is made: longer than `acquire_within` can be, and as long as a query.
const ATTEMPT: Duration = Duration::from_secs(2);

/// Closed, or open until somebody may try.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Option<Instant>>);

impl Breaker {
    /// Whether the pool may be asked now. While it is open, one attempt is admitted after each pause.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *next {
            None => true,
            Some(at) if now < at => false,
            Some(_) => {
                *next = Some(now + ATTEMPT);
                true
            }
        }
    }

    /// The server gave no connection in time, or no answer.
    pub(super) fn open(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now + PAUSE);
    }

    /// The server answered.
    pub(super) fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{ATTEMPT, Breaker, Duration, Instant, PAUSE};

    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn while_it_is_open_one_attempt_is_admitted_after_each_pause() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        assert!(breaker.admits(now) && breaker.admits(now), "closed");
        breaker.open(now);
        assert!(!breaker.admits(now) && !breaker.admits(now + PAUSE - MOMENT));
        assert!(breaker.admits(now + PAUSE), "one may try");
        assert!(!breaker.admits(now + PAUSE), "and no second one beside it");
        breaker.open(now + PAUSE);
        assert!(!breaker.admits(now + PAUSE + MOMENT));
        assert!(breaker.admits(now + 2 * PAUSE));
        breaker.close();
        assert!(breaker.admits(now) && breaker.admits(now));
    }

    #[test]
    fn an_attempt_that_tells_nothing_is_not_waited_for_long() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        breaker.open(now);
        assert!(breaker.admits(now + PAUSE));
        assert!(!breaker.admits(now + PAUSE + ATTEMPT - MOMENT));
        assert!(breaker.admits(now + PAUSE + ATTEMPT));
    }
}
