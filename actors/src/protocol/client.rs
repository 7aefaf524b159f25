//! What a browser sends: the shapes of `data` by message type, and the message once decoded.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{RoomId, Signal, SignalKind, UserId};

/// The client's own counter of what it sends in one session: 1, 2, 3 …
pub type Cid = u64;
/// The server's counter of what it sends into one session: 1, 2, 3 …
pub type Seq = u64;

/// `hello`: who is there, and whether an earlier session is to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The access token; left out when it came with the handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub token: Option<String>,
    /// The session to go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub resume: Option<Resume>,
}

/// The session that a `hello` wants to go on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Resume {
    /// From `room_joined`.
    pub resume_token: String,
    /// The last `seq` that was processed; 0 if none was.
    pub seq: Seq,
}

/// `join_room`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct JoinRoom {
    /// The room's id, `xxx-yyyy-zzz`.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub room_id: RoomId,
}

/// `offer` and `answer`: a description for one member (RFC 8829).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Whom it is for.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub target_user_id: UserId,
    /// The session description; passed on as it is.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub sdp: Box<RawValue>,
}

/// `ice_candidate`: a candidate for one member (RFC 8838); `null` says that there are no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// Whom it is for.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub target_user_id: UserId,
    /// The candidate; passed on as it is.
    #[cfg_attr(feature = "typescript", ts(type = "RTCIceCandidateInit | null"))]
    pub candidate: Box<RawValue>,
}

/// `renegotiate`: asks the offering side for a new offer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Renegotiate {
    /// Whom it is for.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub target_user_id: UserId,
    /// Why, for the other side's log; at most 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub reason: Option<String>,
}

/// `chat_message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// The text; 1 to 4 000 characters.
    pub content: String,
}

/// `token_refresh`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TokenRefresh {
    /// The new access token, of the same user.
    pub token: String,
}

/// A decoded message with the number its sender gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMessage {
    /// The sender's number, if it numbers its messages.
    pub cid: Option<Cid>,
    /// What it says.
    pub body: ClientToServer,
}

/// What a browser can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientToServer {
    /// Who is there.
    Hello(Hello),
    /// Let me into this room.
    JoinRoom(RoomId),
    /// I leave the room.
    LeaveRoom,
    /// An offer, answer, candidate or wish to renegotiate, for one member.
    Signal(Signal),
    /// A chat message for the whole room.
    Chat(String),
    /// I am alive.
    Heartbeat,
    /// Everything up to this number has arrived.
    Ack(Seq),
    /// A new token in place of one that runs out.
    TokenRefresh(String),
}

/// What type a message was, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum MessageType {
    /// `hello`
    Hello,
    /// `join_room`
    JoinRoom,
    /// `leave_room`
    LeaveRoom,
    /// `offer`
    Offer,
    /// `answer`
    Answer,
    /// `ice_candidate`
    IceCandidate,
    /// `renegotiate`
    Renegotiate,
    /// `chat_message`
    ChatMessage,
    /// `heartbeat`
    Heartbeat,
    /// `ack`
    Ack,
    /// `token_refresh`
    TokenRefresh,
    /// None of the protocol's.
    Unknown,
}

impl MessageType {
    /// Every type, each at the place that its number names.
    pub const ALL: &[Self] = &[
        Self::Hello,
        Self::JoinRoom,
        Self::LeaveRoom,
        Self::Offer,
        Self::Answer,
        Self::IceCandidate,
        Self::Renegotiate,
        Self::ChatMessage,
        Self::Heartbeat,
        Self::Ack,
        Self::TokenRefresh,
        Self::Unknown,
    ];

    /// The type as it travels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::JoinRoom => "join_room",
            Self::LeaveRoom => "leave_room",
            Self::Offer => "offer",
            Self::Answer => "answer",
            Self::IceCandidate => "ice_candidate",
            Self::Renegotiate => "renegotiate",
            Self::ChatMessage => "chat_message",
            Self::Heartbeat => "heartbeat",
            Self::Ack => "ack",
            Self::TokenRefresh => "token_refresh",
            Self::Unknown => "unknown",
        }
    }
}

impl From<&ClientToServer> for MessageType {
    fn from(message: &ClientToServer) -> Self {
        match message {
            ClientToServer::Hello(_) => Self::Hello,
            ClientToServer::JoinRoom(_) => Self::JoinRoom,
            ClientToServer::LeaveRoom => Self::LeaveRoom,
            ClientToServer::Signal(signal) => match signal.kind {
                SignalKind::Offer => Self::Offer,
                SignalKind::Answer => Self::Answer,
                SignalKind::IceCandidate => Self::IceCandidate,
                SignalKind::Renegotiate => Self::Renegotiate,
            },
            ClientToServer::Chat(_) => Self::ChatMessage,
            ClientToServer::Heartbeat => Self::Heartbeat,
            ClientToServer::Ack(_) => Self::Ack,
            ClientToServer::TokenRefresh(_) => Self::TokenRefresh,
        }
    }
}
