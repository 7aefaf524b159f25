//! What a browser sends: the shapes of `data` by message type, and the message once decoded.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Kind, RoomId, Signal, UserId};

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
    #[serde(deserialize_with = "super::whole::number")]
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

impl ClientToServer {
    /// What kind of message it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Hello(_) => Kind::Hello,
            Self::JoinRoom(_) => Kind::JoinRoom,
            Self::LeaveRoom => Kind::LeaveRoom,
            Self::Signal(signal) => signal.kind,
            Self::Chat(_) => Kind::ChatMessage,
            Self::Heartbeat => Kind::Heartbeat,
            Self::Ack(_) => Kind::Ack,
            Self::TokenRefresh(_) => Kind::TokenRefresh,
        }
    }
}
