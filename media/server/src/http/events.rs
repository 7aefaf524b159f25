//! `GET /v1/events`: lines of JSON for as long as the caller listens. Must not know what is told.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::edge::{Edge, problem};
use crate::{events::Event, refusal::Refusal};

pub(super) async fn events(State(edge): State<Edge>) -> Response {
    let limits = *edge.server.limits();
    let Some(listening) = edge.server.listen() else {
        return problem(&Refusal::limit("event streams", limits.streams_max));
    };
    let hello = Event::Hello { instance: edge.server.instance().clone(), consumers_max: limits.capacity }.line();
    let lines = stream::unfold((Some(hello), listening), next);
    let mut response = Response::new(Body::from_stream(lines));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    // A proxy that buffers would hold lines back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

type Listening = (Option<Bytes>, Receiver<Bytes>);

/// The next line. A stream that fell behind ends: its reader begins anew, and compares rooms.
async fn next((hello, mut listening): Listening) -> Option<(Result<Bytes, std::convert::Infallible>, Listening)> {
    if let Some(hello) = hello {
        return Some((Ok(hello), (None, listening)));
    }
    match listening.recv().await {
        Ok(line) => Some((Ok(line), (None, listening))),
        Err(RecvError::Lagged(lost)) => {
            tracing::warn!(lost, "an event stream was too slow and is closed");
            None
        }
        Err(RecvError::Closed) => None,
    }
}
