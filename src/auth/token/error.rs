//! Why an access token is refused. Must not know how tokens are verified.

use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use metrics::{counter, describe_counter};

use super::TOKEN_BYTES_MAX;

/// Tokens that were refused, by the issuer that they name and the reason.
const REFUSED: &str = "aldis_tokens_refused_total";

/// Why a token is invalid. The texts are sent to clients.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// None was sent.
    #[error("no access token was sent: send it as `Authorization: Bearer …` or log in")]
    Missing,
    /// Longer than any token minted here.
    #[error("the access token is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    /// Not three parts of base64url JSON, or claims missing or of the wrong type.
    #[error("the access token is malformed")]
    Malformed,
    /// Another algorithm than its key's.
    #[error(
        "the access token is not signed with RS256, nor with an algorithm of the API key or the issuer that it names"
    )]
    WrongAlgorithm,
    /// Signed with a key that is not live (any more).
    #[error("the access token is signed with an unknown key: log in again")]
    UnknownKey,
    /// Tampered with, or signed by somebody else.
    #[error("the access token's signature is invalid")]
    BadSignature,
    /// Expired.
    #[error("the access token expired at {0}: refresh it")]
    Expired(Timestamp),
    /// Minted, or valid only, in the future: the clocks of minting and verifying node differ.
    #[error("the access token is not valid yet: the nodes' clocks differ")]
    NotYet,
    /// Valid for longer than any token of its kind.
    #[error("the access token claims to be valid for more than {0}")]
    TooLongLived(&'static str),
    /// Its claim `aldis` has another form, or asks for what is not granted.
    #[error("the claim `aldis` of the access token cannot be granted: {0}")]
    WrongGrants(&'static str),
    /// A claim of another issuer's token cannot be used.
    #[error("the claim `{claim}` of the access token cannot be used: {why}")]
    WrongClaim {
        /// The claim's name or path, as the operator wrote it.
        claim: String,
        /// Why.
        why: &'static str,
    },
    /// The keys of its issuer are not known now, or not this one: to be tried again.
    #[error(
        "the key that signed the access token is not known yet, and is being asked for from its issuer: try again in a few seconds"
    )]
    IssuerAway,
    /// The API key that it names may have been made just now, on another node: to be tried again.
    #[error("the API key that signed the access token is not known yet: try again in a moment")]
    KeyNotYet,
    /// It is the token of a login, and there are no accounts any more.
    #[error("the access token is of an account, and accounts are off here")]
    NoAccounts,
    /// Its header asks for something that is not understood (`crit`, RFC 7515 §4.1.11), or it is another kind of token
    /// (`typ`, RFC 8725 §3.11).
    #[error("the access token is of another kind: its header has a `crit`, or a `typ` other than JWT")]
    OtherKind,
    /// Its session has ended.
    #[error("the access token's session has ended: log in again")]
    Revoked,
    /// Of another issuer or for another audience.
    #[error("the access token is not meant for this service")]
    NotForUs,
}

impl TokenError {
    /// A label for metrics.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::Expired(_) => "expired",
            Self::NotYet => "not_yet",
            Self::TooLongLived(_) => "too_long_lived",
            Self::WrongGrants(_) => "wrong_grants",
            Self::WrongClaim { .. } => "wrong_claim",
            Self::IssuerAway => "issuer_away",
            Self::KeyNotYet => "key_not_yet",
            Self::NoAccounts => "no_accounts",
            Self::OtherKind => "other_kind",
            Self::Revoked => "revoked",
            Self::NotForUs => "not_for_us",
        }
    }
}

/// Counts a token of this issuer that was refused.
pub(super) fn count(issuer: &str, why: &TokenError) {
    counter!(REFUSED, "issuer" => issuer.to_owned(), "reason" => why.label()).increment(1);
}

/// Describes these metrics to the recorder; once, after it is installed.
pub fn describe_metrics() {
    describe_counter!(
        REFUSED,
        "Access tokens that were refused, by issuer and reason; what names no other issuer counts for ours."
    );
}

/// Maps the library's error.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum is open: the rest is malformed")]
pub(super) fn refusal(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::BadSignature,
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => TokenError::NotForUs,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            TokenError::WrongAlgorithm
        }
        _ => TokenError::Malformed,
    }
}
