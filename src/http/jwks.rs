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
    keys: Vec<serde_json::Value>,
}

/// The public keys that verify access tokens (RFC 7517). `kid` is the RFC 7638 thumbprint.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", operation_id = "getJwks", responses((status = 200, body = JwkSetBody, description = "The public keys that verify access tokens")))]
pub(super) async fn jwks(State(site): State<Shared>) -> Response {
    let headers = [(header::CACHE_CONTROL, format!("public, max-age={}", JWKS_MAX_AGE.as_secs()))];
    (headers, Json(site.accounts.tokens().keys().jwks())).into_response()
}
