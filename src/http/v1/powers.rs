//! `/v1/rooms/{roomId}/…`: what hosts do, for backends: the same as under `/api/rooms`, for tokens with the grant `admin` only.

use actors::ports::Action;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};

use crate::http::{
    Shared,
    body::{Body, Room},
    caller::Caller,
    problem::{Problem, ProblemBody},
    rooms::{
        RoomBody,
        door::{self, Answer, AnswerAll, GuestPath, WaitingBody},
        powers::{self, BanList, MuteParticipant, NewHost, PersonPath, RemoveParticipant},
        shape::RoomPath,
    },
};

/// Removes somebody from a room, and with `ban` keeps them out (`POST /api/rooms/{roomId}/participants/{userId}/remove`).
#[utoipa::path(post, path = "/v1/rooms/{roomId}/participants/{userId}/remove", tag = "server", operation_id = "serverRemove",
    security(("bearer" = [])), params(PersonPath), request_body = Option<RemoveParticipant>,
    responses((status = 204, description = "removed"), (status = 404, body = ProblemBody, description = "`room_not_found`; `user_not_found`")))]
pub(in crate::http) async fn remove(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<PersonPath>,
    body: Option<Body<RemoveParticipant>>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(path.room()?))?;
    powers::remove(State(site), caller, Path(path), body).await
}

/// Asks somebody to switch their microphone or camera off (`mute_requested`).
#[utoipa::path(post, path = "/v1/rooms/{roomId}/participants/{userId}/mute", tag = "server", operation_id = "serverRequestMute",
    security(("bearer" = [])), params(PersonPath), request_body = MuteParticipant,
    responses((status = 204, description = "asked"), (status = 404, body = ProblemBody, description = "`room_not_found`; `user_not_found`")))]
pub(in crate::http) async fn mute(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<PersonPath>,
    body: Body<MuteParticipant>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(path.room()?))?;
    powers::mute(State(site), caller, Path(path), body).await
}

/// Makes somebody who is in the room its host.
#[utoipa::path(post, path = "/v1/rooms/{roomId}/host", tag = "server", operation_id = "serverHandOver",
    security(("bearer" = [])), params(RoomPath), request_body = NewHost,
    responses((status = 200, body = RoomBody, description = "The room as it is now"), (status = 404, body = ProblemBody, description = "`room_not_found`; `user_not_found`")))]
pub(in crate::http) async fn hand_over(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    body: Body<NewHost>,
) -> Result<Json<RoomBody>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    powers::hand_over(State(site), caller, Room(room_id), body).await
}

/// Who may not come back to a room.
#[utoipa::path(get, path = "/v1/rooms/{roomId}/bans", tag = "server", operation_id = "serverListBans",
    security(("bearer" = [])), params(RoomPath),
    responses((status = 200, body = BanList, description = "Who is banned"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(in crate::http) async fn bans(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<BanList>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    powers::bans(State(site), caller, Room(room_id)).await
}

/// Lets everybody come back who was banned. May be repeated.
#[utoipa::path(delete, path = "/v1/rooms/{roomId}/bans", tag = "server", operation_id = "serverLiftBans",
    security(("bearer" = [])), params(RoomPath),
    responses((status = 204, description = "lifted"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(in crate::http) async fn lift_all(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    powers::lift_all(State(site), caller, Room(room_id)).await
}

/// Lets somebody come back who was banned. May be repeated.
#[utoipa::path(delete, path = "/v1/rooms/{roomId}/bans/{userId}", tag = "server", operation_id = "serverLiftBan",
    security(("bearer" = [])), params(PersonPath),
    responses((status = 204, description = "lifted"), (status = 404, body = ProblemBody, description = "`room_not_found`; `user_not_found`")))]
pub(in crate::http) async fn lift(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<PersonPath>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(path.room()?))?;
    powers::lift(State(site), caller, Path(path)).await
}

/// The guests who wait to be let in, in the order in which they came.
#[utoipa::path(get, path = "/v1/rooms/{roomId}/waiting", tag = "server", operation_id = "serverListWaiting",
    security(("bearer" = [])), params(RoomPath),
    responses((status = 200, body = Vec<WaitingBody>, description = "Who waits"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(in crate::http) async fn waiting(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<Vec<WaitingBody>>, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    door::list(State(site), caller, Room(room_id)).await
}

/// Lets all in who wait now, or nobody.
#[utoipa::path(post, path = "/v1/rooms/{roomId}/waiting", tag = "server", operation_id = "serverAnswerAllWaiting",
    security(("bearer" = [])), params(RoomPath), request_body = AnswerAll,
    responses((status = 204, description = "answered"), (status = 404, body = ProblemBody, description = "`room_not_found`")))]
pub(in crate::http) async fn answer_all(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    body: Body<AnswerAll>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    door::answer_all(State(site), caller, Room(room_id), body).await
}

/// Lets a guest in who waits, or does not. May be repeated; the first answer stays.
#[utoipa::path(post, path = "/v1/rooms/{roomId}/waiting/{guestId}", tag = "server", operation_id = "serverAnswerWaiting",
    security(("bearer" = [])), params(GuestPath), request_body = Answer,
    responses((status = 204, description = "answered"), (status = 404, body = ProblemBody, description = "`room_not_found`; `waiting_gone`")))]
pub(in crate::http) async fn answer(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<GuestPath>,
    body: Body<Answer>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(path.room()?))?;
    door::answer(State(site), caller, Path(path), body).await
}
