//! `/api/rooms`: create, read, list, change and delete rooms. Only the host may change or delete.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

pub(super) mod messages;
mod shape;

pub(super) use shape::RoomBody;
use shape::{ChangeRoom, CreateRoom, Page, RoomList, RoomPath};

use super::{
    Shared,
    body::{Body, Query, Room},
    caller::Caller,
    problem::{Code, Problem, ProblemBody},
};
use crate::{
    auth::FieldError,
    rooms::NewRoom,
    storage::{MeetingChange, MeetingPage, Mode, RoomId},
};

/// Limits of rooms.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Default maximum of participants: in a mesh each sends to all others.
    pub participants: u32,
    /// The highest maximum of participants; at most 1000.
    pub participants_max: u32,
    /// Default seat window in seconds: how long the seat of a disconnected participant is kept.
    pub seat_window_seconds: u32,
    /// The longest seat window in seconds; at most 120.
    pub seat_window_seconds_max: u32,
    /// Rooms per host.
    pub per_host_max: u32,
    /// Whether rooms with a media service may be created.
    pub sfu: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            participants: 4,
            participants_max: 100,
            seat_window_seconds: 5,
            seat_window_seconds_max: 120,
            per_host_max: 1000,
            sfu: false,
        }
    }
}

/// Checks the numbers of a request against the limits.
fn checked(limits: &Limits, max_participants: Option<u32>, seat_window: Option<u32>) -> Result<(), Problem> {
    let out_of = |field: &str, value: Option<u32>, low: u32, high: u32| {
        let wrong = value.filter(|value| !(low..=high).contains(value))?;
        Some(FieldError::new(field, format!("is {wrong}; it must be {low} to {high}")))
    };
    let wrong: Vec<_> = [
        out_of("maxParticipants", max_participants, 1, limits.participants_max),
        out_of("seatWindowSeconds", seat_window, 0, limits.seat_window_seconds_max),
    ]
    .into_iter()
    .flatten()
    .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
}

/// Creates a room; the caller becomes its host.
#[utoipa::path(post, path = "/api/rooms", tag = "rooms", operation_id = "createRoom", security(("bearer" = []), ("cookie" = [])),
    request_body = Option<CreateRoom>,
    responses(
        (status = 201, body = RoomBody, description = "The new room", headers(("Location" = String, description = "the room's address in this API"))),
        (status = 409, body = ProblemBody, description = "`too_many_rooms`")
    ))]
pub(super) async fn create(
    State(site): State<Shared>,
    caller: Caller,
    body: Option<Body<CreateRoom>>,
) -> Result<Response, Problem> {
    let wish = body.map(|body| body.0).unwrap_or_default();
    let limits = &site.settings.rooms;
    checked(limits, wish.max_participants, wish.seat_window_seconds)?;
    if wish.mode == Some(Mode::Sfu) && !limits.sfu {
        let why = "is `sfu`, but no media service is configured; leave it out or write `mesh`";
        return Err(Problem::fields(vec![FieldError::new("mode", why)]));
    }
    let new = NewRoom {
        host_id: caller.user,
        account: caller.account,
        max_participants: wish.max_participants.unwrap_or(limits.participants),
        seat_window_seconds: wish.seat_window_seconds.unwrap_or(limits.seat_window_seconds),
        mode: wish.mode.unwrap_or(Mode::Mesh),
    };
    let meeting = site.hosting.create(new, site.accounts.clock().now()).await?;
    let location = HeaderValue::from_str(&format!("/api/rooms/{}", meeting.room_id));
    let mut response = (StatusCode::CREATED, Json(RoomBody::new(meeting, None))).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// A room, for any signed-in user who knows its id.
#[utoipa::path(get, path = "/api/rooms/{roomId}", tag = "rooms", operation_id = "getRoom", security(("bearer" = []), ("cookie" = [])),
    params(RoomPath),
    responses((status = 200, body = RoomBody, description = "The room"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn get(
    State(site): State<Shared>,
    _caller: Caller,
    Room(room_id): Room,
) -> Result<Json<RoomBody>, Problem> {
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomBody::new(meeting, participants)))
}

/// The rooms you host, newest first.
#[utoipa::path(get, path = "/api/rooms", tag = "rooms", operation_id = "listRooms", security(("bearer" = []), ("cookie" = [])),
    params(Page),
    responses((status = 200, body = RoomList, description = "A page of the rooms that the caller hosts")))]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<RoomList>, Problem> {
    let page = page.parse()?;
    // One more than requested, to know whether there is a next page.
    let mut meetings = site.rooms.of(&caller.user, MeetingPage { limit: page.limit + 1, ..page }).await?;
    let is_last = meetings.len() <= page.limit as usize;
    meetings.truncate(page.limit as usize);
    let cursor = meetings
        .last()
        .filter(|_| !is_last)
        .map(|last| format!("{}.{}", last.created_at.as_millisecond(), last.room_id));
    let rooms = meetings.into_iter().map(|meeting| RoomBody::new(meeting, None)).collect();
    Ok(Json(RoomList { rooms, next_cursor: cursor }))
}

/// Changes a room you host.
#[utoipa::path(patch, path = "/api/rooms/{roomId}", tag = "rooms", operation_id = "updateRoom", security(("bearer" = []), ("cookie" = [])),
    params(RoomPath), request_body = ChangeRoom,
    responses((status = 200, body = RoomBody, description = "The room as it is now"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn patch(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Body(wish): Body<ChangeRoom>,
) -> Result<Json<RoomBody>, Problem> {
    checked(&site.settings.rooms, wish.max_participants, wish.seat_window_seconds)?;
    let change = MeetingChange {
        active: wish.active,
        max_participants: wish.max_participants,
        seat_window_seconds: wish.seat_window_seconds,
    };
    let Some(meeting) = site.hosting.change(room_id, caller.user.clone(), change).await? else {
        return Err(not_yours(&site, room_id).await);
    };
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomBody::new(meeting, participants)))
}

/// Deletes a room you host; its members are disconnected.
#[utoipa::path(delete, path = "/api/rooms/{roomId}", tag = "rooms", operation_id = "deleteRoom", security(("bearer" = []), ("cookie" = [])),
    params(RoomPath),
    responses((status = 204, description = "deleted"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<StatusCode, Problem> {
    if !site.hosting.remove(room_id, caller.user.clone()).await? {
        return Err(not_yours(&site, room_id).await);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Why a change affected nothing: the room has another host, or does not exist.
async fn not_yours(site: &Shared, room_id: RoomId) -> Problem {
    match site.rooms.find(room_id).await {
        Ok(Some(_)) => Problem::new(Code::Forbidden, format!("Only the host may change or delete room {room_id}.")),
        Ok(None) => absent(room_id),
        Err(why) => why.into(),
    }
}

pub(super) fn absent(room_id: RoomId) -> Problem {
    Problem::new(Code::RoomNotFound, format!("There is no room {room_id}."))
}
