//! One rate limit as a table of counters by key: GCRA (`governor`), of bounded size. Keys are 64-bit hashes keyed per
//! process, so nobody can produce collisions. A `Limiter` counts over all nodes, where these share counts. Must not know what is
//! counted.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _, clock::DefaultClock};
use sha2::{Digest as _, Sha256};

/// A burst that refills evenly over `per`. `burst = 0` means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The size of the burst.
    pub burst: u32,
    /// The period in which it refills.
    pub per: Duration,
}

impl Rate {
    /// `burst` a minute.
    #[must_use]
    pub const fn per_minute(burst: u32) -> Self {
        Self { burst, per: Duration::from_secs(60) }
    }
}

/// Requests between two checks of a table's size.
const LOOK_EVERY: u32 = 256;
/// Counters shared by the keys that find a table full.
const SHARED_COUNTS: u64 = 1024;

/// The counters of one limit: at most `keys_max + LOOK_EVERY + SHARED_COUNTS` of them.
pub struct Table {
    limiter: Option<DefaultKeyedRateLimiter<u64>>,
    burst: u32,
    clock: DefaultClock,
    hashing: RandomState,
    keys_max: usize,
    asked: AtomicU32,
    is_full: AtomicBool,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(rate: Rate, keys_max: usize) -> Self {
        let quota = NonZeroU32::new(rate.burst)
            .and_then(|burst| Some(Quota::with_period(rate.per / burst.get())?.allow_burst(burst)));
        Self {
            limiter: quota.map(RateLimiter::keyed),
            burst: rate.burst.max(1),
            clock: DefaultClock::default(),
            hashing: RandomState::new(),
            keys_max,
            asked: AtomicU32::new(0),
            is_full: AtomicBool::new(false),
        }
    }

    /// Counts one request of `key`.
    ///
    /// # Errors
    /// The limit is exceeded: how long to wait.
    pub fn take(&self, key: impl Hash) -> Result<(), Duration> {
        self.take_some(key, 1)
    }

    /// Counts so many requests of `key`, or none of them; more than a burst count as a whole one.
    ///
    /// # Errors
    /// The limit is exceeded: how long to wait for all of them.
    pub fn take_some(&self, key: impl Hash, count: usize) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let count = u32::try_from(count).unwrap_or(u32::MAX).clamp(1, self.burst);
        if self.asked.fetch_add(1, Ordering::Relaxed) % LOOK_EVERY == LOOK_EVERY - 1 {
            self.look(limiter);
        }
        let mut key = self.hashing.hash_one(key);
        if self.is_full.load(Ordering::Relaxed) {
            key %= SHARED_COUNTS;
        }
        let Some(count) = NonZeroU32::new(count) else { return Ok(()) };
        match limiter.check_key_n(&key, count) {
            Ok(taken) => taken.map_err(|not_until| not_until.wait_time_from(self.clock.now())),
            Err(_beyond_a_burst) => Ok(()), // clamped
        }
    }

    /// Drops keys whose burst has refilled, when there are too many.
    fn look(&self, limiter: &DefaultKeyedRateLimiter<u64>) {
        let mut is_full = limiter.len() >= self.keys_max;
        if is_full {
            limiter.retain_recent();
            limiter.shrink_to_fit();
            is_full = limiter.len() >= self.keys_max;
        }
        self.is_full.store(is_full, Ordering::Relaxed);
    }
}

/// Counts that all nodes share.
#[async_trait]
pub trait Counts: Send + Sync + 'static {
    /// Counts one request of `key`; `Err`: the limit is exceeded, and how long to wait. `None`: nobody knows now.
    async fn take(&self, key: &str, rate: Rate) -> Option<Result<(), Duration>>;
}

/// One limit over all nodes. Each node counts by itself as well: what exceeds the limit on one node is refused without asking,
/// and while the shared counts are away, the node's own ones hold.
pub struct Limiter {
    /// The beginning of the shared keys.
    measure: &'static str,
    rate: Rate,
    own: Table,
    shared: Option<Arc<dyn Counts>>,
}

impl Limiter {
    /// A limit with nothing counted yet. `keys_max`: see `Table::new`.
    #[must_use]
    pub fn new(measure: &'static str, rate: Rate, keys_max: usize, shared: Option<Arc<dyn Counts>>) -> Self {
        Self { measure, rate, own: Table::new(rate, keys_max), shared }
    }

    /// Counts one request of `key`, which all nodes write in the same form.
    ///
    /// # Errors
    /// The limit is exceeded: how long to wait.
    pub async fn take(&self, key: &str) -> Result<(), Duration> {
        self.own.take(key)?;
        let Some(shared) = self.shared.as_ref().filter(|_| self.rate.burst > 0) else { return Ok(()) };
        // Hashed: a reader of the keys must not see addresses of people and networks.
        let hash = Sha256::digest(key).iter().take(16).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        shared.take(&format!("{}:{hash}", self.measure), self.rate).await.unwrap_or(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::{Counts, Duration, LOOK_EVERY, Limiter, Rate, SHARED_COUNTS, Table};

    /// Counts of all nodes: what they answer, and what they were asked.
    #[derive(Default)]
    struct Shared {
        answer: Mutex<Option<Result<(), Duration>>>,
        asked: Mutex<Vec<String>>,
    }

    #[async_trait::async_trait]
    impl Counts for Shared {
        async fn take(&self, key: &str, _: Rate) -> Option<Result<(), Duration>> {
            self.asked.lock().expect("not poisoned").push(key.to_owned());
            *self.answer.lock().expect("not poisoned")
        }
    }

    #[test]
    fn some_are_counted_together_or_not_at_all() {
        let table = Table::new(Rate { burst: 4, per: Duration::from_secs(3600) }, 10);
        assert_eq!(table.take_some("ann", 3), Ok(()));
        assert!(table.take_some("ann", 2).is_err());
        assert_eq!((table.take("ann"), table.take("ann").is_err()), (Ok(()), true), "one was left");
        assert_eq!(table.take_some("bob", 9), Ok(()), "more than a burst never fits: all of it");
        assert!(table.take("bob").is_err());
    }

    #[tokio::test]
    async fn the_shared_count_decides_and_the_own_one_while_it_is_away() {
        let shared = Arc::new(Shared::default());
        let rate = Rate { burst: 3, per: Duration::from_secs(3600) };
        let limiter = Limiter::new("logins", rate, 10, Some(Arc::clone(&shared) as _));
        let answer = |answer| *shared.answer.lock().expect("not poisoned") = answer;
        answer(Some(Ok(())));
        assert_eq!(limiter.take("ann@example.org").await, Ok(()));
        answer(Some(Err(Duration::from_secs(7))));
        assert_eq!(limiter.take("ann@example.org").await, Err(Duration::from_secs(7)), "other nodes counted more");
        answer(None);
        assert_eq!(limiter.take("ann@example.org").await, Ok(()), "the third one here");
        assert!(limiter.take("ann@example.org").await.is_err(), "what this node counted before holds");
        let asked = shared.asked.lock().expect("not poisoned").clone();
        assert_eq!(asked.len(), 3, "beyond its own limit a node does not ask: {asked:?}");
        assert!(asked[0].starts_with("logins:") && !asked[0].contains("ann") && asked[0] == asked[2], "{asked:?}");
        let unlimited = Limiter::new("x", Rate { burst: 0, per: Duration::from_secs(1) }, 10, Some(shared as _));
        assert_eq!(unlimited.take("ann").await, Ok(()), "nobody is asked");
    }

    #[test]
    fn the_burst_passes_and_the_next_request_must_wait() {
        let table = Table::new(Rate { burst: 3, per: Duration::from_secs(3600) }, 10);
        for _ in 0..3 {
            assert_eq!(table.take("ann"), Ok(()));
        }
        let wait = table.take("ann").expect_err("the fourth is one too many");
        assert!(wait > Duration::from_secs(1000) && wait <= Duration::from_secs(1200), "waits {wait:?}");
        assert_eq!(table.take("bob"), Ok(()), "another key is not concerned");
    }

    #[test]
    fn no_burst_means_no_limit() {
        let table = Table::new(Rate { burst: 0, per: Duration::from_secs(1) }, 10);
        assert!((0..10_000).all(|_| table.take("ann").is_ok()));
    }

    #[test]
    fn a_table_is_bounded_with_any_number_of_keys() {
        let table = Table::new(Rate { burst: 1000, per: Duration::from_secs(3600) }, 1000);
        for key in 0..20_000_u32 {
            let _ = table.take(key);
        }
        let keys = table.limiter.as_ref().map_or(0, governor::RateLimiter::len);
        assert!(keys <= 1000 + LOOK_EVERY as usize + SHARED_COUNTS as usize, "{keys} keys");
    }
}
