//! One message of every kind about a media server, both ways.

use std::{borrow::Cow, sync::Arc};

use aldis_protocol::{
    Entry, Kind, ServerToClient, SessionId, SfuRequest, UserId,
    encode::with_fields,
    media::{
        CONSUMERS_MAX, Host, Hosting, MediaNews, MediaReason, OPEN_MAX, PRODUCERS_MAX, Producer, ProducerEnd,
        TRANSPORTS_MAX, Track, TrackKind,
    },
    server::{IceServer, Mode},
    sfu::{
        DIALECT, Direction, SfuAsk, SfuConnectTransport, SfuConsume, SfuConsumer, SfuCreateTransport,
        SfuPreferredLayers, SfuProduce, SfuProducer, SfuTransport,
        answers::{
            MediaLimits, MediaState, PeerProducer, SfuConsumed, SfuIceRestarted, SfuProduced, SfuRouterCapabilities,
            SfuTransportCreated,
        },
    },
};

use super::{json, raw};

const TRANSPORT: &str = "0b5f1c1e-7d3a-4a55-8a3c-2f0f4d9e6c11";
const PRODUCER: &str = "c8d1f6b2-3e0a-4f7b-9b61-5a4e7d2c0f93";
const CONSUMER: &str = "e2a90d47-6c1b-4b8f-a5d3-7f1e8c6b2a05";
const DTLS: &str = r#"{"role":"client","fingerprints":[{"algorithm":"sha-256","value":"4A:AD"}]}"#;
const ICE: &str = r#"{"usernameFragment":"k2v9","password":"q1w2e3r4t5y6u7i8o9p0","iceLite":true}"#;
const CANDIDATES: &str = r#"[{"foundation":"udpcandidate","ip":"192.0.2.1","port":4440,"priority":1076558079,"protocol":"udp","type":"host"}]"#;
const CAPABILITIES: &str = r#"{"codecs":[{"kind":"audio","mimeType":"audio/opus","clockRate":48000,"channels":2}]}"#;
const RTP: &str =
    r#"{"codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000}],"encodings":[{"ssrc":22220001}]}"#;

pub(super) const LIMITS: MediaLimits = MediaLimits {
    transports_max: TRANSPORTS_MAX,
    producers_max: PRODUCERS_MAX,
    consumers_max: CONSUMERS_MAX,
    requests_max: OPEN_MAX,
};

pub(super) fn state(speaker: UserId) -> MediaState {
    MediaState { mode: Mode::Sfu, epoch: 3, dialect: Some(DIALECT.into()), speaker: Some(speaker) }
}

pub(super) fn peer_producer() -> PeerProducer {
    PeerProducer { producer_id: PRODUCER.into(), kind: TrackKind::Video, source: "camera".into(), paused: false }
}

/// Every request, as text and as it is understood.
pub(super) fn requests() -> Vec<(String, SfuRequest)> {
    let mut rid = 0;
    let mut made = Vec::new();
    let mut request = |kind: Kind, epoch, data: String, ask| {
        rid += 1;
        let text = format!(r#"{{"type":"{}","rid":{rid},"data":{data}}}"#, kind.as_str());
        made.push((text, SfuRequest { rid: Some(rid), kind, epoch, ask }));
    };
    let (epoch, transport_id) = (3, TRANSPORT.to_owned());
    let (transport, producer, consumer) = (|| TRANSPORT.into(), || PRODUCER.into(), || CONSUMER.into());
    let of_transport = json(&SfuTransport { epoch, transport_id: transport_id.clone() });
    let of_producer = json(&SfuProducer { epoch, producer_id: PRODUCER.to_owned() });
    let of_consumer = json(&SfuConsumer { epoch, consumer_id: CONSUMER.to_owned() });
    request(Kind::SfuGetRouterCapabilities, 0, "{}".to_owned(), SfuAsk::Capabilities);
    let created = json(&SfuCreateTransport { epoch, direction: Direction::Send });
    request(Kind::SfuCreateTransport, 3, created, SfuAsk::CreateTransport(Direction::Send));
    let connect = SfuConnectTransport { epoch, transport_id: transport_id.clone(), dtls_parameters: raw(DTLS) };
    let ask = SfuAsk::ConnectTransport { transport: transport(), dtls_parameters: DTLS.into() };
    request(Kind::SfuConnectTransport, 3, json(&connect), ask);
    request(Kind::SfuRestartIce, 3, of_transport.clone(), SfuAsk::RestartIce(transport()));
    request(Kind::SfuCloseTransport, 3, of_transport, SfuAsk::CloseTransport(transport()));
    let produce = SfuProduce {
        epoch,
        transport_id: transport_id.clone(),
        kind: TrackKind::Video,
        source: "camera".to_owned(),
        paused: true,
        rtp_parameters: raw(RTP),
    };
    let ask = SfuAsk::Produce {
        transport: transport(),
        kind: TrackKind::Video,
        source: "camera".into(),
        paused: true,
        rtp_parameters: RTP.into(),
    };
    request(Kind::SfuProduce, 3, json(&produce), ask);
    let pause = |paused| SfuAsk::PauseProducer { producer: producer(), paused };
    request(Kind::SfuPauseProducer, 3, of_producer.clone(), pause(true));
    request(Kind::SfuResumeProducer, 3, of_producer.clone(), pause(false));
    request(Kind::SfuCloseProducer, 3, of_producer, SfuAsk::CloseProducer(producer()));
    let (producer_id, rtp_capabilities) = (PRODUCER.to_owned(), raw(CAPABILITIES));
    let consume = json(&SfuConsume { epoch, transport_id, producer_id, rtp_capabilities });
    let ask = SfuAsk::Consume { transport: transport(), producer: producer(), rtp_capabilities: CAPABILITIES.into() };
    request(Kind::SfuConsume, 3, consume, ask);
    let pause = |paused| SfuAsk::PauseConsumer { consumer: consumer(), paused };
    request(Kind::SfuConsumerPause, 3, of_consumer.clone(), pause(true));
    request(Kind::SfuConsumerResume, 3, of_consumer.clone(), pause(false));
    let layers =
        SfuPreferredLayers { epoch, consumer_id: CONSUMER.to_owned(), spatial_layer: 1, temporal_layer: Some(2) };
    let ask = SfuAsk::PreferredLayers { consumer: consumer(), spatial: 1, temporal: Some(2) };
    request(Kind::SfuSetPreferredLayers, 3, json(&layers), ask);
    request(Kind::SfuRequestKeyframe, 3, of_consumer.clone(), SfuAsk::KeyFrame(consumer()));
    request(Kind::SfuCloseConsumer, 3, of_consumer, SfuAsk::CloseConsumer(consumer()));
    made
}

/// Every answer.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other requests are answered with an empty object")]
pub(super) fn answers() -> Vec<ServerToClient> {
    let (capabilities, ice, candidates, dtls, rtp) =
        (raw(CAPABILITIES), raw(ICE), raw(CANDIDATES), raw(DTLS), raw(RTP));
    let stun = IceServer { urls: vec!["stun:turn.example.org:3478".to_owned()], username: None, credential: None };
    let data = |kind| match kind {
        Kind::SfuGetRouterCapabilities => json(&SfuRouterCapabilities {
            epoch: 3,
            dialect: DIALECT.into(),
            rtp_capabilities: Cow::Borrowed(&*capabilities),
        }),
        Kind::SfuCreateTransport => json(&SfuTransportCreated {
            epoch: 3,
            id: TRANSPORT.into(),
            ice_parameters: Cow::Borrowed(&*ice),
            ice_candidates: Cow::Borrowed(&*candidates),
            dtls_parameters: Cow::Borrowed(&*dtls),
            ice_servers: vec![stun.clone()],
        }),
        Kind::SfuRestartIce => json(&SfuIceRestarted { ice_parameters: Cow::Borrowed(&*ice) }),
        Kind::SfuProduce => json(&SfuProduced { id: PRODUCER.into() }),
        Kind::SfuConsume => json(&SfuConsumed {
            user_id: super::ann(),
            id: CONSUMER.into(),
            producer_id: PRODUCER.into(),
            kind: TrackKind::Video,
            encoding: "simulcast".into(),
            rtp_parameters: Cow::Borrowed(&*rtp),
            producer_paused: false,
        }),
        _ => "{}".to_owned(),
    };
    let answer = |(_, request): (String, SfuRequest)| {
        let (kind, rid) = (request.kind, request.rid);
        ServerToClient::SfuAnswer { kind, rid, data: data(kind).into() }
    };
    requests().into_iter().map(answer).collect()
}

/// What is told besides.
pub(super) fn notices(speaker: UserId) -> Vec<ServerToClient> {
    let consumer: Arc<str> = CONSUMER.into();
    vec![
        ServerToClient::SfuConsumerLayers { consumer: consumer.clone(), layers: Some((1, 2)) },
        ServerToClient::SfuConsumerClosed(consumer),
        ServerToClient::SfuActiveSpeaker(Some(speaker)),
    ]
}

pub(super) fn news_kind(news: &MediaNews) -> &'static str {
    match news {
        MediaNews::Changed { .. } => "media_changed",
        MediaNews::Produced { .. } => "sfu_new_producer",
        MediaNews::Paused { .. } => "sfu_producer_changed",
        MediaNews::Ended { .. } => "sfu_producer_closed",
    }
}

/// What is numbered.
pub(super) fn entries(user: &UserId, session: SessionId) -> Vec<Entry> {
    let host = Host { server: "media1:4443".into(), instance: "5kq".into() };
    let hosting = Hosting { mode: Mode::Sfu, epoch: 4, host: Some(host) };
    let producer = Producer { id: PRODUCER.into(), kind: TrackKind::Video, source: "camera".into(), paused: false };
    let (epoch, user, seat, id) = (4, user.clone(), 2, || PRODUCER.into());
    let news = [
        MediaNews::Changed { hosting, reason: MediaReason::MediaLost },
        MediaNews::Produced { epoch, user: user.clone(), track: Track { seat, session, producer } },
        MediaNews::Paused { epoch, user: user.clone(), seat, producer: id(), paused: true },
        MediaNews::Ended { epoch, user, seat, producer: id(), reason: ProducerEnd::Closed },
    ];
    news.map(|news| Entry::Media(news.into())).into()
}

#[test]
fn fields_put_before_an_answer_make_one_object() {
    let answer = with_fields(r#"{"id":"x"}"#, &[("epoch", "3")]);
    let value: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((value["epoch"].as_u64(), value["id"].as_str()), (Some(3), Some("x")));
}
