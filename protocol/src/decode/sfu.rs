//! Requests to a room's media server: parameters stay raw, ids are checked before they can become part of a path.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{BadMessage, Envelope, NUMBER_MAX, bad, data, reason, relayable};
use crate::{
    ClientToServer, Code, Kind, SfuRequest,
    media::{self, MediaEpoch, MediaId, Rid},
    sfu::{
        DATA_BYTES_MAX, Json, LAYER_MAX, SOURCE_BYTES_MAX, SfuAsk, SfuConnectTransport, SfuConsume, SfuConsumer,
        SfuCreateTransport, SfuPreferredLayers, SfuProduce, SfuProducer, SfuTransport,
    },
    whole,
};

type Read<T> = Result<T, BadMessage>;

/// The request's number, if it has one.
pub(super) fn rid(envelope: &Envelope<'_>) -> Read<Option<Rid>> {
    let Some(raw) = envelope.rid else { return Ok(None) };
    let mut json = serde_json::Deserializer::from_str(raw.get());
    let rid = whole::optional(&mut json).map_err(|why| bad(&format!("rid: {}.", reason(&why))))?;
    if rid.is_some_and(|rid| rid == 0 || rid > NUMBER_MAX) {
        return Err(bad("rid: numbers start at 1 and end at 2^53 - 1."));
    }
    Ok(rid)
}

/// The request.
pub(super) fn request(envelope: &Envelope<'_>, (kind, rid): (Kind, Option<Rid>)) -> Read<ClientToServer> {
    let bytes = envelope.data.map_or(0, |data| data.get().len());
    if bytes > DATA_BYTES_MAX {
        let text = format!("data of {}: at most {DATA_BYTES_MAX} bytes of JSON.", envelope.kind);
        return Err(BadMessage { code: Code::PayloadTooLarge, ..bad(&text) });
    }
    let (epoch, ask) = match kind {
        Kind::SfuGetRouterCapabilities => (0, SfuAsk::Capabilities),
        Kind::SfuCreateTransport => {
            let SfuCreateTransport { epoch, direction } = data(envelope)?;
            (epoch, SfuAsk::CreateTransport(direction))
        }
        Kind::SfuConnectTransport => connect(envelope)?,
        Kind::SfuRestartIce => transport(envelope, SfuAsk::RestartIce)?,
        Kind::SfuCloseTransport => transport(envelope, SfuAsk::CloseTransport)?,
        Kind::SfuProduce => produce(envelope)?,
        Kind::SfuPauseProducer => producer(envelope, |producer| SfuAsk::PauseProducer { producer, paused: true })?,
        Kind::SfuResumeProducer => producer(envelope, |producer| SfuAsk::PauseProducer { producer, paused: false })?,
        Kind::SfuCloseProducer => producer(envelope, SfuAsk::CloseProducer)?,
        Kind::SfuConsume => consume(envelope)?,
        Kind::SfuConsumerPause => consumer(envelope, |consumer| SfuAsk::PauseConsumer { consumer, paused: true })?,
        Kind::SfuConsumerResume => consumer(envelope, |consumer| SfuAsk::PauseConsumer { consumer, paused: false })?,
        Kind::SfuRequestKeyframe => consumer(envelope, SfuAsk::KeyFrame)?,
        Kind::SfuCloseConsumer => consumer(envelope, SfuAsk::CloseConsumer)?,
        Kind::SfuSetPreferredLayers => layers(envelope)?,
        Kind::Hello
        | Kind::JoinRoom
        | Kind::LeaveRoom
        | Kind::Offer
        | Kind::Answer
        | Kind::IceCandidate
        | Kind::Renegotiate
        | Kind::ChatMessage
        | Kind::Message
        | Kind::SetAttributes
        | Kind::RemoveMember
        | Kind::RequestMute
        | Kind::HandOver
        | Kind::SetRoom
        | Kind::EndRoom
        | Kind::Heartbeat
        | Kind::Ack
        | Kind::TokenRefresh
        | Kind::ChatDeleted
        | Kind::AttributesChanged
        | Kind::MuteRequested
        | Kind::RoomChanged
        | Kind::GuestsWaiting
        | Kind::Unknown => return Err(bad("type: it is no request to a media server.")),
    };
    if epoch > NUMBER_MAX {
        return Err(bad(&format!("data.epoch of {}: at most 2^53 - 1.", envelope.kind)));
    }
    Ok(ClientToServer::Sfu(Box::new(SfuRequest { rid, kind, epoch, ask })))
}

fn connect(envelope: &Envelope<'_>) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuConnectTransport { epoch, transport_id, dtls_parameters } = data(envelope)?;
    let transport = id(envelope, "transportId", transport_id)?;
    let dtls_parameters = object(envelope, "dtlsParameters", &dtls_parameters)?;
    Ok((epoch, SfuAsk::ConnectTransport { transport, dtls_parameters }))
}

fn transport(envelope: &Envelope<'_>, ask: fn(MediaId) -> SfuAsk) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuTransport { epoch, transport_id } = data(envelope)?;
    Ok((epoch, ask(id(envelope, "transportId", transport_id)?)))
}

fn produce(envelope: &Envelope<'_>) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuProduce { epoch, transport_id, kind, source, paused, rtp_parameters } = data(envelope)?;
    let is_word = source.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !is_word || !(1..=SOURCE_BYTES_MAX).contains(&source.len()) {
        return Err(bad(&format!(
            "data.source of {}: 1 to {SOURCE_BYTES_MAX} letters a to z or underscores, such as camera.",
            envelope.kind
        )));
    }
    let transport = id(envelope, "transportId", transport_id)?;
    let rtp_parameters = object(envelope, "rtpParameters", &rtp_parameters)?;
    Ok((epoch, SfuAsk::Produce { transport, kind, source: source.into(), paused, rtp_parameters }))
}

fn producer(envelope: &Envelope<'_>, ask: fn(MediaId) -> SfuAsk) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuProducer { epoch, producer_id } = data(envelope)?;
    Ok((epoch, ask(id(envelope, "producerId", producer_id)?)))
}

fn consume(envelope: &Envelope<'_>) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuConsume { epoch, transport_id, producer_id, rtp_capabilities } = data(envelope)?;
    let transport = id(envelope, "transportId", transport_id)?;
    let producer = id(envelope, "producerId", producer_id)?;
    let rtp_capabilities = object(envelope, "rtpCapabilities", &rtp_capabilities)?;
    Ok((epoch, SfuAsk::Consume { transport, producer, rtp_capabilities }))
}

fn consumer(envelope: &Envelope<'_>, ask: fn(MediaId) -> SfuAsk) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuConsumer { epoch, consumer_id } = data(envelope)?;
    Ok((epoch, ask(id(envelope, "consumerId", consumer_id)?)))
}

fn layers(envelope: &Envelope<'_>) -> Read<(MediaEpoch, SfuAsk)> {
    let SfuPreferredLayers { epoch, consumer_id, spatial_layer, temporal_layer } = data(envelope)?;
    if spatial_layer.max(temporal_layer.unwrap_or(0)) > LAYER_MAX {
        return Err(bad(&format!("data.spatialLayer of {}: layers are 0 to {LAYER_MAX}.", envelope.kind)));
    }
    let consumer = id(envelope, "consumerId", consumer_id)?;
    Ok((epoch, SfuAsk::PreferredLayers { consumer, spatial: spatial_layer, temporal: temporal_layer }))
}

/// A media server's id.
fn id(envelope: &Envelope<'_>, field: &str, id: String) -> Read<MediaId> {
    if media::is_id(&id) {
        return Ok(Arc::from(id));
    }
    let max = media::ID_BYTES_MAX;
    Err(bad(&format!(
        "data.{field} of {}: an id is 1 to {max} letters, digits, dots, hyphens or underscores.",
        envelope.kind
    )))
}

/// Parameters, byte for byte.
fn object(envelope: &Envelope<'_>, field: &str, json: &RawValue) -> Read<Json> {
    if !json.get().starts_with('{') {
        return Err(bad(&format!("data.{field} of {}: not an object.", envelope.kind)));
    }
    relayable::check(json.get()).map_err(|fault| bad(&format!("data.{field} of {}: {fault}.", envelope.kind)))?;
    Ok(json.get().into())
}
