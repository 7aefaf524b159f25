//! `/api/rooms`: create, read, list, change and delete rooms. Only the host may change or delete.

use actors::ports::Action;
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

pub(super) mod door;
pub(super) mod guests;
pub(super) mod messages;
pub(super) mod powers;
pub(super) mod shape;

pub(super) use shape::RoomBody;
use shape::{ChangeRoom, CreateRoom, Page, RoomList, RoomPath};

use super::{
    Shared,
    body::{Body, Query, Room},
    caller::Caller,
    problem::{Code, Problem, ProblemBody},
};
use crate::{
    rooms::Created,
    storage::{MeetingChange, RoomId},
};

/// Limits of rooms.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Default maximum of participants: in a mesh each sends to all others.
    pub participants: u32,
    /// The highest maximum of participants; at most 1000.
    pub participants_max: u32,
    /// The same for rooms of mode `mesh`.
    pub mesh_participants_max: u32,
    /// Default seat window in seconds: how long the seat of a disconnected participant is kept.
    pub seat_window_seconds: u32,
    /// The longest seat window in seconds; at most 120.
    pub seat_window_seconds_max: u32,
    /// Rooms per host.
    pub per_host_max: u32,
    /// Rooms per host of those that backends create with an API key.
    pub per_backend_host_max: u32,
    /// Whether rooms with a media service may be created.
    pub sfu: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            participants: 4,
            participants_max: 100,
            mesh_participants_max: 8,
            seat_window_seconds: 5,
            seat_window_seconds_max: 120,
            per_host_max: 1000,
            per_backend_host_max: 100_000,
            sfu: false,
        }
    }
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
    caller.may(Action::CreateRoom)?;
    let (limits, now) = (&site.settings.rooms, site.accounts.clock().now());
    let new = wish.checked(limits, caller.user, caller.account)?;
    let meeting = if caller.grants.is_none() {
        site.hosting.create(new, now).await?
    } else {
        match site.hosting.create_for(new, limits.per_host_max, None, now).await? {
            Created::Now(meeting) => *meeting,
            Created::Before(_) | Created::Another => {
                return Err(Problem::internal("a room without a key was repeated"));
            }
        }
    };
    let location = format!("/api/rooms/{}", meeting.room_id);
    Ok(created(&location, Json(RoomBody::new(meeting, None))))
}

/// 201 with the address of what was created.
pub(super) fn created(location: &str, body: impl IntoResponse) -> Response {
    let mut response = (StatusCode::CREATED, body).into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A room, for any signed-in user who knows its id.
#[utoipa::path(get, path = "/api/rooms/{roomId}", tag = "rooms", operation_id = "getRoom", security(("bearer" = []), ("cookie" = [])),
    params(RoomPath),
    responses((status = 200, body = RoomBody, description = "The room"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<RoomBody>, Problem> {
    caller.may(Action::ReadRoom(room_id))?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let members = site.live.members(room_id).await;
    Ok(Json(RoomBody::seen_by(&caller.user, meeting, members.as_deref())))
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
    caller.may(Action::ListOwnRooms)?;
    let page = page.parse()?;
    let meetings = site.rooms.of(&caller.user, page.and_one()).await?;
    Ok(Json(RoomList::of(meetings, page)))
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
    let is_any = caller.administers(room_id)?;
    let change = checked(&site, room_id, wish).await?;
    let changed = if is_any {
        site.hosting.change_any(room_id, change).await?
    } else {
        site.hosting.change(room_id, caller.user.clone(), change).await?
    };
    let Some(meeting) = changed else {
        return Err(not_yours(&site, room_id).await);
    };
    let participants = site.live.participants(room_id).await;
    Ok(Json(RoomBody::new(meeting, participants)))
}

/// The change of a room, or what is wrong with the wish. A mesh may keep as many participants as it has had, and get no more.
pub(super) async fn checked(site: &Shared, room_id: RoomId, wish: ChangeRoom) -> Result<MeetingChange, Problem> {
    let limits = &site.settings.rooms;
    let change = wish.checked(limits)?;
    if let Some(wanted) = change.max_participants.filter(|wanted| *wanted > limits.mesh_participants_max)
        && let Some(meeting) = site.rooms.find(room_id).await?
    {
        shape::mode_carries(limits, meeting.mode, wanted, meeting.max_participants)?;
    }
    Ok(change)
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
    let is_removed = if caller.administers(room_id)? {
        site.hosting.remove_any(room_id).await?
    } else {
        site.hosting.remove(room_id, caller.user.clone()).await?
    };
    if !is_removed {
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
