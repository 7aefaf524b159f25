//! `/v1/rooms/{roomId}/messages`: a backend says something of its application to those who are in a room, without a seat in it.

use actors::{
    ports::Action,
    protocol::{AppMessage, Code as Wire, Unfit, UserId, client::CustomMessage, decode::MESSAGE_DATA_BYTES_MAX},
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::participants::members;
use crate::{
    auth::FieldError,
    http::{
        Shared,
        body::{Body, Room},
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
        rooms::shape::RoomPath,
    },
};

/// Bytes of a body: the longest content, and a kilobyte for what stands around it.
const BODY_BYTES: usize = MESSAGE_DATA_BYTES_MAX + 1024;

/// A message of the application, which the node does not interpret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SendMessage {
    /// The receiver, who is in the room; everybody in it if left out.
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 128, pattern = "^[!#-\\[\\]-~]{1,128}$", example = "auth0|5f7c8ec7c33c6c004bbafe82")]
    to: Option<UserId>,
    /// What it is about, of the application's choice: 1 to 64 bytes.
    #[schema(min_length = 1, max_length = 64, example = "order")]
    topic: String,
    /// Any JSON of at most 16 KiB; passed on as it is.
    #[schema(value_type = serde_json::Value)]
    data: Box<RawValue>,
}

impl SendMessage {
    fn checked(self) -> Result<AppMessage, Problem> {
        let Self { to, topic, data } = self;
        CustomMessage { to, topic, data }.try_into().map_err(|Unfit { code, field, why }| {
            if code == Wire::PayloadTooLarge {
                return Problem::new(Code::PayloadTooLarge, format!("{field}: {why}."));
            }
            Problem::fields(vec![FieldError::new(field, why)])
        })
    }
}

/// Sends a message of the application to everybody in a room, or to one of them, on whichever node: numbered in its order with all others,
/// and replayed to who is disconnected. They receive `message` without `senderUserId`. Repeated, it is sent again.
#[utoipa::path(post, path = "/v1/rooms/{roomId}/messages", tag = "server", operation_id = "serverSendMessage",
    security(("bearer" = [])), params(RoomPath), request_body = SendMessage,
    responses((status = 204, description = "sent"), (status = 404, body = ProblemBody, description = "`room_not_found`; `user_not_found`: the receiver is not in the room")))]
pub(in crate::http) async fn send(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Body(wish): Body<SendMessage, BODY_BYTES>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerRoom(room_id))?;
    let message = wish.checked()?;
    let members = members(&site, room_id).await?;
    if let Some(to) = &message.to
        && members.iter().all(|member| member.user != *to)
    {
        return Err(Problem::new(Code::UserNotFound, format!("{to} is not in room {room_id}.")));
    }
    let away = |_| Problem::unavailable("The room cannot be reached just now: try again in a moment.");
    site.live.backend_says(room_id, &message).await.map_err(away)?;
    Ok(StatusCode::NO_CONTENT)
}
