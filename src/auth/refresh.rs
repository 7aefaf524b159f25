//! The refresh token: 256 random bits, opaque; the database stores only their SHA-256.

use std::str::FromStr;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::storage::{Nonce, TokenHash};

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

    /// A new token.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The token that replaces this one: always the same for the same nonce, so that a client whose answer was lost gets
    /// it again. It cannot be computed from the token alone, or from the database alone.
    #[must_use]
    pub fn successor(&self, nonce: &Nonce) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(b"aldis refresh token");
        mac.update(nonce);
        Self(mac.finalize().into_bytes().into())
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

#[cfg(test)]
mod tests {
    use super::RefreshToken;

    #[test]
    fn a_refresh_token_is_43_characters_and_nothing_else_is_one() {
        let token = RefreshToken::random();
        let text = token.expose();
        assert_eq!((text.len(), text.parse().as_ref()), (43, Ok(&token)));
        assert_eq!(format!("{token:?}"), "RefreshToken(…)");
        for wrong in ["", "a", &text[1..], &format!("{text}a"), &format!("{}=", &text[1..]), &"!".repeat(43)] {
            assert!(wrong.parse::<RefreshToken>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_successor_depends_on_the_token_and_on_the_nonce_and_on_nothing_else() {
        let (token, other) = (RefreshToken::random(), RefreshToken::random());
        let next = token.successor(&[1; 32]);
        assert_eq!(next, token.successor(&[1; 32]));
        for different in [token.successor(&[2; 32]), other.successor(&[1; 32]), token.clone()] {
            assert_ne!(next, different);
        }
    }
}
