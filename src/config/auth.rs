//! `[auth]`: who may have an account, whose tokens are accepted, lifetimes of tokens and the cost of password hashing. Must not know
//! keys.

mod issuer;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

pub use issuer::{Claims, Issuer, TokenAlgorithm};

/// Whether there are accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountsMode {
    /// People sign up and log in here.
    On,
    /// They do not: tokens come from other issuers and from backends with API keys.
    Off,
}

/// Who may sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignupMode {
    /// Anybody.
    Open,
    /// Whoever has an invite.
    Invite,
    /// Nobody.
    Closed,
}

/// Accounts, tokens and passwords.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Whether there are accounts.
    pub accounts: AccountsMode,
    /// Who may sign up.
    pub signup: SignupMode,
    /// Whether an account can be used only after its owner has opened a link in a mail.
    pub verify_email: bool,
    /// How long an account is kept that has to be verified and is not; its address is free again then.
    #[serde(with = "text::As::<Duration>")]
    pub unverified_ttl: Duration,
    /// Lifetime of an access token.
    #[serde(with = "text::As::<Duration>")]
    pub access_ttl: Duration,
    /// Lifetime of a refresh token; each use gives a new one.
    #[serde(with = "text::As::<Duration>")]
    pub refresh_ttl: Duration,
    /// How long after its first use the same use of a refresh token may be repeated. Later it ends the session.
    #[serde(with = "text::As::<Duration>")]
    pub refresh_grace: Duration,
    /// Sessions of a user; a further login ends the one used least recently.
    pub sessions_per_user_max: NonZeroUsize,
    /// Tolerated clock difference between nodes when a token's expiry is checked.
    #[serde(with = "text::As::<Duration>")]
    pub clock_leeway: Duration,
    /// How long a key signs before the next one does. Zero: until an operator rotates.
    #[serde(with = "text::As::<Duration>")]
    pub rotate_keys_every: Duration,
    /// A file with the secret that seals the signing keys in a PostgreSQL: the same for all nodes.
    pub key_secret_file: Option<PathBuf>,
    /// `iss` of every token. All nodes of a cluster share it.
    pub issuer: String,
    /// `aud` of every token.
    pub audience: String,
    /// Other issuers, whose tokens are good here, too.
    pub issuers: Vec<Issuer>,
    /// Memory of one argon2id hash: it slows an attacker's guesses, and every login on this node.
    pub argon2_memory: Size,
    /// Passes of argon2id over that memory.
    pub argon2_iterations: NonZeroU32,
    /// Concurrent hashes. Absent: half the cores, one or two. Memory: this × `argon2_memory`.
    pub hashing_parallel_max: Option<NonZeroUsize>,
    /// Logins queued for a hash; further ones are refused with 503.
    pub hashing_queue_max: NonZeroUsize,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            accounts: AccountsMode::On,
            signup: SignupMode::Open,
            verify_email: false,
            unverified_ttl: Duration::from_secs(7 * 24 * 60 * 60),
            access_ttl: Duration::from_secs(15 * 60),
            refresh_ttl: Duration::from_secs(30 * 24 * 60 * 60),
            refresh_grace: Duration::from_secs(10),
            sessions_per_user_max: text::count(50),
            clock_leeway: Duration::from_secs(5),
            rotate_keys_every: Duration::from_secs(30 * 24 * 60 * 60),
            key_secret_file: None,
            issuer: "aldis".to_owned(),
            audience: "aldis".to_owned(),
            issuers: Vec::new(),
            argon2_memory: Size::kib(19 * 1024),
            argon2_iterations: text::times(2),
            hashing_parallel_max: None,
            hashing_queue_max: text::count(64),
        }
    }
}
