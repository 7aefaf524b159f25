//! `/v1`: what backends do with all rooms. For tokens that are signed with an API key and grant `admin`; the same use cases as
//! `/api/rooms`, without a host in the way.
//!
//! Must not know how tokens are verified, SQL, who is in a room now (`LiveRooms` answers that).

use actors::{ports::Action, protocol::UserId};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) mod messages;
mod once;
pub(super) mod participants;
pub(super) mod powers;
pub(super) mod timeline;
pub(super) mod users;

use super::{
    Shared,
    body::{self, Body, Query, Room},
    caller::Caller,
    problem::{Code, Problem, ProblemBody},
    rooms::{
        RoomBody, absent, checked, created,
        shape::{ChangeRoom, CreateRoom, Page, RoomList, RoomPath},
    },
};
use crate::{
    auth::FieldError,
    rooms::Created,
    storage::{Guests, Meeting, MeetingChange, Mode, RoomId},
};

/// A backend's request for a room. All fields are optional.
// An idempotency key is for it as it is serialised: without what was left out, in this order. New fields come last.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateRoomFor {
    /// Its host, who may change and delete it with a token of theirs: any user id; default: the `sub` of the request's token. An operator names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[!#-\\[\\]-~]{1,128}$", example = "auth0|5f7c8ec7c33c6c004bbafe82")]
    host_id: Option<UserId>,
    /// Maximum number of participants; default 4. In the mode `mesh` at most 8, unless the operator allows more.
    #[serde(deserialize_with = "body::whole", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100, example = 4)]
    max_participants: Option<u32>,
    /// How long the seat of a disconnected participant is kept, in seconds; default 5.
    #[serde(deserialize_with = "body::whole", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 120, example = 5)]
    seat_window_seconds: Option<u32>,
    /// How media flows; default `mesh`. `auto`: between the browsers of two, through a media server from three members on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^(mesh|sfu|auto)$", example = "mesh")]
    mode: Option<Mode>,
    /// What it is called; default: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "Weekly meeting")]
    name: Option<String>,
    /// Whether people without an account may join; default `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^(yes|ask|no)$", example = "no")]
    guests: Option<Guests>,
}

impl From<CreateRoomFor> for CreateRoom {
    fn from(wish: CreateRoomFor) -> Self {
        Self {
            max_participants: wish.max_participants,
            seat_window_seconds: wish.seat_window_seconds,
            mode: wish.mode,
            name: wish.name,
            guests: wish.guests,
        }
    }
}

/// Creates a room. With an `Idempotency-Key`, a repetition within 24 hours gets the first answer, and creates nothing.
#[utoipa::path(post, path = "/v1/rooms", tag = "server", operation_id = "serverCreateRoom", security(("bearer" = [])),
    params(once::IdempotencyKey), request_body = Option<CreateRoomFor>,
    responses(
        (status = 201, body = RoomBody, description = "The new room", headers(("Location" = String, description = "the room's address in this API"))),
        (status = 409, body = ProblemBody, description = "`too_many_rooms`; `idempotency_conflict`: the key was used for another request")
    ))]
pub(super) async fn create(
    State(site): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    body: Option<Body<CreateRoomFor>>,
) -> Result<Response, Problem> {
    caller.may(Action::AdministerAll)?;
    let mut wish = body.map(|body| body.0).unwrap_or_default();
    let (limits, now) = (&site.settings.rooms, site.accounts.clock().now());
    let host = host(&caller, wish.host_id.take())?;
    wish.host_id = Some(host.clone());
    let key = once::key(&headers, caller.session, &wish, written)?;
    let new = CreateRoom::from(wish).checked(limits, host, None)?;
    match site.hosting.create_for(new, limits.per_backend_host_max, key, now).await? {
        Created::Now(meeting) => Ok(created(&address(&meeting), Json(RoomBody::new(*meeting, None)))),
        Created::Before(answer) => Ok(once::repeated(answer)),
        Created::Another => Err(Problem::new(
            Code::IdempotencyConflict,
            "This Idempotency-Key was used for another request within 24 hours: use a new one for each request.",
        )),
    }
}

/// The host of a new room. No user of anybody's is to host what an operator makes by having the operator's name.
fn host(caller: &Caller, named: Option<UserId>) -> Result<UserId, Problem> {
    match named {
        Some(named) => Ok(named),
        None if caller.is_operator => {
            Err(Problem::fields(vec![FieldError::new("hostId", "is missing: an operator says whose room it is")]))
        }
        None => Ok(caller.user.clone()),
    }
}

fn address(meeting: &Meeting) -> String {
    format!("/v1/rooms/{}", meeting.room_id)
}

/// The answer to the creation of this room.
fn written(meeting: &Meeting) -> String {
    serde_json::to_string(&RoomBody::new(meeting.clone(), None)).unwrap_or_default()
}

/// All rooms, newest first.
#[utoipa::path(get, path = "/v1/rooms", tag = "server", operation_id = "serverListRooms", security(("bearer" = [])),
    params(Page),
    responses((status = 200, body = RoomList, description = "A page of all rooms")))]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<RoomList>, Problem> {
    caller.may(Action::AdministerAll)?;
    let page = page.parse()?;
    Ok(Json(RoomList::of(site.rooms.all(page.and_one()).await?, page)))
}

/// A room, with its number of participants.
#[utoipa::path(get, path = "/v1/rooms/{roomId}", tag = "server", operation_id = "serverGetRoom", security(("bearer" = [])),
    params(RoomPath),
    responses((status = 200, body = RoomBody, description = "The room"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<RoomBody>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomBody::new(meeting, participants)))
}

/// Changes a room, whoever hosts it.
#[utoipa::path(patch, path = "/v1/rooms/{roomId}", tag = "server", operation_id = "serverUpdateRoom", security(("bearer" = [])),
    params(RoomPath), request_body = ChangeRoom,
    responses((status = 200, body = RoomBody, description = "The room as it is now"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn patch(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Body(wish): Body<ChangeRoom>,
) -> Result<Json<RoomBody>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    let change = checked(&site, room_id, wish).await?;
    let meeting = site.hosting.change_any(room_id, change).await?.ok_or_else(|| absent(room_id))?;
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomBody::new(meeting, participants)))
}

/// Closes a room: its members are disconnected, and nobody can join until it is opened again (`active: true`). Closing a closed room
/// changes nothing, so that it may be repeated.
#[utoipa::path(post, path = "/v1/rooms/{roomId}/close", tag = "server", operation_id = "serverCloseRoom", security(("bearer" = [])),
    params(RoomPath),
    responses((status = 200, body = RoomBody, description = "The closed room"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn close(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<RoomBody>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    set_active(&site, room_id, false).await
}

/// Opens or closes a room, whoever hosts it; the room as it is now.
pub(in crate::http) async fn set_active(
    site: &Shared,
    room_id: RoomId,
    active: bool,
) -> Result<Json<RoomBody>, Problem> {
    let change = MeetingChange { active: Some(active), ..MeetingChange::default() };
    let meeting = site.hosting.change_any(room_id, change).await?.ok_or_else(|| absent(room_id))?;
    Ok(Json(RoomBody::new(meeting, None)))
}

/// Deletes a room with what was said in it; its members are disconnected.
#[utoipa::path(delete, path = "/v1/rooms/{roomId}", tag = "server", operation_id = "serverDeleteRoom", security(("bearer" = [])),
    params(RoomPath),
    responses((status = 204, description = "deleted"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Response, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    if site.hosting.remove_any(room_id).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(absent(room_id))
    }
}
