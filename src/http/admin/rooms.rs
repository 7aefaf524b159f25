//! `/internal/rooms`: all rooms, who is in them, and what operators do about them.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

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

/// Which rooms with somebody in them are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Live {
    /// `nextCursor` of the page before: its last room.
    cursor: Option<String>,
    /// How many, at most.
    limit: Option<usize>,
}

/// Longest page: each room on it is a question to the ledger.
const LIVE_MAX: usize = 100;

/// `GET /internal/rooms/live?limit=&cursor=`: rooms with somebody connected, on whichever node, by their ids, with how many are in each.
pub(in crate::http) async fn live(
    State(site): State<Shared>,
    Query(wanted): Query<Live>,
) -> Result<Json<RoomList>, Problem> {
    let limit = wanted.limit.unwrap_or(LIVE_MAX);
    if !(1..=LIVE_MAX).contains(&limit) {
        return Err(Problem::new(Code::BadRequest, format!("limit is {limit}; it must be 1 to {LIVE_MAX}.")));
    }
    let unknown = |_| Problem::new(Code::BadRequest, "cursor is not a nextCursor of this list.");
    let after = wanted.cursor.map(|cursor| cursor.parse::<RoomId>()).transpose().map_err(unknown)?;
    let away = || Problem::unavailable("Which rooms have somebody in them cannot be asked now: try again in a moment.");
    let mut ids = site.live.occupied_rooms(after, limit + 1).await.ok_or_else(away)?;
    let is_last = ids.len() <= limit;
    ids.truncate(limit);
    let next_cursor = ids.last().filter(|_| !is_last).map(ToString::to_string);
    let site = &site;
    let found = join_all(ids.into_iter().map(|id| async move {
        let (meeting, participants) = (site.rooms.find(id).await?, site.live.participants(id).await);
        Ok::<_, Problem>(meeting.map(|meeting| RoomBody::new(meeting, participants)))
    }));
    // A room that was deleted just now is none.
    let rooms = found.await.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(Json(RoomList { rooms, next_cursor }))
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
