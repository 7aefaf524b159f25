//! What a browser sends: the shapes of `data` by message type, and the message once decoded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{AppMessage, Kind, Power, RoomId, SfuRequest, Signal, UserId, attributes::Changes, media::Rid};

/// The client's counter of what it sends in one session: 1, 2, 3 …
pub type Cid = u64;
/// The server's counter of what it sends into one session: 1, 2, 3 …
pub type Seq = u64;

/// `hello`: authenticates, and may resume an earlier session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The access token; left out when it came with the handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub token: Option<String>,
    /// The session to resume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub resume: Option<Resume>,
}

/// The session that a `hello` resumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
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
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinRoom {
    /// The room's id, `xxx-yyyy-zzz`.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub room_id: RoomId,
}

/// `offer` and `answer`: a description for one member (RFC 8829).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// The receiver.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub target_user_id: UserId,
    /// The session description; passed on as it is.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub sdp: Box<RawValue>,
    /// What each media section carries, by its `mid`: see *The media profile*. At most 32 entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "Record<string, string>"))]
    pub streams: Option<BTreeMap<String, String>>,
}

/// `ice_candidate`: a candidate for one member (RFC 8838); `null` is the end of candidates.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// The receiver.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub target_user_id: UserId,
    /// The candidate; passed on as it is.
    #[cfg_attr(
        feature = "documents",
        ts(type = "RTCIceCandidateInit | null"),
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    pub candidate: Box<RawValue>,
}

/// `renegotiate`: asks the offering side for a new offer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Renegotiate {
    /// The receiver.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub target_user_id: UserId,
    /// The reason, for the other side's log; at most 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub reason: Option<String>,
    /// The media sections that the sender needs, beyond those it can send on already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub want: Option<Want>,
    /// Whether the offer is to restart ICE (RFC 8839 §4.4.1.1.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<bool>"))]
    pub ice_restart: bool,
}

/// Media sections that an answering side needs: an answer cannot add any (RFC 8829 §5.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Want {
    /// Sections of kind `audio`; at most 16.
    #[serde(default, skip_serializing_if = "is_none_wanted")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<u8>"))]
    pub audio: u8,
    /// Sections of kind `video`; at most 16.
    #[serde(default, skip_serializing_if = "is_none_wanted")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<u8>"))]
    pub video: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_none_wanted(sections: &u8) -> bool {
    *sections == 0
}

/// `message`: an application's own, which the node does not interpret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CustomMessage {
    /// The receiver; everybody else in the room if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub to: Option<UserId>,
    /// What it is about, of the application's choice: 1 to 64 bytes.
    pub topic: String,
    /// Any JSON of at most 16 KiB; passed on as it is.
    #[cfg_attr(feature = "documents", ts(type = "unknown"), schemars(with = "serde_json::Value"))]
    pub data: Box<RawValue>,
}

/// `chat_message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// The text; 1 to 4 000 characters.
    pub content: String,
}

/// `token_refresh`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
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
    /// Its content.
    pub body: ClientToServer,
}

/// Every message of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientToServer {
    /// Authenticates.
    Hello(Hello),
    /// Joins this room.
    JoinRoom(RoomId),
    /// Leaves the room.
    LeaveRoom,
    /// An offer, answer, candidate or request to renegotiate, for one member.
    Signal(Signal),
    /// A chat message to everybody else in the room.
    Chat(String),
    /// An application's own message.
    Message(AppMessage),
    /// Changes the sender's attributes.
    SetAttributes(Changes),
    /// Something that a host wants done.
    Power(Box<Power>),
    /// A request to the room's media server.
    Sfu(Box<SfuRequest>),
    /// Keep-alive of the client's script.
    Heartbeat,
    /// Everything up to this number was processed.
    Ack(Seq),
    /// Replaces a token that is about to expire.
    TokenRefresh(String),
}

impl ClientToServer {
    /// The request's number, if it is one to a media server and has one.
    #[must_use]
    pub fn rid(&self) -> Option<Rid> {
        if let Self::Sfu(request) = self { request.rid } else { None }
    }

    /// What kind of message it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Hello(_) => Kind::Hello,
            Self::JoinRoom(_) => Kind::JoinRoom,
            Self::LeaveRoom => Kind::LeaveRoom,
            Self::Signal(signal) => signal.kind,
            Self::Chat(_) => Kind::ChatMessage,
            Self::Message(_) => Kind::Message,
            Self::SetAttributes(_) => Kind::SetAttributes,
            Self::Power(power) => power.kind(),
            Self::Sfu(request) => request.kind,
            Self::Heartbeat => Kind::Heartbeat,
            Self::Ack(_) => Kind::Ack,
            Self::TokenRefresh(_) => Kind::TokenRefresh,
        }
    }
}
