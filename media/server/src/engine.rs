//! What carries media, as the rest of the server sees it: a port with handles that close what they stand for when dropped.
//! Must not know HTTP, rooms' rules or which engine it is.

use std::{future::Future, sync::Arc};

use mediasoup_types::{
    data_structures::{DtlsParameters, IceCandidate, IceParameters, IceState},
    rtp_parameters::{MediaKind, RtpCapabilities, RtpCapabilitiesFinalized, RtpParameters},
};
use serde::Serialize;

pub use crate::handles::{Direction, Handles, Of};
use crate::id::Id;

/// Why the engine did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The parameters are wrong; its text says why.
    #[error("{0}")]
    Refused(String),
    /// What was asked about is closed.
    #[error("closed meanwhile")]
    Gone,
    /// It did not answer, or is ending.
    #[error("{0}")]
    Unavailable(String),
}

/// What the engine tells by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// ICE of a transport changed.
    Ice {
        /// Whose it is.
        of: Of,
        /// The transport.
        transport: Id,
        /// Its state.
        state: IceState,
    },
    /// A consumer receives these layers now; none: nothing arrives.
    Layers {
        /// Whose it is.
        of: Of,
        /// The consumer.
        consumer: Id,
        /// Spatial and temporal.
        layers: Option<(u8, Option<u8>)>,
    },
    /// The loudest is this producer now.
    Speaker {
        /// The room.
        room: Id,
        /// The producer.
        producer: Id,
    },
    /// The engine has ended; the process follows.
    Dead(String),
}

/// Where the engine tells its facts; never while it holds a lock of its own.
pub type Hear = Arc<dyn Fn(Fact) + Send + Sync>;

/// A new transport, as the browser needs it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransportAnswer {
    /// Its id.
    pub id: Id,
    /// User name and password of the server's ICE.
    pub ice_parameters: IceParameters,
    /// Where it listens.
    pub ice_candidates: Vec<IceCandidate>,
    /// Its certificates' fingerprints.
    pub dtls_parameters: DtlsParameters,
}

/// A new producer.
#[derive(Clone, Debug)]
pub struct Produce {
    /// Audio or video.
    pub kind: MediaKind,
    /// What the browser sends.
    pub rtp_parameters: RtpParameters,
    /// Whether it begins paused.
    pub paused: bool,
}

/// A new consumer, as the browser needs it; it is paused.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerAnswer {
    /// Its id.
    pub id: Id,
    /// What it receives.
    pub producer_id: Id,
    /// Audio or video.
    pub kind: MediaKind,
    /// `simple`, `simulcast` or `svc`.
    #[serde(rename = "type")]
    pub form: &'static str,
    /// What the browser will get.
    pub rtp_parameters: RtpParameters,
    /// Whether the sender has paused.
    pub producer_paused: bool,
}

/// What a consumer is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumerAsk {
    /// Media flows; a key frame is asked for.
    Resume,
    /// Media stops.
    Pause,
    /// A key frame is asked for.
    KeyFrame,
    /// These layers, or the next lower ones that exist.
    Layers {
        /// Spatial layer, from 0.
        spatial: u8,
        /// Temporal layer, from 0; none: the highest.
        temporal: Option<u8>,
    },
}

/// What carries media. Dropping the last copy of a handle closes what it stands for.
pub trait Engine: Handles {
    /// Tells there when the engine ends.
    fn watch(&self, hear: Hear);

    /// A router for a room.
    fn open_router(&self, room: Id, hear: Hear) -> impl Future<Output = Result<Self::Router, EngineError>> + Send;

    /// What a router can receive and send.
    fn capabilities<'a>(&'a self, router: &'a Self::Router) -> &'a RtpCapabilitiesFinalized;

    /// A transport on the server's one port.
    fn open_transport(
        &self,
        router: &Self::Router,
        of: Of,
        hear: Hear,
    ) -> impl Future<Output = Result<(Self::Transport, TransportAnswer), EngineError>> + Send;

    /// The browser's certificate.
    fn connect(
        &self,
        transport: &Self::Transport,
        dtls: DtlsParameters,
    ) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// New ICE user name and password.
    fn restart(&self, transport: &Self::Transport) -> impl Future<Output = Result<IceParameters, EngineError>> + Send;

    /// A producer.
    fn produce(
        &self,
        router: &Self::Router,
        transport: &Self::Transport,
        produce: Produce,
    ) -> impl Future<Output = Result<(Self::Producer, Id), EngineError>> + Send;

    /// A consumer, paused.
    fn consume(
        &self,
        transport: &Self::Transport,
        producer: &Self::Producer,
        capabilities: RtpCapabilities,
        told: (Of, Hear),
    ) -> impl Future<Output = Result<(Self::Consumer, ConsumerAnswer), EngineError>> + Send;

    /// Pauses or resumes a producer for all who receive it.
    fn pause(&self, producer: &Self::Producer, pause: bool) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Tells a consumer.
    fn tell(&self, consumer: &Self::Consumer, ask: ConsumerAsk)
    -> impl Future<Output = Result<(), EngineError>> + Send;
}
