//! One message of every kind, both ways, always the same.

use std::borrow::Cow;

use aldis_protocol::{
    AppMessage, Attributes, ClientToServer, Code, Entry, Guests, Kind, LeaveReason, Member, NodeId, RoomId,
    ServerToClient, SessionId, Signal, UserId,
    client::{
        Chat, CustomMessage, Description, Hello, IceCandidate, JoinRoom, Renegotiate, Resume, Seq, TokenRefresh, Want,
    },
    encode::{app_data, chat_data, deleted_data, numbered, signal_data, unnumbered},
    notice,
    server::{
        IceServer, Mode, Peer, PeerState, Refusal, ResumeFailed, ResumeFailure, Resumed, RoomJoined, Welcome,
        WelcomeLimits,
    },
    sfu::answers::MediaState,
};
use serde::Serialize;
use serde_json::value::RawValue;

mod hosted;
mod sfu;

pub(crate) const ANN: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";
pub(crate) const BOB: &str = "9c0a6f52-7a1e-4f0b-8d4e-2a6c1b9e5f37";
const RESUME_TOKEN: &str =
    "abc-defg-hij.1767225600123.5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5.00112233445566778899aabbccddeeff";
const SDP: &str = r#""v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n""#;
const CANDIDATE: &str =
    r#"{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 54400 typ host","sdpMid":"0","sdpMLineIndex":0}"#;

const STREAMS: &str = r#"{"0":"microphone"}"#;
const WISH: &[(&str, &str)] = &[("want", r#"{"video":1}"#), ("iceRestart", "true")];

fn ann() -> UserId {
    ANN.parse().expect("a user id")
}

fn bob() -> UserId {
    BOB.parse().expect("a user id")
}

fn session() -> SessionId {
    "5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5".parse().expect("a session id")
}

pub(crate) fn room() -> RoomId {
    "abc-defg-hij".parse().expect("a room id")
}

pub(crate) fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("JSON")
}

/// A message of a client: its text, and what it is decoded to.
pub(crate) struct Example {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) means: ClientToServer,
}

/// The type of a message as it travels. A new message breaks this, and is then missing below.
pub(crate) fn client_kind(body: &ClientToServer) -> &'static str {
    match body {
        ClientToServer::Hello(_) => "hello",
        ClientToServer::JoinRoom(_) => "join_room",
        ClientToServer::LeaveRoom => "leave_room",
        ClientToServer::Signal(signal) => signal.kind.as_str(),
        ClientToServer::Chat(_) => "chat_message",
        ClientToServer::Message(_) => "message",
        ClientToServer::SetAttributes(_) => "set_attributes",
        ClientToServer::Power(power) => power.kind().as_str(),
        ClientToServer::Heartbeat => "heartbeat",
        ClientToServer::Ack(_) => "ack",
        ClientToServer::TokenRefresh(_) => "token_refresh",
        ClientToServer::Sfu(request) => request.kind.as_str(),
    }
}

/// Every message of a client.
pub(crate) fn client() -> Vec<Example> {
    let example = |text: String, means: ClientToServer| Example { kind: client_kind(&means), text, means };
    let framed = |kind: &str, cid: Option<u64>, data: String| match cid {
        Some(cid) => format!(r#"{{"type":"{kind}","cid":{cid},"data":{data}}}"#),
        None => format!(r#"{{"type":"{kind}","data":{data}}}"#),
    };
    let sent = |kind, payload: Option<&str>| Signal::new(kind, ann(), payload);
    let signal = |kind, payload: Option<&str>| ClientToServer::Signal(sent(kind, payload));
    let hello = Hello {
        token: Some("eyJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLiJ9.e30.c2ln".to_owned()),
        resume: Some(Resume { resume_token: RESUME_TOKEN.to_owned(), seq: 12 }),
    };
    let description = |streams: Option<[(&str, &str); 1]>| {
        let streams = streams.map(|pairs| pairs.map(|(mid, carries)| (mid.to_owned(), carries.to_owned())).into());
        json(&Description { target_user_id: ann(), sdp: raw(SDP), streams })
    };
    let candidate = json(&IceCandidate { target_user_id: ann(), candidate: raw(CANDIDATE) });
    let want = Some(Want { audio: 0, video: 1 });
    let renegotiate =
        json(&Renegotiate { target_user_id: ann(), reason: Some("screen".to_owned()), want, ice_restart: true });
    let message =
        json(&CustomMessage { to: Some(ann()), topic: "reaction".to_owned(), data: raw(r#"{"emoji":"wave"}"#) });
    let chat = "Good morning! \u{2600}\u{fe0f}".to_owned();
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLiJ9.e30.bmV3".to_owned();
    let mut signaling = vec![
        example(framed("hello", None, json(&hello)), ClientToServer::Hello(hello)),
        example(framed("join_room", Some(1), json(&JoinRoom { room_id: room() })), ClientToServer::JoinRoom(room())),
        example(r#"{"type":"leave_room"}"#.to_owned(), ClientToServer::LeaveRoom),
        example(
            framed("offer", Some(1), description(Some([("0", "microphone")]))),
            ClientToServer::Signal(sent(Kind::Offer, Some(SDP)).with(&[("streams", STREAMS)])),
        ),
        example(framed("answer", Some(2), description(None)), signal(Kind::Answer, Some(SDP))),
        example(framed("ice_candidate", Some(3), candidate), signal(Kind::IceCandidate, Some(CANDIDATE))),
        example(
            framed("renegotiate", Some(4), renegotiate),
            ClientToServer::Signal(sent(Kind::Renegotiate, Some(r#""screen""#)).with(WISH)),
        ),
        example(framed("chat_message", Some(5), json(&Chat { content: chat.clone() })), ClientToServer::Chat(chat)),
        example(
            framed("message", Some(6), message),
            ClientToServer::Message(AppMessage::new(Some(ann()), r#""reaction""#, r#"{"emoji":"wave"}"#)),
        ),
    ];
    signaling.extend(hosted::asked().into_iter().map(|(text, means)| example(text, means)));
    signaling.extend([
        example(r#"{"type":"heartbeat"}"#.to_owned(), ClientToServer::Heartbeat),
        example(r#"{"type":"ack","seq":12}"#.to_owned(), ClientToServer::Ack(12)),
        example(
            framed("token_refresh", None, json(&TokenRefresh { token: token.clone() })),
            ClientToServer::TokenRefresh(token),
        ),
    ]);
    let of_media =
        sfu::requests().into_iter().map(|(text, request)| example(text, ClientToServer::Sfu(Box::new(request))));
    signaling.into_iter().chain(of_media).collect()
}

/// The type of a message that is not numbered. A new message breaks this, and is then missing below.
fn server_kind(message: &ServerToClient) -> &'static str {
    match message {
        ServerToClient::Welcome(_) => "welcome",
        ServerToClient::RoomJoined(_) => "room_joined",
        ServerToClient::Resumed(_) => "resumed",
        ServerToClient::ResumeFailed(_) => "resume_failed",
        ServerToClient::RoomLeft(_) => "room_left",
        ServerToClient::Moved(_) => "moved",
        ServerToClient::RoomClosed(_) => "room_closed",
        ServerToClient::Ack(_) => "ack",
        ServerToClient::HeartbeatAck(_) => "heartbeat_ack",
        ServerToClient::TokenExpiring(_) => "token_expiring",
        ServerToClient::ServerDraining(_) => "server_draining",
        ServerToClient::Degraded { .. } => "degraded",
        ServerToClient::Error(_) => "error",
        ServerToClient::SfuAnswer { kind, .. } => kind.as_str(),
        ServerToClient::SfuConsumerLayers { .. } => "sfu_consumer_layers",
        ServerToClient::SfuConsumerClosed(_) => "sfu_consumer_closed",
        ServerToClient::SfuActiveSpeaker(_) => "sfu_active_speaker",
    }
}

fn entry_kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::Joined(_) => "user_joined",
        Entry::Left { .. } => "user_left",
        Entry::Message(message) => message.kind.as_str(),
        Entry::Media(news) => sfu::news_kind(news),
    }
}

/// Every message of a node: type and text.
pub(crate) fn server() -> Vec<(&'static str, String)> {
    let once = |message: ServerToClient| (server_kind(&message), unnumbered(&message));
    let in_order = |(seq, entry): (Seq, Entry)| {
        let (head, data, tail) = numbered(seq, &entry);
        (entry_kind(&entry), format!("{head}{data}{tail}"))
    };
    let unnumbered = unnumbered_messages().into_iter().map(once);
    unnumbered.chain((12..).zip(entries()).map(in_order)).collect()
}

fn welcome() -> Welcome {
    let limits = WelcomeLimits {
        message_bytes_max: 65_536,
        messages_per_second: 100,
        burst: 500,
        chat_chars_max: 4_000,
        candidate_bytes_max: 4_096,
        json_depth_max: 16,
        in_flight_max: 16,
        ack_every: 32,
        media: Some(sfu::LIMITS),
    };
    Welcome {
        user_id: bob(),
        node_id: NodeId::new("node-1"),
        protocol: aldis_protocol::SUBPROTOCOL.into(),
        ping_seconds: 10,
        pong_within_seconds: 14,
        heartbeat_seconds: 15,
        heartbeat_within_seconds: 75,
        resume_window_seconds: 5,
        limits,
        features: ["resume", "chat", "renegotiate", "message", "sfu"].map(Cow::Borrowed).to_vec().into(),
    }
}

fn ice_servers() -> Vec<IceServer> {
    let stun = IceServer { urls: vec!["stun:turn.example.org:3478".to_owned()], username: None, credential: None };
    let turn = IceServer {
        urls: vec!["turns:turn.example.org:5349?transport=tcp".to_owned()],
        username: Some(format!("1767225600:{BOB}")),
        credential: Some("Rm9yIGV4YW1wbGUgb25seS4=".to_owned()),
    };
    vec![stun, turn]
}

fn unnumbered_messages() -> Vec<ServerToClient> {
    let peer = || Peer {
        user_id: ann(),
        name: "Ann".into(),
        rev: 1,
        state: PeerState::On,
        producers: vec![sfu::peer_producer()],
        attributes: hosted::attributes().some(),
    };
    let joined = RoomJoined {
        room_id: room(),
        existing_peers: vec![ann()],
        peers: vec![peer()],
        rev: 2,
        session_id: session(),
        resume_token: RESUME_TOKEN.to_owned(),
        mode: Mode::Sfu,
        media: sfu::state(ann()),
        host_id: Some(ann()),
        locked: Some(false),
        guests: Some(Guests::Ask),
        name: Some("Weekly meeting".into()),
        attributes: None,
        ice_servers: ice_servers(),
    };
    let mut all = Vec::new();
    let full = "Room abc-defg-hij already has 4 of 4 participants.";
    all.extend([
        ServerToClient::Welcome(Box::new(welcome())),
        ServerToClient::RoomJoined(Box::new(joined)),
        ServerToClient::Resumed(Box::new(Resumed {
            peers: vec![Peer { state: PeerState::Gone, producers: Vec::new(), attributes: None, ..peer() }],
            from_seq: 13,
            last_cid: 7,
            media: MediaState { mode: Mode::Mesh, epoch: 0, dialect: None, speaker: None },
            host_id: None,
            locked: None,
            guests: None,
            name: None,
            attributes: hosted::attributes().some(),
            lost: false,
        })),
        ServerToClient::ResumeFailed(ResumeFailed { reason: ResumeFailure::SeatGone }),
        ServerToClient::RoomLeft(room()),
        ServerToClient::Moved(Box::new(notice::Moved { room_id: room(), token: Some("eyJhbGciOi…".into()) })),
        ServerToClient::RoomClosed(LeaveReason::Closed),
        ServerToClient::Ack(7),
        ServerToClient::HeartbeatAck(1_767_225_600_000),
        ServerToClient::TokenExpiring(60),
        ServerToClient::ServerDraining(1_250),
        ServerToClient::Degraded { without: &["signaling"], lost: false },
        ServerToClient::Error(Refusal::new(Code::RoomFull, full).of(Some(3)).after_ms(2_000)),
    ]);
    all.extend(sfu::answers());
    all.extend(sfu::notices(ann()));
    all
}

fn entries() -> Vec<Entry> {
    let sent = |kind, payload| Signal::new(kind, ann(), Some(payload));
    let signal = |kind, payload| Entry::Message(signal_data(bob(), &sent(kind, payload)));
    let offer = sent(Kind::Offer, SDP).with(&[("streams", STREAMS)]);
    let wish = sent(Kind::Renegotiate, r#""screen""#).with(WISH);
    let reaction = AppMessage::new(None, r#""reaction""#, r#"{"emoji":"wave"}"#);
    let bob_joins = Member {
        user: bob(),
        name: "Bob".into(),
        session: session(),
        order: 2,
        connected: true,
        attributes: Attributes::of_token(Some("guest of Ann")),
    };
    vec![
        Entry::Joined(bob_joins.into()),
        Entry::Left { user: bob(), order: 2, reason: LeaveReason::Lost },
        Entry::Message(signal_data(bob(), &offer)),
        signal(Kind::Answer, SDP),
        signal(Kind::IceCandidate, CANDIDATE),
        Entry::Message(signal_data(bob(), &wish)),
        Entry::Message(chat_data("5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5-5", bob(), "Good morning!", 1_767_225_600_000)),
        Entry::Message(app_data(bob(), &reaction)),
        Entry::Message(deleted_data("5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5-5")),
    ]
    .into_iter()
    .chain(hosted::told().map(Entry::Message))
    .chain(sfu::entries(&bob(), session()))
    .collect()
}

fn json(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("plain structs serialise")
}
