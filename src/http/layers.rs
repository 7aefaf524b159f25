//! Layers around every route: timeout, panics, load shedding, security headers, CORS.

use std::{any::Any, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{Settings, Shared, problem::Problem, request_id};
use crate::{
    load::New,
    net::{self, Origin},
};

/// Default timeout of a request.
pub(super) const WITHIN: Duration = Duration::from_secs(10);

/// Ends a request that exceeds its timeout with 503.
pub(super) async fn within(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let within = site.settings.within;
    match tokio::time::timeout(within, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(format!("The request took longer than {} s.", within.as_secs())).into_response(),
    }
}

/// Load shedding: refuses requests before any work while the node is overloaded, so that established calls take
/// priority.
pub(super) async fn shed(State(site): State<Shared>, request: Request, next: Next) -> Response {
    match site.load.admit(New::Request) {
        Ok(()) => next.run(request).await,
        Err(wait) => Problem::busy("This node is overloaded", wait).into_response(),
    }
}

/// A panic in a route fails that request, not its connection.
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::internal(format!("panic: {}", text.unwrap_or("of an unknown kind"))).into_response()
}

/// Only our own scripts, styles, images and sockets; no frames.
const CSP: &str = "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; \
                   object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // A room's URL is a secret: it is not sent to other sites.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), autoplay=(self), geolocation=(), payment=(), usb=()",
    ),
];

/// Adds the security headers that a route did not set itself, and `Cache-Control: no-store` to all JSON.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let secure = request.extensions().get::<net::Request>().is_some_and(|known| known.secure);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Cross-origin calls from `allowed_origins`, with cookies; with none configured, no CORS at all.
pub(super) fn cors(settings: &Settings) -> Option<CorsLayer> {
    let origins = settings.net.allowed_origins.clone();
    if origins.is_empty() {
        return None;
    }
    let is_allowed = move |origin: &HeaderValue, _: &Parts| {
        let origin = origin.to_str().ok().and_then(|text| text.parse::<Origin>().ok());
        origin.is_some_and(|origin| origins.contains(&origin))
    };
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, super::auth::REFRESH_BY])
        .expose_headers([header::LOCATION, header::RETRY_AFTER, request_id::HEADER])
        .max_age(Duration::from_secs(3600));
    Some(layer)
}

/// The response where no route matches.
pub(super) async fn nothing() -> StatusCode {
    StatusCode::NOT_FOUND
}
