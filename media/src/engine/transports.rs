//! Transports on the worker's one port, UDP preferred, and their ICE as facts. Must not know rooms' rules.

use media_server::{
    engine::{EngineError, Fact, Hear, Of, TransportAnswer},
    id::Id,
};
use mediasoup::{
    router::Router,
    transport::Transport,
    webrtc_server::WebRtcServer,
    webrtc_transport::{WebRtcTransport, WebRtcTransportOptions},
};

/// Bits a second: what a browser is sent before its bandwidth is known, and what it may send at most, three layers and a
/// screen.
const FIRST_OUT: u64 = 1_000_000;
const IN_MAX: u64 = 5_000_000;

pub(super) async fn open(
    router: &Router,
    port: WebRtcServer,
    of: Of,
    hear: Hear,
) -> Result<(WebRtcTransport, TransportAnswer), EngineError> {
    let mut options = WebRtcTransportOptions::new_with_server(port);
    options.enable_udp = true;
    options.enable_tcp = true;
    options.prefer_udp = true;
    options.initial_available_outgoing_bitrate = FIRST_OUT;
    options.max_incoming_bitrate = Some(IN_MAX);
    let made = router.create_webrtc_transport(options).await;
    let transport = made.map_err(|error| EngineError::Unavailable(format!("no transport: {error}")))?;
    let answer = TransportAnswer {
        id: id(transport.id())?,
        ice_parameters: transport.ice_parameters().clone(),
        ice_candidates: transport.ice_candidates().clone(),
        dtls_parameters: transport.dtls_parameters(),
    };
    let name = answer.id.clone();
    let heard = transport.on_ice_state_change(move |state| {
        hear(Fact::Ice { of: of.clone(), transport: name.clone(), state });
    });
    heard.detach();
    Ok((transport, answer))
}

/// An id of mediasoup's, which are UUIDs.
pub(super) fn id(made: impl std::fmt::Display) -> Result<Id, EngineError> {
    let text = made.to_string();
    Id::parse(&text).ok_or_else(|| EngineError::Unavailable(format!("`{text}` is no id")))
}
