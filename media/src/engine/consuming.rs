//! Consumers: always made paused, their layers as facts. Must not know rooms' rules.

use media_server::engine::{ConsumerAnswer, ConsumerAsk, EngineError, Fact, Hear, Of};
use mediasoup::{
    consumer::{Consumer, ConsumerLayers, ConsumerOptions, ConsumerType},
    producer::Producer,
    transport::Transport,
    types::rtp_parameters::RtpCapabilities,
    webrtc_transport::WebRtcTransport,
    worker::RequestError,
};

use super::{failures::from_consume, transports::id};

pub(super) async fn open(
    transport: &WebRtcTransport,
    producer: &Producer,
    capabilities: RtpCapabilities,
    (of, hear): (Of, Hear),
) -> Result<(Consumer, ConsumerAnswer), EngineError> {
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
    Ok((consumer, answer))
}

pub(super) async fn tell(consumer: &Consumer, ask: ConsumerAsk) -> Result<(), RequestError> {
    match ask {
        ConsumerAsk::Resume => consumer.resume().await,
        ConsumerAsk::Pause => consumer.pause().await,
        ConsumerAsk::KeyFrame => consumer.request_key_frame().await,
        ConsumerAsk::Layers { spatial, temporal } => {
            consumer.set_preferred_layers(ConsumerLayers { spatial_layer: spatial, temporal_layer: temporal }).await
        }
    }
}
