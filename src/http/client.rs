//! Makes sure that every request carries a `net::Request`, and refuses requests without one valid host.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    Shared,
    problem::{Code, Problem},
};
use crate::net;

/// Adds a `net::Request` to requests that did not come through our listener (in tests); without a socket, they come from
/// 127.0.0.1.
pub async fn locate(State(site): State<Shared>, request: Request, next: Next) -> Response {
    if request.extensions().get::<net::Request>().is_some() {
        return next.run(request).await;
    }
    let (mut head, body) = request.into_parts();
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let known = site.settings.net.request(peer, false, &head);
    head.extensions.insert(known);
    next.run(Request::from_parts(head, body)).await
}

/// RFC 9112 §3.2: a request without one valid `Host` gets 400.
pub async fn must_have_host(request: Request, next: Next) -> Response {
    let known = request.extensions().get::<net::Request>();
    match known.and_then(|known| known.host.as_ref().err()) {
        Some(why) => Problem::new(Code::BadRequest, format!("The request was refused: {why}.")).into_response(),
        None => next.run(request).await,
    }
}
