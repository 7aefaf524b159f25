//! Messages of a node that are not relayed: the shapes of `data` by message type.

use std::{borrow::Cow, num::NonZeroU64, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Attributes, Code, Kind, NodeId, RoomId, UserId,
    client::Cid,
    media::{MediaId, Rid},
    notice::Moved,
    sfu::{Json, answers::MediaLimits},
};

mod entered;

pub use super::media::{IceServer, Mode};
pub use entered::{Peer, PeerState, ResumeFailed, ResumeFailure, Resumed, RoomJoined};

/// `welcome`: the token is valid; the parameters of this connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The user whom the token identifies.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// The node.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub node_id: NodeId,
    /// The sub-protocol, `aldis.v1`.
    pub protocol: Cow<'static, str>,
    /// The node sends a WebSocket ping this often, in seconds; browsers answer it by themselves.
    pub ping_seconds: u64,
    /// The connection is closed if a ping's pong takes longer, in seconds.
    pub pong_within_seconds: u64,
    /// Send `heartbeat` this often, in seconds.
    pub heartbeat_seconds: u64,
    /// The connection is closed if no message of any kind comes for so long, in seconds.
    pub heartbeat_within_seconds: u64,
    /// How long a lost socket's seat is kept unless the room says otherwise, in seconds.
    pub resume_window_seconds: u64,
    /// The limits of one client.
    pub limits: WelcomeLimits,
    /// Optional features that this node supports, by name.
    pub features: Cow<'static, [Cow<'static, str>]>,
}

/// The limits of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WelcomeLimits {
    /// Bytes in one message.
    pub message_bytes_max: usize,
    /// Messages a second, sustained.
    pub messages_per_second: u32,
    /// Messages at once on top of that, after a pause.
    pub burst: u32,
    /// Characters in one chat message.
    pub chat_chars_max: usize,
    /// Bytes of one candidate as JSON.
    pub candidate_bytes_max: usize,
    /// Levels of arrays and objects within a candidate.
    pub json_depth_max: usize,
    /// Messages that the server takes before it has settled the first of them; further ones wait in the connection.
    pub in_flight_max: usize,
    /// The server acknowledges at least once for so many settled messages, and within about a second.
    pub ack_every: u64,
    /// Those of a room with a media server; left out if the node has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub media: Option<MediaLimits>,
}

/// `user_joined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserJoined {
    /// The user.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// The name to show.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub name: Arc<str>,
    /// Join order.
    pub rev: u64,
    /// What they tell of themselves, by name; left out if nothing. `metadata` is their token's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "documents",
        ts(optional, type = "Record<string, string>"),
        schemars(with = "Option<std::collections::BTreeMap<String, String>>")
    )]
    pub attributes: Option<Attributes>,
}

/// `user_left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserLeft {
    /// The user.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// The reason.
    pub reason: LeaveReason,
}

/// Why a seat was freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// They left.
    Left,
    /// They disconnected and did not resume within the window.
    Lost,
    /// They joined again from elsewhere.
    Replaced,
    /// They were removed.
    Kicked,
    /// The room was closed.
    Closed,
    /// They were removed, and may not come back: others are told [`Kicked`](Self::Kicked).
    #[cfg_attr(feature = "documents", ts(skip), schemars(skip))]
    Banned,
}

impl LeaveReason {
    /// The reason as the others are told.
    #[must_use]
    pub const fn told(self) -> Self {
        match self {
            Self::Banned => Self::Kicked,
            Self::Left | Self::Lost | Self::Replaced | Self::Kicked | Self::Closed => self,
        }
    }
}

/// `error`: one message was refused; the socket stays open unless a close follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The code, from the one table.
    #[cfg_attr(feature = "documents", ts(type = "Code"))]
    pub code: Code,
    /// What failed, which field, why, and what to do.
    pub message: String,
    /// The number of the refused message, if it had one.
    pub cid: Option<Cid>,
    /// The number of the refused request to a media server; left out of other refusals.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<u64>"), schemars(with = "Option<u64>"))]
    pub rid: Option<NonZeroU64>,
    /// Whether the same message may succeed later.
    pub retryable: bool,
    /// Wait this long before a retry.
    pub retry_after_ms: Option<u64>,
}

/// Every message of a node that is not numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerToClient {
    /// `welcome`
    Welcome(Box<Welcome>),
    /// `room_joined`
    RoomJoined(Box<RoomJoined>),
    /// `resumed`
    Resumed(Box<Resumed>),
    /// `resume_failed`
    ResumeFailed(ResumeFailed),
    /// `room_left`: you have left; nothing more of this room follows, and `join_room` may.
    RoomLeft(RoomId),
    /// `moved`: a backend has moved you to another room; nothing more of this one follows, and `join_room` of that one is to.
    Moved(Box<Moved>),
    /// `room_closed`: the room was closed for everybody.
    RoomClosed(LeaveReason),
    /// `ack`: everything up to this `cid` is in the ledger (or was refused by an `error`).
    Ack(Cid),
    /// `heartbeat_ack` with the server's time in milliseconds since the Unix epoch.
    HeartbeatAck(u64),
    /// `token_expiring`: send `token_refresh` within so many seconds.
    TokenExpiring(u64),
    /// `server_draining`: reconnect after so many milliseconds.
    ServerDraining(u64),
    /// `degraded`
    Degraded {
        /// What is unavailable, by name; empty once everything works again.
        without: &'static [&'static str],
        /// Whether messages of this session that were acknowledged may be lost.
        lost: bool,
    },
    /// `error`
    Error(Refusal),
    /// The answer to a request to the media server, of the request's type.
    SfuAnswer {
        /// The request's type.
        kind: Kind,
        /// Its number, if it had one.
        rid: Option<Rid>,
        /// What is answered.
        data: Json,
    },
    /// `sfu_consumer_layers`
    SfuConsumerLayers {
        /// The consumer.
        consumer: MediaId,
        /// The spatial and the temporal layer; `None`: nothing arrives.
        layers: Option<(u8, u8)>,
    },
    /// `sfu_consumer_closed`
    SfuConsumerClosed(MediaId),
    /// `sfu_active_speaker`
    SfuActiveSpeaker(Option<UserId>),
}

impl Refusal {
    /// A refusal with this code and text, of no numbered message.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            cid: None,
            rid: None,
            retryable: code.is_retryable(),
            retry_after_ms: None,
        }
    }

    /// The same, of the message with this number.
    #[must_use]
    pub fn of(self, cid: Option<Cid>) -> Self {
        Self { cid, ..self }
    }

    /// The same, of the request with this number.
    #[must_use]
    pub fn of_request(self, rid: Option<Rid>) -> Self {
        Self { rid: rid.and_then(NonZeroU64::new), ..self }
    }

    /// The same, retryable after so many milliseconds.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> Self {
        Self { retryable: true, retry_after_ms: Some(ms), ..self }
    }
}
