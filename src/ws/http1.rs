//! One connection while it speaks HTTP/1.1: the router responds, except that `/ws` is validated here and may be
//! upgraded. It must not know what the router serves.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tower::ServiceExt;

use super::caps::Place;
use super::connection::{Arrival, Lobby, Upgraded};
use super::entrance::Entrance;
use super::handshake::{Accepted, PROTOCOL, Refusal};
use super::metrics;
use super::pace::{Pace, Paced};
use super::upgrade::PATH;
use crate::http::NotOpened;
use crate::net;

/// The service of one connection.
pub(crate) struct Front<L> {
    entrance: Arc<Entrance<L>>,
    peer: SocketAddr,
    pace: Pace,
    place: Place,
    /// The refusal of the connection's first request, if it was judged already: a request is judged, and counted, once.
    refused: Mutex<Option<Refusal>>,
    /// Set when a request is upgraded; HTTP ends with its response.
    arrival: Mutex<Option<Arrival>>,
}

/// A connection that continues as HTTP, and what is known about it.
pub(crate) struct Begun<S> {
    pub(crate) stream: S,
    pub(crate) peer: SocketAddr,
    /// The bytes already read.
    pub(crate) early: Box<[u8]>,
    /// See [`Front::refused`].
    pub(crate) refused: Option<Refusal>,
    /// The connection's permit.
    pub(crate) place: Place,
}

/// Serves HTTP until the peer, a limit or `stop` ends it (`None`), or until a socket is opened.
pub(crate) async fn serve<S, L>(begun: Begun<S>, entrance: Arc<Entrance<L>>) -> Option<Upgraded<S>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    L: Lobby,
{
    let Begun { stream, peer, early, refused, place } = begun;
    let (limits, stop, pace) = (Arc::clone(&entrance.limits), entrance.stop.clone(), Pace::new());
    let (refused, arrival) = (Mutex::new(refused), Mutex::new(None));
    let front = Front { entrance, peer, pace: pace.clone(), place, refused, arrival };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle_within)
        .max_buf_size(limits.head_bytes_max)
        .serve_connection(TokioIo::new(Paced::new(stream, early, pace.clone())), front);
    let mut stopped = pin!(stop.cancelled());
    let mut stopping = false;
    let whole = poll_fn(|cx| {
        // Stop first: a request that arrives at the same time gets no keep-alive.
        if !stopping && stopped.as_mut().poll(cx).is_ready() {
            stopping = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        connection.poll_without_shutdown(cx)
    });
    let served = tokio::select! {
        // The timeout last: a head that arrived in time counts.
        biased;
        served = whole => served.map_err(|error| tracing::debug!(%error, "an HTTP connection ended early")).is_ok(),
        () = pace.late(limits.head_within, limits.answer_stuck_within) => false,
    };
    let parts = connection.into_parts();
    let (mut stream, unread) = parts.io.into_inner().into_parts();
    let Front { arrival, place, .. } = parts.service;
    match arrival.into_inner().unwrap_or_else(PoisonError::into_inner) {
        // The bytes are copied: a slice of hyper's buffer would keep all of it alive.
        Some(arrival) if served => {
            Some(Upgraded { stream, early: [&parts.read_buf[..], &unread].concat().into(), arrival, place })
        }
        Some(_) | None => {
            let _ = tokio::time::timeout(limits.farewell_within, stream.shutdown()).await;
            None
        }
    }
}

impl<L: Lobby> Front<L> {
    /// The response that opens a socket; the arrival is stored until HTTP has ended.
    ///
    /// # Errors
    /// The refusal, which the router sends.
    fn open(&self, head: &Parts, known: &net::Request) -> Result<Response<Body>, Box<NotOpened>> {
        let judged = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        let judged = judged.map_or_else(|| self.entrance.judge(head, known, &self.place), Err);
        let (accepted, arrival) = judged.map_err(|refusal| {
            metrics::refused(refusal.code());
            Box::new(refusal.answer())
        })?;
        *self.arrival.lock().unwrap_or_else(PoisonError::into_inner) = Some(arrival);
        Ok(switching(&accepted))
    }
}

impl<L: Lobby> Service<Request<Incoming>> for Front<L> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.pace.answering();
        let (mut head, body) = request.into_parts();
        let known = self.entrance.known(self.peer, &head);
        if head.uri.path() == PATH {
            match self.open(&head, &known) {
                Ok(response) => return Box::pin(ready(Ok(response))),
                Err(refused) => drop(head.extensions.insert(*refused)),
            }
        }
        head.extensions.insert(ConnectInfo(self.peer));
        head.extensions.insert(known);
        let (router, pace) = (self.entrance.router.clone(), self.pace.clone());
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
