//! `/v1/rooms/{roomId}/timeline`: what happened in a room within a day, on whichever node, and what was refused.

use actors::ports::Action;
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{
        Shared,
        body::Room,
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
        rooms::{absent, shape::RoomPath},
    },
    storage::RoomId,
    webhooks::EventBody,
};

/// What happened in a room, the oldest first.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Timeline {
    /// At most 256 of the last 24 hours, and 128 that changed nobody's seat. Numbers that are missing at the beginning of a life tell what is no longer kept.
    events: Vec<EventBody>,
}

/// What happened in a room: joins, leaves with their reason, lost sockets, resumes with their node, refusals with their code, and which
/// descriptions passed between whom. Kept for 24 hours where the operator
/// has switched it on (`room.timeline`, or webhooks), on all nodes.
#[utoipa::path(get, path = "/v1/rooms/{roomId}/timeline", tag = "server", operation_id = "serverGetTimeline",
    security(("bearer" = [])), params(RoomPath),
    responses((status = 200, body = Timeline, description = "What happened in the room"), (status = 404, body = ProblemBody, description = "`room_not_found`; `timeline_off`")))]
pub(in crate::http) async fn timeline(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<Timeline>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    read(&site, room_id).await
}

/// `GET /internal/rooms/{roomId}/timeline`: also of a room that was deleted.
pub(in crate::http) async fn of_any(
    State(site): State<Shared>,
    Room(room_id): Room,
) -> Result<Json<Timeline>, Problem> {
    read(&site, room_id).await
}

async fn read(site: &Shared, room_id: RoomId) -> Result<Json<Timeline>, Problem> {
    let off = "This node does not keep what happens in rooms: set room.timeline, or webhooks, on all nodes.";
    let events = site.events.as_ref().ok_or_else(|| Problem::new(Code::TimelineOff, off))?;
    let away = |_| Problem::unavailable("What happened in the room cannot be asked now: try again in a moment.");
    let (happened, noted) = (events.timeline(room_id), events.notes(room_id));
    let (happened, noted) = (happened.await.map_err(away)?, noted.await.map_err(away)?);
    Ok(Json(Timeline { events: EventBody::timeline(room_id, &happened, &noted) }))
}
