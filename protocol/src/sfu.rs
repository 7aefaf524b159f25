//! What members of a room ask its media server through the node (`sfu_*`): the shapes of `data`, and a request once decoded.
//! Parameters of the media server's dialect are passed on byte for byte.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Kind,
    media::{MediaEpoch, MediaId, Rid, TrackKind},
};

pub mod answers;

/// Bytes of an `sfu_*` message's `data`, at most; the largest with two codecs has 1.6 kB.
pub const DATA_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a track's source, at most.
pub const SOURCE_BYTES_MAX: usize = 32;
/// The number of layers of either kind that may be named, at most.
pub const LAYER_MAX: u8 = 7;
/// The dialect of the parameters: ORTC, as mediasoup speaks it.
pub const DIALECT: &str = "ortc";

/// A JSON object, byte for byte.
pub type Json = Arc<str>;

/// Which way a transport carries media, from the browser's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "documents", schemars(rename = "SfuDirection"), ts(rename = "SfuDirection"))]
pub enum Direction {
    /// From the browser.
    Send,
    /// To the browser.
    Recv,
}

/// `sfu_create_transport`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuCreateTransport {
    /// The media epoch, from `sfu_get_router_capabilities`.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// Which way it carries media.
    pub direction: Direction,
}

/// `sfu_connect_transport`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuConnectTransport {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The transport.
    pub transport_id: String,
    /// The browser's DTLS parameters.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub dtls_parameters: Box<RawValue>,
}

/// `sfu_restart_ice` and `sfu_close_transport`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuTransport {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The transport.
    pub transport_id: String,
}

/// `sfu_produce`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuProduce {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The sending transport.
    pub transport_id: String,
    /// What it is.
    pub kind: TrackKind,
    /// Where it comes from, told to the others: 1 to 32 of `a`–`z` and `_`.
    pub source: String,
    /// Whether it starts paused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<bool>"))]
    pub paused: bool,
    /// What the browser sends.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub rtp_parameters: Box<RawValue>,
}

/// `sfu_pause_producer`, `sfu_resume_producer` and `sfu_close_producer`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuProducer {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The sender's own producer.
    pub producer_id: String,
}

/// `sfu_consume`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuConsume {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The receiving transport.
    pub transport_id: String,
    /// Another member's producer.
    pub producer_id: String,
    /// What the browser can receive.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub rtp_capabilities: Box<RawValue>,
}

/// `sfu_consumer_pause`, `sfu_consumer_resume`, `sfu_request_keyframe` and `sfu_close_consumer`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuConsumer {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The consumer.
    pub consumer_id: String,
}

/// `sfu_set_preferred_layers`: the largest layers to be received, from 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuPreferredLayers {
    /// The media epoch.
    #[serde(deserialize_with = "super::whole::number")]
    pub epoch: MediaEpoch,
    /// The consumer.
    pub consumer_id: String,
    /// The size; at most 7.
    pub spatial_layer: u8,
    /// The frame rate; at most 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub temporal_layer: Option<u8>,
}

/// A request once decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SfuRequest {
    /// The client's number, if it gives one.
    pub rid: Option<Rid>,
    /// Its type, which its answer has, too.
    pub kind: Kind,
    /// The media epoch that its ids are of; 0 if it has none.
    pub epoch: MediaEpoch,
    /// What is asked.
    pub ask: SfuAsk,
}

/// What a member asks of a media server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the messages")]
pub enum SfuAsk {
    /// What the room's router can; the first one chooses the room's media server.
    Capabilities,
    /// A transport.
    CreateTransport(Direction),
    /// The browser's DTLS parameters.
    ConnectTransport { transport: MediaId, dtls_parameters: Json },
    /// New ICE credentials.
    RestartIce(MediaId),
    /// The end of a transport.
    CloseTransport(MediaId),
    /// A track to be sent.
    Produce { transport: MediaId, kind: TrackKind, source: Arc<str>, paused: bool, rtp_parameters: Json },
    /// A pause in sending, or its end.
    PauseProducer { producer: MediaId, paused: bool },
    /// The end of a track.
    CloseProducer(MediaId),
    /// A track to be received.
    Consume { transport: MediaId, producer: MediaId, rtp_capabilities: Json },
    /// A pause in receiving, or its end.
    PauseConsumer { consumer: MediaId, paused: bool },
    /// A key frame.
    KeyFrame(MediaId),
    /// The largest layers to be received.
    PreferredLayers { consumer: MediaId, spatial: u8, temporal: Option<u8> },
    /// No more of a track.
    CloseConsumer(MediaId),
}

impl SfuAsk {
    /// Whether the ledger has to learn of it, so that it cannot be done while the ledger is away.
    #[must_use]
    pub const fn needs_ledger(&self) -> bool {
        matches!(self, Self::Produce { .. } | Self::PauseProducer { .. } | Self::CloseProducer(_))
    }
}
