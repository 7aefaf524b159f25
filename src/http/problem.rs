//! Error responses: `application/problem+json` (RFC 9457), one table of codes.
//!
//! A `Problem` passes through the layers as a value in the response's extensions; `render` writes it once, with the
//! request's id, and turns the framework's own errors (404, 405, 413 …) into problems too.

mod cause;
mod code;

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

pub use code::Code;

use super::request_id::RequestId;
use crate::auth::FieldError;

/// The media type of every error response.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error response before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The code.
    pub code: Code,
    /// For people: what failed, which input, why, what to do.
    pub detail: String,
    /// The fields concerned.
    pub errors: Vec<FieldError>,
    /// When to retry.
    pub retry_after: Option<Duration>,
}

impl Problem {
    /// A problem with a detail for people.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// Invalid fields.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let line = |error: &FieldError| match error.field.as_str() {
            "" => error.message.clone(),
            field => format!("{field}: {}", error.message),
        };
        let detail = errors.iter().map(line).collect::<Vec<_>>().join("; ");
        Self { errors, ..Self::new(Code::InvalidBody, detail) }
    }

    /// A rate limit was exceeded.
    #[must_use]
    pub fn too_often(what: &str, wait: Duration) -> Self {
        let detail = format!("Too many {what}: wait {} s and try again.", seconds(wait));
        Self { retry_after: Some(wait), ..Self::new(Code::RateLimited, detail) }
    }

    /// Temporarily unavailable; to be retried in a second.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self { retry_after: Some(Duration::from_secs(1)), ..Self::new(Code::Unavailable, detail) }
    }

    /// Overloaded; each caller gets a different retry delay.
    #[must_use]
    pub fn busy(what: &str, wait: Duration) -> Self {
        let detail = format!("{what}: wait {} s and try again.", seconds(wait));
        Self { retry_after: Some(wait), ..Self::new(Code::Unavailable, detail) }
    }

    /// A server error. The cause is logged here, once, and never sent.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal server error");
        Self::new(Code::Internal, "The request failed because of a server error; it was logged with this request's id.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The body of an error response (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    /// The code as a URN.
    #[serde(rename = "type")]
    #[schema(example = "urn:aldis:problem:invalid_body")]
    kind: String,
    /// A summary of the code, for people.
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened in this request, and what to do.
    detail: &'a str,
    /// The code for programs.
    code: Code,
    /// This request's id, as in the logs.
    request_id: &'a str,
    /// When to retry, in milliseconds: finer than the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 1500)]
    retry_after_ms: Option<u64>,
    /// The fields concerned.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

/// Writes problems, and turns the framework's error responses into problems. An error response of type
/// `application/json` (readiness) or `text/html` (the page of an address that is none) is deliberate and stays unchanged.
pub async fn render(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_error(&response) => Problem::new(Code::of_status(status), bare_detail(status)),
        None => return response,
    };
    let code = problem.code;
    let body = ProblemBody {
        kind: format!("urn:aldis:problem:{}", code.as_str()),
        title: code.title(),
        status: status.as_u16(),
        detail: &problem.detail,
        code,
        request_id: id.as_str(),
        retry_after_ms: problem.retry_after.map(|wait| wait.as_millis().try_into().unwrap_or(u64::MAX)),
        errors: &problem.errors,
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wait) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
    }
    if let Some(challenge) = challenge(code) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    *response.body_mut() = Body::from(body);
    response
}

fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let is_meant = kind.starts_with(b"application/json") || kind.starts_with(b"text/html");
    (status.is_client_error() || status.is_server_error()) && !is_meant
}

fn bare_detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is no such resource; /openapi.json lists all routes.",
        StatusCode::METHOD_NOT_ALLOWED => "The header Allow lists the methods of this resource.",
        other => other.canonical_reason().unwrap_or("The request was refused."),
    }
}

/// The `WWW-Authenticate` of a 401 (RFC 6750 §3).
fn challenge(code: Code) -> Option<&'static str> {
    if code.status() != StatusCode::UNAUTHORIZED {
        return None;
    }
    Some(if code == Code::TokenExpired {
        "Bearer realm=\"aldis\", error=\"invalid_token\", error_description=\"expired\""
    } else if code == Code::AuthInvalid {
        "Bearer realm=\"aldis\", error=\"invalid_token\""
    } else {
        "Bearer realm=\"aldis\""
    })
}

/// Whole seconds, at least one: `Retry-After` has no fractions (RFC 9110 §10.2.3).
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
}
