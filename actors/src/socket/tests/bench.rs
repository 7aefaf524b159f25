//! A connection under test, and its effects as text.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    clock::Moment,
    in_flight::{InFlight, Permit},
    messages::{
        room,
        socket::{FromRoom, Lookup, RoomEvent},
    },
    metrics::InFlightMessages,
    ports::{Identity, Noted, RoomSettings},
    protocol::{
        Attributes, Entry, LoginId, Member, RoomId, RoomMode, SeatId, ServerToClient, SessionId, SocketId, UserId,
        client::{Cid, Resume, Seq},
        decode,
        encode::chat_data,
        server::Mode,
    },
    settings::{BudgetLimits, SocketLimits},
    socket::{
        budget::Charge,
        rules::{Connection, Cx, Effect, Event, Fresh, Purpose, Received},
    },
};

pub(super) const ME: UserId = UserId::from_u128(1);
pub(super) const SESSION: SessionId = SessionId::from_u128(42);
pub(super) const FRESH: Fresh = Fresh { session: SESSION, secret: 5 };
pub(super) const PEER: &str = "00000000-0000-0000-0000-000000000002";
const SEAT: SeatId = SeatId { order: 3, fence: 1 };

/// A connection under test, its clock, and its reader's permits.
pub(super) struct Bench {
    pub(super) connection: Connection,
    pub(super) now: Instant,
    pub(super) limits: SocketLimits,
    pub(super) in_flight: Arc<InFlight>,
    pub(super) messages: InFlightMessages,
}

impl Bench {
    /// A connection before its first message.
    pub(super) fn opened() -> Self {
        let now = Instant::now();
        let limits = SocketLimits { in_flight_max: 1_000, ..SocketLimits::default() };
        let messages = InFlightMessages::default();
        let in_flight = Arc::new(InFlight::new(&limits, messages.clone()));
        Self { connection: Connection::new(SocketId(1), now, &limits), now, limits, in_flight, messages }
    }

    /// Authenticated.
    pub(super) fn ready() -> Self {
        let mut bench = Self::opened();
        bench.wants(Event::Verified(Purpose::Hello(None), Ok(identity(1))));
        bench
    }

    /// With a pending join.
    pub(super) fn joining() -> Self {
        let mut bench = Self::ready();
        bench.sends(&join_room());
        bench.wants(found(Lookup::Join(room(), None)));
        bench
    }

    /// With a pending resume after entry 4.
    pub(super) fn resuming() -> Self {
        let mut bench = Self::ready();
        bench.sends(&hello_again());
        bench.wants(found(Lookup::Resume(resume())));
        bench
    }

    /// With a seat.
    pub(super) fn in_room() -> Self {
        let mut bench = Self::joining();
        bench.hears(joined());
        bench
    }

    /// The connection's effects, as text, in order and complete.
    pub(super) fn wants(&mut self, event: Event) -> Vec<String> {
        let now = Moment { at: self.now, unix_ms: 1_000 };
        let budget = BudgetLimits::default();
        let mut cx = Cx { now, limits: &self.limits, budget: &budget, out: smallvec::SmallVec::new() };
        self.connection.handle(event, &mut cx);
        cx.out.iter().map(describe).collect()
    }

    pub(super) fn from_room(what: RoomEvent) -> Event {
        Event::FromRoom(FromRoom { socket: SocketId(1), session: SESSION, what })
    }

    pub(super) fn hears(&mut self, what: RoomEvent) -> Vec<String> {
        self.hears_in(SESSION, what)
    }

    pub(super) fn hears_in(&mut self, session: SessionId, what: RoomEvent) -> Vec<String> {
        self.wants(Event::FromRoom(FromRoom { socket: SocketId(1), session, what }))
    }

    pub(super) fn sends(&mut self, text: &str) -> Vec<String> {
        self.sends_for(text, Charge::Granted)
    }

    pub(super) fn sends_for(&mut self, text: &str, charge: Charge) -> Vec<String> {
        self.receives(text, charge, false)
    }

    /// The same, after nothing was settled for too long.
    pub(super) fn sends_stalled(&mut self, text: &str) -> Vec<String> {
        self.receives(text, Charge::Granted, true)
    }

    fn receives(&mut self, text: &str, charge: Charge, is_stalled: bool) -> Vec<String> {
        let permit = Permit::take(&self.in_flight).expect("a permit is left");
        self.wants(Event::Received(Received { message: decode(text), permit, is_stalled, charge }))
    }

    pub(super) fn later(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    pub(super) fn wake_at(&self) -> Instant {
        self.connection.wake_at(&self.limits).into()
    }
}

pub(super) fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Verify(token, Purpose::Hello(resume)) => format!("verify {token} resume {}", resume.is_some()),
        Effect::Verify(token, Purpose::Refresh) => format!("verify {token} to refresh"),
        Effect::LookUp(room, Lookup::Join(..)) => format!("look up {room} to join"),
        Effect::LookUp(room, Lookup::Resume(_)) => format!("look up {room} to resume"),
        Effect::LookUp(room, Lookup::Reseat(_)) => format!("look up {room} to reseat"),
        Effect::Attach(user, _) => format!("attach to {}", user.as_u128().unwrap_or_default()),
        Effect::Refresh(user, _) => format!("refresh {}", user.as_u128().unwrap_or_default()),
        Effect::Welcome(user) => format!("welcome {}", user.as_u128().unwrap_or_default()),
        Effect::Open(_, Some(_), message) => format!("open room {}", room_text(message)),
        Effect::Open(_, None, message) => format!("open unknown room {}", room_text(message)),
        Effect::Tell(_, message) => format!("room {}", room_text(message)),
        Effect::Note(_, Noted::JoinRefused { code, .. }) => format!("note join refused {}", code.as_str()),
        Effect::Note(_, Noted::Refused { code, .. }) => format!("note refused {}", code.as_str()),
        Effect::Note(_, noted) => format!("note {noted:?}"),
        Effect::Act(_, wish, _, tag) => format!("act {tag} {}", wish.1.kind().as_str()),
        Effect::Joined(_, joined) => format!("send room_joined rev {}", joined.rev),
        Effect::Moved(_, room) => format!("send moved to {room}"),
        Effect::Send(message) => format!("send {}", sent_text(message)),
        Effect::Transport(_, rid, data) => format!("send sfu_create_transport {rid:?} {data} with ICE servers"),
        Effect::Deliver(seq, _) => format!("deliver {seq}"),
        Effect::Charge(cost) => format!("charge {cost:?}"),
        Effect::Settled(_) => "settled".to_owned(),
        Effect::Ping(_) => "ping".to_owned(),
        Effect::Pong(payload) => format!("pong {}", payload.len()),
        Effect::Close(close) => format!("close {}", close.number()),
        Effect::Echo(code) => format!("echo {code:?}"),
        Effect::End => "end".to_owned(),
    }
}

fn number(cid: Option<Cid>) -> String {
    cid.map_or_else(|| "-".to_owned(), |cid| cid.to_string())
}

pub(super) fn room_text(message: &room::Message) -> String {
    match message {
        room::Message::Join(_) => "join".to_owned(),
        room::Message::Resume(request) => format!("resume {} after {}", request.order, request.last_seq),
        room::Message::Leave(_, reason) => format!("leave {reason:?}"),
        room::Message::Disconnected(_) => "disconnected".to_owned(),
        room::Message::Said(said) if said.to.is_none() => format!("chat {}", number(said.number.cid)),
        room::Message::Said(said) => format!("{} {}", said.payload.kind.as_str(), number(said.number.cid)),
        room::Message::Acked { seq, refused, .. } => format!("acked {seq} refused {refused}"),
        room::Message::Skipped { cid, code, .. } => format!("skipped {cid} {}", code.as_str()),
        room::Message::Sfu(asked) => format!("sfu {} in {}", asked.key, asked.epoch),
        room::Message::Pushed(_)
        | room::Message::MediaAnswered(_)
        | room::Message::MediaHappened(_)
        | room::Message::MediaServers(_)
        | room::Message::Answered(_)
        | room::Message::Tick
        | room::Message::SettingsChanged(_)
        | room::Message::Read(_)
        | room::Message::Unheard(_)
        | room::Message::SocketLost(_)
        | room::Message::Emptied
        | room::Message::Close(..)
        | room::Message::Evict(..)
        | room::Message::Closed(_)
        | room::Message::AnswerLost
        | room::Message::Audit
        | room::Message::Epoch(_)
        | room::Message::Fence(_)
        | room::Message::Drain(_) => "something that no socket sends".to_owned(),
        #[cfg(feature = "fault-injection")]
        room::Message::Fault(_) => "something that no socket sends".to_owned(),
    }
}

fn sent_text(message: &ServerToClient) -> String {
    match message {
        ServerToClient::Error(refusal) => {
            let of = refusal.cid.map(|cid| format!(" of {cid}")).unwrap_or_default();
            let after = refusal.retry_after_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
            let rid = refusal.rid.map(|rid| format!(" of request {rid}")).unwrap_or_default();
            format!("error {}{of}{rid}{after}", refusal.code.as_str())
        }
        ServerToClient::ResumeFailed(failed) => format!("resume_failed {:?}", failed.reason),
        ServerToClient::Resumed(resumed) => {
            let lost = if resumed.lost { " lost" } else { "" };
            format!("resumed from {} last {}{lost}", resumed.from_seq, resumed.last_cid)
        }
        ServerToClient::Ack(cid) => format!("ack {cid}"),
        ServerToClient::HeartbeatAck(_) => "heartbeat_ack".to_owned(),
        ServerToClient::TokenExpiring(seconds) => format!("token_expiring {seconds}"),
        ServerToClient::ServerDraining(_) => "server_draining".to_owned(),
        ServerToClient::RoomLeft(_) => "room_left".to_owned(),
        ServerToClient::Moved(moved) => format!("moved to {}", moved.room_id),
        ServerToClient::RoomClosed(_) => "room_closed".to_owned(),
        ServerToClient::Degraded { without, lost } => {
            format!("degraded {without:?}{}", if *lost { " lost" } else { "" })
        }
        ServerToClient::SfuAnswer { kind, rid, data } => format!("{} {rid:?} {data}", kind.as_str()),
        ServerToClient::SfuConsumerLayers { .. } => "sfu_consumer_layers".to_owned(),
        ServerToClient::SfuConsumerClosed(_) => "sfu_consumer_closed".to_owned(),
        ServerToClient::SfuActiveSpeaker(_) => "sfu_active_speaker".to_owned(),
        ServerToClient::Welcome(_) | ServerToClient::RoomJoined(_) => "other".to_owned(),
    }
}

pub(super) fn identity(user: u128) -> Identity {
    Identity {
        user: UserId::from_u128(user),
        name: "x".into(),
        expires: 9_999,
        issued_ms: 5_000,
        login: Some(LoginId::from_u128(user)),
        grants: None,
    }
}

/// The same, with the grants of this claim.
pub(super) fn granted(claim: &str) -> Identity {
    let grants = serde_json::from_str(claim).expect("grants");
    Identity { grants: Some(std::sync::Arc::new(grants)), ..identity(1) }
}

pub(super) fn room() -> RoomId {
    RoomId::from_letters([0; 10])
}

pub(super) const fn settings() -> RoomSettings {
    RoomSettings {
        participants_max: 4,
        seat_window: Duration::from_secs(5),
        mode: RoomMode::Mesh,
        active: true,
        policy: None,
        revision: 1,
    }
}

pub(super) fn found(lookup: Lookup) -> Event {
    Event::Found(lookup, Ok(Some(settings())), FRESH)
}

pub(super) fn joined() -> RoomEvent {
    RoomEvent::Joined {
        seat: SEAT,
        members: vec![],
        mode: Mode::Mesh,
        media: None,
        replaced: false,
        policy: None,
        attributes: Attributes::default(),
    }
}

pub(super) fn resumed(last_cid: Cid) -> RoomEvent {
    let seat = SeatId { fence: SEAT.fence + 1, ..SEAT };
    resumed_as((seat, vec![]), vec![], (last_cid, false))
}

pub(super) fn resumed_as(
    (seat, replay): (SeatId, Vec<(Seq, Entry)>),
    members: Vec<Member>,
    (last_cid, lost): (Cid, bool),
) -> RoomEvent {
    let attributes = Attributes::default();
    RoomEvent::Resumed { seat, members, replay, last_cid, lost, media: None, policy: None, attributes }
}

pub(super) fn chat(seq: Seq) -> RoomEvent {
    RoomEvent::Deliver(seq, Entry::Message(chat_data("1", ME, "hi", 0)))
}

pub(super) fn join_room() -> String {
    format!(r#"{{"type":"join_room","data":{{"roomId":"{}"}}}}"#, room())
}

pub(super) fn resume() -> Resume {
    Resume { resume_token: format!("{}.3.{SESSION}.{:032x}", room(), 5), seq: 4 }
}

/// A hello that resumes, where the token came with the handshake.
pub(super) fn hello_again() -> String {
    format!(r#"{{"type":"hello","data":{{"resume":{{"resumeToken":"{}","seq":4}}}}}}"#, resume().resume_token)
}

pub(super) fn offer(cid: Cid) -> String {
    format!(r#"{{"type":"offer","cid":{cid},"data":{{"targetUserId":"{PEER}","sdp":"v=0"}}}}"#)
}

pub(super) fn say(cid: Cid) -> String {
    format!(r#"{{"type":"chat_message","cid":{cid},"data":{{"content":"x"}}}}"#)
}

/// A chat message without a number.
pub(super) const SAY: &str = r#"{"type":"chat_message","data":{"content":"x"}}"#;
