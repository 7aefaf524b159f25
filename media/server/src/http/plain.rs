//! Answers that ask the server for nothing but what it knows: health, metrics, the document.

use std::time::Instant;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{document, edge::Edge};

/// Whether it works and how much there is. A server that drains is well.
pub(super) async fn health(State(edge): State<Edge>) -> Response {
    let begun = Instant::now();
    let (counts, state) = edge.server.now();
    edge.server.metrics().answered("health", 200, begun.elapsed());
    Json(json!({ "ok": true, "instance": edge.server.instance(), "state": state, "counts": counts })).into_response()
}

/// Metrics for Prometheus.
pub(super) async fn metrics(State(edge): State<Edge>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], edge.server.metrics().text()).into_response()
}

/// The OpenAPI document.
pub(super) async fn document() -> Response {
    Json(document::document()).into_response()
}
