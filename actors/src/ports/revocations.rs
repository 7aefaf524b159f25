//! Revocation of access tokens before they expire (RFC 7009): what is revoked, and who keeps it in memory.

use serde::{Deserialize, Serialize};

use super::Identity;
use crate::protocol::{LoginId, UserId};

/// Tokens of one user that are no longer valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revocation {
    /// The tokens' `sub`.
    pub user: UserId,
    /// Which of the user's tokens.
    pub scope: RevocationScope,
}

/// Which of a user's tokens are revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationScope {
    /// All that were issued before this time, in milliseconds since the Unix epoch.
    AllBefore(u64),
    /// All of one login session.
    Session(LoginId),
}

impl RevocationScope {
    /// Whether a token of this user with this identity is revoked.
    #[must_use]
    pub fn includes(self, identity: &Identity) -> bool {
        match self {
            Self::AllBefore(unix_ms) => identity.issued_ms < unix_ms,
            Self::Session(login) => identity.login == Some(login),
        }
    }
}

/// Keeps revocations in memory, so that the [`Verifier`](super::Verifier) refuses revoked tokens without a database.
pub trait Revocations: Send + Sync {
    /// From the return of this call on, such tokens are refused. Called on each node of the cluster, possibly more than
    /// once for one revocation; must not block.
    fn revoked(&self, revocation: &Revocation);
}

/// Keeps nothing: open sockets are closed, but their tokens remain valid until they expire.
impl Revocations for () {
    fn revoked(&self, _: &Revocation) {}
}
