//! Consumers: always made paused, their layers as facts. Must not know rooms' rules.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use media_server::engine::{ConsumerAnswer, ConsumerAsk, EngineError, Fact, Hear, Of};
use mediasoup::{
    consumer::{Consumer, ConsumerLayers, ConsumerOptions, ConsumerType},
    producer::Producer,
    transport::Transport,
    types::{data_structures::DtlsState, rtp_parameters::RtpCapabilities},
    webrtc_transport::WebRtcTransport,
    worker::RequestError,
};

use super::{failures::from_consume, transports::id};

/// A consumer, which flows once its transport can carry media. Earlier the key frame that a resumed consumer asks for would be
/// lost, and browsers ignore requests for a second one for a while: libwebrtc for 300 ms, after which the worker waits for the
/// rest of a second.
#[derive(Clone)]
pub(crate) struct Receiving {
    consumer: Consumer,
    transport: WebRtcTransport,
    is_wanted: Arc<AtomicBool>,
}

pub(super) async fn open(
    transport: &WebRtcTransport,
    producer: &Producer,
    capabilities: RtpCapabilities,
    (of, hear): (Of, Hear),
) -> Result<(Receiving, ConsumerAnswer), EngineError> {
    if producer.closed() {
        return Err(EngineError::Gone);
    }
    let mut options = ConsumerOptions::new(producer.id(), capabilities);
    options.paused = true;
    let consumer = transport.consume(options).await.map_err(from_consume)?;
    let answer = ConsumerAnswer {
        id: id(consumer.id())?,
        producer_id: id(consumer.producer_id())?,
        kind: consumer.kind(),
        form: match consumer.r#type() {
            ConsumerType::Simulcast => "simulcast",
            ConsumerType::Svc => "svc",
            ConsumerType::Simple | ConsumerType::Pipe => "simple",
        },
        rtp_parameters: consumer.rtp_parameters().clone(),
        producer_paused: consumer.producer_paused(),
    };
    let name = answer.id.clone();
    let heard = consumer.on_layers_change(move |layers| {
        let layers = layers.as_ref().map(|layers| (layers.spatial_layer, layers.temporal_layer));
        hear(Fact::Layers { of: of.clone(), consumer: name.clone(), layers });
    });
    heard.detach();
    let receiving = Receiving { consumer, transport: transport.clone(), is_wanted: Arc::default() };
    receiving.resume_once_connected();
    Ok((receiving, answer))
}

impl Receiving {
    pub(super) fn is_closed(&self) -> bool {
        self.consumer.closed()
    }

    pub(super) async fn tell(&self, ask: ConsumerAsk) -> Result<(), RequestError> {
        match ask {
            ConsumerAsk::Resume => {
                self.is_wanted.store(true, Ordering::SeqCst);
                if self.is_connected() { self.consumer.resume().await } else { Ok(()) }
            }
            ConsumerAsk::Pause => {
                self.is_wanted.store(false, Ordering::SeqCst);
                self.consumer.pause().await
            }
            ConsumerAsk::KeyFrame => self.consumer.request_key_frame().await,
            ConsumerAsk::Layers { spatial, temporal } => {
                let layers = ConsumerLayers { spatial_layer: spatial, temporal_layer: temporal };
                self.consumer.set_preferred_layers(layers).await
            }
        }
    }

    fn is_connected(&self) -> bool {
        self.transport.dtls_state() == DtlsState::Connected
    }

    /// The transport keeps what waits for it: no copy of the consumer, which would never close.
    fn resume_once_connected(&self) {
        if self.is_connected() {
            return;
        }
        let (consumer, is_wanted) = (self.consumer.downgrade(), Arc::clone(&self.is_wanted));
        let runtime = tokio::runtime::Handle::current();
        let heard = self.transport.on_dtls_state_change(move |state| {
            if state != DtlsState::Connected || !is_wanted.load(Ordering::SeqCst) {
                return;
            }
            if let Some(consumer) = consumer.upgrade() {
                runtime.spawn(async move {
                    // It fails only if the consumer has just been closed.
                    let _closed = consumer.resume().await;
                });
            }
        });
        heard.detach();
    }
}
