//! The access tokens that may no longer be used, in memory: every token is compared with it, without a database.
//!
//! Filled at start from the table `revocations`, and by the actor system whenever a session ends on any node.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use actors::{
    ports::{Revocation, RevocationScope},
    protocol::UserId,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Clock, Identity, LIFE_MAX};

/// Entries added between two searches for those that no longer matter.
const SWEEP_EVERY: usize = 1_024;

/// What is revoked: some 50 bytes for each session that ended within `LIFE_MAX`.
pub struct Revoked {
    clock: Clock,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// Tokens of a user are refused if minted before this time, in milliseconds since 1970.
    users: HashMap<UserId, u64>,
    /// Sessions that ended, and when that was noted.
    sessions: HashMap<Uuid, Timestamp>,
    added: usize,
}

impl Revoked {
    /// Nothing is revoked yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, known: RwLock::default() }
    }

    /// Whether a token of this identity may no longer be used.
    #[must_use]
    pub fn includes(&self, identity: &Identity) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let issued = u64::try_from(identity.issued.as_millisecond()).unwrap_or(0);
        known.users.get(&identity.user).is_some_and(|before| issued < *before)
            || identity.session.is_some_and(|session| known.sessions.contains_key(&session))
    }

    /// The first whole second, since 1970, in which a token of this user may be minted.
    #[must_use]
    pub fn first_second_after(&self, user: &UserId) -> i64 {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.users.get(user).map_or(0, |before| i64::try_from(before.div_ceil(1_000)).unwrap_or(i64::MAX))
    }

    /// Adds a revocation; false when it was known.
    pub fn add(&self, revocation: &Revocation) -> bool {
        let now = self.clock.now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = match revocation.scope {
            RevocationScope::AllBefore(unix_ms) => {
                let before = known.users.entry(revocation.user.clone()).or_default();
                let is_new = *before < unix_ms;
                *before = unix_ms.max(*before);
                is_new
            }
            RevocationScope::Session(session) => {
                known.sessions.insert(Uuid::from_u128(session.as_u128()), now).is_none()
            }
        };
        known.added += 1;
        if known.added >= SWEEP_EVERY {
            known.sweep(now);
        }
        is_new
    }
}

impl actors::ports::Revocations for Revoked {
    fn revoked(&self, revocation: &Revocation) {
        self.add(revocation);
    }
}

impl Known {
    /// Forgets what no token can be as old as.
    fn sweep(&mut self, now: Timestamp) {
        self.added = 0;
        let oldest = now.checked_sub(SignedDuration::try_from(LIFE_MAX).unwrap_or_default()).unwrap_or(Timestamp::MIN);
        let oldest_ms = u64::try_from(oldest.as_millisecond()).unwrap_or(0);
        self.users.retain(|_, before| *before > oldest_ms);
        self.sessions.retain(|_, noted| *noted > oldest);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use actors::{
        ports::{Revocation, RevocationScope},
        protocol::{LoginId, UserId},
    };

    use super::{Clock, Identity, Revoked, SWEEP_EVERY, Timestamp, Uuid};

    const ANN: UserId = UserId::from_u128(1);

    fn identity(issued_ms: i64, session: Option<u128>) -> Identity {
        Identity {
            user: ANN,
            account: None,
            name: "Ann".to_owned(),
            expires: Timestamp::MAX,
            issued: Timestamp::from_millisecond(issued_ms).expect("a time"),
            session: session.map(Uuid::from_u128),
            grants: None,
            issuer: None,
        }
    }

    fn all_before(user: u128, unix_ms: u64) -> Revocation {
        Revocation { user: UserId::from_u128(user), scope: RevocationScope::AllBefore(unix_ms) }
    }

    fn clock(seconds: &Arc<AtomicI64>) -> Clock {
        let seconds = Arc::clone(seconds);
        Clock::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).expect("a time"))
    }

    #[test]
    fn tokens_minted_before_the_end_are_refused_and_later_ones_are_not() {
        let revoked = Revoked::new(clock(&Arc::default()));
        assert!(revoked.add(&all_before(1, 2_500)));
        assert!(revoked.includes(&identity(2_000, None)) && !revoked.includes(&identity(3_000, None)));
        assert_eq!((revoked.first_second_after(&ANN), revoked.first_second_after(&UserId::from_u128(2))), (3, 0));
        assert!(!revoked.add(&all_before(1, 1_000)), "an earlier end changes nothing");
        assert!(revoked.includes(&identity(2_000, None)));
    }

    #[test]
    fn tokens_of_an_ended_session_are_refused_and_those_of_others_are_not() {
        let revoked = Revoked::new(clock(&Arc::default()));
        let scope = RevocationScope::Session(LoginId::from_u128(7));
        assert!(revoked.add(&Revocation { user: UserId::from_u128(1), scope }));
        assert!(revoked.includes(&identity(0, Some(7))));
        assert!(!revoked.includes(&identity(0, Some(8))) && !revoked.includes(&identity(0, None)));
    }

    #[test]
    fn what_no_token_is_as_old_as_is_forgotten() {
        let now = Arc::new(AtomicI64::new(0));
        let revoked = Revoked::new(clock(&now));
        revoked.add(&all_before(1, 2_500));
        now.store(31 * 24 * 3_600, Ordering::SeqCst);
        for user in 0..SWEEP_EVERY as u128 {
            revoked.add(&all_before(user + 2, 31 * 24 * 3_600_000));
        }
        assert!(!revoked.includes(&identity(0, None)));
    }
}
