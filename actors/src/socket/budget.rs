//! Rate limits: one hierarchy of budgets, socket ⊂ user ⊂ address, in tokens.
//!
//! A budget refills at a rate and holds at most a burst. The cost of a message is weighted by its cost to others: a join
//! is sent to every member. All sockets of a user or address on the node share its budget; a full budget is evicted, so an
//! idle socket has no entry.
//!
//! **Invariants:** no budget grants more than its burst plus its rate (`gcra`'s properties); the number of entries is
//! bounded.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use dashmap::DashMap;

use crate::{protocol::UserId, settings::BudgetLimits};

mod cost;
mod gcra;
mod penalty;
mod purse;

pub(crate) use cost::Cost;
use gcra::{Bucket, Rate};
use purse::Sharers;
pub(crate) use purse::{Charge, Payer, Purse};

/// Maximum entries; beyond it new keys share one. A hundred thousand sockets need two each while they are active.
const ENTRIES_MAX: usize = 400_000;
/// Minimum lifetime of an entry, so that a steady client does not create one for each message.
const ENTRY_MIN: Duration = Duration::from_secs(1);
/// Entries checked for eviction whenever one is added: more than one, so that their number can shrink.
const SWEPT_PER_ADDITION: usize = 3;

/// A client's address for budgets: an IPv4 address, or the /64 prefix of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(u64);

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            // No host has a /64 that begins with 32 zero bits (RFC 4291 §2.4).
            IpAddr::V4(v4) => Self(v4.to_bits().into()),
            IpAddr::V6(v6) => Self((v6.to_bits() >> 64) as u64),
        }
    }
}

/// The owner of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    User(UserId),
    Address(Address),
}

/// The budget that all sockets of one user or address share.
#[derive(Debug, Default)]
struct Shared {
    tokens: Bucket,
    /// How much may still be granted for answers that others demand.
    grants: Bucket,
}

/// The insufficient budget, and in how many nanoseconds it suffices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Short {
    /// The socket's or its user's.
    Own(u64),
    /// The address's: other clients may have spent it.
    Address(u64),
}

/// The budgets of one node.
pub struct Budgets {
    limits: BudgetLimits,
    start: Instant,
    socket: Rate,
    user: Rate,
    address: Rate,
    grants: Rate,
    entries: DashMap<Key, Shared, foldhash::fast::RandomState>,
    /// When to check each entry, roughly soonest first.
    due: Mutex<VecDeque<(u64, Key)>>,
    count: AtomicUsize,
    overflow: Shared,
}

/// An address has opened too many connections: retry after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many connections from this address: retry after {} ms", .retry_after.as_millis())]
pub struct TooManyConnections {
    /// How long to wait.
    pub retry_after: Duration,
}

impl Budgets {
    /// Every budget is full.
    #[must_use]
    pub fn new(limits: BudgetLimits, now: Instant) -> Self {
        let rate = |factor: u32| {
            let times = |tokens: u32| u64::from(tokens.max(1)) * u64::from(factor.max(1));
            Rate::new(times(limits.socket_per_second), times(limits.socket_burst))
        };
        let grants =
            |joins: u32| u64::from(limits.answer_grant) * u64::from(joins) * u64::from(limits.user_factor.max(1));
        Self {
            start: now,
            socket: rate(1),
            user: rate(limits.user_factor),
            address: rate(limits.address_factor),
            grants: Rate::new(grants(limits.room_joins_per_second).max(1), grants(limits.room_joins_burst).max(1)),
            entries: DashMap::default(),
            due: Mutex::default(),
            count: AtomicUsize::new(0),
            overflow: Shared::default(),
            limits,
        }
    }

    /// Charges the address for a new connection.
    ///
    /// # Errors
    /// [`TooManyConnections`] if the address's budget is spent.
    pub fn connect(&self, address: IpAddr, now: Instant) -> Result<(), TooManyConnections> {
        let (address, now) = (Address::from(address), self.nanos(now));
        let cost = self.address.nanos(Cost::Connect.tenths(&self.limits));
        self.with(&Key::Address(address), now, |shared| shared.tokens.take(self.address, now, cost))
            .map_err(|wait| TooManyConnections { retry_after: Duration::from_nanos(wait) })
    }

    /// Users and addresses whose budgets are not known to be full.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// The time in nanoseconds, as budgets count it.
    fn nanos(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX)
    }

    /// Takes from the user's and the address's budget, from both or from neither.
    fn take(&self, sharers: Sharers<'_>, now: u64, tenths: u64) -> Result<(), Short> {
        let user = sharers.user.map(|user| Key::User(user.clone()));
        if let Some(key) = &user {
            let taken = self.with(key, now, |shared| shared.tokens.take(self.user, now, self.user.nanos(tenths)));
            taken.map_err(Short::Own)?;
        }
        let key = Key::Address(sharers.address);
        let taken = self.with(&key, now, |shared| shared.tokens.take(self.address, now, self.address.nanos(tenths)));
        if let (Err(_), Some(key)) = (taken, &user) {
            self.with(key, now, |shared| shared.tokens.put_back(self.user.nanos(tenths)));
        }
        taken.map_err(Short::Address)
    }

    /// Charges both unconditionally: the debt is bounded.
    fn force(&self, sharers: Sharers<'_>, now: u64, tenths: u64) {
        if let Some(user) = sharers.user {
            self.with(&Key::User(user.clone()), now, |shared| {
                shared.tokens.force(self.user, now, self.user.nanos(tenths))
            });
        }
        let key = Key::Address(sharers.address);
        self.with(&key, now, |shared| shared.tokens.force(self.address, now, self.address.nanos(tenths)));
    }

    /// Whether this user may be granted this many tokens for answers: all their sockets together get at most as many as
    /// room joins can demand, so that two colluding clients cannot grant each other more.
    fn may_grant(&self, user: &UserId, now: u64, tokens: u32) -> bool {
        let cost = self.grants.nanos(u64::from(tokens) * 10);
        self.with(&Key::User(user.clone()), now, |shared| shared.grants.take(self.grants, now, cost)).is_ok()
    }

    fn with<T>(&self, key: &Key, now: u64, f: impl FnOnce(&Shared) -> T) -> T {
        if let Some(shared) = self.entries.get(key) {
            return f(&shared);
        }
        if self.entries() >= ENTRIES_MAX {
            self.sweep(now);
            return f(&self.overflow);
        }
        self.sweep(now);
        let shared = self.entries.entry(key.clone()).or_insert_with(|| {
            self.count.fetch_add(1, Ordering::Relaxed);
            let due = now.saturating_add(ENTRY_MIN.as_nanos() as u64);
            self.due.lock().unwrap_or_else(PoisonError::into_inner).push_back((due, key.clone()));
            Shared::default()
        });
        f(&shared)
    }

    /// Evicts some entries whose budgets are full.
    fn sweep(&self, now: u64) {
        for _ in 0..SWEPT_PER_ADDITION {
            let mut queue = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((_, key)) = queue.pop_front_if(|(due, _)| *due <= now) else { return };
            drop(queue); // never held together with a shard of the map by this thread
            let mut due = now;
            let is_full = |_: &Key, shared: &Shared| {
                due = shared.tokens.full_at().max(shared.grants.full_at());
                due <= now
            };
            if self.entries.remove_if(&key, is_full).is_some() {
                self.count.fetch_sub(1, Ordering::Relaxed);
            } else {
                self.due.lock().unwrap_or_else(PoisonError::into_inner).push_back((due, key));
            }
        }
    }
}

#[cfg(test)]
mod tests;
