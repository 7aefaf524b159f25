//! `/api/rooms`: make, look up, list, change and delete rooms. Only the host may change or delete.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Shared,
    body::{Body, Query, Room},
    caller::Caller,
    problem::{Code, Problem},
};
use crate::{
    auth::FieldError,
    storage::{Meeting, MeetingChange, MeetingPage, Mode, RoomId, rooms::NewRoom},
};

/// What rooms may be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Participants of a room that does not say: in a mesh each sends to all others.
    pub participants: u32,
    /// The most participants a room may be made for; at most 1000.
    pub participants_max: u32,
    /// Seconds a lost participant's seat is kept, in a room that does not say.
    pub seat_window_seconds: u32,
    /// The most seconds a seat may be kept; at most 120.
    pub seat_window_seconds_max: u32,
    /// Rooms one host may have.
    pub per_host_max: u32,
    /// Whether rooms may be made whose media goes through a media service.
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

/// A room as it is set up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomBody {
    /// The public id, part of the room's address.
    #[schema(value_type = String, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: RoomId,
    /// The user who made it.
    host_id: Uuid,
    /// How many may be in it at once.
    #[schema(minimum = 1, example = 4)]
    max_participants: u32,
    /// How long a lost participant's seat is kept, in seconds.
    #[schema(minimum = 0, maximum = 120, example = 5)]
    seat_window_seconds: u32,
    /// How media flows.
    mode: Mode,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Whether it may be joined.
    active: bool,
    /// How many are in it now, over all nodes; absent when nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    participants: Option<usize>,
}

impl RoomBody {
    pub(super) fn new(meeting: Meeting, participants: Option<usize>) -> Self {
        Self {
            room_id: meeting.room_id,
            host_id: meeting.host_id,
            max_participants: meeting.max_participants,
            seat_window_seconds: meeting.seat_window_seconds,
            mode: meeting.mode,
            created_at: meeting.created_at,
            active: meeting.active,
            participants,
        }
    }
}

/// A wish for a room. Everything may be left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRoom {
    /// How many may be in it at once; 4 when left out.
    #[schema(minimum = 1, maximum = 100, example = 4)]
    max_participants: Option<u32>,
    /// How long a lost participant's seat is kept, in seconds; 5 when left out.
    #[schema(minimum = 0, maximum = 120, example = 5)]
    seat_window_seconds: Option<u32>,
    /// How media flows; `mesh` when left out.
    #[schema(value_type = Option<String>, pattern = "^(mesh|sfu)$", example = "mesh")]
    mode: Option<Mode>,
}

/// What the host wants changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRoom {
    /// How many may be in it at once. Fewer than are in it sends nobody away.
    #[schema(minimum = 1, maximum = 100, example = 8)]
    max_participants: Option<u32>,
    /// How long a lost participant's seat is kept, in seconds.
    #[schema(minimum = 0, maximum = 120, example = 30)]
    seat_window_seconds: Option<u32>,
    /// Whether it may be joined; `false` also sends its members away.
    active: Option<bool>,
}

/// Rooms, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomList {
    /// The rooms.
    rooms: Vec<RoomBody>,
    /// There are more: ask again with this as `cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many rooms at most; 100 when left out.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[param(nullable = false, pattern = "^[0-9]{1,15}\\.[a-z]{3}-[a-z]{4}-[a-z]{3}$")]
    cursor: Option<String>,
}

/// The most rooms on a page.
const PAGE_MAX: u32 = 100;

impl Page {
    fn parse(self) -> Result<MeetingPage, Problem> {
        let limit = self.limit.unwrap_or(PAGE_MAX);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Problem::new(Code::BadRequest, format!("limit is {limit}; it must be 1 to {PAGE_MAX}.")));
        }
        let parse = |cursor: &str| {
            let (millis, room) = cursor.split_once('.')?;
            Some((Timestamp::from_millisecond(millis.parse().ok()?).ok()?, room.parse().ok()?))
        };
        let before = match self.cursor {
            None => None,
            Some(cursor) => {
                let unknown =
                    || Problem::new(Code::BadRequest, "cursor is not one that this list gave out as nextCursor.");
                Some(parse(&cursor).ok_or_else(unknown)?)
            }
        };
        Ok(MeetingPage { before, limit })
    }
}

/// Checks the numbers of a wish against the limits.
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

/// Makes a room; whoever makes it is its host.
#[utoipa::path(post, path = "/api/rooms", tag = "rooms", security(("bearer" = []), ("cookie" = [])), request_body = Option<CreateRoom>,
    responses((status = 201, body = RoomBody, headers(("Location" = String, description = "the room's address in this API"))),
        (status = 409, body = super::problem::ProblemBody, description = "`too_many_rooms`")))]
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
        max_participants: wish.max_participants.unwrap_or(limits.participants),
        seat_window_seconds: wish.seat_window_seconds.unwrap_or(limits.seat_window_seconds),
        mode: wish.mode.unwrap_or(Mode::Mesh),
    };
    let meeting = site.rooms.create(new, site.auth.clock().now()).await?;
    let location = HeaderValue::from_str(&format!("/api/rooms/{}", meeting.room_id));
    let mut response = (StatusCode::CREATED, Json(RoomBody::new(meeting, None))).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// A room, for anybody logged in who knows its id.
#[utoipa::path(get, path = "/api/rooms/{roomId}", tag = "rooms", security(("bearer" = []), ("cookie" = [])),
    params(("roomId" = String, Path, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$")),
    responses((status = 200, body = RoomBody), (status = 404, body = super::problem::ProblemBody, description = "`room_not_found`")))]
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
#[utoipa::path(get, path = "/api/rooms", tag = "rooms", security(("bearer" = []), ("cookie" = [])), params(Page),
    responses((status = 200, body = RoomList)))]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<RoomList>, Problem> {
    let page = page.parse()?;
    // One more than wanted, to know whether there is a next page.
    let mut meetings = site.rooms.of(caller.user, MeetingPage { limit: page.limit + 1, ..page }).await?;
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
#[utoipa::path(patch, path = "/api/rooms/{roomId}", tag = "rooms", security(("bearer" = []), ("cookie" = [])), request_body = ChangeRoom,
    params(("roomId" = String, Path, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$")),
    responses((status = 200, body = RoomBody), (status = 404, body = super::problem::ProblemBody, description = "`room_not_found`")))]
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
    let Some(meeting) = site.rooms.change(room_id, caller.user, change).await? else {
        return Err(not_yours(&site, room_id).await);
    };
    if meeting.active {
        site.live.settings_changed(room_id).await;
    } else {
        site.live.close(room_id).await;
    }
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomBody::new(meeting, participants)))
}

/// Deletes a room you host; whoever is in it is sent away.
#[utoipa::path(delete, path = "/api/rooms/{roomId}", tag = "rooms", security(("bearer" = []), ("cookie" = [])),
    params(("roomId" = String, Path, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$")),
    responses((status = 204, description = "deleted"), (status = 404, body = super::problem::ProblemBody, description = "`room_not_found`")))]
pub(super) async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<StatusCode, Problem> {
    if !site.rooms.remove(room_id, caller.user).await? {
        return Err(not_yours(&site, room_id).await);
    }
    site.live.close(room_id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a change touched nothing: the room is somebody else's, or it is not there.
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
