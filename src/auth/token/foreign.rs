//! Tokens of other issuers (`auth.issuers`), such as the access tokens of an OpenID provider (RFC 9068).
//!
//! The claim `iss` chooses the issuer, the header's `kid` its key; the operator, not the token, says which algorithms there are. Each
//! key is prepared once, so that verifying costs what it costs for our own tokens, and never waits. Must not know how keys are
//! fetched.

mod claims;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::{Claimed, Identity, LIFE_MAX, SKEW_MAX, TokenError, Tokens};
use crate::auth::{
    ApiKeyId,
    issuers::{Algorithm, Issuer, Missing},
};

/// The kinds of token that are access tokens: without a `typ`, RFC 7519 §5.1, RFC 9068 §2.1.
const KINDS: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// The header; members that are not known are ignored (RFC 7515 §4).
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow, default)]
    kid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    typ: Option<Cow<'a, str>>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

impl Tokens {
    /// Verifies a token that says it is of another issuer; `None` for any other.
    pub(super) fn verify_foreign(&self, token: &str) -> Option<Result<Identity, TokenError>> {
        let issuers = self.issuers.as_ref()?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header = BASE64_URL_SAFE_NO_PAD.decode(header).ok()?;
        let header: Header<'_> = serde_json::from_slice(&header).ok()?;
        if header.kid.as_deref().is_some_and(ApiKeyId::is_claimed_by) {
            return None;
        }
        let payload: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let issuer = issuers.named(payload.get("iss")?.as_str()?)?;
        let verified = self.verify_of(issuer, &header, (signed, signature), &payload);
        Some(verified.inspect_err(|why| super::error::count(&issuer.settings.issuer, why)))
    }

    fn verify_of(
        &self,
        issuer: &Issuer,
        header: &Header<'_>,
        (signed, signature): (&str, &str),
        payload: &Value,
    ) -> Result<Identity, TokenError> {
        let (settings, now) = (&issuer.settings, self.clock.now());
        let is_access_token = |kind: &str| KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known));
        if header.crit.is_some() || !header.typ.as_deref().is_none_or(is_access_token) {
            return Err(TokenError::OtherKind);
        }
        let algorithm: Algorithm = header.alg.parse().map_err(|()| TokenError::WrongAlgorithm)?;
        if !settings.algorithms.contains(&algorithm) {
            return Err(TokenError::WrongAlgorithm);
        }
        let issuers = self.issuers.as_ref().ok_or(TokenError::UnknownKey)?;
        let key = issuers.find(issuer, (header.kid.as_deref(), algorithm), now).map_err(|why| match why {
            Missing::NotYet => TokenError::IssuerAway,
            Missing::Unknown => TokenError::UnknownKey,
            Missing::OtherAlgorithm => TokenError::WrongAlgorithm,
        })?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Malformed)?;
        if !key.is_signature(signed.as_bytes(), &signature) {
            return Err(TokenError::BadSignature);
        }
        if !is_for(payload.get("aud"), &settings.audience) {
            return Err(TokenError::NotForUs);
        }
        let said = claims::read(payload, settings)?;
        let (iat, exp, nbf) = times(payload, now)?;
        // Sessions of another issuer mean nothing here.
        let identity = self.judge(Claimed { sub: &said.user, sid: None, name: said.name, iat, exp, nbf })?;
        let (grants, issuer) = (said.grants.map(Arc::new), Some(Arc::clone(&settings.issuer)));
        Ok(Identity { account: None, session: None, grants, issuer, ..identity })
    }
}

/// Whether an audience, one or several (RFC 7519 §4.1.3), is or has ours.
fn is_for(audience: Option<&Value>, ours: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == ours,
        Some(Value::Array(several)) => several.iter().any(|one| one == ours),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => false,
    }
}

/// When the token was issued, when it expires, and from when on it is valid, in seconds since 1970. One that does not say when it
/// was issued counts as issued as early as it can have been, so that a revocation includes it.
fn times(payload: &Value, now: Timestamp) -> Result<(i64, i64, Option<i64>), TokenError> {
    let time = |name: &str| payload.get(name).filter(|value| !value.is_null()).map(seconds).transpose();
    let exp = time("exp")?.ok_or(TokenError::Malformed)?;
    let life = LIFE_MAX.as_secs().cast_signed();
    if exp > now.as_second() + life + SKEW_MAX.as_secs() {
        return Err(TokenError::TooLongLived("30 days"));
    }
    let (iat, nbf) = (time("iat")?, time("nbf")?);
    Ok((iat.unwrap_or(exp.saturating_sub(life)), exp, nbf))
}

/// A NumericDate, which may have a fraction (RFC 7519 §2).
fn seconds(value: &Value) -> Result<i64, TokenError> {
    let whole = || format!("{:.0}", value.as_f64()?.floor()).parse().ok();
    value.as_i64().or_else(whole).ok_or(TokenError::Malformed)
}
