//! What somebody who enters a room is told: `room_joined`, `resumed`, `resume_failed`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Attributes, Guests, RoomId, SessionId, UserId,
    client::{Cid, Seq},
    media::{IceServer, Mode},
    sfu::answers::{MediaState, PeerProducer},
};

/// A member as the others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    /// The user.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// The name to show.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub name: Arc<str>,
    /// Join order; of two members the one with the smaller `rev` offers.
    pub rev: u64,
    /// Whether they are connected.
    pub state: PeerState,
    /// What they send through the media server; left out if nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<Vec<PeerProducer>>"))]
    pub producers: Vec<PeerProducer>,
    /// What they tell of themselves, by name; left out if nothing. `metadata` is their token's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "documents",
        ts(optional, type = "Record<string, string>"),
        schemars(with = "Option<std::collections::BTreeMap<String, String>>")
    )]
    pub attributes: Option<Attributes>,
}

/// Whether a member is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PeerState {
    /// Connected.
    On,
    /// Disconnected; the seat is kept for the window.
    Gone,
}

/// `room_joined`: you have joined; a session begins, and with it `cid` and `seq` at 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomJoined {
    /// The room.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub room_id: RoomId,
    /// The other members, in join order.
    #[cfg_attr(feature = "documents", ts(type = "Array<string>"), schemars(with = "Vec<String>"))]
    pub existing_peers: Vec<UserId>,
    /// The same with their names and states.
    pub peers: Vec<Peer>,
    /// Your own join order.
    pub rev: u64,
    /// Your session.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub session_id: SessionId,
    /// Secret and opaque; what `hello.resume` needs.
    pub resume_token: String,
    /// How media is meant to flow; in a room of mode `auto`, as suits its size.
    pub mode: Mode,
    /// How it flows now.
    pub media: MediaState,
    /// The room's host. This and the next three are left out while the node cannot look the room up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub host_id: Option<UserId>,
    /// Whether nobody new may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub locked: Option<bool>,
    /// Whether people without an account may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub guests: Option<Guests>,
    /// What the room is called; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub name: Option<Arc<str>>,
    /// What you tell of yourself; left out if nothing. A new session begins with your token's `metadata` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "documents",
        ts(optional, type = "Record<string, string>"),
        schemars(with = "Option<std::collections::BTreeMap<String, String>>")
    )]
    pub attributes: Option<Attributes>,
    /// STUN and TURN servers with credentials for you.
    pub ice_servers: Vec<IceServer>,
}

/// `resumed`: the session continues; missed messages follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Resumed {
    /// The other members now.
    pub peers: Vec<Peer>,
    /// The `seq` of the next message.
    pub from_seq: Seq,
    /// The last `cid` of this session that the server knows of; 0 if none.
    pub last_cid: Cid,
    /// How media flows now.
    pub media: MediaState,
    /// The room's host. This and the next three are left out while the node cannot look the room up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub host_id: Option<UserId>,
    /// Whether nobody new may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub locked: Option<bool>,
    /// Whether people without an account may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub guests: Option<Guests>,
    /// What the room is called; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub name: Option<Arc<str>>,
    /// What you tell of yourself; left out if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "documents",
        ts(optional, type = "Record<string, string>"),
        schemars(with = "Option<std::collections::BTreeMap<String, String>>")
    )]
    pub attributes: Option<Attributes>,
    /// Whether acknowledged messages of this session may be lost; left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<bool>"))]
    pub lost: bool,
}

/// `resume_failed`: the session has ended; join again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ResumeFailed {
    /// The reason.
    pub reason: ResumeFailure,
}

/// Why a session cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResumeFailure {
    /// The resume token is malformed, or not this user's.
    BadToken,
    /// The seat is no longer kept: the window has passed, or it was taken over.
    SeatGone,
    /// The inbox no longer holds everything after your `seq`.
    Gap,
    /// The room is closed.
    RoomClosed,
}
