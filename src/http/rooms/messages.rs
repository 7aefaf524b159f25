//! `/api/rooms/{roomId}/messages`: the chat history of a room, for users who may join it.

use actors::{ports::Action, protocol::UserId};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{absent, shape::RoomPath};
use crate::{
    history::{HistoryError, Read},
    http::{
        Shared,
        body::{Query, Room},
        caller::Caller,
        problem::{Code, Problem, ProblemBody},
    },
    storage::{Deletion, MessagePage, RoomId, Stored},
};

/// Default and maximum length of a page.
const PAGE: u32 = 50;
const PAGE_MAX: u32 = 100;

/// A chat message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct MessageBody {
    /// Its id, the same as on the socket: `<sessionId>-<cid>` if its sender numbered it. Unique in the room.
    #[schema(example = "0d7f6b52-5a4e-4c0c-8f0e-2f6a2d3f8e11-7")]
    id: String,
    /// Its sender; null if they have no account any more.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[!#-\\[\\]-~]{1,128}$")]
    sender_id: Option<UserId>,
    /// The sender's name at that time.
    sender_name: String,
    /// The text.
    content: String,
    /// The server's time in milliseconds since the Unix epoch, as the members were told.
    #[schema(minimum = 0, example = 1_800_000_000_000_i64)]
    timestamp: i64,
}

impl From<Stored> for MessageBody {
    fn from(Stored { message, .. }: Stored) -> Self {
        Self {
            id: message.id,
            sender_id: message.sender_id,
            sender_name: message.sender_name,
            content: message.content,
            timestamp: message.sent_at.as_millisecond(),
        }
    }
}

/// A page of messages, oldest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct MessageList {
    /// The messages, in the order in which the members heard them.
    messages: Vec<MessageBody>,
    /// `before` of the page with older messages, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
    /// False if messages are missing between these, just before the oldest of them, or after the newest: too much was said while the
    /// database was away.
    complete: bool,
}

/// A page of the history.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct MessagesQuery {
    /// Maximum number of messages; default 50.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// `nextCursor` of the page with newer messages. Without it: the newest.
    #[param(nullable = false, pattern = "^[1-9][0-9]{0,17}$")]
    before: Option<String>,
}

impl MessagesQuery {
    /// The page in the database's terms, or what is wrong with the query.
    fn parse(self) -> Result<MessagePage, Problem> {
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Problem::new(Code::BadRequest, format!("limit is {limit}; it must be 1 to {PAGE_MAX}.")));
        }
        let is_cursor = |text: &str| {
            let digits = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits && !text.is_empty() && !text.starts_with('0')
        };
        let before = match self.before {
            None => None,
            Some(cursor) => {
                let unknown = || Problem::new(Code::BadRequest, "before is not a nextCursor of this list.");
                Some(cursor.parse().ok().filter(|_| is_cursor(&cursor)).ok_or_else(unknown)?)
            }
        };
        Ok(MessagePage { before, limit })
    }
}

/// What was said in a room: the newest messages, and page by page older ones. All messages that were acknowledged before the
/// request are among them. For any signed-in user who knows the room's id; of a closed room for its host.
#[utoipa::path(get, path = "/api/rooms/{roomId}/messages", tag = "rooms", operation_id = "listMessages", security(("bearer" = []), ("cookie" = [])),
    params(RoomPath, MessagesQuery),
    responses(
        (status = 200, body = MessageList, description = "A page of the room's messages"),
        (status = 404, body = ProblemBody, description = "`room_not_found`")
    ))]
pub(in crate::http) async fn messages(
    State(site): State<Shared>,
    caller: Caller,
    Room(room_id): Room,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<MessageList>, Problem> {
    let page = query.parse()?;
    caller.may(Action::ReadRoom(room_id))?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    if !meeting.active && meeting.host_id != caller.user && !caller.administers(room_id)? {
        return Err(closed(room_id));
    }
    // One more than requested, to know whether there are older ones.
    let wanted = MessagePage { limit: page.limit + 1, ..page };
    let Read { messages: mut stored, is_whole } = site.history.page(room_id, wanted).await?;
    let is_last = stored.len() <= page.limit as usize;
    stored.truncate(page.limit as usize);
    let next_cursor = stored.last().filter(|_| !is_last).map(|oldest| oldest.position.to_string());
    let complete = is_whole && stored.iter().all(|stored| stored.missing == 0);
    let messages = stored.into_iter().rev().map(MessageBody::from).collect();
    Ok(Json(MessageList { messages, next_cursor, complete }))
}

/// A message of a room.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(in crate::http) struct MessagePath {
    /// The room's public id.
    #[param(rename = "roomId", pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: String,
    /// The message's id.
    #[param(rename = "messageId", example = "0d7f6b52-5a4e-4c0c-8f0e-2f6a2d3f8e11-7")]
    message_id: String,
}

/// Deletes a message that you have sent, or any of a room that you host. Its text is erased, and it is in no page any more. The room's
/// members are told (`chat_deleted`); if they cannot be told now, the answer is 503 although it is deleted: repeat it.
#[utoipa::path(delete, path = "/api/rooms/{roomId}/messages/{messageId}", tag = "rooms", operation_id = "deleteMessage",
    security(("bearer" = []), ("cookie" = [])), params(MessagePath),
    responses(
        (status = 204, description = "deleted"),
        (status = 403, body = ProblemBody, description = "`forbidden`: neither its sender nor the room's host"),
        (status = 404, body = ProblemBody, description = "`room_not_found`, `message_not_found`")
    ))]
pub(in crate::http) async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    Path(MessagePath { room_id: room, message_id: message }): Path<MessagePath>,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::new(Code::RoomNotFound, "There is no such room.");
    let room_id: RoomId = room.parse().map_err(|_| unknown())?;
    caller.may(Action::HostRoom(room_id))?;
    let meeting = site.rooms.find(room_id).await?.ok_or_else(|| absent(room_id))?;
    if !meeting.active && meeting.host_id != caller.user {
        return Err(closed(room_id));
    }
    let no_message = || Problem::new(Code::MessageNotFound, format!("Room {room_id} has no such message."));
    if message.contains('\0') {
        return Err(no_message()); // no column can hold it
    }
    match site.history.delete(room_id, &message, &caller.user, site.accounts.clock().now()).await? {
        Deletion::Deleted => {
            site.live.message_deleted(room_id, &message).await.map_err(|_| {
                Problem::unavailable("The message is deleted, but its room cannot be told now: repeat it in a moment.")
            })?;
            Ok(StatusCode::NO_CONTENT)
        }
        Deletion::NotTheirs => {
            Err(Problem::new(Code::Forbidden, "Only its sender and the room's host may delete a message."))
        }
        Deletion::Unknown => Err(no_message()),
    }
}

fn closed(room_id: RoomId) -> Problem {
    Problem::new(Code::Forbidden, format!("Room {room_id} is closed: only its host may read what was said in it."))
}

impl From<HistoryError> for Problem {
    fn from(why: HistoryError) -> Self {
        match why {
            HistoryError::Store(why) => why.into(),
            why @ HistoryError::Away => {
                tracing::warn!(%why, "the history is unavailable");
                Self::unavailable("What was said just now cannot be read: try again in a moment.")
            }
        }
    }
}
