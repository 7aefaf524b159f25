//! From ended sessions in the database to refused tokens and closed sockets.
//!
//! After a commit, each end is told to the actor system, which tells all nodes. After a commit that was not confirmed, the
//! table is read again until the database has had time to decide; the same at start.

use std::{sync::Mutex, sync::PoisonError, time::Duration};

use actors::{
    ports::{Revocation, RevocationScope},
    protocol::{LoginId, UserId},
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Accounts, Shared};
use crate::{
    auth::{AuthError, Clock, Tokens},
    storage::{self, End, Store, StoreError},
};

/// How often the table is read while ends are in doubt.
const READ_EVERY: Duration = Duration::from_millis(500);
/// How long a commit that was not confirmed may still take effect: several times the timeout of a statement.
const IN_DOUBT_FOR: SignedDuration = SignedDuration::from_secs(10);

/// Until when ends may appear in the database that this node was not told of.
#[derive(Default)]
pub(super) struct Doubt {
    until: Mutex<Option<Timestamp>>,
    more: Notify,
}

/// Fills the memory at start with all revocations that still matter, and with the API keys.
///
/// # Errors
/// The database cannot be read.
pub async fn restore(store: &dyn Store, tokens: &Tokens, clock: &Clock) -> Result<(), StoreError> {
    for known in store.revocations(clock.now()).await? {
        tokens.revoked().add(&revocation(&known));
    }
    tokens.api_keys().replace(store.api_keys().await?); // before there are sockets
    Ok(())
}

impl Accounts {
    /// Until `stop`: after a commit that was not confirmed, looks at what has ended; goes on with deletions of accounts.
    pub async fn settle(self, stop: CancellationToken) {
        let (doubt, clock) = (&self.0.doubt, &self.0.parts.clock);
        loop {
            // Stop first: at the next start the table is read.
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = doubt.more.notified() => {}
            }
            loop {
                let is_read = self.0.read_again().await;
                // Deletions that were interrupted go on at once; if they cannot, the sweep goes on with them.
                if let Err(why) = self.0.finish_removals().await {
                    tracing::debug!(%why, "cannot go on with deletions yet");
                }
                if is_read && doubt.is_over(clock.now()) {
                    break;
                }
                tokio::select! {
                    biased; // as above
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(READ_EVERY) => {}
                }
            }
        }
    }
}

impl Doubt {
    fn is_over(&self, now: Timestamp) -> bool {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = until.is_none_or(|until| until <= now);
        if is_over {
            *until = None;
        }
        is_over
    }
}

impl Shared {
    /// The outcome of a statement that ends sessions; if it is unknown, the table is read again in the background.
    pub(super) fn noting_doubt<T>(&self, outcome: Result<T, StoreError>) -> Result<T, AuthError> {
        if let Err(StoreError::Unknown(_)) = outcome {
            self.in_doubt();
        }
        Ok(outcome?)
    }

    /// Something was left undone, or may have been: it is looked at in the background.
    pub(super) fn in_doubt(&self) {
        let until = self.parts.clock.now().checked_add(IN_DOUBT_FOR).unwrap_or(Timestamp::MAX);
        *self.doubt.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        self.doubt.more.notify_one();
    }

    /// These sessions have ended.
    pub(super) async fn sessions_ended(&self, user: Uuid, sessions: impl IntoIterator<Item = Uuid>) {
        for session in sessions {
            self.parts.live.revoke(of_session(user.into(), session)).await;
        }
    }

    /// All sessions of this user have ended.
    pub(super) async fn user_ended(&self, user: impl Into<UserId>, end: End) {
        self.parts.live.revoke(of_user(user.into(), end)).await;
    }

    /// Tells the actor system of ends that are new to this node; false when the database cannot be read.
    async fn read_again(&self) -> bool {
        let Ok(known) = self.store().revocations(self.parts.clock.now()).await else { return false };
        for known in known {
            let revocation = revocation(&known);
            if self.parts.tokens.revoked().add(&revocation) {
                self.parts.live.revoke(revocation).await;
            }
        }
        true
    }
}

/// What the actor system knows it as.
pub(super) fn revocation(known: &storage::Revocation) -> Revocation {
    match known.session {
        Some(session) => of_session(known.user.clone(), session),
        None => of_user(known.user.clone(), known.end),
    }
}

fn of_session(user: UserId, session: Uuid) -> Revocation {
    let scope = RevocationScope::Session(LoginId::from_u128(session.as_u128()));
    Revocation { user, scope }
}

fn of_user(user: UserId, end: End) -> Revocation {
    let at = u64::try_from(end.at.as_millisecond()).unwrap_or(0);
    Revocation { user, scope: RevocationScope::AllBefore(at) }
}
