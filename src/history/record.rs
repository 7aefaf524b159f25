//! A message on the wire as a row. Knows no database.

use actors::{ports::Said, protocol::UserId};
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

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

/// What a message in Redis turns out to be.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// A row.
    Message(Message),
    /// A newer version wrote it.
    Newer,
    /// Nobody can read it.
    Damaged,
}

impl Read {
    pub(super) fn message(self) -> Option<Message> {
        match self {
            Self::Message(message) => Some(message),
            Self::Newer | Self::Damaged => None,
        }
    }
}

/// The row of a message of this node. What cannot be read is counted and left out.
pub(super) fn of_said(said: &Said) -> Option<Message> {
    let read = message(said.room, &said.name, &said.data.to_string());
    if read.is_none() {
        damaged(said.room);
    }
    read
}

/// The row of a message in Redis: `<data>⏎<name>`. What is damaged is counted.
pub(super) fn of_buffered(room: RoomId, text: &str) -> Read {
    let (data, name) = text.split_once('\n').unwrap_or((text, ""));
    match message(room, name, data) {
        Some(message) => Read::Message(message),
        None if serde_json::from_str::<IgnoredAny>(data).is_ok() => Read::Newer,
        None => {
            damaged(room);
            Read::Damaged
        }
    }
}

fn message(room_id: RoomId, name: &str, data: &str) -> Option<Message> {
    let Chat { id, sender_id, content, timestamp } = serde_json::from_str(data).ok()?;
    let (sender_id, sender_name) = (Some(sender_id), name.to_owned());
    let sent_at = Timestamp::from_millisecond(timestamp).ok()?;
    Some(Message { room_id, id, sender_id, sender_name, content, sent_at })
}

fn damaged(room: RoomId) {
    tracing::error!(%room, "a chat message cannot be read and is dropped");
    metrics::dropped(1);
}

#[cfg(test)]
mod tests {
    use actors::protocol::encode::chat_data;

    use super::*;

    #[test]
    fn a_message_is_stored_as_the_members_are_told_it() {
        let (room, user) = (RoomId::from_letters([1; 10]), UserId::from_u128(7));
        let content = "\"a\" \\ \n\u{0}\u{1} ü👋";
        let data = chat_data("s-1", user.clone(), content, 1_800_000_000_123).data;
        let expected = Message {
            room_id: room,
            id: "s-1".to_owned(),
            sender_id: Some(user.clone()),
            sender_name: "A\nB".to_owned(),
            content: content.to_owned(),
            sent_at: Timestamp::from_millisecond(1_800_000_000_123).expect("a time"),
        };
        let buffered = format!("{data}\nA\nB");
        assert_eq!(of_said(&Said { room, name: "A\nB".into(), data }), Some(expected.clone()));
        assert_eq!(of_buffered(room, &buffered), Read::Message(expected));
        for newer in ["{}", "{\"id\":1}\nAnn", "{\"id\":\"s-2\",\"text\":\"another shape\"}\nAnn\n{}"] {
            assert_eq!(of_buffered(room, newer), Read::Newer, "{newer:?}");
        }
        for damaged in ["", "x\ny", "{\"id\":\nAnn"] {
            assert_eq!(of_buffered(room, damaged), Read::Damaged, "{damaged:?}");
        }
    }
}
