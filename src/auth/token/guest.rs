//! Guests who come back: their token may have expired, but not for long.
//!
//! A guest has no account to prove their identity, only the previous token. After a lunch break with the laptop closed it has
//! expired; without this the guest would be somebody else, and would have to be let in again.

use jiff::SignedDuration;

use super::{Identity, LIFE_MAX, TokenError, Tokens, error, header, is_of_a_size};

/// How long after its expiry a guest's token still identifies the guest: a day of meetings, but not the
/// next day, when the host of a room that asks is asked again. Bans and locks are checked each time.
pub const GUEST_BACK_WITHIN: SignedDuration = SignedDuration::from_hours(12);

impl Tokens {
    /// The guest whom a token of ours names that is valid, or expired less than `GUEST_BACK_WITHIN` ago: good for another token that
    /// grants the same, and for nothing else. The owner of an account, of an API key's token or another issuer's is no guest.
    ///
    /// # Errors
    /// Why it does not identify a guest; `OtherKind` for a token that is not a guest's.
    pub fn verify_former_guest(&self, token: &str) -> Result<Identity, TokenError> {
        let verified = is_of_a_size(token).and_then(|()| self.signed_here_lately(token));
        let identity = verified.inspect_err(|why| error::count(&self.issuer, why))?;
        let is_guest = identity.grants.is_some() && identity.session.is_none();
        if is_guest { Ok(identity) } else { Err(TokenError::OtherKind) }
    }

    fn signed_here_lately(&self, token: &str) -> Result<Identity, TokenError> {
        let identity = self.verify_signed_here(token, &header(token)?, GUEST_BACK_WITHIN)?;
        // Of older tokens nobody knows any more which were revoked.
        let known_for = SignedDuration::try_from(LIFE_MAX).unwrap_or_default();
        if identity.issued.duration_until(self.clock.now()) >= known_for {
            return Err(TokenError::Expired(identity.expires));
        }
        Ok(identity)
    }
}

#[cfg(test)]
mod tests;
