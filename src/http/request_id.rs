//! Each request's id: a trusted proxy's `X-Request-Id` if it is valid, else a fresh UUID. It is returned, logged, and
//! part of every problem.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use crate::net;

/// Its header.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id accepted from a proxy.
const LEN_MAX: usize = 64;

/// The id of a request: 1 to 64 of `A–Z a–z 0–9 . _ -`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id sent by a proxy, if it is safe to log.
    fn of_proxy(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?;
        let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let fits = (1..=LEN_MAX).contains(&text.len()) && text.bytes().all(sane);
        fits.then(|| Self(text.to_owned()))
    }
}

/// Adds an id to each request and its header to the response.
pub async fn give(mut request: Request, next: Next) -> Response {
    let by_proxy = request.extensions().get::<net::Request>().is_some_and(|known| known.client.by_proxy);
    let inbound = request.headers().get(HEADER).filter(|_| by_proxy).and_then(RequestId::of_proxy);
    let id = inbound.unwrap_or_else(|| RequestId(Uuid::now_v7().to_string()));
    let header = HeaderValue::from_str(id.as_str());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Ok(header) = header {
        response.headers_mut().insert(HEADER, header);
    }
    response
}
