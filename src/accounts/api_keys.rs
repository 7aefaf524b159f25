//! API keys of other people's backends: made, listed and revoked by operators; followed on every node, so that a key that another
//! node or a command made is known, and one that it revoked is refused and its sockets closed, within a second.
//!
//! **Invariant:** a key that was revoked before a reading began is not known after it: readings do not overlap.

use std::{sync::Arc, time::Duration};

use actors::protocol::LoginId;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::{Accounts, Shared};
use crate::{
    auth::{ApiKeyId, AuthError, keys::NewApiKey},
    storage::{ApiKey, StoreError},
};

/// API keys, at most: each reading has all of them.
pub const API_KEYS_MAX: u32 = 1_000;
/// How often nodes that share a database read the table: a revocation is effective within a second.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long after a token named an unknown key it is read: tokens that name made-up keys cost the database no more than this.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The outcome of a request for an API key.
#[derive(Debug)]
pub enum ApiKeyMade {
    /// It can be used.
    Made(Box<MadeApiKey>),
    /// There are [`API_KEYS_MAX`] already.
    TooMany,
    /// The name or the public key cannot be used, or nothing can be sealed, for this reason.
    Refused(String),
}

/// A new key; its secret is told only now.
#[derive(Debug)]
pub struct MadeApiKey {
    /// As it is stored.
    pub key: ApiKey,
    /// The secret, if it has one.
    pub secret: Option<secrecy::SecretString>,
}

impl Accounts {
    /// Makes an API key: with a public key in PEM an EdDSA key, else an HS256 key with a random secret.
    ///
    /// # Errors
    /// `Store`.
    pub async fn make_api_key(&self, name: String, public_key: Option<String>) -> Result<ApiKeyMade, AuthError> {
        let change = |accounts: Arc<Shared>| async move {
            let now = accounts.parts.clock.now();
            let made = accounts.parts.tokens.api_keys().make(&name, public_key.as_deref(), now);
            let NewApiKey { row, secret } = match made {
                Ok(made) => made,
                Err(why) => return Ok(ApiKeyMade::Refused(format!("{why:#}"))),
            };
            if !accounts.store().add_api_key(&row, API_KEYS_MAX).await? {
                return Ok(ApiKeyMade::TooMany);
            }
            accounts.read_api_keys().await?;
            Ok(ApiKeyMade::Made(Box::new(MadeApiKey { key: row, secret })))
        };
        self.change("make an API key", change).await
    }

    /// All API keys, the oldest first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, AuthError> {
        Ok(self.0.store().api_keys().await?)
    }

    /// Revokes an API key: here its tokens are refused and its sockets closed when this returns, on other nodes within a second;
    /// false when there is none.
    ///
    /// # Errors
    /// `Store`.
    pub async fn revoke_api_key(&self, id: ApiKeyId) -> Result<bool, AuthError> {
        let change = |accounts: Arc<Shared>| async move {
            let is_removed = accounts.store().remove_api_key(id.0).await?;
            accounts.read_api_keys().await?;
            Ok(is_removed)
        };
        self.change("revoke an API key", change).await
    }

    /// Until `stop`: follows what other nodes and commands do with keys. Only nodes that share a database need it. While the
    /// database is away, what was known stays known.
    pub async fn follow_api_keys(self, stop: CancellationToken) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (keys, mut is_away) = (Arc::clone(self.0.parts.tokens.api_keys()), false);
        keys.follow();
        loop {
            tokio::select! {
                biased; // stop first: at the next start the table is read
                () = stop.cancelled() => return,
                () = keys.met_unknown() => sleep(LOOK_AGAIN_AFTER).await,
                _ = look.tick() => {}
            }
            match self.0.read_api_keys().await {
                Ok(()) => is_away = false,
                Err(why) if is_away => tracing::debug!(%why, "still cannot read the API keys"),
                Err(why) => {
                    tracing::warn!(%why, "cannot read the API keys; those that are known stay valid here");
                    is_away = true;
                }
            }
        }
    }
}

impl Shared {
    /// Reads all keys; what is gone is refused from then on, and its sockets are closed.
    async fn read_api_keys(&self) -> Result<(), StoreError> {
        let _turn = self.reading_api_keys.lock().await;
        let keys = self.parts.tokens.api_keys();
        let reading = keys.begin_reading();
        let gone = keys.replace(self.store().api_keys().await?);
        keys.end_reading(reading);
        for gone in gone {
            tracing::info!(key = %gone, "an API key was revoked");
            self.parts.live.end_login_here(LoginId::from_u128(gone.0.as_u128())).await;
        }
        Ok(())
    }
}
