//! Other issuers of access tokens: their names, their public keys, and how these are kept up to date.
//!
//! `keys` reads a key set (RFC 7517) and prepares its keys, `fetch` gets it, `following` decides when. Tokens ask `Issuer::find`,
//! which never waits. Must not know what a token says.

mod fetch;
mod following;
mod kept;
mod keys;
#[cfg(test)]
pub(crate) mod tests;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use jiff::{SignedDuration, Timestamp};
use metrics::{describe_counter, describe_gauge};
use tokio::sync::Notify;

pub use fetch::{FetchError, KeySource, Web};
pub use following::NoKeys;
pub use kept::Kept;
pub(in crate::auth) use keys::Verifying;
pub use keys::{Algorithm, KeySet, KeysError, Unusable};

/// Keys that verify now, by issuer.
const KEYS: &str = "aldis_issuer_keys";
/// Attempts to fetch keys, by issuer and result.
const FETCHES: &str = "aldis_issuer_key_fetches_total";

/// Limits of other issuers' keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest key set, in bytes: a key with a certificate chain has some 4 KiB.
    pub bytes_max: usize,
    /// Keys of a set, at most.
    pub keys_max: usize,
    /// Timeout of fetching it, from the name's look-up to the last byte.
    pub within: Duration,
    /// How often it is fetched: so long a key that was withdrawn verifies at most.
    pub every: Duration,
    /// How often it is fetched at most, because tokens name unknown keys: anybody can make up a name.
    pub again_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 256 * 1_024,
            keys_max: 64,
            within: Duration::from_secs(5),
            every: Duration::from_secs(5 * 60),
            again_after: Duration::from_secs(10),
        }
    }
}

/// An operator's settings for an issuer.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuerSettings {
    /// The claim `iss` of its tokens.
    pub issuer: Arc<str>,
    /// Where its keys are.
    pub jwks_url: String,
    /// The value that the claim `aud` must equal, or contain.
    pub audience: String,
    /// Prefix of its users' ids here. The configuration's rules ensure that no other ids have it.
    pub user_prefix: String,
    /// How its tokens may be signed.
    pub algorithms: Vec<Algorithm>,
    /// Which claims are read.
    pub claims: ClaimNames,
}

/// The claims that are read: each a name, or a path in JSON (RFC 6901) that begins with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// Who it is.
    pub user: String,
    /// What others see.
    pub name: String,
    /// The room that the token is for, if tokens are for one.
    pub room: Option<String>,
    /// What its bearer is there, if tokens say so.
    pub role: Option<String>,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self { user: "sub".to_owned(), name: "name".to_owned(), room: None, role: None }
    }
}

/// All other issuers of this node.
pub struct Issuers {
    all: Vec<Issuer>,
    source: Arc<dyn KeySource>,
    limits: Limits,
}

impl Issuers {
    /// These issuers, whose keys are fetched from `source` once `follow` runs.
    #[must_use]
    pub fn new(settings: Vec<IssuerSettings>, source: Arc<dyn KeySource>, limits: Limits) -> Self {
        Self { all: settings.into_iter().map(Issuer::new).collect(), source, limits }
    }

    /// The issuer with this name.
    pub(in crate::auth) fn named(&self, iss: &str) -> Option<&Issuer> {
        self.all.iter().find(|issuer| &*issuer.settings.issuer == iss)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Finds the key that signed a token of this issuer. Never waits: an unknown key is looked up in the background.
    ///
    /// # Errors
    /// There is none; the error says whether to try again.
    pub(in crate::auth) fn find(
        &self,
        issuer: &Issuer,
        key: (Option<&str>, Algorithm),
        now: Timestamp,
    ) -> Result<Arc<Verifying>, Missing> {
        issuer.find(key, now, self.limits.again_after)
    }
}

/// One other issuer, and its keys as they are known now.
pub(in crate::auth) struct Issuer {
    pub(in crate::auth) settings: IssuerSettings,
    /// None until they were fetched for the first time.
    known: ArcSwapOption<Known>,
    /// Told when a token names a key that is not known.
    wanted: Notify,
}

/// Keys, and how new they are.
struct Known {
    keys: KeySet,
    /// When the request began that was answered with them.
    asked_at: Timestamp,
}

/// Why there is no key for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::auth) enum Missing {
    /// The keys were not fetched yet, or this one may be newer than they are: they are fetched as soon as may be.
    NotYet,
    /// The issuer has no such key.
    Unknown,
    /// The key is for another algorithm.
    OtherAlgorithm,
}

impl Issuer {
    fn new(settings: IssuerSettings) -> Self {
        Self { settings, known: ArcSwapOption::empty(), wanted: Notify::new() }
    }

    fn find(
        &self,
        (kid, algorithm): (Option<&str>, Algorithm),
        now: Timestamp,
        again_after: Duration,
    ) -> Result<Arc<Verifying>, Missing> {
        let known = self.known.load();
        let found = known.as_ref().map_or(Err(Missing::NotYet), |known| known.keys.find(kid, algorithm));
        let Err(Missing::Unknown | Missing::NotYet) = found else { return found };
        self.wanted.notify_one();
        // A set that was fetched just now has all keys that there are; an older one may lack the newest.
        let age = known.as_ref().map(|known| known.asked_at.duration_until(now));
        let fresh = SignedDuration::ZERO..SignedDuration::try_from(again_after).unwrap_or(SignedDuration::MAX);
        if age.is_some_and(|age| fresh.contains(&age)) { found } else { Err(Missing::NotYet) }
    }
}

/// Describes these metrics to the recorder; once, after it is installed.
pub fn describe_metrics() {
    describe_gauge!(KEYS, "Keys of other issuers that verify tokens now, by issuer.");
    describe_counter!(FETCHES, "Attempts to fetch the keys of other issuers, by issuer and result.");
}
