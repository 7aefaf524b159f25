//! The whole turn with a scripted sink: what is written, together with what, and what a slow reader costs.

use std::{
    collections::VecDeque,
    future::pending,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::*;
use crate::{
    bytes::{Buffer, BufferedBytes},
    clock::Moment,
    executor::{Next, Out, Turn},
    in_flight::{InFlight, Permit},
    messages::{
        Key, To,
        socket::{FromRoom, Message},
    },
    metrics::{InFlightMessages, Meters},
    ports::{
        CloseFrame, ConnectionGone, FrameSink, IceServers, Identity, Later, RoomSettings, Rooms, SeededEntropy, Text,
        Unavailable, Verifier,
    },
    protocol::{NodeId, RoomId, SocketId, UserId, decode, server::IceServer},
    settings::{BudgetLimits, SocketLimits},
    socket::{Budgets, Env, SocketTurn},
};

/// What a sink was told to do, and how it answers.
#[derive(Default)]
struct Script {
    written: Vec<String>,
    /// How each of the next writes ends; after that all of it is written.
    answers: VecDeque<Result<usize, ConnectionGone>>,
    dropped: bool,
}

#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<Script>>);

struct Sink(Scripted);

impl Scripted {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, what: String) -> Result<usize, ConnectionGone> {
        let mut script = self.script();
        script.written.push(what);
        script.answers.pop_front().unwrap_or(Ok(0))
    }

    fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.script().written)
    }
}

/// The type of a message, or its code.
fn kind(text: &Text<'_>) -> String {
    let message: serde_json::Value = serde_json::from_str(&text.concat()).expect("JSON");
    let code = message["data"]["code"].as_str().or_else(|| message["type"].as_str());
    code.expect("a type").to_owned()
}

impl FrameSink for Sink {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        self.0.write(texts.iter().map(kind).collect::<Vec<_>>().join(" "))
    }

    fn ping(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        self.0.write("ping".to_owned())
    }

    fn pong(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        self.0.write("pong".to_owned())
    }

    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move {
            pending::<()>().await; // until it is dropped: tests bring a sink back themselves
            Ok(self as Box<dyn FrameSink>)
        })
    }

    fn close(self: Box<Self>, frame: CloseFrame) -> Later<()> {
        Box::pin(async move { drop(self.0.write(format!("close {:?}", frame.code))) })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.0.script().dropped = true;
    }
}

/// Verifies everything, knows every room and no ICE server.
struct Outside {
    rooms_are_known: bool,
}

impl Verifier for Outside {
    fn verify(&self, _: &str) -> Result<Identity, TokenError> {
        Ok(identity(1))
    }
}

impl Rooms for Outside {
    fn settings(&self, _: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>> {
        if self.rooms_are_known { Box::pin(async { Ok(Some(settings())) }) } else { Box::pin(pending()) }
    }
}

impl IceServers for Outside {
    fn servers(&self, _: UserId) -> Vec<IceServer> {
        Vec::new()
    }
}

fn env(limits: SocketLimits, rooms_are_known: bool) -> Arc<Env> {
    let budget = BudgetLimits { socket_per_second: 1, socket_burst: 1_000, ..BudgetLimits::default() };
    let outside = Arc::new(Outside { rooms_are_known });
    Arc::new(Env {
        node: NodeId::new("n"),
        limits,
        budget,
        seat_window: Duration::from_secs(5),
        participants_max: 4,
        verifier: Arc::clone(&outside) as Arc<dyn Verifier>,
        rooms: Arc::clone(&outside) as Arc<dyn Rooms>,
        ice: outside,
        entropy: Arc::new(SeededEntropy::new(1)),
        meters: Arc::new(Meters::new()),
        bytes: Arc::new(BufferedBytes::new(1 << 20)),
        budgets: Arc::new(Budgets::new(budget, Instant::now())),
    })
}

/// A socket's cell under test.
struct Stage {
    turn: Box<SocketTurn>,
    sink: Scripted,
    env: Arc<Env>,
    in_flight: Arc<InFlight>,
    now: Moment,
    out: Out<To, Message>,
    next: Next,
}

impl Stage {
    fn opened(env: Arc<Env>) -> Self {
        let now = Moment { at: Instant::now(), unix_ms: 0 };
        let sink = Scripted::default();
        let in_flight = Arc::new(InFlight::new(&env.limits, InFlightMessages::default()));
        let address = env.budgets.address(IpAddr::V4(Ipv4Addr::LOCALHOST), now.at).expect("a budget");
        let boxed = Box::new(Sink(sink.clone()));
        let turn = SocketTurn::new(SocketId(1), boxed, Arc::clone(&in_flight), Arc::clone(&env), address, now);
        Self { turn: Box::new(turn), sink, env, in_flight, now, out: Out::default(), next: Next::Done }
    }

    /// With a seat.
    fn in_room() -> Self {
        Self::in_room_within(SocketLimits::default())
    }

    fn in_room_within(limits: SocketLimits) -> Self {
        let mut stage = Self::opened(env(limits, true));
        stage.tell([Message::Opened(Credential::Token("t".to_owned())), stage.received(&join_room())]);
        let session = stage.session();
        stage.tell([Message::FromRoom(FromRoom { socket: SocketId(1), session, what: joined() })]);
        assert_eq!(stage.sink.written(), ["welcome", "room_joined"]);
        stage.told();
        stage
    }

    fn session(&self) -> SessionId {
        let (_, seat) = self.turn.connection.place().expect("on the way into a room");
        seat.session
    }

    fn received(&self, text: &str) -> Message {
        Message::Received(decode(text), Permit::take(&self.in_flight).expect("a permit is left"))
    }

    fn deliver(&self, seq: u64) -> Message {
        Message::FromRoom(FromRoom { socket: SocketId(1), session: self.session(), what: chat(seq) })
    }

    /// Takes all of it, then settles.
    fn tell(&mut self, messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            self.next = self.turn.turn(message, self.now, &mut self.out);
        }
        self.next = self.turn.settle(self.now, &mut self.out);
    }

    fn later(&mut self, seconds: u64) -> &mut Self {
        self.now.at += Duration::from_secs(seconds);
        self
    }

    /// What others were told, as text.
    fn told(&mut self) -> Vec<String> {
        let start = self.now.at;
        let describe = |to: To| match to {
            To::Room(_, message) => format!("room {}", room_text(&message)),
            To::OpenRoom(_, _, message) => format!("open room {}", room_text(&message)),
            To::Socket(..) => "socket".to_owned(),
            To::User(_, message) | To::StartUser(_, message) => format!("user {message:?}"),
            To::Wake(Key::Socket(_), at) => format!("wake in {:?}", at.saturating_duration_since(start)),
            To::Wake(..) => "wake another".to_owned(),
            To::Aside(_) => "aside".to_owned(),
        };
        std::mem::take(&mut self.out.told).into_iter().map(describe).collect()
    }

    /// What is to be done beside the cell.
    fn aside(&mut self) -> Later<Option<To>> {
        let at = self.out.told.iter().position(|to| matches!(to, To::Aside(_))).expect("something");
        let To::Aside(aside) = self.out.told.remove(at) else { unreachable!("that is where it is") };
        aside
    }
}

#[test]
fn the_frames_of_one_activation_are_written_together() {
    let mut stage = Stage::in_room();
    stage.tell([stage.deliver(1), stage.received(r#"{"type":"heartbeat"}"#), stage.deliver(2)]);
    assert_eq!(stage.sink.written(), ["chat_message heartbeat_ack chat_message"]);
    let many: Vec<Message> = (3..=20).map(|seq| stage.deliver(seq)).collect();
    stage.tell(many);
    assert_eq!(stage.sink.written().iter().map(|write| write.split(' ').count()).collect::<Vec<_>>(), [16, 2]);
    assert_eq!(stage.env.bytes.total(), 0);
}

#[test]
fn a_known_room_is_asked_in_the_same_turn_and_an_unknown_one_looked_up_meanwhile() {
    let mut known = Stage::opened(env(SocketLimits::default(), true));
    known.tell([Message::Opened(Credential::Token("t".to_owned())), known.received(&join_room())]);
    let attached = "user Attached { socket: SocketId(1), expires: 9999 }";
    assert_eq!(known.told(), [attached, "open room join", "wake in 10s"]);
    assert!(known.out.waits.is_empty());

    let mut unknown = Stage::opened(env(SocketLimits::default(), false));
    unknown.tell([Message::Opened(Credential::Token("t".to_owned())), unknown.received(&join_room())]);
    assert_eq!(unknown.out.waits.len(), 1);
    unknown.told();
    unknown.tell([unknown.received(r#"{"type":"heartbeat"}"#), unknown.received(&say(1))]);
    assert_eq!(unknown.sink.written(), ["welcome", "heartbeat_ack"], "a lookup delays only what depends on it");
    let found = Message::Found(crate::messages::socket::Lookup::Join(room(), None), Ok(Some(settings())));
    unknown.tell([found]);
    assert_eq!(unknown.told(), ["open room join"]);
    let session = unknown.session();
    unknown.tell([Message::FromRoom(FromRoom { socket: SocketId(1), session, what: joined() })]);
    assert_eq!(unknown.told(), ["room chat 1"]);
}

#[test]
fn a_ping_goes_behind_what_it_confirms() {
    let mut stage = Stage::in_room();
    stage.later(10).tell([]);
    stage.sink.written();
    stage.tell([stage.deliver(1), Message::Tick]);
    assert_eq!(stage.sink.written(), ["chat_message", "ping"]);
    stage.tell([Message::Pinged(vec![1, 2]), stage.deliver(2)]);
    assert_eq!(stage.sink.written(), ["pong", "chat_message"]);
}

#[test]
fn a_blocked_sink_waits_beside_the_cell_and_what_follows_waits_for_it() {
    let limits = SocketLimits { ping_every: Duration::from_secs(5), ..SocketLimits::default() };
    let mut stage = Stage::in_room_within(limits);
    stage.sink.script().answers.push_back(Ok(40));
    stage.tell([stage.deliver(1)]);
    let aside = stage.aside();
    assert_eq!((stage.told(), stage.next), (vec![], Next::Done));
    assert_eq!(stage.env.bytes.held(Buffer::Outbox), 40);
    stage.later(5);
    stage.tell([stage.deliver(2), Message::Pinged(vec![]), Message::Tick]);
    assert!(stage.env.bytes.held(Buffer::Outbox) > 100);
    assert_eq!(stage.sink.written(), ["chat_message"]);
    stage.tell([Message::Flushed(Ok(Box::new(Sink(stage.sink.clone()))))]);
    assert_eq!(stage.sink.written(), ["chat_message", "ping"], "the ping that was due follows");
    assert_eq!(stage.env.bytes.total(), 0);
    drop(aside);
}

#[test]
fn a_reader_that_is_slow_in_bytes_or_in_time_is_disconnected_and_its_seat_kept() {
    let limits = SocketLimits { outbox_bytes_max: 300, ..SocketLimits::default() };
    for too_late in [false, true] {
        let mut stage = Stage::in_room_within(limits);
        stage.sink.script().answers.push_back(Ok(40));
        stage.tell([stage.deliver(1)]);
        let aside = stage.aside();
        if too_late {
            stage.later(10).tell([Message::Tick]);
        } else {
            let many: Vec<Message> = (2..5).map(|seq| stage.deliver(seq)).collect();
            stage.tell(many);
        }
        assert_eq!(stage.told(), ["room disconnected", "user Detached(SocketId(1))"]);
        assert_eq!((stage.next, stage.env.bytes.total()), (Next::Stop, 0));
        assert!(!stage.sink.script().dropped);
        let told = tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(aside);
        assert!(told.is_none() && stage.sink.script().dropped, "the flush was cancelled, and the connection with it");
        assert_eq!(stage.sink.written(), ["chat_message"], "no close frame");
    }
}

#[test]
fn a_broken_sink_ends_the_socket_and_keeps_its_seat() {
    let mut stage = Stage::in_room();
    stage.sink.script().answers.push_back(Err(ConnectionGone));
    stage.tell([stage.deliver(1)]);
    assert_eq!(stage.told(), ["room disconnected", "user Detached(SocketId(1))"]);
    assert_eq!(stage.next, Next::Stop);
    assert!(stage.sink.script().dropped);
}

#[test]
fn a_close_is_written_behind_everything_else() {
    let mut stage = Stage::in_room();
    stage.tell([stage.deliver(1), Message::Close(Close::Draining), stage.received(&say(1))]);
    let aside = stage.aside();
    assert_eq!(stage.told(), ["room disconnected", "user Detached(SocketId(1))"]);
    assert_eq!(stage.sink.written(), ["chat_message draining"]);
    let told = tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(aside);
    assert!(told.is_none());
    assert_eq!((stage.sink.written(), stage.next), (vec!["close Some(1001)".to_owned()], Next::Stop));
}

#[test]
fn a_panic_keeps_the_seat_and_a_full_mailbox_closes_a_slow_reader() {
    let stage = Stage::in_room();
    let mut told = Vec::new();
    let delivery = stage.deliver(1);
    assert!(!SocketTurn::is_exempt(&delivery) && SocketTurn::is_exempt(&stage.received(&say(1))));
    SocketTurn::refused(delivery, &mut told);
    assert!(matches!(told[..], [To::Socket(SocketId(1), Message::Close(Close::SlowReader))]));
    told.clear();
    assert!(stage.turn.failed(&mut told).is_none());
    assert!(matches!(told[..], [To::Room(_, crate::messages::room::Message::Disconnected(_)), To::User(..)]));
}

#[test]
fn a_reader_that_is_to_stop_stops() {
    let mut stage = Stage::in_room();
    let (done, mut stopped) = tokio::sync::oneshot::channel();
    stage.tell([Message::StopReading(done)]);
    assert!(stopped.try_recv().is_ok() && stage.in_flight.is_stopped());
}

#[test]
fn a_flood_of_pings_is_closed() {
    let mut stage = Stage::in_room();
    let mut pings = 0;
    while stage.next == Next::Done {
        stage.tell([Message::Pinged(vec![])]);
        pings += 1;
        assert!(pings < 20_000, "they cost something");
    }
    assert_eq!(stage.sink.written().last().map(String::as_str), Some("rate_limited"));
}

#[test]
fn an_idle_socket_is_small() {
    assert!(size_of::<SocketTurn>() <= 368, "{} bytes", size_of::<SocketTurn>());
}
