//! A message on the wire as a row. Knows no database.

use actors::{ports::Said, protocol::UserId};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::metrics;
use crate::storage::{Message, RoomId};

/// The `data` of a `chat_message`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chat {
    id: String,
    sender_id: UserId,
    content: String,
    timestamp: i64,
}

/// The row of a message of this node.
pub(super) fn of_said(said: &Said) -> Option<Message> {
    message(said.room, &said.name, &said.data.to_string())
}

/// The row of a message in Redis: `<data>⏎<name>`.
pub(super) fn of_buffered(room: RoomId, text: &str) -> Option<Message> {
    let (data, name) = text.split_once('\n').unwrap_or((text, ""));
    message(room, name, data)
}

/// What cannot be read is counted and left out: another version wrote it.
fn message(room_id: RoomId, name: &str, data: &str) -> Option<Message> {
    let read = || {
        let Chat { id, sender_id, content, timestamp } = serde_json::from_str(data).ok()?;
        let (sender_id, sender_name) = (Some(Uuid::from_u128(sender_id.as_u128())), name.to_owned());
        let sent_at = Timestamp::from_millisecond(timestamp).ok()?;
        Some(Message { room_id, id, sender_id, sender_name, content, sent_at })
    };
    let read = read();
    if read.is_none() {
        tracing::error!(room = %room_id, "a chat message of another version cannot be stored and is dropped");
        metrics::dropped(1);
    }
    read
}

#[cfg(test)]
mod tests {
    use actors::protocol::encode::chat_data;

    use super::*;

    #[test]
    fn a_message_is_stored_as_the_members_are_told_it() {
        let (room, user) = (RoomId::from_letters([1; 10]), UserId::from_u128(7));
        let content = "\"a\" \\ \n\u{0}\u{1} ü👋";
        let data = chat_data("s-1", user, content, 1_800_000_000_123).data;
        let expected = Message {
            room_id: room,
            id: "s-1".to_owned(),
            sender_id: Some(Uuid::from_u128(7)),
            sender_name: "A\nB".to_owned(),
            content: content.to_owned(),
            sent_at: Timestamp::from_millisecond(1_800_000_000_123).expect("a time"),
        };
        let buffered = format!("{data}\nA\nB");
        assert_eq!(of_said(&Said { room, name: "A\nB".into(), data }), Some(expected.clone()));
        assert_eq!(of_buffered(room, &buffered), Some(expected));
        for other in ["", "{}", "x\ny", "{\"id\":1}\nAnn"] {
            assert_eq!(of_buffered(room, other), None, "{other:?}");
        }
    }
}
