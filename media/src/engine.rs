//! The engine: a mediasoup worker, its one port, and its objects behind the port `media_server::engine`.
//! Must not know HTTP, nor who may do what.

mod codecs;
mod consuming;
mod failures;
mod transports;
mod worker;

use std::sync::{Arc, Mutex};

use media_server::{
    engine::{ConsumerAnswer, ConsumerAsk, Engine, EngineError, Fact, Handles, Hear, Of, Produce, TransportAnswer},
    id::Id,
};
use mediasoup::{
    active_speaker_observer::{ActiveSpeakerObserver, ActiveSpeakerObserverOptions},
    producer::{Producer, ProducerOptions},
    router::{Router, RouterOptions},
    rtp_observer::{RtpObserver, RtpObserverAddProducerOptions},
    transport::Transport,
    types::{
        data_structures::{DtlsParameters, IceParameters},
        rtp_parameters::{MediaKind, RtpCapabilities, RtpCapabilitiesFinalized},
    },
    webrtc_server::WebRtcServer,
    webrtc_transport::{WebRtcTransport, WebRtcTransportRemoteParameters},
    worker::Worker,
};

use consuming::Receiving;
use failures::from_request;

/// Between two looks at who is loudest. Nodes tell their browsers twice a second at most.
const LOUDEST_EVERY_MS: u16 = 500;
/// Between two requests for a key frame of the same producer: libwebrtc ignores one that arrives within 300 ms of another, and the
/// worker would repeat it after a second only.
const KEY_FRAME_EVERY_MS: u32 = 400;

/// A worker and its port.
pub(crate) struct Mediasoup {
    worker: Worker,
    port: WebRtcServer,
    /// Why the worker ended before somebody listened, and who listens.
    ended: Arc<Mutex<Ended>>,
}

#[derive(Default)]
struct Ended {
    why: Option<String>,
    hear: Option<Hear>,
}

/// A room's router, and who is loudest in it.
#[derive(Clone)]
pub(crate) struct Room {
    router: Router,
    loudest: ActiveSpeakerObserver,
    capabilities: Arc<RtpCapabilitiesFinalized>,
}

impl Handles for Mediasoup {
    type Router = Room;
    type Transport = WebRtcTransport;
    type Producer = Producer;
    type Consumer = Receiving;
}

impl Engine for Mediasoup {
    fn watch(&self, hear: Hear) {
        let mut ended = self.ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(why) = ended.why.take() {
            hear(Fact::Dead(why));
        }
        ended.hear = Some(hear);
    }

    async fn open_router(&self, room: Id, hear: Hear) -> Result<Room, EngineError> {
        let unavailable = |error: &dyn std::fmt::Display| EngineError::Unavailable(format!("no router: {error}"));
        let made = self.worker.create_router(RouterOptions::new(codecs::all())).await;
        let router = made.map_err(|error| unavailable(&error))?;
        let mut options = ActiveSpeakerObserverOptions::default();
        options.interval = LOUDEST_EVERY_MS;
        let made = router.create_active_speaker_observer(options).await;
        let loudest = made.map_err(|error| unavailable(&error))?;
        let heard = loudest.on_dominant_speaker(move |speaker| {
            if let Some(producer) = Id::parse(&speaker.producer.id().to_string()) {
                hear(Fact::Speaker { room: room.clone(), producer });
            }
        });
        heard.detach();
        let capabilities = Arc::new(router.rtp_capabilities());
        Ok(Room { router, loudest, capabilities })
    }

    fn capabilities<'a>(&'a self, room: &'a Room) -> &'a RtpCapabilitiesFinalized {
        &room.capabilities
    }

    async fn open_transport(
        &self,
        room: &Room,
        of: Of,
        hear: Hear,
    ) -> Result<(WebRtcTransport, TransportAnswer), EngineError> {
        transports::open(&room.router, self.port.clone(), of, hear).await
    }

    async fn connect(&self, transport: &WebRtcTransport, dtls_parameters: DtlsParameters) -> Result<(), EngineError> {
        let connected = transport.connect(WebRtcTransportRemoteParameters { dtls_parameters }).await;
        connected.map_err(|error| from_request("dtlsParameters", error))
    }

    async fn restart(&self, transport: &WebRtcTransport) -> Result<IceParameters, EngineError> {
        transport.restart_ice().await.map_err(|error| from_request("transport", error))
    }

    async fn produce(
        &self,
        room: &Room,
        transport: &WebRtcTransport,
        produce: Produce,
    ) -> Result<(Producer, Id), EngineError> {
        let mut options = ProducerOptions::new(produce.kind, produce.rtp_parameters);
        options.paused = produce.paused;
        options.key_frame_request_delay = KEY_FRAME_EVERY_MS;
        let producer = transport.produce(options).await.map_err(failures::from_produce)?;
        if producer.kind() == MediaKind::Audio {
            let watched = room.loudest.add_producer(RtpObserverAddProducerOptions::new(producer.id())).await;
            watched.map_err(|error| from_request("producer", error))?;
        }
        let id = transports::id(producer.id())?;
        Ok((producer, id))
    }

    async fn consume(
        &self,
        transport: &WebRtcTransport,
        producer: &Producer,
        capabilities: RtpCapabilities,
        told: (Of, Hear),
    ) -> Result<(Receiving, ConsumerAnswer), EngineError> {
        consuming::open(transport, producer, capabilities, told).await
    }

    async fn pause(&self, producer: &Producer, pause: bool) -> Result<(), EngineError> {
        let done = if pause { producer.pause().await } else { producer.resume().await };
        done.map_err(|error| from_request("producer", error))
    }

    async fn tell(&self, consumer: &Receiving, ask: ConsumerAsk) -> Result<(), EngineError> {
        if consumer.is_closed() {
            return Err(EngineError::Gone);
        }
        consumer.tell(ask).await.map_err(|error| from_request("consumer", error))
    }
}
