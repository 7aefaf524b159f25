//! Accounts and sessions: sign up, log in, refresh, log out, change or reset the password, disable, delete.
//!
//! A change is one use case that runs as a task of its own: it commits, then the tokens it ends are refused and their
//! sockets closed, then its client is answered. Must not know: HTTP, cookies, addresses, SQL.

mod api_keys;
mod ending;
mod entering;
mod following;
mod invites;
mod mailing;
mod operating;
mod password;
mod recovery;
mod revoking;
mod sessions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actors::{ports::Grants, protocol::UserId};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    auth::{Aside, AuthError, Clock, DeviceId, Hasher, LIFE_MAX, RefreshToken, Settings, Subject, Tokens},
    changes::Changes,
    live::LiveRooms,
    rooms::Hosting,
    storage::{End, Store, User},
};

pub use api_keys::{API_KEYS_MAX, ApiKeyMade, MadeApiKey};
pub use entering::DEVICE_WITHIN;
pub use invites::InviteWish;
pub use mailing::Mailing;
pub use password::ChangePassword;
pub use recovery::{ResetPassword, VerifyEmail};
pub use revoking::restore;

/// A user who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The session.
    pub session: Uuid,
    /// Their access token, valid for `Settings::access_ttl`.
    pub access: String,
    /// Their refresh token, usable once, valid for `Settings::refresh_ttl`.
    pub refresh: RefreshToken,
}

/// The outcome of a sign-up.
#[derive(Debug)]
pub enum SignedUp {
    /// The account is made and logged in.
    In(Box<SignedIn>),
    /// A mail was sent to the address; whether the account is new, only its owner is told.
    Mailed,
}

/// The program that logs in.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// What it says about itself, for the list of sessions.
    pub name: String,
    /// The cookie that it is to be known by from now on, if it takes cookies.
    pub device: Option<DeviceId>,
}

impl From<&str> for Program {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), device: None }
    }
}

/// Accounts and sessions.
#[derive(Clone)]
pub struct Accounts(Arc<Shared>);

/// Dependencies of accounts.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Mints and verifies access tokens.
    pub tokens: Arc<Tokens>,
    /// Closes sockets.
    pub live: Arc<dyn LiveRooms>,
    /// Closes the rooms of deleted accounts.
    pub hosting: Hosting,
    /// Runs the changes.
    pub changes: Changes,
    /// Sends mails.
    pub mailing: Mailing,
    /// The time of day.
    pub clock: Clock,
}

struct Shared {
    parts: Parts,
    hasher: Arc<Hasher>,
    aside: Aside,
    settings: Settings,
    doubt: revoking::Doubt,
    following: following::Following,
    /// Held while the API keys are read.
    reading_api_keys: tokio::sync::Mutex<()>,
}

impl Accounts {
    /// Combines the parts. Hashes one password to prepare for unknown addresses, so it takes some 30 ms.
    ///
    /// # Errors
    /// argon2 refuses the parameters of `settings`.
    pub fn new(parts: Parts, settings: Settings) -> anyhow::Result<Self> {
        let hasher = Arc::new(Hasher::new(&settings)?);
        let aside = Aside::new(settings.hashing_at_once(), settings.hashing_queue_max);
        let (doubt, following) = (revoking::Doubt::default(), following::Following::default());
        let reading_api_keys = tokio::sync::Mutex::default();
        Ok(Self(Arc::new(Shared { parts, hasher, aside, settings, doubt, following, reading_api_keys })))
    }

    /// Mints and verifies access tokens.
    #[must_use]
    pub fn tokens(&self) -> &Arc<Tokens> {
        &self.0.parts.tokens
    }

    /// The configured limits.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The clock of the tokens.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.parts.clock
    }

    /// The account of a verified token.
    ///
    /// # Errors
    /// `Gone`, `Disabled`, `Store`.
    pub async fn account(&self, user: Uuid) -> Result<User, AuthError> {
        let user = self.0.parts.store.user_by_id(user).await?.ok_or(AuthError::Gone)?;
        if user.disabled { Err(AuthError::Disabled) } else { Ok(user) }
    }

    /// Deletes expired sessions, tokens, revocations, invites, links, devices, answers and unverified accounts, at most `limit` each, and
    /// goes on with deletions of accounts; answers how many rows. Called periodically by the composition root.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sweep(&self, limit: u32) -> Result<u64, AuthError> {
        let (store, now) = (&self.0.parts.store, self.clock().now());
        let mut forgotten = store.forget_expired(now, limit).await? + store.forget_revocations(now, limit).await?;
        forgotten += store.forget_invites(now, limit).await? + store.forget_links(now, limit).await?;
        forgotten += store.forget_unverified(now, limit).await? + self.0.finish_removals().await?;
        forgotten += store.forget_answers(now, limit).await?;
        Ok(forgotten + store.forget_expired_devices(now, limit).await?)
    }

    /// A token for somebody without an account, which grants this and nothing else. Signed on the background threads.
    ///
    /// # Errors
    /// `Broken`.
    pub async fn guest_token(&self, id: UserId, name: String, grants: Grants) -> Result<String, AuthError> {
        let tokens = Arc::clone(self.tokens());
        let mint = move || tokens.mint_granted(Subject { user: id, name: &name, session: None }, &grants);
        self.0.aside.moment(mint).await?
    }

    /// Running and waiting logins, for a gauge and for tests.
    #[must_use]
    pub fn logins_waiting(&self) -> usize {
        self.0.aside.depth()
    }

    /// Runs a use case to its end, whatever becomes of its client.
    async fn change<T, F>(&self, name: &'static str, change: impl FnOnce(Arc<Shared>) -> F) -> Result<T, AuthError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, AuthError>> + Send + 'static,
    {
        self.0.parts.changes.run(name, change(Arc::clone(&self.0))).await
    }
}

impl Shared {
    fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The end, now, of tokens that may live for `LIFE_MAX`.
    fn end(&self) -> End {
        let at = self.parts.clock.now();
        End { at, until: after(at, LIFE_MAX) }
    }

    fn expiry_of_refresh(&self, now: Timestamp) -> Timestamp {
        after(now, self.settings.refresh_ttl)
    }

    /// The answer to a login or a refresh. Signs on the background threads, before all waiting logins.
    async fn signed_in(&self, user: User, session: Uuid, refresh: RefreshToken) -> Result<SignedIn, AuthError> {
        let (tokens, id, name) = (Arc::clone(&self.parts.tokens), user.id, user.name.clone());
        let mint = move || tokens.mint(Subject { user: id.into(), name: &name, session: Some(session) });
        let access = self.aside.moment(mint).await??;
        Ok(SignedIn { user, session, access, refresh })
    }
}

fn after(at: Timestamp, span: std::time::Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}
