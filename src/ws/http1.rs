//! One connection while it speaks HTTP/1.1: the router answers, except that `/ws` is judged here and may leave HTTP.
//! It must not know what the router serves.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use uuid::Uuid;

use super::connection::{Arrival, Lobby, Upgraded};
use super::handshake::{self, Accepted, PROTOCOL, Policy, Refusal};
use super::limits::Limits;
use super::metrics;
use super::pace::{Pace, Paced};
use crate::http::client::{Client, OverTls};

/// Where sockets open; the query is never looked at, except for tokens that must not be there.
const PATH: &str = "/ws";

/// What answers the requests of one connection.
pub(crate) struct Front<L> {
    pub(crate) router: Router,
    pub(crate) lobby: Arc<L>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) proxies: Arc<[IpNet]>,
    pub(crate) peer: SocketAddr,
    pub(crate) over_tls: bool,
    pub(crate) pace: Pace,
    /// Filled when a request is upgraded; HTTP ends with its answer.
    pub(crate) arrival: Mutex<Option<Arrival>>,
}

/// Serves HTTP until the peer, a limit or `stop` ends it (`None`), or until a socket is opened.
pub(crate) async fn serve<S, L>(
    stream: S,
    front: Front<L>,
    limits: &Limits,
    stop: &CancellationToken,
) -> Option<Upgraded<S>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    L: Lobby,
{
    let pace = front.pace.clone();
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle_within)
        .max_buf_size(limits.head_bytes_max)
        .serve_connection(TokioIo::new(Paced { stream, pace: pace.clone() }), front);
    let mut stopped = pin!(stop.cancelled());
    let mut stopping = false;
    let whole = poll_fn(|cx| {
        // Stop first: a request that comes with it finds no keep-alive.
        if !stopping && stopped.as_mut().poll(cx).is_ready() {
            stopping = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        connection.poll_without_shutdown(cx)
    });
    let served = tokio::select! {
        // Lateness last: a head that came in time counts.
        biased;
        served = whole => served.map_err(|error| tracing::debug!(%error, "an HTTP connection ended early")).is_ok(),
        () = pace.late(limits.head_within, limits.answer_stuck_within) => false,
    };
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner().stream;
    match parts.service.arrival.into_inner().unwrap_or_else(PoisonError::into_inner) {
        // The bytes are copied: a slice of hyper's buffer would keep all of it alive.
        Some(arrival) if served => Some(Upgraded { stream, early: parts.read_buf[..].into(), arrival }),
        Some(_) | None => {
            let _ = tokio::time::timeout(limits.farewell_within, stream.shutdown()).await;
            None
        }
    }
}

impl<L: Lobby> Front<L> {
    /// Judges a request to open a socket; the arrival is kept for when HTTP has ended.
    fn knock(&self, head: &Parts) -> Response<Body> {
        let client = Client::of(self.peer.ip(), self.over_tls, &head.headers, &self.proxies);
        let judged = handshake::judge(head, &self.policy, client.over_tls)
            .and_then(|accepted| self.lobby.admit().map_err(Refusal::Busy).map(|()| accepted));
        match judged {
            Ok(accepted) => {
                let response = switching(&accepted);
                let Accepted { token, origin, .. } = accepted;
                let arrival = Arrival { client, token, origin };
                *self.arrival.lock().unwrap_or_else(PoisonError::into_inner) = Some(arrival);
                response
            }
            Err(refusal) => {
                metrics::refused(refusal.code());
                let request_id = Uuid::now_v7().to_string();
                tracing::debug!(client = %client.address, code = refusal.code(), request_id, "refused a socket");
                refusal.response(&request_id)
            }
        }
    }
}

impl<L: Lobby> Service<Request<Incoming>> for Front<L> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.pace.answering();
        let (mut head, body) = request.into_parts();
        if head.uri.path() == PATH {
            return Box::pin(ready(Ok(self.knock(&head))));
        }
        head.extensions.insert(ConnectInfo(self.peer));
        if self.over_tls {
            head.extensions.insert(OverTls);
        }
        let (router, pace) = (self.router.clone(), self.pace.clone());
        Box::pin(async move {
            let answer = router.oneshot(Request::from_parts(head, Body::new(body))).await;
            pace.answered();
            answer
        })
    }
}

fn switching(accepted: &Accepted) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accepted.accept.clone());
    if accepted.protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    response
}
