//! The refresh token: 256 random bits, opaque; the database stores only their SHA-256.

use std::{str::FromStr, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::storage::{Issued, TokenHash};

/// A refresh token's secret. Never logged: its `Debug` is empty.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken([u8; 32]);

/// Not a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a refresh token is 43 characters of base64url")]
pub struct NotARefreshToken;

impl RefreshToken {
    /// The form as a regular expression, for the API documents.
    pub const PATTERN: &'static str = "^[A-Za-z0-9_-]{43}$";

    /// A new token, valid from `now` for `ttl`, and its stored form.
    #[must_use]
    pub fn issue(now: Timestamp, ttl: Duration) -> (Self, Issued) {
        let token = Self(rand::random());
        let ttl = SignedDuration::try_from(ttl).unwrap_or(SignedDuration::MAX);
        let expires_at = now.checked_add(ttl).unwrap_or(Timestamp::MAX);
        let issued = Issued { hash: token.hash(), issued_at: now, expires_at };
        (token, issued)
    }

    /// The stored hash. A plain one suffices: 256 bits cannot be guessed.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }

    /// The text, for its owner only.
    #[must_use]
    pub fn expose(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl FromStr for RefreshToken {
    type Err = NotARefreshToken;

    fn from_str(text: &str) -> Result<Self, NotARefreshToken> {
        let mut bytes = [0; 32];
        match BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(32) => Ok(Self(bytes)),
            Ok(_) | Err(_) => Err(NotARefreshToken),
        }
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}
