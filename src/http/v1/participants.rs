//! `/v1/rooms/{roomId}/participants`: who is in a room, on whichever node, and removing them.

use actors::{
    ports::Action,
    protocol::{JoinOrder, Member, UserId},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        Shared,
        body::{Body, Room},
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
        rooms::{absent, shape::RoomPath},
    },
    storage::RoomId,
};

/// Somebody who is in a room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Participant {
    /// Their id: the `sub` of their token.
    #[schema(value_type = String)]
    user_id: UserId,
    /// Their name.
    name: String,
    /// Their place in the order of joins: it rises, and names their seat.
    #[schema(value_type = u64, minimum = 1)]
    rev: JoinOrder,
    /// Whether they are connected; if not, their seat is kept for a while.
    connected: bool,
    /// Whether others are not told of them; left out if they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

/// Who is in a room, in the order of joins.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ParticipantList {
    participants: Vec<Participant>,
}

impl From<Member> for Participant {
    fn from(member: Member) -> Self {
        let hidden = member.is_hidden();
        let Member { user, name, order, connected, .. } = member;
        Self { user_id: user, name: name.to_string(), rev: order, connected, hidden }
    }
}

/// Who is in a room, over all nodes.
#[utoipa::path(get, path = "/v1/rooms/{roomId}/participants", tag = "server", operation_id = "serverListParticipants",
    security(("bearer" = [])), params(RoomPath),
    responses((status = 200, body = ParticipantList, description = "Who is in the room"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(in crate::http) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<ParticipantList>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    let members = members(&site, room_id).await?;
    Ok(Json(ParticipantList { participants: members.into_iter().map(Participant::from).collect() }))
}

pub(super) async fn members(site: &Shared, room_id: RoomId) -> Result<Vec<Member>, Problem> {
    site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    let unknown = || Problem::unavailable("Who is in the room cannot be asked now: try again in a moment.");
    site.live.members(room_id).await.ok_or_else(unknown)
}

/// Somebody in a room.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(in crate::http) struct ParticipantPath {
    /// The room's public id.
    #[param(rename = "roomId", pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: String,
    /// The `sub` of their token, percent-encoded.
    #[param(rename = "userId", example = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210")]
    user_id: String,
}

/// Removes somebody from a room: others see `user_left` with the reason `kicked`, their socket is closed (4403) on whichever node. Their
/// token stays valid: to keep them out, sign no further one.
#[utoipa::path(delete, path = "/v1/rooms/{roomId}/participants/{userId}", tag = "server", operation_id = "serverRemoveParticipant",
    security(("bearer" = [])), params(ParticipantPath),
    responses((status = 204, description = "removed"), (status = 404, body = ProblemBody, description = "`room_not_found`, `user_not_found`")))]
pub(in crate::http) async fn remove(
    State(site): State<Shared>,
    caller: Caller,
    Path(ParticipantPath { room_id: room, user_id: user }): Path<ParticipantPath>,
) -> Result<StatusCode, Problem> {
    let room_id: RoomId = room.parse().map_err(|_| Problem::new(Code::RoomNotFound, "There is no such room."))?;
    caller.may(Action::AdministerRoom(room_id))?;
    remove_member(&site, room_id, &user).await
}

/// Removes this member of a room.
pub(in crate::http) async fn remove_member(site: &Shared, room_id: RoomId, user: &str) -> Result<StatusCode, Problem> {
    let members = members(site, room_id).await?;
    let known = user.parse::<UserId>().ok().filter(|user| members.iter().any(|member| member.user == *user));
    let user = known.ok_or_else(|| Problem::new(Code::UserNotFound, format!("They are not in room {room_id}.")))?;
    site.live.evict(room_id, user);
    Ok(StatusCode::NO_CONTENT)
}

/// Where somebody is moved to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MoveParticipant {
    /// The room that they are to join. It must admit them.
    #[schema(pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    to: String,
}

/// Moves somebody to another room: their client, on whichever node, leaves this one and is told to join that one (`moved`). The answer
/// comes once they have left. May be repeated.
#[utoipa::path(post, path = "/v1/rooms/{roomId}/participants/{userId}/move", tag = "server", operation_id = "serverMoveParticipant",
    security(("bearer" = [])), params(ParticipantPath), request_body = MoveParticipant,
    responses(
        (status = 204, description = "moved"),
        (status = 403, body = ProblemBody, description = "`forbidden`; `banned`, `room_locked`: of the other room"),
        (status = 404, body = ProblemBody, description = "`room_not_found`: of either; `user_not_found`"),
        (status = 409, body = ProblemBody, description = "`room_closed`, `room_full`: of the other room"),
        (status = 503, body = ProblemBody, description = "`unavailable`: they are not connected, or their node was not reached")
    ))]
pub(in crate::http) async fn relocate(
    State(site): State<Shared>,
    caller: Caller,
    Path(ParticipantPath { room_id: room, user_id: user }): Path<ParticipantPath>,
    Body(MoveParticipant { to }): Body<MoveParticipant>,
) -> Result<StatusCode, Problem> {
    let parsed = |room: &str| {
        let absent = |_| Problem::new(Code::RoomNotFound, format!("There is no room {room:?}."));
        room.parse::<RoomId>().map_err(absent)
    };
    let (from, to) = (parsed(&room)?, parsed(&to)?);
    caller.may(Action::AdministerRoom(from))?;
    caller.may(Action::AdministerRoom(to))?;
    let nobody = |_| Problem::new(Code::UserNotFound, format!("They are not in room {from}."));
    site.hosting.move_member(from, &caller.by(), user.parse().map_err(nobody)?, to).await?;
    Ok(StatusCode::NO_CONTENT)
}
