//! Room tokens: signed by other people's backends with an API key (HS256 or EdDSA), with grants in the claim `aldis`.
//!
//! The key's id is the header's `kid`, or the claim `iss`; the key, not the token, says the algorithm. Must not know where keys
//! are stored.

use std::{sync::Arc, time::Duration};

use actors::ports::{Grants, grants::METADATA_BYTES_MAX};
use jsonwebtoken::{Header, Validation, dangerous::insecure_decode, decode};
use serde::{Deserialize, Deserializer};

use super::{Claimed, Identity, SKEW_MAX, TokenError, Tokens, refusal};
use crate::auth::keys::{ApiKeyId, Verifying};

/// The longest lifetime of a room token: a revoked guest is out of all rooms after that at the latest.
pub const ROOM_TOKEN_LIFE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The claims of a room token; others are ignored.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    name: Option<String>,
    #[serde(deserialize_with = "seconds")]
    exp: i64,
    #[serde(default, deserialize_with = "maybe_seconds")]
    iat: Option<i64>,
    #[serde(default, deserialize_with = "maybe_seconds")]
    nbf: Option<i64>,
    iss: Option<String>,
    aud: Option<Audience>,
    #[serde(default)]
    aldis: serde_json::Value,
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn includes(&self, ours: &str) -> bool {
        match self {
            Self::One(one) => one == ours,
            Self::Several(several) => several.iter().any(|one| one == ours),
        }
    }
}

/// A NumericDate, which may have a fraction (RFC 7519 §2).
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = || format!("{:.0}", number.as_f64()?.floor()).parse().ok();
    number.as_i64().or_else(whole).ok_or_else(|| serde::de::Error::custom("not a time"))
}

fn maybe_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    struct Seconds(#[serde(deserialize_with = "seconds")] i64);
    Ok(Option::<Seconds>::deserialize(deserializer)?.map(|Seconds(seconds)| seconds))
}

/// The claim that names the key where the header does not.
#[derive(Deserialize)]
struct Issuer {
    iss: Option<String>,
}

impl Tokens {
    /// Verifies a token that names an API key; `None` for any other.
    pub(super) fn verify_of_api_key(&self, token: &str, header: &Header) -> Option<Result<Identity, TokenError>> {
        let id = match &header.kid {
            Some(kid) => kid.clone(),
            None => insecure_decode::<Issuer>(token).ok()?.claims.iss?, // verified below, with that key
        };
        if !ApiKeyId::is_claimed_by(&id) {
            return None;
        }
        Some(id.parse().map_err(|_| TokenError::UnknownKey).and_then(|id| self.verify_by(id, token, header)))
    }

    /// An API key; one that is not known here may have been made just now.
    pub(super) fn api_key(&self, id: ApiKeyId) -> Result<Arc<Verifying>, TokenError> {
        let unknown = || if self.api_keys().may_come(id) { TokenError::KeyNotYet } else { TokenError::UnknownKey };
        self.api_keys().find(id).ok_or_else(unknown)
    }

    fn verify_by(&self, id: ApiKeyId, token: &str, header: &Header) -> Result<Identity, TokenError> {
        let key = self.api_key(id)?;
        if header.alg != key.algorithm {
            return Err(TokenError::WrongAlgorithm);
        }
        let mut validation = Validation::new(key.algorithm);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false); // below, by our clock
        let claims = decode::<Claims>(token, &key.key, &validation).map_err(|why| refusal(why.kind()))?.claims;
        let is_other = claims.iss.as_ref().is_some_and(|iss| ApiKeyId::is_claimed_by(iss) && *iss != id.to_string());
        if is_other || claims.aud.as_ref().is_some_and(|aud| !aud.includes(&self.audience)) {
            return Err(TokenError::NotForUs);
        }
        let life = ROOM_TOKEN_LIFE_MAX.as_secs().cast_signed();
        let latest = self.clock.now().as_second() + life + SKEW_MAX.as_secs();
        // Without `iat` it counts as issued as early as it can have been.
        let issued = claims.iat.unwrap_or(claims.exp.saturating_sub(life));
        if claims.exp.saturating_sub(issued) > life || claims.exp > latest {
            return Err(TokenError::TooLongLived("24 hours"));
        }
        let grants = granted(claims.aldis)?;
        let name = claims.name.filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or_else(|| claims.sub.chars().take(super::NAME_LEN_MAX).collect());
        let claimed = Claimed { sub: &claims.sub, sid: None, name, iat: issued, exp: claims.exp, nbf: claims.nbf };
        let identity = self.judge(claimed)?;
        Ok(Identity { account: None, session: Some(id.0), grants: Some(Arc::new(grants)), ..identity })
    }
}

/// The grants of a claim `aldis`; without one, nothing is granted.
pub(super) fn granted(claim: serde_json::Value) -> Result<Grants, TokenError> {
    if claim.is_null() {
        return Ok(Grants { publish_chat: false, ..Grants::default() });
    }
    // serde would take an array for a struct.
    let claim = Some(claim).filter(serde_json::Value::is_object).ok_or(TokenError::WrongGrants(FORM))?;
    let grants: Grants = serde_json::from_value(claim).map_err(|_| TokenError::WrongGrants(FORM))?;
    if grants.metadata.as_ref().is_some_and(|text| text.len() > METADATA_BYTES_MAX) {
        return Err(TokenError::WrongGrants("its metadata is longer than 1024 bytes"));
    }
    Ok(grants)
}

const FORM: &str = "it is an object of room (such as abc-defg-hij), join, create, admin, publishChat, hidden (true or false) and \
                    metadata (a text), and nothing else";

#[cfg(test)]
mod tests;
