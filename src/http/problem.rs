//! What an error answer looks like: `application/problem+json` (RFC 9457), one table of codes.
//!
//! A `Problem` travels through the layers as a value in the response's extensions; `render` writes it once, with the
//! request's id, and turns the bare errors of the framework (404, 405, 413 …) into problems too.

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

use super::request_id::RequestId;
use crate::auth::FieldError;

/// The media type of every error answer.
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// Why a request was refused: stable, for programs. The table gives status and title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Code {
            /// All codes, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as programs see it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that always comes with this code.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The same for people, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The request itself cannot be read: path, query, header.
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be read";
    /// The body is not JSON.
    MalformedBody = "malformed_body", BAD_REQUEST, "The body is not valid JSON";
    /// No token.
    AuthRequired = "auth_required", UNAUTHORIZED, "Log in first";
    /// A token that is not good.
    AuthInvalid = "auth_invalid", UNAUTHORIZED, "The token is not valid";
    /// A token that was good once.
    TokenExpired = "token_expired", UNAUTHORIZED, "The token has expired";
    /// Wrong address or password.
    CredentialsInvalid = "credentials_invalid", UNAUTHORIZED, "Wrong e-mail address or password";
    /// A refresh token that is missing, unknown, used or revoked: log in again.
    RefreshInvalid = "refresh_invalid", UNAUTHORIZED, "The refresh token is not valid";
    /// Not yours.
    Forbidden = "forbidden", FORBIDDEN, "Not allowed";
    /// A cookie came with a request that another site made.
    OriginNotAllowed = "origin_not_allowed", FORBIDDEN, "The request comes from another site";
    /// The operator disabled the account.
    AccountDisabled = "account_disabled", FORBIDDEN, "The account is disabled";
    /// Nothing is at this address.
    NotFound = "not_found", NOT_FOUND, "Nothing is here";
    /// There is no such room.
    RoomNotFound = "room_not_found", NOT_FOUND, "There is no such room";
    /// There is no such user.
    UserNotFound = "user_not_found", NOT_FOUND, "There is no such user";
    /// Something is here, but not for this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The request's body did not come in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// The address has an account.
    EmailTaken = "email_taken", CONFLICT, "The e-mail address is taken";
    /// The host has as many rooms as one may have.
    TooManyRooms = "too_many_rooms", CONFLICT, "You have as many rooms as one may have";
    /// The body is too big.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too big";
    /// The body is not declared as JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    /// The body is JSON, but not what is wanted; `errors` says where.
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY, "The body is not what is wanted here";
    /// Too often; `Retry-After` says when.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// A bug.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something broke here";
    /// Not now; `Retry-After` says when.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not available now";
}

impl Code {
    /// The code of an error answer the framework made by itself.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::AuthRequired,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidBody,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

/// An error answer, before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which.
    pub code: Code,
    /// What happened here, for people: what failed, which input, why, what to do.
    pub detail: String,
    /// The fields concerned.
    pub errors: Vec<FieldError>,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl Problem {
    /// A problem with a text for people.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// Fields that cannot be.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let line = |error: &FieldError| match error.field.as_str() {
            "" => error.message.clone(),
            field => format!("{field}: {}", error.message),
        };
        let detail = errors.iter().map(line).collect::<Vec<_>>().join("; ");
        Self { errors, ..Self::new(Code::InvalidBody, detail) }
    }

    /// Too often, by the named measure.
    #[must_use]
    pub fn too_often(what: &str, wait: Duration) -> Self {
        let detail = format!("Too many {what}: wait {} s and try again.", seconds(wait));
        Self { retry_after: Some(wait), ..Self::new(Code::RateLimited, detail) }
    }

    /// Not now; in a second perhaps.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self { retry_after: Some(Duration::from_secs(1)), ..Self::new(Code::Unavailable, detail) }
    }

    /// A bug. The cause is logged here, once, and never sent.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed inside");
        Self::new(
            Code::Internal,
            "The request failed for a reason that lies here; it was logged with this request's id.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The body of an error answer (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    /// The code as a URN.
    #[serde(rename = "type")]
    #[schema(example = "urn:aldis:problem:invalid_body")]
    kind: String,
    /// The code for people.
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened here, and what to do.
    detail: &'a str,
    /// The code for programs.
    code: Code,
    /// This request's id, to be found in the logs.
    request_id: &'a str,
    /// The fields concerned.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

/// Writes problems, and turns bare error answers into problems. An error answer of type `application/json` is deliberate
/// (readiness) and stays.
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
    (status.is_client_error() || status.is_server_error()) && !kind.starts_with(b"application/json")
}

fn bare_detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Nothing is at this address; /openapi.json lists what there is.",
        StatusCode::METHOD_NOT_ALLOWED => "The header Allow says which methods this address takes.",
        other => other.canonical_reason().unwrap_or("The request was refused."),
    }
}

/// RFC 6750 §3: what a client is to do about a 401.
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

/// Whole seconds, at least one: `Retry-After` knows no fractions (RFC 9110 §10.2.3).
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
}
