//! What every part of the edge shares: the server, the secret, and how an answer is written.
//! Must not know which calls there are.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::secret::Secret;
use crate::{answers::Answer, refusal::Refusal, server::Calls};

/// The header that every answer has: which run of the server this is.
pub const INSTANCE: HeaderName = HeaderName::from_static("aldis-media-instance");

/// What the edge knows.
#[derive(Clone)]
pub(super) struct Edge {
    pub(super) server: Arc<dyn Calls>,
    pub(super) secret: Arc<Secret>,
}

/// An answer as a response.
pub(super) fn written(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Body::from(answer.body));
    let good = status.is_success();
    let kind = if good { "application/json" } else { "application/problem+json" };
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    // Their bodies were not read, so the connection ends: its caller must not use it for the next request.
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PAYLOAD_TOO_LARGE) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A refusal as a response.
pub(super) fn problem(refusal: &Refusal) -> Response {
    written(refusal.clone().into())
}

/// Every answer names its server's run, and no cache keeps it.
pub(super) async fn marked(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(instance) = HeaderValue::from_str(edge.server.instance().as_str()) {
        headers.insert(INSTANCE, instance);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
