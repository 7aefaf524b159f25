//! The header `Idempotency-Key`: a request with one is done once, however often it is sent. Must not know how answers are stored.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    http::problem::{Code, Problem},
    rooms::OnceKey,
    storage::Meeting,
};

const HEADER: &str = "idempotency-key";
/// Longest key.
const KEY_BYTES_MAX: usize = 128;

/// The header of requests that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents the header for OpenAPI")]
pub(in crate::http) struct IdempotencyKey {
    /// 1 to 128 visible ASCII characters, such as a UUID: a new one for each request, the same one for its repetitions.
    #[param(rename = "Idempotency-Key", nullable = false, pattern = "^[!-~]{1,128}$")]
    idempotency_key: Option<String>,
}

/// The request's key, if it has one. `scope`: the API key that signed its token. `wish` is what the request says, without defaults: they
/// may be others at its repetition.
pub(super) fn key(
    headers: &HeaderMap,
    scope: Option<Uuid>,
    wish: &impl Serialize,
    write: fn(&Meeting) -> String,
) -> Result<Option<OnceKey>, Problem> {
    let mut given = headers.get_all(HEADER).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let is_fit =
        |key: &&str| (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = value.to_str().ok().filter(is_fit).filter(|_| given.next().is_none());
    let wrong = || {
        let detail = format!("Idempotency-Key has 1 to {KEY_BYTES_MAX} visible ASCII characters, and is sent once.");
        Problem::new(Code::BadRequest, detail)
    };
    let key = key.ok_or_else(wrong)?.to_owned();
    let request = serde_json::to_string(wish).map_err(Problem::internal)?;
    Ok(Some(OnceKey { scope: scope.unwrap_or_default(), key, request, write }))
}

/// The first answer, once more.
pub(super) fn repeated(answer: String) -> Response {
    let mut response = (StatusCode::CREATED, answer).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}
