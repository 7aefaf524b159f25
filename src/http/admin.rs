//! Routes of the operators' listener only: metrics, internal state of rooms, accounts. `operators` decides who may.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use std::{pin::Pin, sync::Arc};
use uuid::Uuid;

use super::{
    Shared,
    body::{Body, Room},
    problem::{Code, Problem},
    rooms::{RoomBody, absent},
};

/// Writes the metrics in Prometheus' text format.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Describes the nodes of the cluster; `None` while what they share is away.
pub type DescribeCluster =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Option<serde_json::Value>> + Send>> + Send + Sync>;

/// Describes the media servers of the node.
pub type DescribeMedia = Arc<dyn Fn() -> serde_json::Value + Send + Sync>;

/// A room's settings and its live state.
#[derive(Serialize)]
struct RoomInside {
    room: RoomBody,
    live: Option<serde_json::Value>,
}

/// An operator's change to an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeUser {
    /// Disables the account: `true` ends all sessions: tokens are refused, sockets closed.
    disabled: bool,
}

/// `GET /metrics`
pub(super) async fn metrics(Extension(render): Extension<RenderMetrics>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], render())
}

/// `GET /internal/rooms/{roomId}`
pub(super) async fn room(State(site): State<Shared>, Room(room_id): Room) -> Result<impl IntoResponse, Problem> {
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomInside { room: RoomBody::new(meeting, participants), live: site.live.describe(room_id).await }))
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

/// `PATCH /internal/users/{userId}`
pub(super) async fn change_user(
    State(site): State<Shared>,
    path: Path<String>,
    Body(wish): Body<ChangeUser>,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::new(Code::UserNotFound, format!("There is no user {}.", path.as_str()));
    let user: Uuid = path.parse().map_err(|_| unknown())?;
    if !site.accounts.set_disabled(user, wish.disabled).await? {
        return Err(unknown());
    }
    Ok(StatusCode::NO_CONTENT)
}
