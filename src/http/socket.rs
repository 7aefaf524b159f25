//! `GET /ws`, as far as it is HTTP: the refusal of a request to open a socket. The listener opens sockets before any
//! route is asked, and adds the reason when it does not.

use axum::{
    Extension,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use utoipa::IntoParams;

use super::problem::{Code, Problem, ProblemBody};

/// Why the listener opened no socket for a request, and the headers that say what is supported.
#[derive(Clone, Debug)]
pub struct NotOpened {
    /// The reason.
    pub problem: Problem,
    /// `Allow`, `Upgrade`, `Sec-WebSocket-Version`.
    pub hints: HeaderMap,
}

/// See the protocol's page.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents what the listener reads for OpenAPI")]
pub(super) struct Offered {
    /// `aldis.v1`, and beside it `bearer.<base64url of the access token>`.
    #[param(rename = "Sec-WebSocket-Protocol", nullable = false)]
    protocol: Option<String>,
}

/// Opens a WebSocket (RFC 6455), sub-protocol `aldis.v1`. The access token comes with `hello`, as a sub-protocol, as
/// `Authorization: Bearer`, or as the cookie of an allowed page.
#[utoipa::path(get, path = "/ws", tag = "signaling", operation_id = "openSocket", params(Offered),
    responses((status = 101, description = "the socket is open; see docs/protocol.md"),
        (status = 400, body = ProblemBody, description = "`bad_handshake`, `two_tokens` or `token_in_query`"),
        (status = 401, body = ProblemBody, description = "`auth_invalid`: a malformed token"),
        (status = 403, body = ProblemBody, description = "`origin_not_allowed`: a page of another site"),
        (status = 426, body = ProblemBody, description = "`upgrade_required`: not a WebSocket request, or not version 13"),
        (status = 429, body = ProblemBody, description = "`too_many_connections` or `rate_limited`")))]
pub(super) async fn ws(why: Option<Extension<NotOpened>>) -> Response {
    refused(why).await
}

/// The refusal, for any method.
pub(super) async fn refused(why: Option<Extension<NotOpened>>) -> Response {
    let Some(Extension(NotOpened { problem, hints })) = why else {
        // Not our listener: in tests.
        return Problem::new(Code::UpgradeRequired, "This path speaks WebSocket only.").into_response();
    };
    let mut response = problem.into_response();
    response.headers_mut().extend(hints);
    // A client with a malformed handshake has no further request on this connection.
    response.headers_mut().append(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}
