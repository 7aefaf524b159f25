//! Routes of the operators' listener only: metrics, the state of the node and its cluster, and its drain; rooms and accounts are
//! below. `operators` decides who may.

use std::{pin::Pin, sync::Arc};

use axum::{
    Extension, Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use tokio_util::sync::CancellationToken;

use super::{Shared, problem::Problem};

pub(super) mod rooms;
pub(super) mod users;

/// Writes the metrics in Prometheus' text format.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Describes the nodes of the cluster; `None` while what they share is away.
pub type DescribeCluster =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Option<serde_json::Value>> + Send>> + Send + Sync>;

/// Describes the media servers of the node.
pub type DescribeMedia = Arc<dyn Fn() -> serde_json::Value + Send + Sync>;

/// `GET /metrics`
pub(super) async fn metrics(Extension(render): Extension<RenderMetrics>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], render())
}

/// `GET /internal/tree`: rooms, sockets and users of this node, which of them wait, what is queued, what was restarted.
pub(super) async fn tree(State(site): State<Shared>) -> impl IntoResponse {
    Json(site.live.tree())
}

/// `GET /internal/cluster`: the nodes with their leases, the epoch, and what is due, as Redis knows them.
pub(super) async fn cluster(State(site): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let away = || Problem::unavailable("Redis, which the nodes share, does not answer.");
    (site.cluster)().await.map(Json).ok_or_else(away)
}

/// `GET /internal/media`: the media servers with their breakers and loads, as this node hears them.
pub(super) async fn media(State(site): State<Shared>) -> impl IntoResponse {
    Json((site.media)())
}

/// Told when the node is to drain.
#[derive(Clone)]
pub(super) struct Draining(pub(super) CancellationToken);

/// `POST /internal/drain`: the node drains and stops, as on SIGTERM. May be repeated.
pub(super) async fn drain(Extension(Draining(drain)): Extension<Draining>) -> StatusCode {
    tracing::info!("an operator drains the node");
    drain.cancel();
    StatusCode::NO_CONTENT
}
