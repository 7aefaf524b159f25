//! Bodies that a route has not read. The connection cannot go on behind them, so the answer says `Connection: close`
//! (RFC 9112 §9.6); otherwise a client or a proxy would send its next request into a connection that ends. Must not know routes.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};

use super::body::BODY_BYTES_MAX;

/// A body that is given back when it is dropped before its end.
struct Lent {
    body: Option<Body>,
    back: Arc<Mutex<Option<Body>>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(&mut *body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None)) || body.is_end_stream() {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            *self.back.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}

/// Announces the end of a connection whose request was answered before its body had come.
pub(super) async fn announce(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    // Reading would ask for the body (`100 Continue`), which nobody wants any more.
    let waits_to_be_asked = parts.headers.contains_key(header::EXPECT);
    let back = Arc::new(Mutex::new(None));
    let lent = Lent { body: Some(body), back: Arc::clone(&back) };
    let mut response = next.run(Request::from_parts(parts, Body::new(lent))).await;
    let unread = back.lock().unwrap_or_else(PoisonError::into_inner).take();
    let says_so = response.headers().get_all(header::CONNECTION).iter().any(|option| option == "close");
    if !says_so && unread.is_some_and(|body| waits_to_be_asked || !has_come(body)) {
        response.headers_mut().append(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether the rest of a body is there already, and is no larger than any body may be.
fn has_come(mut body: Body) -> bool {
    let mut bytes = 0;
    while bytes <= BODY_BYTES_MAX {
        match body.frame().now_or_never() {
            Some(None) => return true,
            Some(Some(Ok(frame))) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Some(Some(Err(_))) | None => return false,
        }
    }
    false
}
