//! The rule of refresh tokens: first use, repeated use, theft. Pure.

use jiff::SignedDuration;

use super::Nonce;

/// A refresh token as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct Token {
    expires_at: i64,
    pub(super) used_at: Option<i64>,
    nonce: Option<Vec<u8>>,
    pub(super) successor: Option<Vec<u8>>,
    /// When it was read, by the clock that judges.
    pub(super) now: i64,
}

/// What a stored token may be used for now.
pub(super) enum Verdict {
    First,
    Repeated(Nonce),
    Stolen,
    Expired,
}

impl Token {
    /// What using it now means. With a grace of zero no use is repeated, whatever the clocks say.
    pub(super) fn judge(&self, grace: SignedDuration, is_successor_used: bool) -> Verdict {
        let now = self.now;
        let grace = i64::try_from(grace.as_millis()).unwrap_or(0);
        let nonce = self.nonce.as_deref().and_then(|nonce| nonce.try_into().ok());
        match (self.used_at, nonce) {
            (None, _) if self.expires_at <= now => Verdict::Expired,
            (None, _) => Verdict::First,
            (Some(used), Some(nonce)) if grace > 0 && now < used.saturating_add(grace) && !is_successor_used => {
                Verdict::Repeated(nonce)
            }
            (Some(_), _) => Verdict::Stolen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SignedDuration, Token, Verdict};

    const GRACE: SignedDuration = SignedDuration::from_secs(10);

    fn used(at: Option<i64>, now: i64) -> Token {
        Token { expires_at: 100_000, used_at: at, nonce: at.map(|_| vec![7; 32]), successor: None, now }
    }

    #[test]
    fn a_use_may_be_repeated_within_the_grace_until_its_successor_is_used() {
        let repeated = |at, successor| matches!(used(Some(1_000), at).judge(GRACE, successor), Verdict::Repeated(nonce) if nonce == [7; 32]);
        assert!(repeated(1_000, false) && repeated(10_999, false));
        assert!(!repeated(11_000, false), "too late");
        assert!(!repeated(1_001, true), "whoever has the successor has gone on");
    }

    #[test]
    fn an_unused_token_is_valid_until_it_expires() {
        assert!(matches!(used(None, 99_999).judge(GRACE, false), Verdict::First));
        assert!(matches!(used(None, 100_000).judge(GRACE, false), Verdict::Expired));
    }

    #[test]
    fn a_token_that_was_used_before_nonces_were_stored_is_not_repeated() {
        let old = Token { nonce: None, ..used(Some(1_000), 1_001) };
        assert!(matches!(old.judge(GRACE, false), Verdict::Stolen));
    }

    #[test]
    fn without_a_grace_no_use_is_repeated_even_if_it_seems_to_come_before_the_first() {
        assert!(matches!(used(Some(1_000), 999).judge(SignedDuration::ZERO, false), Verdict::Stolen));
        assert!(matches!(used(Some(1_000), 999).judge(GRACE, false), Verdict::Repeated(_)));
    }
}
