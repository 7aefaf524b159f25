//! The API keys that other people's backends sign tokens with, in memory: tokens are verified without a database.
//!
//! Of an HS256 key the database has the secret sealed, of an EdDSA key only the public half. Must not know HTTP, what a token
//! grants, nor when the table is read (`accounts::api_keys`).

mod asked;
mod id;
mod sealing;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context as _, ensure};
use arc_swap::ArcSwap;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::SecretString;
use tokio::sync::Notify;
use uuid::Uuid;

pub use id::{ApiKeyId, NotAnApiKeyId};
pub use sealing::Sealing;

use self::asked::Asked;
use crate::storage::{ApiAlgorithm, ApiKey};

/// Longest name of a key, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Largest public key in PEM: one of Ed25519 has 113 bytes.
const PEM_BYTES_MAX: usize = 1_000;

/// A key that verifies.
pub(in crate::auth) struct Verifying {
    pub(in crate::auth) algorithm: Algorithm,
    pub(in crate::auth) key: DecodingKey,
    /// As it is stored: what is unchanged is not opened again.
    stored: ApiKey,
}

/// A new key, to be stored.
pub struct NewApiKey {
    /// As it is stored.
    pub row: ApiKey,
    /// The secret of an HS256 key, which is told only now.
    pub secret: Option<SecretString>,
}

/// The API keys of this node or cluster.
pub struct ApiKeyring {
    sealing: Sealing,
    live: ArcSwap<HashMap<ApiKeyId, Arc<Verifying>>>,
    /// Keys that cannot be used here, so that each is logged once.
    left_out: Mutex<HashSet<Uuid>>,
    /// Told when a token names a key that is not known here.
    unknown: Notify,
    asked: Mutex<Asked>,
    /// Whether others may make keys, which are read after a while.
    is_followed: AtomicBool,
}

impl ApiKeyring {
    /// No keys yet; their secrets are sealed by `sealing`.
    #[must_use]
    pub fn new(sealing: Sealing) -> Self {
        Self {
            sealing,
            live: ArcSwap::default(),
            left_out: Mutex::default(),
            unknown: Notify::new(),
            asked: Mutex::default(),
            is_followed: AtomicBool::new(false),
        }
    }

    /// A new key: with a public key (Ed25519, SPKI in PEM) an EdDSA key, without one an HS256 key with a random secret.
    ///
    /// # Errors
    /// The name or the public key cannot be used, or there is no secret to seal with. The text names the remedy.
    pub fn make(&self, name: &str, public_key: Option<&str>, now: Timestamp) -> anyhow::Result<NewApiKey> {
        let name = name.trim();
        let chars = name.chars().count();
        ensure!(
            (1..=NAME_CHARS_MAX).contains(&chars) && !name.chars().any(char::is_control),
            "the name of an API key has 1 to {NAME_CHARS_MAX} characters, none of them a control character"
        );
        let created_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let (id, name) = (Uuid::new_v4(), name.to_owned());
        if let Some(pem) = public_key {
            let pem = pem.trim();
            let is_fit = pem.len() <= PEM_BYTES_MAX && pem.starts_with("-----BEGIN PUBLIC KEY-----");
            ensure!(
                is_fit && DecodingKey::from_ed_pem(pem.as_bytes()).is_ok(),
                "this is no public key of Ed25519 in PEM → openssl pkey -in private.pem -pubout"
            );
            let row = ApiKey { id, name, algorithm: ApiAlgorithm::EdDsa, material: pem.into(), created_at };
            return Ok(NewApiKey { row, secret: None });
        }
        let secret = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let sealed = self.sealing.to_seal()?.seal(&ApiKeyId(id).to_string(), secret.as_bytes())?;
        let row = ApiKey { id, name, algorithm: ApiAlgorithm::Hs256, material: sealed, created_at };
        Ok(NewApiKey { row, secret: Some(secret.into()) })
    }

    /// From now on these keys verify, and no others; returns the ids of those that did and do no longer.
    pub fn replace(&self, rows: Vec<ApiKey>) -> Vec<ApiKeyId> {
        let former = self.live.load_full();
        let (mut live, mut left_out) = (HashMap::with_capacity(rows.len()), HashSet::new());
        for row in rows {
            let id = ApiKeyId(row.id);
            if let Some(same) = former.get(&id).filter(|known| known.stored == row) {
                live.insert(id, Arc::clone(same));
                continue;
            }
            let raw = row.id;
            match self.opened(row) {
                Ok(key) => drop(live.insert(id, Arc::new(key))),
                Err(why) => {
                    if !self.known_to_be_left_out(raw) {
                        tracing::warn!(key = %id, why = format!("{why:#}"), "an API key is left out: its tokens are refused here");
                    }
                    left_out.insert(raw);
                }
            }
        }
        *self.left_out.lock().unwrap_or_else(PoisonError::into_inner) = left_out;
        let gone: Vec<_> = former.keys().filter(|id| !live.contains_key(*id)).copied().collect();
        gone.iter().for_each(|id| self.asked().gone(*id));
        self.live.store(Arc::new(live));
        gone
    }

    /// From now on the table is read again and again, and whenever a token names an unknown key.
    pub fn follow(&self) {
        self.is_followed.store(true, Ordering::SeqCst);
    }

    /// The table begins to be read; returns the number of the reading.
    pub fn begin_reading(&self) -> u64 {
        self.asked().begin()
    }

    /// The keys have been [replaced](Self::replace) by what this reading has found.
    pub fn end_reading(&self, reading: u64) {
        self.asked().end(reading);
    }

    /// Whether a key that is not known here may be known in a moment: another node may have made it just now.
    pub(in crate::auth) fn may_come(&self, id: ApiKeyId) -> bool {
        self.is_followed.load(Ordering::SeqCst) && self.asked().may_come(id)
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_to_be_left_out(&self, id: Uuid) -> bool {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    fn opened(&self, stored: ApiKey) -> anyhow::Result<Verifying> {
        let (algorithm, key) = match stored.algorithm {
            ApiAlgorithm::Hs256 => {
                let secret = self.sealing.to_open()?.open(&ApiKeyId(stored.id).to_string(), &stored.material)?;
                (Algorithm::HS256, DecodingKey::from_secret(&secret))
            }
            ApiAlgorithm::EdDsa => {
                let key = DecodingKey::from_ed_pem(&stored.material).context("it is no public key of Ed25519")?;
                (Algorithm::EdDSA, key)
            }
        };
        Ok(Verifying { algorithm, key, stored })
    }

    /// The key with this id; that there is none is told to `met_unknown`.
    pub(in crate::auth) fn find(&self, id: ApiKeyId) -> Option<Arc<Verifying>> {
        let found = self.live.load().get(&id).map(Arc::clone);
        if found.is_none() {
            self.unknown.notify_one();
        }
        found
    }

    /// Until a token names a key that is not known here.
    pub async fn met_unknown(&self) {
        self.unknown.notified().await;
    }
}

impl Default for ApiKeyring {
    fn default() -> Self {
        Self::new(Sealing::None)
    }
}

#[cfg(test)]
mod tests;
