//! A socket's cell under test: a scripted sink, ports that accept everything, and messages to others as text.

use std::{
    collections::VecDeque,
    future::pending,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::*;
use crate::{
    bytes::BufferedBytes,
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

/// The calls of a sink, and its answers.
#[derive(Default)]
pub(super) struct Script {
    written: Vec<String>,
    /// How each of the next writes ends; after that all of it is written.
    pub(super) answers: VecDeque<Result<usize, ConnectionGone>>,
    pub(super) dropped: bool,
}

#[derive(Clone, Default)]
pub(super) struct Scripted(Arc<Mutex<Script>>);

pub(super) struct Sink(pub(super) Scripted);

impl Scripted {
    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, what: String) -> Result<usize, ConnectionGone> {
        let mut script = self.script();
        script.written.push(what);
        script.answers.pop_front().unwrap_or(Ok(0))
    }

    pub(super) fn written(&self) -> Vec<String> {
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
        Box::pin(async move {
            let _ = self.0.write(format!("close {:?}", frame.code)); // nobody asks
        })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.0.script().dropped = true;
    }
}

/// Verifies everything, and takes a token that is an object for its grants; knows every room and no ICE server.
struct Outside {
    rooms_are_known: bool,
}

impl Verifier for Outside {
    fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        Ok(if token.starts_with('{') { granted(token) } else { identity(1) })
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

pub(super) fn env(limits: SocketLimits, rooms_are_known: bool) -> Arc<Env> {
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
        hosts: std::sync::OnceLock::new(),
        timelines: None,
        has_media: false,
        entropy: Arc::new(SeededEntropy::new(1)),
        meters: Arc::new(Meters::new()),
        bytes: Arc::new(BufferedBytes::new(1 << 20)),
        budgets: Arc::new(Budgets::new(budget, Instant::now())),
    })
}

/// A socket's cell under test.
pub(super) struct Stage {
    pub(super) turn: Box<SocketTurn>,
    pub(super) sink: Scripted,
    pub(super) env: Arc<Env>,
    pub(super) in_flight: Arc<InFlight>,
    pub(super) now: Moment,
    pub(super) out: Out<To, Message>,
    pub(super) next: Next,
}

impl Stage {
    pub(super) fn opened(env: Arc<Env>) -> Self {
        let now = Moment { at: Instant::now(), unix_ms: 0 };
        let sink = Scripted::default();
        let in_flight = Arc::new(InFlight::new(&env.limits, InFlightMessages::default()));
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST).into();
        let boxed = Box::new(Sink(sink.clone()));
        let turn = SocketTurn::new(SocketId(1), boxed, Arc::clone(&in_flight), Arc::clone(&env), address, now);
        Self { turn: Box::new(turn), sink, env, in_flight, now, out: Out::default(), next: Next::Done }
    }

    /// With a seat.
    pub(super) fn in_room() -> Self {
        Self::in_room_within(SocketLimits::default())
    }

    pub(super) fn in_room_within(limits: SocketLimits) -> Self {
        let mut stage = Self::opened(env(limits, true));
        stage.tell([Message::Opened(Credential::Token("t".to_owned())), stage.received(&join_room())]);
        let session = stage.session();
        stage.tell([Message::FromRoom(FromRoom { socket: SocketId(1), session, what: joined() })]);
        assert_eq!(stage.sink.written(), ["welcome", "room_joined"]);
        stage.told();
        stage
    }

    pub(super) fn session(&self) -> SessionId {
        let (_, seat) = self.turn.connection.place().expect("on the way into a room");
        seat.session
    }

    pub(super) fn received(&self, text: &str) -> Message {
        Message::Received(decode(text), Permit::take(&self.in_flight).expect("a permit is left"))
    }

    pub(super) fn deliver(&self, seq: u64) -> Message {
        Message::FromRoom(FromRoom { socket: SocketId(1), session: self.session(), what: chat(seq) })
    }

    /// Handles all of it, then flushes.
    pub(super) fn tell(&mut self, messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            self.next = self.turn.turn(message, self.now, &mut self.out);
        }
        self.next = self.turn.settle(self.now, &mut self.out);
    }

    pub(super) fn later(&mut self, seconds: u64) -> &mut Self {
        self.now.at += Duration::from_secs(seconds);
        self
    }

    /// Messages to others, as text.
    pub(super) fn told(&mut self) -> Vec<String> {
        let start = self.now.at;
        let describe = |to: To| match to {
            To::Room(_, message) => format!("room {}", room_text(&message)),
            To::OpenRoom(_, _, message) => format!("open room {}", room_text(&message)),
            To::Socket(..) => "socket".to_owned(),
            To::User(_, message) | To::StartUser(_, message) => format!("user {message:?}"),
            To::Wake(Key::Socket(_), at) => format!("wake in {:?}", at.saturating_duration_since(start)),
            To::Lost(_) => "lost".to_owned(),
            To::Wake(..) => "wake another".to_owned(),
            To::Aside(_) => "aside".to_owned(),
        };
        std::mem::take(&mut self.out.told).into_iter().map(describe).collect()
    }

    /// The task beside the cell.
    pub(super) fn aside(&mut self) -> Later<Option<To>> {
        let at = self.out.told.iter().position(|to| matches!(to, To::Aside(_))).expect("something");
        let To::Aside(aside) = self.out.told.remove(at) else { unreachable!("that is where it is") };
        aside
    }
}
