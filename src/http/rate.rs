//! How often somebody may ask: by client address, by user, and for logins by address and by e-mail.
//!
//! Each measure is one GCRA table (`governor`) of bounded size. Keys are 64-bit hashes with a key of this process, so
//! nobody can aim at another's.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _, clock::DefaultClock};

use super::{Shared, client::Client, problem::Problem};

/// So many at once, and as many more spread evenly over `per`. `burst = 0` means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests at once.
    pub burst: u32,
    /// The time in which they come back.
    pub per: Duration,
}

impl Rate {
    const fn per_minute(burst: u32) -> Self {
        Self { burst, per: Duration::from_secs(60) }
    }
}

/// How often somebody may ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// All requests from one client address: many people may sit behind it.
    pub address: Rate,
    /// All requests of one user.
    pub user: Rate,
    /// Signups, logins and refreshes from one client address: each login costs 16 ms of a core.
    pub auth_address: Rate,
    /// Logins into one account, right or wrong: what guessing a password gets.
    pub login_email: Rate,
    /// Addresses, users or accounts counted at once in each table (≈ 50 bytes each); past it they share counts.
    pub keys_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address: Rate::per_minute(1200),
            user: Rate::per_minute(600),
            auth_address: Rate::per_minute(120),
            login_email: Rate { burst: 20, per: Duration::from_secs(5 * 60) },
            keys_max: 100_000,
        }
    }
}

/// The counts of all measures.
pub struct Rates {
    /// See `Limits::address`.
    pub address: Table,
    /// See `Limits::user`.
    pub user: Table,
    /// See `Limits::auth_address`.
    pub auth_address: Table,
    /// See `Limits::login_email`.
    pub login_email: Table,
}

impl Rates {
    /// Empty counts for these limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let table = |rate| Table::new(rate, limits.keys_max);
        Self {
            address: table(limits.address),
            user: table(limits.user),
            auth_address: table(limits.auth_address),
            login_email: table(limits.login_email),
        }
    }
}

/// How many questions pass between two looks at a table's size.
const LOOK_EVERY: u32 = 256;
/// How many counts are shared by the keys that find a table full.
const SHARED_COUNTS: u64 = 1024;

/// One measure's counts: at most `keys_max + LOOK_EVERY + SHARED_COUNTS` of them.
pub struct Table {
    limiter: Option<DefaultKeyedRateLimiter<u64>>,
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
    /// How long to wait, when there were too many.
    pub fn take(&self, key: impl Hash) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed) % LOOK_EVERY == LOOK_EVERY - 1 {
            self.look(limiter);
        }
        let mut key = self.hashing.hash_one(key);
        if self.is_full.load(Ordering::Relaxed) {
            key %= SHARED_COUNTS;
        }
        limiter.check_key(&key).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Forgets keys that have their whole burst back, when there are too many.
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

/// Counts every request by its client address.
pub async fn by_address(State(site): State<Shared>, request: Request, next: Next) -> Response {
    if let Some(client) = request.extensions().get::<Client>()
        && let Err(wait) = site.rates.address.take(client.network())
    {
        return Problem::too_often("requests from your address", wait).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::{Duration, LOOK_EVERY, Rate, SHARED_COUNTS, Table};

    #[test]
    fn the_burst_passes_and_the_next_is_told_to_wait() {
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
    fn a_table_stays_bounded_however_many_come() {
        let table = Table::new(Rate { burst: 1000, per: Duration::from_secs(3600) }, 1000);
        for key in 0..20_000_u32 {
            let _ = table.take(key);
        }
        let keys = table.limiter.as_ref().map_or(0, governor::RateLimiter::len);
        assert!(keys <= 1000 + LOOK_EVERY as usize + SHARED_COUNTS as usize, "{keys} keys");
    }
}
