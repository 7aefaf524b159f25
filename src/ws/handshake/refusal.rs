//! All reasons to refuse a socket: one table of status, code and detail (RFC 9457 problem details).

use std::time::Duration;

use hyper::http::header::{self, HeaderName, HeaderValue};
use hyper::http::{Response, StatusCode};

/// Why the node admits no new socket now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// Such as "this node is draining".
    pub why: &'static str,
    /// When to retry.
    pub retry_after: Duration,
}

impl Busy {
    /// Whole seconds, at least one: `Retry-After` has no fractions (RFC 9110 §10.2.3).
    fn seconds(self) -> u64 {
        self.retry_after.as_millis().div_ceil(1_000).max(1).try_into().unwrap_or(u64::MAX)
    }
}

/// Why a request to open a socket is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not GET.
    Method,
    /// HTTP/1.0.
    HttpVersion,
    /// No `Host`, more than one, an invalid one, or one that the target contradicts.
    Host,
    /// No `Upgrade: websocket`.
    NotAnUpgrade,
    /// No `upgrade` in `Connection`.
    Connection,
    /// Not version 13.
    Version,
    /// No key, or not 16 bytes.
    Key,
    /// A request body.
    Body,
    /// A repeated field that may occur once.
    Repeated,
    /// A field with bytes outside visible ASCII.
    NotAscii,
    /// Sub-protocols offered, none of them ours.
    Protocol,
    /// A page whose origin is not allowed.
    Origin,
    /// The cookie without an origin: not a browser's request.
    CookieWithoutOrigin,
    /// A malformed token.
    Token,
    /// Tokens by two carriers at once.
    TwoTokens,
    /// A token in the query string.
    TokenInQuery,
    /// The node admits no new sockets now.
    Busy(Busy),
}

impl Refusal {
    /// Status, code and detail.
    fn row(self) -> (StatusCode, &'static str, &'static str) {
        let bad = |detail| (StatusCode::BAD_REQUEST, "bad_handshake", detail);
        match self {
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "a WebSocket opens with GET"),
            Self::HttpVersion => bad("a WebSocket opens over HTTP/1.1"),
            Self::Host => bad("exactly one valid Host is needed, and the request target must not contradict it"),
            Self::NotAnUpgrade => (
                StatusCode::UPGRADE_REQUIRED,
                "upgrade_required",
                "this path speaks WebSocket only → send Upgrade: websocket",
            ),
            Self::Connection => bad("the list in Connection must contain upgrade (does a proxy drop it?)"),
            Self::Version => {
                (StatusCode::UPGRADE_REQUIRED, "unsupported_version", "Sec-WebSocket-Version must be 13 (RFC 6455)")
            }
            Self::Key => bad("Sec-WebSocket-Key must be 16 bytes in base64"),
            Self::Body => bad("a WebSocket request has no body"),
            Self::Repeated => bad("a field that may occur once is repeated"),
            Self::NotAscii => bad("a field contains bytes outside visible ASCII"),
            Self::Protocol => bad("of the sub-protocols offered, one must be aldis.v1 (at most 16, valid tokens)"),
            Self::Origin => (
                StatusCode::FORBIDDEN,
                "origin_forbidden",
                "pages of this Origin may not connect → serve the page from this host, let the proxy pass Host on, \
                 or add the origin to allowed_origins",
            ),
            Self::CookieWithoutOrigin => (
                StatusCode::FORBIDDEN,
                "origin_required",
                "the cookie access_token is accepted only with an allowed Origin → use Authorization: Bearer",
            ),
            Self::Token => (
                StatusCode::BAD_REQUEST,
                "bad_token",
                "the token must be 1 to 4096 visible ASCII characters; as a sub-protocol in base64url without padding",
            ),
            Self::TwoTokens => (StatusCode::BAD_REQUEST, "two_tokens", "send the token once, by one carrier only"),
            Self::TokenInQuery => (
                StatusCode::BAD_REQUEST,
                "token_in_query",
                "tokens must not be in the query string → send hello, or the sub-protocol bearer.<base64url>",
            ),
            Self::Busy(busy) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", busy.why),
        }
    }

    /// The HTTP status of the response.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().0
    }

    /// The stable code for programs and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The header field that names what is supported, if there is one.
    fn hint(self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Method => Some((header::ALLOW, HeaderValue::from_static("GET"))),
            Self::NotAnUpgrade => Some((header::UPGRADE, HeaderValue::from_static("websocket"))),
            Self::Version => Some((header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))),
            Self::Busy(busy) => Some((header::RETRY_AFTER, busy.seconds().into())),
            Self::HttpVersion
            | Self::Host
            | Self::Connection
            | Self::Key
            | Self::Body
            | Self::Repeated
            | Self::NotAscii
            | Self::Protocol
            | Self::Origin
            | Self::CookieWithoutOrigin
            | Self::Token
            | Self::TwoTokens
            | Self::TokenInQuery => None,
        }
    }

    /// The response, a problem like all others; `request_id` is the request's id in the log.
    pub fn response<B: From<String>>(self, request_id: &str) -> Response<B> {
        let (status, code, detail) = self.row();
        let mut problem = serde_json::json!({
            "type": format!("urn:aldis:problem:{code}"),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "code": code,
            "detail": detail,
            "requestId": request_id,
        });
        if let Self::Busy(Busy { retry_after, .. }) = self {
            problem["retryAfterMs"] = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX).into();
        }
        let mut response = Response::new(B::from(problem.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // A client with a malformed handshake has no further request on this connection.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        if let Some((name, value)) = self.hint() {
            headers.insert(name, value);
        }
        if self == Self::NotAnUpgrade {
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade, close"));
        }
        response
    }
}
