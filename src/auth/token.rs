//! Access tokens: JSON Web Tokens (RFC 7519), minted (RS256) and verified here and nowhere else; `room` verifies those that other
//! people's backends sign, `foreign` those of other issuers.
//!
//! The algorithm is pinned, the key is found by `kid` among the live keys, the time comes from the clock. Verifying
//! takes some 15 µs and no I/O. Tokens in exactly the form minted here take a fast path (`own`); the JWT library
//! verifies all others.

mod error;
mod foreign;
mod guest;
mod own;
mod room;

use std::{str::FromStr as _, sync::Arc, time::Duration};

use actors::{ports::Grants, protocol::UserId};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    ApiKeyId, ApiKeyring, AuthError, Clock, Identity, Issuers, KeyRing, LIFE_MAX, Revoked, Settings, Subject,
    account::NAME_LEN_MAX,
};

use error::refusal;
pub use error::{TokenError, describe_metrics};
pub use guest::GUEST_BACK_WITHIN;
pub use room::ROOM_TOKEN_LIFE_MAX;

/// The longest token accepted: ours are some 700 bytes.
pub const TOKEN_BYTES_MAX: usize = 4096;
/// How far clocks of nodes may differ. A node whose clock lags a little must not refuse a fresh token.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(1);

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id.
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
    /// The session it belongs to, a UUID; none if an operator minted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Its grants, if its bearer has no account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aldis: Option<serde_json::Value>,
    /// Not valid before, in seconds since 1970. Never minted here (RFC 7519 §4.1.5).
    #[serde(default, skip_serializing)]
    nbf: Option<i64>,
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
    api_keys: Arc<ApiKeyring>,
    /// None: there are no other issuers.
    issuers: Option<Arc<Issuers>>,
    revoked: Arc<Revoked>,
    accounts: bool,
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
            api_keys: Arc::default(),
            issuers: None,
            accounts: settings.accounts,
            revoked: Arc::new(Revoked::new(clock.clone())),
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

    /// The same, which also verifies what is signed with these keys.
    #[must_use]
    pub fn with_api_keys(self, api_keys: Arc<ApiKeyring>) -> Self {
        Self { api_keys, ..self }
    }

    /// The keys of other people's backends.
    #[must_use]
    pub fn api_keys(&self) -> &Arc<ApiKeyring> {
        &self.api_keys
    }

    /// The same, which also verifies the tokens of these issuers.
    #[must_use]
    pub fn with_issuers(self, issuers: Arc<Issuers>) -> Self {
        Self { issuers: Some(issuers).filter(|issuers| !issuers.is_empty()), ..self }
    }

    /// The other issuers, if there are any.
    #[must_use]
    pub fn issuers(&self) -> Option<&Arc<Issuers>> {
        self.issuers.as_ref()
    }

    /// The tokens that may no longer be used.
    #[must_use]
    pub fn revoked(&self) -> &Arc<Revoked> {
        &self.revoked
    }

    /// Lifetime of a minted token.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// A token with the configured lifetime. Signing takes 1–2 ms.
    ///
    /// # Errors
    /// `Broken` when there is no key or it cannot sign.
    pub fn mint(&self, subject: Subject<'_>) -> Result<String, AuthError> {
        self.mint_for(subject, self.ttl)
    }

    /// A token with the lifetime `ttl`, at most `LIFE_MAX`: for operators and load testers.
    ///
    /// # Errors
    /// As `mint`.
    pub fn mint_for(&self, subject: Subject<'_>, ttl: Duration) -> Result<String, AuthError> {
        self.mint_with(subject, ttl, None)
    }

    /// A token with the configured lifetime, for somebody who has no account: it grants this and nothing else.
    ///
    /// # Errors
    /// As `mint`.
    pub fn mint_granted(&self, subject: Subject<'_>, grants: &Grants) -> Result<String, AuthError> {
        self.mint_with(subject, self.ttl, Some(grants))
    }

    /// The same until that time, in seconds since the Unix epoch, in place of another token. A session that it names is the API key
    /// that signed that one: it ends with the key.
    ///
    /// # Errors
    /// As `mint`.
    pub fn mint_until(&self, subject: Subject<'_>, expires: u64, grants: &Grants) -> Result<String, AuthError> {
        let now = u64::try_from(self.clock.now().as_second()).unwrap_or(0);
        self.mint_with(subject, Duration::from_secs(expires.saturating_sub(now)), Some(grants))
    }

    fn mint_with(&self, subject: Subject<'_>, ttl: Duration, grants: Option<&Grants>) -> Result<String, AuthError> {
        let aldis = grants.map(serde_json::to_value).transpose();
        // Minted in the second in which older ones were revoked, it must not look older than that.
        let now = self.clock.now().as_second().max(self.revoked.first_second_after(&subject.user));
        let claims = Claims {
            sub: subject.user.to_string(),
            name: subject.name.to_owned(),
            iat: now,
            exp: now.saturating_add_unsigned(ttl.min(LIFE_MAX).as_secs()),
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            jti: Uuid::new_v4().to_string(),
            sid: subject.session.map(|session| session.to_string()),
            aldis: aldis.map_err(|why| AuthError::Broken(format!("cannot write grants: {why}")))?,
            nbf: None,
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
        is_of_a_size(token)?;
        let verified = match self.verify_own(token) {
            Some(own) => own,
            None => match self.verify_foreign(token) {
                Some(foreign) => return foreign, // counted for its issuer
                None => self.verify_any(token),
            },
        };
        verified.inspect_err(|why| error::count(&self.issuer, why))
    }

    /// Verifies a token of any form through the JWT library.
    fn verify_any(&self, token: &str) -> Result<Identity, TokenError> {
        let header = header(token)?;
        if let Some(verified) = self.verify_of_api_key(token, &header) {
            return verified;
        }
        self.verify_signed_here(token, &header, self.leeway)
    }

    /// Verifies a token that one of our keys has signed; it may have expired so long ago.
    fn verify_signed_here(&self, token: &str, header: &Header, leeway: SignedDuration) -> Result<Identity, TokenError> {
        if header.alg != Algorithm::RS256 {
            return Err(TokenError::WrongAlgorithm);
        }
        let key = header.kid.as_deref().and_then(|kid| self.keys.find(kid)).ok_or(TokenError::UnknownKey)?;
        let claims =
            decode::<Claims>(token, &key.verifying, &self.validation).map_err(|why| refusal(why.kind()))?.claims;
        let grants = claims.aldis.map(room::granted).transpose()?.map(Arc::new);
        let (sid, api_key) = if grants.is_none() { (claims.sid, None) } else { (None, claims.sid) };
        let api_key = api_key.as_deref().map(plain_uuid).transpose()?;
        if let Some(key) = api_key {
            self.api_key(ApiKeyId(key))?;
        }
        let claimed = Claimed {
            sub: &claims.sub,
            sid: sid.as_deref(),
            name: claims.name,
            iat: claims.iat,
            exp: claims.exp,
            nbf: claims.nbf,
        };
        let identity = self.judge_within(claimed, leeway)?;
        // Whom a token grants something has no account, whatever their id looks like.
        let account = identity.account.filter(|_| grants.is_none());
        Ok(Identity { account, grants, session: api_key.or(identity.session), ..identity })
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

    /// Checks time, subject and session of claims whose signature is valid.
    fn judge(&self, claims: Claimed<'_>) -> Result<Identity, TokenError> {
        self.judge_within(claims, self.leeway)
    }

    fn judge_within(&self, claims: Claimed<'_>, leeway: SignedDuration) -> Result<Identity, TokenError> {
        let now = self.clock.now();
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| TokenError::Malformed);
        let (expires, issued) = (time(claims.exp)?, time(claims.iat)?);
        if expires.duration_until(now) >= leeway {
            return Err(TokenError::Expired(expires));
        }
        let begins = claims.nbf.map(time).transpose()?.map_or(issued, |nbf| nbf.max(issued));
        if now.duration_until(begins) > SKEW_MAX {
            return Err(TokenError::NotYet);
        }
        if issued.duration_until(expires).unsigned_abs() > LIFE_MAX {
            return Err(TokenError::TooLongLived("30 days"));
        }
        if claims.name.chars().count() > NAME_LEN_MAX || claims.name.chars().any(char::is_control) {
            return Err(TokenError::Malformed);
        }
        let session = claims.sid.map(plain_uuid).transpose()?;
        if session.is_some() && !self.accounts {
            return Err(TokenError::NoAccounts);
        }
        let user: UserId = claims.sub.parse().map_err(|_| TokenError::Malformed)?;
        let account = user.as_uuid();
        let identity =
            Identity { user, account, name: claims.name, expires, issued, session, grants: None, issuer: None };
        if self.revoked.includes(&identity) {
            return Err(TokenError::Revoked);
        }
        Ok(identity)
    }
}

fn is_of_a_size(token: &str) -> Result<(), TokenError> {
    match token.len() {
        0 => Err(TokenError::Missing),
        1..=TOKEN_BYTES_MAX => Ok(()),
        _ => Err(TokenError::TooLong),
    }
}

/// The header of a token that is of our kind.
fn header(token: &str) -> Result<Header, TokenError> {
    let header = decode_header(token).map_err(|why| refusal(why.kind()))?;
    let is_jwt = header.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"));
    if header.crit.is_some() || !is_jwt { Err(TokenError::OtherKind) } else { Ok(header) }
}

/// The claims of a token whose signature is valid.
struct Claimed<'a> {
    sub: &'a str,
    sid: Option<&'a str>,
    name: String,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
}

/// A UUID in the one form that is minted: no braces, no `urn:`, hyphens in their places.
fn plain_uuid(text: &str) -> Result<Uuid, TokenError> {
    let id = uuid::fmt::Hyphenated::from_str(text).map_err(|_| TokenError::Malformed)?;
    Ok(id.into_uuid())
}
