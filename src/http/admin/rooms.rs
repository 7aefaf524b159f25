//! `/internal/rooms`: all rooms, who is in them, and what operators do about them.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde::Serialize;

use crate::{
    http::{
        Shared,
        body::{Query, Room},
        problem::{Code, Problem},
        rooms::{
            RoomBody, absent,
            shape::{Page, RoomList},
        },
        v1::{participants::remove_member, set_active},
    },
    storage::RoomId,
};

/// A room's settings and its live state.
#[derive(Serialize)]
struct RoomInside {
    room: RoomBody,
    live: Option<serde_json::Value>,
}

/// `GET /internal/rooms?limit=&cursor=`: all rooms, the newest first.
pub(in crate::http) async fn list(
    State(site): State<Shared>,
    Query(page): Query<Page>,
) -> Result<Json<RoomList>, Problem> {
    let page = page.parse()?;
    Ok(Json(RoomList::of(site.rooms.all(page.and_one()).await?, page)))
}

/// `GET /internal/rooms/{roomId}`
pub(in crate::http) async fn show(
    State(site): State<Shared>,
    Room(room_id): Room,
) -> Result<impl IntoResponse, Problem> {
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomInside { room: RoomBody::new(meeting, participants), live: site.live.describe(room_id).await }))
}

/// `POST /internal/rooms/{roomId}/close`: its members are disconnected, and nobody can join until it is opened again.
pub(in crate::http) async fn close(State(site): State<Shared>, Room(room_id): Room) -> Result<Json<RoomBody>, Problem> {
    set_active(&site, room_id, false).await
}

/// `POST /internal/rooms/{roomId}/open`: it may be joined again.
pub(in crate::http) async fn open(State(site): State<Shared>, Room(room_id): Room) -> Result<Json<RoomBody>, Problem> {
    set_active(&site, room_id, true).await
}

/// `DELETE /internal/rooms/{roomId}/participants/{userId}`: removes a member.
pub(in crate::http) async fn kick(
    State(site): State<Shared>,
    Path((room, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let room_id: RoomId = room.parse().map_err(|_| Problem::new(Code::RoomNotFound, "There is no such room."))?;
    remove_member(&site, room_id, &user).await
}
