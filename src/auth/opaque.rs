//! Random secrets that are handed out once and stored only by their SHA-256: links by mail, invites, device cookies.

use std::str::FromStr;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A secret of `N` random bytes, written as base64url. Never logged: its `Debug` is empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque<const N: usize>([u8; N]);

/// The token of a link in a mail: 43 characters.
pub type LinkToken = Opaque<32>;
/// The code of an invite: 22 characters.
pub type InviteCode = Opaque<16>;
/// The cookie of a browser that has logged in: 22 characters.
pub type DeviceId = Opaque<16>;

/// Not of the form of such a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not one of ours")]
pub struct NotOpaque;

impl<const N: usize> Opaque<N> {
    /// A new one.
    #[must_use]
    pub fn random() -> Self
    where
        rand::distr::StandardUniform: rand::distr::Distribution<[u8; N]>,
    {
        Self(rand::random())
    }

    /// The stored hash. A plain one suffices: so many random bits cannot be guessed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The text, for its owner only.
    #[must_use]
    pub fn expose(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl<const N: usize> FromStr for Opaque<N> {
    type Err = NotOpaque;

    fn from_str(text: &str) -> Result<Self, NotOpaque> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| NotOpaque)?;
        bytes.try_into().map(Self).map_err(|_| NotOpaque)
    }
}

impl<const N: usize> std::fmt::Debug for Opaque<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opaque(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{InviteCode, LinkToken};

    #[test]
    fn a_secret_has_one_form_and_nothing_else_is_one() {
        let (link, invite) = (LinkToken::random(), InviteCode::random());
        assert_eq!((link.expose().len(), link.expose().parse().as_ref()), (43, Ok(&link)));
        assert_eq!((invite.expose().len(), invite.expose().parse().as_ref()), (22, Ok(&invite)));
        assert_eq!(format!("{link:?}"), "Opaque(…)");
        let text = link.expose();
        for wrong in ["", "a", &text[1..], &format!("{text}a"), &format!("{text}="), &"!".repeat(43), &invite.expose()]
        {
            assert!(wrong.parse::<LinkToken>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn two_secrets_and_their_hashes_differ() {
        let (one, other) = (LinkToken::random(), LinkToken::random());
        assert!(one != other && one.hash() != other.hash());
    }
}
