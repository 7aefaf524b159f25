//! Notices of a node about itself and about the room: the shapes of `data`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{LeaveReason, RoomId};

/// `heartbeat_ack`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatAck {
    /// The server's time in milliseconds since the Unix epoch.
    pub server_time: u64,
}

/// `token_expiring`: send `token_refresh`, or the socket closes with 4401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokenExpiring {
    /// How long the token is still valid.
    pub in_seconds: u64,
}

/// `server_draining`: this node shuts down; reconnect and resume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ServerDraining {
    /// How long to wait before that; different for each client.
    pub retry_after_ms: u64,
}

/// `room_left`: the answer to `leave_room`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomLeft {
    /// The room.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub room_id: RoomId,
}

/// `moved`: a backend has moved you to another room; you have left this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// The room to join.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub room_id: RoomId,
    /// A token for it, which grants as much for as long as the present one, where that is for the room before only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub token: Option<Box<str>>,
}

/// `room_closed`: the room was closed for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomClosed {
    /// The reason.
    pub reason: LeaveReason,
}

/// `degraded`: what this node cannot do right now, or what was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Degraded<'a> {
    /// What is unavailable, by name; empty once everything works again.
    pub without: Vec<Cow<'a, str>>,
    /// Whether messages of this session that were acknowledged may be lost; left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<bool>"))]
    pub lost: bool,
}
