//! What a node answers to `sfu_*` requests and tells of media: the shapes of `data`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    UserId,
    media::{IceServer, MediaEpoch, MediaReason, Mode, ProducerEnd, TrackKind},
};

/// `sfu_get_router_capabilities`, answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuRouterCapabilities<'a> {
    /// The media epoch, for all other requests.
    pub epoch: MediaEpoch,
    /// The dialect of parameters: `ortc`.
    pub dialect: Cow<'a, str>,
    /// What the router can.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub rtp_capabilities: Cow<'a, RawValue>,
}

/// `sfu_create_transport`, answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuTransportCreated<'a> {
    /// The media epoch.
    pub epoch: MediaEpoch,
    /// Its id.
    pub id: Cow<'a, str>,
    /// The media server's ICE parameters.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub ice_parameters: Cow<'a, RawValue>,
    /// Its candidates.
    #[cfg_attr(feature = "documents", ts(type = "Array<object>"), schemars(with = "Vec<serde_json::Value>"))]
    pub ice_candidates: Cow<'a, RawValue>,
    /// Its DTLS parameters.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub dtls_parameters: Cow<'a, RawValue>,
    /// STUN and TURN servers with credentials for you.
    pub ice_servers: Vec<IceServer>,
}

/// `sfu_restart_ice`, answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuIceRestarted<'a> {
    /// The media server's new ICE parameters.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub ice_parameters: Cow<'a, RawValue>,
}

/// `sfu_produce`, answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct SfuProduced<'a> {
    /// The producer's id.
    pub id: Cow<'a, str>,
}

/// `sfu_consume`, answered: the consumer is paused until `sfu_consumer_resume`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuConsumed<'a> {
    /// Whose track it is.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: UserId,
    /// The consumer's id.
    pub id: Cow<'a, str>,
    /// The producer.
    pub producer_id: Cow<'a, str>,
    /// What it is.
    pub kind: TrackKind,
    /// How it is encoded: `simple`, `simulcast` or `svc`.
    #[serde(rename = "type")]
    pub encoding: Cow<'a, str>,
    /// What the media server sends.
    #[cfg_attr(
        feature = "documents",
        ts(type = "object"),
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub rtp_parameters: Cow<'a, RawValue>,
    /// Whether its producer is paused.
    pub producer_paused: bool,
}

/// `sfu_new_producer`: a member sends a new track.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuNewProducer<'a> {
    /// The member.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: Cow<'a, UserId>,
    /// The producer's id.
    pub producer_id: Cow<'a, str>,
    /// What it is.
    pub kind: TrackKind,
    /// Where it comes from.
    pub source: Cow<'a, str>,
    /// Whether it is paused.
    pub paused: bool,
    /// The media epoch.
    pub epoch: MediaEpoch,
}

/// `sfu_producer_changed`: a member has paused a track, or goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuProducerChanged<'a> {
    /// The member.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: Cow<'a, UserId>,
    /// The producer's id.
    pub producer_id: Cow<'a, str>,
    /// Whether it is paused.
    pub paused: bool,
}

/// `sfu_producer_closed`: a member's track has ended. Those of a member who has left end with `user_left`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuProducerClosed<'a> {
    /// The member.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: Cow<'a, UserId>,
    /// The producer's id.
    pub producer_id: Cow<'a, str>,
    /// Why.
    pub reason: ProducerEnd,
}

/// `media_changed`: every `sfu_*` id of an earlier epoch is void.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MediaChanged {
    /// How media flows now.
    pub mode: Mode,
    /// The new epoch. One that is not greater than the known one is old news, repeated after a resume.
    pub epoch: MediaEpoch,
    /// Why.
    pub reason: MediaReason,
}

/// `sfu_consumer_layers`: what a consumer receives now; both are null if nothing arrives.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuConsumerLayers<'a> {
    /// The consumer.
    pub consumer_id: Cow<'a, str>,
    /// The size.
    pub spatial_layer: Option<u8>,
    /// The frame rate.
    pub temporal_layer: Option<u8>,
}

/// `sfu_consumer_closed`: a consumer has ended with its producer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuConsumerClosed<'a> {
    /// The consumer.
    pub consumer_id: Cow<'a, str>,
    /// Why.
    pub reason: ConsumerEnd,
}

/// Why a consumer has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsumerEnd {
    /// Its producer has ended.
    Producer,
}

/// `sfu_active_speaker`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SfuActiveSpeaker<'a> {
    /// Who speaks; null: nobody.
    #[cfg_attr(feature = "documents", ts(type = "string | null"), schemars(with = "Option<String>"))]
    pub user_id: Option<Cow<'a, UserId>>,
}

/// A room's media, in `room_joined` and `resumed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MediaState {
    /// How media flows now: `mesh` also in a room of mode `sfu` while there is no media server.
    pub mode: Mode,
    /// The media epoch; 0 before anybody has asked for capabilities.
    pub epoch: MediaEpoch,
    /// The dialect of parameters; left out between the browsers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub dialect: Option<Cow<'static, str>>,
    /// Who spoke last, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub speaker: Option<UserId>,
}

/// A track that a member sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PeerProducer {
    /// The producer's id.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub producer_id: std::sync::Arc<str>,
    /// What it is.
    pub kind: TrackKind,
    /// Where it comes from.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub source: std::sync::Arc<str>,
    /// Whether it is paused.
    pub paused: bool,
}

/// The limits of one member of a room with a media server, in `welcome.limits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MediaLimits {
    /// Transports.
    pub transports_max: usize,
    /// Producers.
    pub producers_max: usize,
    /// Consumers.
    pub consumers_max: usize,
    /// Requests that are not answered yet.
    pub requests_max: usize,
}
