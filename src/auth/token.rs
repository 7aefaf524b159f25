//! Access tokens: RS256 JSON Web Tokens (RFC 7519), minted and verified here and nowhere else.
//!
//! The algorithm is pinned, the key is found by `kid` among the live keys, the time comes from the clock. Verifying
//! takes some 15 µs and no I/O. Tokens in exactly the form minted here take a fast path (`own`); the JWT library
//! verifies all others.

mod own;

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header, encode, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AuthError, Clock, KeyRing, Settings};

/// The longest token accepted: ours are some 700 bytes.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id, a UUID.
    pub sub: String,
    /// The user's name, as others see it.
    pub name: String,
    /// Minted at, in seconds since 1970.
    pub iat: i64,
    /// Expiry, in seconds since 1970.
    pub exp: i64,
    /// Its issuer.
    pub iss: String,
    /// Its audience.
    pub aud: String,
    /// Its own id, for logs.
    pub jti: String,
}

/// The owner of a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: Uuid,
    /// Their name.
    pub name: String,
    /// When the token expires.
    pub expires: Timestamp,
    /// When the token was issued.
    pub issued: Timestamp,
}

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
    /// Another algorithm than RS256.
    #[error("the access token is not signed with RS256")]
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
    /// Minted in the future: the clocks of minting and verifying node differ.
    #[error("the access token was minted in the future: the nodes' clocks differ")]
    NotYet,
    /// Of another issuer or for another audience.
    #[error("the access token is not meant for this service")]
    NotForUs,
}

/// A token's content and validity, for `aldis token inspect`.
#[derive(Debug)]
pub struct Inspection {
    /// The header, as it is.
    pub header: serde_json::Value,
    /// The claims, as they are.
    pub claims: serde_json::Value,
    /// Whether it is valid here and now.
    pub verdict: Result<Identity, TokenError>,
}

/// Mints and verifies access tokens.
pub struct Tokens {
    keys: Arc<KeyRing>,
    validation: Validation,
    ttl: Duration,
    leeway: SignedDuration,
    issuer: String,
    audience: String,
    clock: Clock,
}

impl Tokens {
    /// Tokens signed by the newest of `keys`.
    #[must_use]
    pub fn new(keys: Arc<KeyRing>, settings: &Settings, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Expiry is checked below, by our clock.
        validation.validate_exp = false;
        Self {
            keys,
            validation,
            ttl: settings.access_ttl,
            leeway: SignedDuration::try_from(settings.leeway).unwrap_or_default(),
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            clock,
        }
    }

    /// The keys behind the tokens.
    #[must_use]
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    /// Lifetime of a minted token.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// A token for a user with the configured lifetime. Signing takes 1–2 ms.
    ///
    /// # Errors
    /// `Broken` when there is no key or it cannot sign.
    pub fn mint(&self, user: Uuid, name: &str) -> Result<String, AuthError> {
        self.mint_for(user, name, self.ttl)
    }

    /// A token for a user with the lifetime `ttl`: for operators and load testers.
    ///
    /// # Errors
    /// As `mint`.
    pub fn mint_for(&self, user: Uuid, name: &str, ttl: Duration) -> Result<String, AuthError> {
        let now = self.clock.now().as_second();
        let claims = Claims {
            sub: user.to_string(),
            name: name.to_owned(),
            iat: now,
            exp: now.saturating_add_unsigned(ttl.as_secs()),
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            jti: Uuid::new_v4().to_string(),
        };
        let key = self.keys.signer().ok_or_else(|| AuthError::Broken("there is no key to sign with".to_owned()))?;
        encode(&key.header, &claims, &key.signing)
            .map_err(|why| AuthError::Broken(format!("cannot sign an access token: {why}")))
    }

    /// The owner of a token, if it is valid now.
    ///
    /// # Errors
    /// Why it is not.
    pub fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        match token.len() {
            0 => return Err(TokenError::Missing),
            1..=TOKEN_BYTES_MAX => {}
            _ => return Err(TokenError::TooLong),
        }
        self.verify_own(token).unwrap_or_else(|| self.verify_any(token))
    }

    /// Verifies a token of any form through the JWT library.
    fn verify_any(&self, token: &str) -> Result<Identity, TokenError> {
        let header = decode_header(token).map_err(|why| refusal(why.kind()))?;
        if header.alg != Algorithm::RS256 {
            return Err(TokenError::WrongAlgorithm);
        }
        let key = header.kid.as_deref().and_then(|kid| self.keys.find(kid)).ok_or(TokenError::UnknownKey)?;
        let claims =
            decode::<Claims>(token, &key.verifying, &self.validation).map_err(|why| refusal(why.kind()))?.claims;
        self.judge(&claims.sub, claims.name, (claims.iat, claims.exp))
    }

    /// A token's content and validity. The content must not be trusted unless the token is valid.
    ///
    /// # Errors
    /// `Malformed` when there is no content.
    pub fn inspect(&self, token: &str) -> Result<Inspection, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
        let claims = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(token)
            .map_err(|_| TokenError::Malformed)?
            .claims;
        let header = serde_json::to_value(&header).map_err(|_| TokenError::Malformed)?;
        Ok(Inspection { header, claims, verdict: self.verify(token) })
    }

    /// Checks time and subject of claims whose signature is valid.
    fn judge(&self, sub: &str, name: String, (iat, exp): (i64, i64)) -> Result<Identity, TokenError> {
        let now = self.clock.now();
        let expires = Timestamp::from_second(exp).map_err(|_| TokenError::Malformed)?;
        let minted = Timestamp::from_second(iat).map_err(|_| TokenError::Malformed)?;
        if expires.duration_until(now) >= self.leeway {
            return Err(TokenError::Expired(expires));
        }
        // A minute, not the leeway: a node whose clock lags a little must not refuse a fresh token.
        if now.duration_until(minted) > SignedDuration::from_mins(1) {
            return Err(TokenError::NotYet);
        }
        let user = Uuid::parse_str(sub).map_err(|_| TokenError::Malformed)?;
        Ok(Identity { user, name, expires, issued: minted })
    }
}

/// Maps the library's error.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum is open: the rest is malformed")]
fn refusal(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::BadSignature,
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => TokenError::NotForUs,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            TokenError::WrongAlgorithm
        }
        _ => TokenError::Malformed,
    }
}
