//! A bounded queue for password hashes. When it is full, each client gets a different retry delay: five hundred
//! that retry together would be refused together again, and cost more than their hashes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest retry delay; if the queue is still full then, the client gets another one.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// The assumed duration of a hash before the first was measured.
const EACH: Duration = Duration::from_millis(16);

/// The permits of queued and running logins, and the retry times of the others.
pub(super) struct Queue {
    places: Arc<Semaphore>,
    size: u32,
    at_once: u32,
    turns: Mutex<Turns>,
}

struct Turns {
    /// The average duration of a hash.
    each: Duration,
    /// The latest retry time sent.
    last: Instant,
}

impl Queue {
    /// This many run at once, and this many more may wait.
    pub(super) fn new(at_once: usize, waiting_max: usize, now: Instant) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        Self {
            places: Arc::new(Semaphore::new(at_once + waiting_max)),
            size: count(at_once + waiting_max),
            at_once: count(at_once),
            turns: Mutex::new(Turns { each: EACH, last: now }),
        }
    }

    /// A permit, held until it is dropped.
    ///
    /// # Errors
    /// None is free: how long to wait before a retry.
    pub(super) fn enter(&self, now: Instant) -> Result<OwnedSemaphorePermit, Duration> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| self.appointment(now))
    }

    /// Running and waiting logins.
    pub(super) fn depth(&self) -> usize {
        (self.size as usize).saturating_sub(self.places.available_permits())
    }

    /// Records the duration of a hash.
    pub(super) fn took(&self, time: Duration) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.each = (turns.each * 7 + time) / 8;
    }

    /// The next free moment after all that wait now and all that were refused before.
    fn appointment(&self, now: Instant) -> Duration {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let each = turns.each / self.at_once;
        let first = now + (each * self.size).min(WAIT_MAX);
        let next = turns.last.max(first) + each;
        turns.last = if next > now + WAIT_MAX { first } else { next };
        turns.last - now
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, EACH, Instant, Queue, WAIT_MAX};

    #[test]
    fn a_refused_login_gets_the_time_of_the_next_free_place() {
        let now = Instant::now();
        let queue = Queue::new(1, 1, now);
        let (one, two) = (queue.enter(now), queue.enter(now));
        assert!(one.is_ok() && two.is_ok() && queue.depth() == 2);
        assert_eq!(queue.enter(now).expect_err("full"), EACH * 3, "after the two logins in the queue");
        assert_eq!(queue.enter(now).expect_err("full"), EACH * 4, "the next one after that");
        drop(one);
        assert_eq!(queue.depth(), 1);
        assert!(queue.enter(now).is_ok(), "a place is free again");
    }

    #[test]
    fn waits_are_bounded_with_any_number_of_logins() {
        let now = Instant::now();
        let queue = Queue::new(1, 10, now);
        let waits: Vec<Duration> = (0..10_000).map(|_| queue.appointment(now)).collect();
        assert!(waits.iter().all(|wait| *wait >= EACH * 11 && *wait <= WAIT_MAX), "{:?}", waits.iter().max());
        let in_one_second = waits.iter().filter(|wait| wait.as_secs() == 5).count();
        assert!(in_one_second < 1_200, "they are spread over the whole time: {in_one_second} in one second of ten");
    }

    #[test]
    fn slow_hashes_make_the_waits_longer() {
        let now = Instant::now();
        let queue = Queue::new(1, 10, now);
        let before = queue.appointment(now);
        (0..50).for_each(|_| queue.took(EACH * 4));
        assert!(queue.appointment(now) > before * 3);
    }
}
