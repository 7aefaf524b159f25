//! Bodies of requests and answers, as in the OpenAPI document.

use aldis_protocol::{Guests, RoomId, RoomMode as Mode, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A request to create a room; fields that are left out have the node's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRoom {
    /// Its host; `None`: the `sub` of the client's tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_id: Option<UserId>,
    /// Maximum number of participants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants: Option<u32>,
    /// How long the seat of a disconnected participant is kept, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat_window_seconds: Option<u32>,
    /// How media flows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether people without an account may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guests: Option<Guests>,
}

/// A message of the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewMessage {
    /// The receiver, who is in the room; `None`: everybody in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<UserId>,
    /// What it is about: 1 to 64 bytes.
    pub topic: String,
    /// Its content: at most 16 KiB of JSON.
    pub data: serde_json::Value,
}

/// A change of a room; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomChange {
    /// Maximum number of participants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants: Option<u32>,
    /// How long the seat of a disconnected participant is kept, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat_window_seconds: Option<u32>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether people without an account may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guests: Option<Guests>,
    /// Whether nobody new may join, but the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Whether it may be joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// A room and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Its id, part of its URL.
    pub room_id: RoomId,
    /// Its host.
    pub host_id: UserId,
    /// Maximum number of participants.
    pub max_participants: u32,
    /// How long the seat of a disconnected participant is kept, in seconds.
    pub seat_window_seconds: u32,
    /// How media flows.
    pub mode: Mode,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it may be joined.
    pub active: bool,
    /// What it is called; may be empty.
    pub name: String,
    /// Whether people without an account may join.
    pub guests: Guests,
    /// Whether nobody new may join, but the host.
    pub locked: bool,
    /// How many are in it, over all nodes; `None`: it is not told here, or unknown.
    pub participants: Option<usize>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Items on it, at most 100.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of rooms, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rooms {
    /// The rooms.
    pub rooms: Vec<Room>,
    /// The cursor of the next page, if there is one.
    pub next_cursor: Option<String>,
}

/// Somebody who is in a room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// The `sub` of their token.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their place in the order of joins: it names their seat.
    pub rev: u64,
    /// Whether they are connected; if not, their seat is kept for a while.
    pub connected: bool,
    /// Whether others are not told of them.
    #[serde(default)]
    pub hidden: bool,
}

/// Somebody who may not come back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ban {
    /// Who.
    pub user_id: UserId,
    /// The name that they had; empty if it was not known.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

/// A guest who waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Waiting {
    /// Names them in the answer; it is not their secret.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Since when they wait.
    pub since: Timestamp,
}
