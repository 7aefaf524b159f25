//! `/api/rooms/{roomId}/participants/{userId}/…`, `/host`, `/bans`: a host's actions on members. `/v1` offers the same to backends;
//! the use case decides who may take them.

use actors::protocol::{Power, RoomId, UserId, media::TrackKind};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{RoomBody, absent, shape::RoomPath};
use crate::{
    auth::FieldError,
    http::{
        Shared,
        body::{Body, Room},
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
    },
    storage::Ban,
};

/// Somebody of a room.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(in crate::http) struct PersonPath {
    /// The room's public id.
    #[param(rename = "roomId", pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: String,
    /// Their id, percent-encoded.
    #[param(rename = "userId", example = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210")]
    user_id: String,
}

impl PersonPath {
    /// The room.
    pub(in crate::http) fn room(&self) -> Result<RoomId, Problem> {
        self.room_id.parse().map_err(|_| Problem::new(Code::RoomNotFound, "There is no such room."))
    }

    fn parse(&self) -> Result<(RoomId, UserId), Problem> {
        let room_id = self.room()?;
        let nobody = |_| Problem::new(Code::UserNotFound, format!("They are not in room {room_id}."));
        Ok((room_id, self.user_id.parse().map_err(nobody)?))
    }
}

/// How somebody is removed. All fields are optional.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::http) struct RemoveParticipant {
    /// Whether they may not come back; of a guest, not with the same id. Then they need not be in the room.
    ban: bool,
}

/// What somebody is asked to switch off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MuteParticipant {
    /// `audio` or `video`.
    #[schema(value_type = String, pattern = "^(audio|video)$", example = "audio")]
    kind: TrackKind,
}

/// The new host.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct NewHost {
    /// Who is in the room.
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = "^[!#-\\[\\]-~]{1,128}$",
        example = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210"
    )]
    user_id: String,
}

/// Somebody who may not come back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct BanBody {
    /// Their id.
    #[schema(value_type = String)]
    user_id: UserId,
    /// The name that they had; empty if it was not known.
    name: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// Who may not come back, the first one banned first.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct BanList {
    bans: Vec<BanBody>,
}

/// Has something done.
pub(in crate::http) async fn act(site: &Shared, room_id: RoomId, caller: &Caller, power: Power) -> Result<(), Problem> {
    Ok(site.hosting.act(room_id, caller.by(), power, site.accounts.clock().now()).await?)
}

/// Removes somebody from the room, and with `ban` keeps them out: others see `user_left` with the reason `kicked`, their socket is closed
/// (4403, after the error `removed` or `banned`). For the host.
#[utoipa::path(post, path = "/api/rooms/{roomId}/participants/{userId}/remove", tag = "rooms", operation_id = "removeParticipant",
    security(("bearer" = []), ("cookie" = [])), params(PersonPath), request_body = Option<RemoveParticipant>,
    responses(
        (status = 204, description = "removed"),
        (status = 403, body = ProblemBody, description = "`not_host`; `forbidden`: the host cannot be banned"),
        (status = 404, body = ProblemBody, description = "`room_not_found`, `user_not_found`"),
        (status = 409, body = ProblemBody, description = "`too_many_bans`: 200")
    ))]
pub(in crate::http) async fn remove(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<PersonPath>,
    body: Option<Body<RemoveParticipant>>,
) -> Result<StatusCode, Problem> {
    let (room_id, user) = path.parse()?;
    let ban = body.map(|body| body.0).unwrap_or_default().ban;
    act(&site, room_id, &caller, Power::Remove { user, ban }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks somebody to switch their microphone or camera off (`mute_requested`). They decide. For the host.
#[utoipa::path(post, path = "/api/rooms/{roomId}/participants/{userId}/mute", tag = "rooms", operation_id = "requestMute",
    security(("bearer" = []), ("cookie" = [])), params(PersonPath), request_body = MuteParticipant,
    responses(
        (status = 204, description = "asked"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`, `user_not_found`")
    ))]
pub(in crate::http) async fn mute(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<PersonPath>,
    Body(MuteParticipant { kind }): Body<MuteParticipant>,
) -> Result<StatusCode, Problem> {
    let (room_id, user) = path.parse()?;
    act(&site, room_id, &caller, Power::Mute { user, kind }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes somebody who is in the room its host. For the host.
#[utoipa::path(post, path = "/api/rooms/{roomId}/host", tag = "rooms", operation_id = "handOver",
    security(("bearer" = []), ("cookie" = [])), params(RoomPath), request_body = NewHost,
    responses(
        (status = 200, body = RoomBody, description = "The room as it is now"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`, `user_not_found`")
    ))]
pub(in crate::http) async fn hand_over(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Body(NewHost { user_id }): Body<NewHost>,
) -> Result<Json<RoomBody>, Problem> {
    let to =
        user_id.parse::<UserId>().map_err(|why| Problem::fields(vec![FieldError::new("userId", why.to_string())]))?;
    act(&site, room_id, &caller, Power::HandOver(to)).await?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    Ok(Json(RoomBody::new(meeting, None)))
}

/// Who may not come back to the room. For the host.
#[utoipa::path(get, path = "/api/rooms/{roomId}/bans", tag = "rooms", operation_id = "listBans",
    security(("bearer" = []), ("cookie" = [])), params(RoomPath),
    responses(
        (status = 200, body = BanList, description = "Who is banned"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`")
    ))]
pub(in crate::http) async fn bans(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<BanList>, Problem> {
    let room = site.hosting.hosted(room_id, &caller.by()).await?;
    let body = |Ban { user, name, at }: Ban| BanBody { user_id: user, name, since: at };
    Ok(Json(BanList { bans: room.bans.into_iter().map(body).collect() }))
}

/// Lets everybody come back who was banned. May be repeated. For the host.
#[utoipa::path(delete, path = "/api/rooms/{roomId}/bans", tag = "rooms", operation_id = "liftBans",
    security(("bearer" = []), ("cookie" = [])), params(RoomPath),
    responses(
        (status = 204, description = "lifted"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`")
    ))]
pub(in crate::http) async fn lift_all(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<StatusCode, Problem> {
    site.hosting.lift_bans(room_id, &caller.by(), None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody come back who was banned. May be repeated. For the host.
#[utoipa::path(delete, path = "/api/rooms/{roomId}/bans/{userId}", tag = "rooms", operation_id = "liftBan",
    security(("bearer" = []), ("cookie" = [])), params(PersonPath),
    responses(
        (status = 204, description = "lifted"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`; `user_not_found`: not of the form of an id")
    ))]
pub(in crate::http) async fn lift(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<PersonPath>,
) -> Result<StatusCode, Problem> {
    let (room_id, user) = path.parse()?;
    site.hosting.lift_bans(room_id, &caller.by(), Some(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}
