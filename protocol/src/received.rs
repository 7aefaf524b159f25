//! A node's messages as a client reads them: every type with its shape, owned; what a newer node adds is kept as it came.
//!
//! For clients. A node never reads them.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Code, Kind,
    attributes::AttributesChanged,
    client::{Cid, Seq},
    hosted::{GuestsWaiting, MuteRequested, RoomChanged},
    media::Rid,
    notice::{Degraded, HeartbeatAck, Moved, RoomClosed, RoomLeft, ServerDraining, TokenExpiring},
    relayed::{ChatDeleted, ChatMessage, CustomMessageFrom, DescriptionFrom, IceCandidateFrom, RenegotiateFrom},
    server::{ResumeFailed, Resumed, RoomJoined, UserJoined, UserLeft, Welcome},
    sfu::answers::{
        MediaChanged, SfuActiveSpeaker, SfuConsumed, SfuConsumerClosed, SfuConsumerLayers, SfuIceRestarted,
        SfuNewProducer, SfuProduced, SfuProducerChanged, SfuProducerClosed, SfuRouterCapabilities, SfuTransportCreated,
    },
};

/// One message of a node.
#[derive(Debug, Clone)]
pub struct ServerMessage {
    /// Its number in the session; `None`: it is not numbered.
    pub seq: Option<Seq>,
    /// The number of the request to the media server that it answers.
    pub rid: Option<Rid>,
    /// What it says.
    pub body: Received,
}

/// `error`: a message was refused. As [`server::Refusal`](crate::server::Refusal), whatever code a newer node has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The code, as it travels; see [`known`](Self::known).
    pub code: String,
    /// What failed, which field, why, and what to do.
    pub message: String,
    /// The number of the refused message, if it had one.
    pub cid: Option<Cid>,
    /// The number of the refused request to a media server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rid: Option<Rid>,
    /// Whether the same message may succeed later.
    pub retryable: bool,
    /// Wait this long before a retry.
    pub retry_after_ms: Option<u64>,
}

impl Refused {
    /// The code, if this version's table has it.
    #[must_use]
    pub fn known(&self) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == self.code)
    }
}

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a message of a node: {0}")]
pub struct Unread(String);

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    seq: Option<Seq>,
    cid: Option<Cid>,
    rid: Option<Rid>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cid: Option<Cid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rid: Option<Rid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
}

macro_rules! received {
    ($($variant:ident($shape:ty) = $name:literal;)+) => {
        /// What a node says, by the message's type.
        #[derive(Debug, Clone)]
        pub enum Received {
            $(#[doc = concat!("`", $name, "`")] $variant($shape),)+
            /// `ack`: everything up to this `cid` is accepted, or was refused by an `error`.
            Ack(Cid),
            /// The answer to a request of this type to the media server, which has no content.
            SfuDone(Kind),
            /// A type that this version does not know: a client ignores it.
            Unknown {
                /// The type.
                kind: String,
                /// Its `data`, if it has any.
                data: Option<Box<RawValue>>,
            },
        }

        impl Received {
            /// The type, as it travels.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $name,)+
                    Self::Ack(_) => "ack",
                    Self::SfuDone(kind) => kind.as_str(),
                    Self::Unknown { kind, .. } => kind,
                }
            }

            fn of(envelope: &Envelope<'_>) -> Result<Self, Unread> {
                Ok(match &*envelope.kind {
                    $($name => Self::$variant(shape(envelope)?),)+
                    kind => Self::bare(kind, envelope)?,
                })
            }

            fn data(&self) -> serde_json::Result<Option<Box<RawValue>>> {
                use serde_json::value::to_raw_value;
                Ok(Some(match self {
                    $(Self::$variant(shape) => to_raw_value(shape)?,)+
                    Self::Ack(_) => return Ok(None),
                    Self::SfuDone(_) => RawValue::from_string("{}".to_owned())?,
                    Self::Unknown { data, .. } => return Ok(data.clone()),
                }))
            }
        }
    };
}

received! {
    Welcome(Box<Welcome>) = "welcome";
    RoomJoined(Box<RoomJoined>) = "room_joined";
    Resumed(Box<Resumed>) = "resumed";
    ResumeFailed(ResumeFailed) = "resume_failed";
    RoomLeft(RoomLeft) = "room_left";
    Moved(Moved) = "moved";
    RoomClosed(RoomClosed) = "room_closed";
    HeartbeatAck(HeartbeatAck) = "heartbeat_ack";
    TokenExpiring(TokenExpiring) = "token_expiring";
    ServerDraining(ServerDraining) = "server_draining";
    Degraded(Degraded<'static>) = "degraded";
    Error(Refused) = "error";
    UserJoined(UserJoined) = "user_joined";
    UserLeft(UserLeft) = "user_left";
    Offer(DescriptionFrom<'static>) = "offer";
    Answer(DescriptionFrom<'static>) = "answer";
    IceCandidate(IceCandidateFrom<'static>) = "ice_candidate";
    Renegotiate(RenegotiateFrom<'static>) = "renegotiate";
    ChatMessage(ChatMessage<'static>) = "chat_message";
    ChatDeleted(ChatDeleted<'static>) = "chat_deleted";
    Message(CustomMessageFrom<'static>) = "message";
    AttributesChanged(AttributesChanged<'static>) = "attributes_changed";
    MuteRequested(MuteRequested<'static>) = "mute_requested";
    RoomChanged(RoomChanged) = "room_changed";
    GuestsWaiting(GuestsWaiting) = "guests_waiting";
    MediaChanged(MediaChanged) = "media_changed";
    SfuRouterCapabilities(SfuRouterCapabilities<'static>) = "sfu_get_router_capabilities";
    SfuTransportCreated(Box<SfuTransportCreated<'static>>) = "sfu_create_transport";
    SfuIceRestarted(SfuIceRestarted<'static>) = "sfu_restart_ice";
    SfuProduced(SfuProduced<'static>) = "sfu_produce";
    SfuConsumed(Box<SfuConsumed<'static>>) = "sfu_consume";
    SfuNewProducer(SfuNewProducer<'static>) = "sfu_new_producer";
    SfuProducerChanged(SfuProducerChanged<'static>) = "sfu_producer_changed";
    SfuProducerClosed(SfuProducerClosed<'static>) = "sfu_producer_closed";
    SfuConsumerLayers(SfuConsumerLayers<'static>) = "sfu_consumer_layers";
    SfuConsumerClosed(SfuConsumerClosed<'static>) = "sfu_consumer_closed";
    SfuActiveSpeaker(SfuActiveSpeaker<'static>) = "sfu_active_speaker";
}

impl Received {
    /// A message without a shape.
    fn bare(kind: &str, envelope: &Envelope<'_>) -> Result<Self, Unread> {
        if kind == "ack" {
            return envelope.cid.map(Self::Ack).ok_or_else(|| Unread("ack: cid is missing.".to_owned()));
        }
        let known = Kind::named(kind);
        if known.is_sfu() {
            return Ok(Self::SfuDone(known));
        }
        Ok(Self::Unknown { kind: kind.to_owned(), data: envelope.data.map(ToOwned::to_owned) })
    }
}

fn shape<'a, T: Deserialize<'a>>(envelope: &Envelope<'a>) -> Result<T, Unread> {
    let mut json = serde_json::Deserializer::from_str(envelope.data.map_or("{}", RawValue::get));
    serde_path_to_error::deserialize(&mut json)
        .map_err(|why| Unread(format!("data of {}: {}: {}.", envelope.kind, why.path(), why.inner())))
}

/// Reads one text frame of a node. Types that this version does not know are [`Received::Unknown`].
///
/// # Errors
/// It is no JSON object with a `type`, or its `data` has not the shape of its type; the text names the field.
pub fn read(text: &str) -> Result<ServerMessage, Unread> {
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|why| Unread(format!("{why}.")))?;
    Ok(ServerMessage { seq: envelope.seq, rid: envelope.rid, body: Received::of(&envelope)? })
}

/// The text frame, as a node writes it.
impl fmt::Display for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.body.data().map_err(|_| fmt::Error)?;
        let cid = if let Received::Ack(cid) = &self.body { Some(*cid) } else { None };
        let frame = Frame { kind: self.body.kind(), seq: self.seq, cid, rid: self.rid, data: data.as_deref() };
        f.write_str(&serde_json::to_string(&frame).map_err(|_| fmt::Error)?)
    }
}
