//! `/api/rooms/{roomId}/guests/{waiting}` and `/waiting`: guests who wait, and the host who lets them in or does not.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    absent,
    guests::{GuestToken, Waiting, takes_guests, token},
    shape::RoomPath,
};
use crate::{
    http::{
        Shared,
        body::{Body, Room},
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
    },
    rooms::WaitingSecret,
    storage::{RoomId, WaitingGuest, WaitingState},
};

/// A guest's place at the door.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(in crate::http) struct WaitingPath {
    /// The room's public id.
    #[param(rename = "roomId", pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: String,
    /// The guest's secret.
    #[param(pattern = "^[A-Za-z0-9_-]{43}$")]
    waiting: String,
}

impl WaitingPath {
    fn parse(&self) -> Result<(RoomId, WaitingSecret), Problem> {
        let room_id = self.room_id.parse().map_err(|_| Problem::new(Code::RoomNotFound, "There is no such room."))?;
        Ok((room_id, self.waiting.parse().map_err(|_| gone())?))
    }
}

fn gone() -> Problem {
    Problem::new(Code::WaitingGone, "No such guest waits, or they did not ask for too long: come again.")
}

/// What has become of a guest who waits. The answer comes once the host has answered, or after some seconds: ask again then. Once
/// admitted, the guest may repeat the question for 30 seconds, and stays the same one.
#[utoipa::path(get, path = "/api/rooms/{roomId}/guests/{waiting}", tag = "rooms", operation_id = "askAsGuest", params(WaitingPath),
    responses(
        (status = 200, body = GuestToken, description = "The host has let them in"),
        (status = 202, body = Waiting, description = "The host has not answered yet"),
        (status = 403, body = ProblemBody, description = "`refused`: the host has not let them in; `guests_not_allowed`: the room was closed, or takes no guests any more"),
        (status = 404, body = ProblemBody, description = "`room_not_found`; `waiting_gone`: they did not ask for too long, or gave up")
    ))]
pub(in crate::http) async fn ask(
    State(site): State<Shared>,
    Path(path): Path<WaitingPath>,
) -> Result<Response, Problem> {
    let (room_id, secret) = path.parse()?;
    let (found, pause) = site.hosting.wait(room_id, &secret, site.accounts.clock()).await?;
    let WaitingGuest { guest, name, state, .. } = found.ok_or_else(gone)?;
    let takes = async || takes_guests(&site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?);
    match state {
        WaitingState::Admitted => {
            takes().await?;
            Ok(Json(token(&site, room_id, guest, name).await?).into_response())
        }
        WaitingState::Refused => {
            Err(Problem::new(Code::Refused, format!("The host of room {room_id} has not let you in.")))
        }
        WaitingState::Waiting => {
            // Nobody will answer any more.
            if let Err(why) = takes().await {
                site.hosting.give_up(room_id, &secret, site.accounts.clock().now()).await?;
                return Err(why);
            }
            let poll_after_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            let body = Waiting { waiting: secret.expose(), poll_after_ms };
            Ok((StatusCode::ACCEPTED, Json(body)).into_response())
        }
    }
}

/// A guest waits no more. May be repeated.
#[utoipa::path(delete, path = "/api/rooms/{roomId}/guests/{waiting}", tag = "rooms", operation_id = "giveUpAsGuest", params(WaitingPath),
    responses((status = 204, description = "given up"), (status = 404, body = ProblemBody, description = "`room_not_found`; `waiting_gone`: not of the form of a secret")))]
pub(in crate::http) async fn give_up(
    State(site): State<Shared>,
    Path(path): Path<WaitingPath>,
) -> Result<StatusCode, Problem> {
    let (room_id, secret) = path.parse()?;
    site.hosting.give_up(room_id, &secret, site.accounts.clock().now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A guest who waits.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct WaitingBody {
    /// Names them in the host's answer; it is not their secret.
    id: Uuid,
    /// Their name.
    name: String,
    /// Since when they wait.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// The host's answer to all who wait.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct AnswerAll {
    /// Whether all are let in; `false`: nobody is, and all are told so.
    admit_all: bool,
}

/// The host's answer to a guest.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Answer {
    /// Whether they are let in.
    admit: bool,
}

/// A guest who waits, as the host names them.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(in crate::http) struct GuestPath {
    /// The room's public id.
    #[param(rename = "roomId", pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: String,
    /// The `id` of the list.
    #[param(rename = "guestId", format = Uuid)]
    guest_id: String,
}

impl GuestPath {
    /// The room.
    pub(in crate::http) fn room(&self) -> Result<RoomId, Problem> {
        self.room_id.parse().map_err(|_| Problem::new(Code::RoomNotFound, "There is no such room."))
    }
}

/// The guests who wait for the host's answer, in the order in which they came; for the host. `guests_waiting` on the socket tells when
/// there are others.
#[utoipa::path(get, path = "/api/rooms/{roomId}/waiting", tag = "rooms", operation_id = "listWaiting",
    security(("bearer" = []), ("cookie" = [])), params(RoomPath),
    responses(
        (status = 200, body = Vec<WaitingBody>, description = "Who waits"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`")
    ))]
pub(in crate::http) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
) -> Result<Json<Vec<WaitingBody>>, Problem> {
    let waiting = site.hosting.waiting(room_id, &caller.by(), site.accounts.clock().now()).await?;
    let body = |WaitingGuest { id, name, since, .. }: WaitingGuest| WaitingBody { id, name, since };
    Ok(Json(waiting.into_iter().map(body).collect()))
}

/// Lets all in who wait now, or nobody; for the host.
#[utoipa::path(post, path = "/api/rooms/{roomId}/waiting", tag = "rooms", operation_id = "answerAllWaiting",
    security(("bearer" = []), ("cookie" = [])), params(RoomPath), request_body = AnswerAll,
    responses(
        (status = 204, description = "answered"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`")
    ))]
pub(in crate::http) async fn answer_all(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Body(AnswerAll { admit_all }): Body<AnswerAll>,
) -> Result<StatusCode, Problem> {
    let now = site.accounts.clock().now();
    let _some_or_none = site.hosting.answer_waiting(room_id, &caller.by(), (None, admit_all), now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a guest in who waits, or does not; for the host. May be repeated; the first answer stays.
#[utoipa::path(post, path = "/api/rooms/{roomId}/waiting/{guestId}", tag = "rooms", operation_id = "answerWaiting",
    security(("bearer" = []), ("cookie" = [])), params(GuestPath), request_body = Answer,
    responses(
        (status = 204, description = "answered"),
        (status = 403, body = ProblemBody, description = "`not_host`"),
        (status = 404, body = ProblemBody, description = "`room_not_found`, `waiting_gone`")
    ))]
pub(in crate::http) async fn answer(
    State(site): State<Shared>,
    caller: Caller,
    Path(path): Path<GuestPath>,
    Body(Answer { admit }): Body<Answer>,
) -> Result<StatusCode, Problem> {
    let (room_id, now) = (path.room()?, site.accounts.clock().now());
    let Ok(id) = path.guest_id.parse::<Uuid>() else {
        site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
        return Err(gone());
    };
    if site.hosting.answer_waiting(room_id, &caller.by(), (Some(id), admit), now).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(gone())
    }
}
