//! `/.well-known/jwks.json`: the public keys, for services that verify our tokens.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use utoipa::ToSchema;

use super::Shared;
use crate::auth::keys::JWKS_MAX_AGE;

/// A set of public keys (RFC 7517).
#[derive(ToSchema)]
#[schema(as = JwkSet)]
#[expect(dead_code, reason = "describes jsonwebtoken's type to the OpenAPI document")]
pub(super) struct JwkSetBody {
    /// The first signs; the others will sign, or still verify.
    #[schema(min_items = 1)]
    keys: Vec<JwkBody>,
}

/// A public key of RSA, which verifies RS256 (RFC 7517, RFC 7518 §6.3).
#[derive(ToSchema)]
#[schema(as = Jwk)]
#[expect(dead_code, reason = "as above")]
struct JwkBody {
    /// The kind of key.
    #[schema(pattern = "^RSA$", example = "RSA")]
    kty: String,
    /// What it is for.
    #[schema(rename = "use", pattern = "^sig$", example = "sig")]
    usage: String,
    /// The algorithm.
    #[schema(pattern = "^RS256$", example = "RS256")]
    alg: String,
    /// Its RFC 7638 thumbprint, which a token's header names.
    kid: String,
    /// The modulus, in base64url.
    n: String,
    /// The exponent, in base64url.
    #[schema(example = "AQAB")]
    e: String,
}

/// The public keys that verify access tokens (RFC 7517). `kid` is the RFC 7638 thumbprint.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", operation_id = "getJwks", responses((status = 200, body = JwkSetBody, description = "The public keys that verify access tokens")))]
pub(super) async fn jwks(State(site): State<Shared>) -> Response {
    let headers = [(header::CACHE_CONTROL, format!("public, max-age={}", JWKS_MAX_AGE.as_secs()))];
    (headers, Json(site.accounts.tokens().keys().jwks())).into_response()
}
