//! The fast path for tokens in exactly the form minted here: one comparison finds the key, its public half is parsed
//! once per reload instead of once per token, and the claims are read in one pass. Everything else is left to the JWT
//! library, so the fast path accepts nothing that the library refuses.

use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::{Claimed, Identity, TokenError, Tokens};

/// The claims of a token minted here, all of them and no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnClaims<'a> {
    #[serde(borrow)]
    sub: Cow<'a, str>,
    name: String,
    iat: i64,
    exp: i64,
    #[serde(borrow)]
    iss: Cow<'a, str>,
    #[serde(borrow)]
    aud: Cow<'a, str>,
    #[serde(borrow, rename = "jti")]
    _jti: Cow<'a, str>,
    #[serde(borrow, default)]
    sid: Option<Cow<'a, str>>,
}

impl Tokens {
    /// Verifies a token in the form minted here; `None` for any other, about which nothing is decided.
    pub(super) fn verify_own(&self, token: &str) -> Option<Result<Identity, TokenError>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.rsplit_once('.')?;
        let key = self.keys.with_header(header)?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        if key.public.verify_sig(signed.as_bytes(), &signature).is_err() {
            return Some(Err(TokenError::BadSignature));
        }
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: OwnClaims<'_> = serde_json::from_slice(&payload).ok()?;
        if claims.exp < 0 {
            return None;
        }
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Some(Err(TokenError::NotForUs));
        }
        Some(self.judge(Claimed {
            sub: &claims.sub,
            sid: claims.sid.as_deref(),
            name: claims.name,
            iat: claims.iat,
            exp: claims.exp,
            nbf: None,
        }))
    }
}

#[cfg(test)]
mod tests;
