//! A connection's decisions: who the client is, what it may send, which answers it gets, when the connection ends.
//!
//! Pure and total: no clock, no I/O, no await. The turn verifies tokens, looks rooms up, charges budgets and writes; the
//! results are events.
//!
//! ```text
//! Opened ── hello ──► Ready ◄── leave, end of the session ── InRoom
//!                       │ ▲                                     ▲
//!           join, resume│ │ refused            joined, resumed  │
//!                       ▼ │                                     │
//!                     Entering ─────────────────────────────────┘        any ── close ──► Closed
//! ```
//!
//! **Invariants** (properties in `tests`): a closed connection has no effects; every phase ends; each accepted number of the
//! client has exactly one outcome.

use std::time::{Duration, Instant};

use smallvec::SmallVec;

use crate::{
    clock::Moment,
    messages::{
        Key,
        room::{self, SeatRef},
        socket::{Credential, Disconnect, FromRoom, FromUser, Lookup},
        user::TokenLife,
    },
    ports::{Identity, Noted, RoomSettings, TokenError, Unavailable},
    protocol::{
        BadMessage, ClientMessage, Close, Entry, Power, RoomId, ServerToClient, SessionId, SocketId, UserId,
        client::Seq,
        media::Rid,
        server::{Refusal, RoomJoined},
        sfu::Json,
    },
    settings::{BudgetLimits, SocketLimits},
};

use super::budget::{Charge, Cost};
use crate::in_flight::Permit;

mod asks;
mod close_reasons;
mod entering;
mod hello;
mod life;
mod numbers;
mod pending;
mod receiving;
mod reseat;
mod session;

pub(crate) use life::PingPayload;

use entering::Entering;
use life::Life;
use session::Session;

/// How long an `ack` may wait for others.
const ACK_WITHIN: Duration = Duration::from_secs(1);
/// Timeout of a join or a resume, lookup included: longer than the room's and the ledger's own timeouts, so that it fires
/// only if an answer was lost.
const ANSWER_WITHIN: Duration = Duration::from_secs(12);
/// Maximum consecutive restarts of a room's cell before its members are disconnected, to resume.
const RESTARTS_MAX: u8 = 3;

/// One connection's state.
pub(crate) struct Connection {
    id: SocketId,
    identity: Option<Identity>,
    phase: Phase,
    life: Life,
    /// The tag of the last message between this socket and a room.
    tag: u32,
    /// What the node cannot do.
    without: Without,
}

/// What a node cannot do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Without {
    /// Reach the ledger.
    pub(crate) signaling: bool,
    /// Hear a media server.
    pub(crate) media: bool,
    /// Store and read chat.
    pub(crate) history: bool,
}

/// The phase of a connection.
enum Phase {
    /// Not authenticated. A token that a browser added to the handshake automatically is kept until `hello`.
    Opened(Option<Box<str>>),
    /// The client is authenticated, and in no room.
    Ready,
    /// A join or resume is pending.
    Entering(Box<Entering>),
    /// It has a seat.
    InRoom(Session),
    /// Closed.
    Closed,
}

/// An event of a connection.
pub(crate) enum Event {
    /// The connection is open.
    Opened(Credential),
    /// A message was read.
    Received(Received),
    /// A ping was read, and whether its pong is within budget.
    Pinged(Vec<u8>, Charge),
    /// A pong was read, and whether it is within budget.
    Ponged(Vec<u8>, Charge),
    /// The connection has ended.
    Disconnected(Disconnect),
    /// A message from the room to its member.
    FromRoom(FromRoom),
    /// A message from the user's cell to its socket.
    FromUser(FromUser),
    /// A token was verified.
    Verified(Purpose, Result<Identity, TokenError>),
    /// A room was looked up; for a join with a fresh session.
    Found(Lookup, Result<Option<RoomSettings>, Unavailable>, Fresh),
    /// The outcome of an action that the client requested as the host, in this session.
    Acted(SessionId, u64, Result<(), Refusal>),
    /// Time has passed.
    Tick,
    /// The node drains.
    Draining(u64),
    /// What the node cannot do has changed.
    Degraded(Without),
    /// Close now.
    Close(Close),
    /// The cell of this address has ended without a word.
    Lost(Key),
}

/// A message that was read, with its permit, and whether it is within budget and may be sent to the room.
pub(crate) struct Received {
    pub(crate) message: Result<ClientMessage, BadMessage>,
    pub(crate) permit: Permit,
    /// Whether it was read while nothing was settled for too long.
    pub(crate) is_stalled: bool,
    pub(crate) charge: Charge,
}

/// Randomness for one session: its id, and the secret that a resume must present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fresh {
    pub(crate) session: SessionId,
    pub(crate) secret: u128,
}

/// Why a token is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    Hello(Option<crate::protocol::client::Resume>),
    Refresh,
}

/// An effect of a connection.
pub(crate) enum Effect {
    /// Verify a token; the result is an event.
    Verify(String, Purpose),
    /// Look a room up; the result is an event.
    LookUp(RoomId, Lookup),
    /// Attach this socket to the user's cell.
    Attach(UserId, TokenLife),
    /// Send it the life of the newer token.
    Refresh(UserId, TokenLife),
    Welcome(UserId),
    /// Send to a room, and open it if it is not open; without settings if they are unknown.
    Open(RoomId, Option<RoomSettings>, room::Message),
    /// Send to a room.
    Tell(RoomId, room::Message),
    /// Note something for the timeline of a room that this client has named: it may not exist.
    Note(RoomId, Noted),
    /// Do what this client wants done as the room's host; the result is an event of this session, with this tag.
    Act(RoomId, Box<(Identity, Power)>, SessionId, u64),
    /// Send `room_joined`, with ICE servers for this user.
    Joined(UserId, Box<RoomJoined>),
    /// Answer the request for a transport with this number, with ICE servers for this user.
    Transport(UserId, Option<Rid>, Json),
    /// Send `moved` to this room, with a token for it if this identity's is for another one only.
    Moved(Box<Identity>, RoomId),
    Send(ServerToClient),
    Deliver(Seq, Entry),
    /// Charge the budget unconditionally.
    Charge(Cost),
    /// A message was settled this long after it was read.
    Settled(Duration),
    Ping(PingPayload),
    Pong(Vec<u8>),
    /// Close with this code, then end.
    Close(Close),
    /// Answer the client's close frame with its own code, then end.
    Echo(Option<u16>),
    /// The connection is gone: end.
    End,
}

/// The inputs of a decision besides state and event, and its effects.
pub(crate) struct Cx<'a> {
    pub(crate) now: Moment,
    pub(crate) limits: &'a SocketLimits,
    pub(crate) budget: &'a BudgetLimits,
    /// In order; the effects of one signal fit in without an allocation.
    pub(crate) out: SmallVec<[Effect; 2]>,
}

impl Connection {
    pub(crate) fn new(id: SocketId, now: Instant, limits: &SocketLimits) -> Self {
        Self {
            id,
            identity: None,
            phase: Phase::Opened(None),
            life: Life::new(now.into(), limits),
            tag: 0,
            without: Without::default(),
        }
    }

    pub(crate) const fn id(&self) -> SocketId {
        self.id
    }

    /// The authenticated user.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.identity.as_ref().map(|identity| &identity.user)
    }

    /// Whether it is closed.
    pub(crate) const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// The room that the client is in or is entering, and the seat there.
    pub(crate) fn place(&self) -> Option<(RoomId, SeatRef)> {
        match &self.phase {
            Phase::InRoom(session) => Some((session.room, session.seat_ref(self.id))),
            Phase::Entering(entering) => entering.place(self.id),
            Phase::Opened(_) | Phase::Ready | Phase::Closed => None,
        }
    }

    /// Decides.
    pub(crate) fn handle(&mut self, event: Event, cx: &mut Cx<'_>) {
        if self.is_closed() {
            return;
        }
        match event {
            Event::Opened(Credential::None) => {}
            Event::Opened(Credential::Token(token)) => cx.out.push(Effect::Verify(token, Purpose::Hello(None))),
            Event::Opened(Credential::Cookie(token)) => {
                if let Phase::Opened(cookie) = &mut self.phase {
                    *cookie = Some(token.into());
                }
            }
            Event::Received(received) => self.received(received, cx),
            Event::Pinged(payload, charge) => self.pinged(payload, charge, cx),
            Event::Ponged(payload, charge) => self.ponged(&payload, charge, cx),
            Event::Disconnected(how) => self.disconnected(how, cx),
            Event::FromRoom(FromRoom { session, what, .. }) => {
                if self.session_id() == Some(session) {
                    self.room_event(what, cx);
                }
            }
            Event::FromUser(what) => self.user_event(what, cx),
            Event::Verified(purpose, result) => self.verified(purpose, result, cx),
            Event::Found(lookup, settings, fresh) => self.found(lookup, settings, fresh, cx),
            Event::Acted(session, tag, result) => {
                if self.session_id() == Some(session) {
                    self.settled(tag, result.err(), cx);
                }
            }
            Event::Tick => self.tick(cx),
            Event::Draining(ms) => cx.out.push(Effect::Send(ServerToClient::ServerDraining(ms))),
            Event::Degraded(without) => self.degraded(without, cx),
            Event::Close(code) => self.close(code, None, cx),
            Event::Lost(key) => self.lost(&key, cx),
        }
    }

    /// The current session.
    fn session_id(&self) -> Option<SessionId> {
        self.place().map(|(_, seat)| seat.session)
    }

    fn user_event(&mut self, what: FromUser, cx: &mut Cx<'_>) {
        match what {
            FromUser::Expiring(seconds) => cx.out.push(Effect::Send(ServerToClient::TokenExpiring(seconds))),
            FromUser::Close(code) => self.close(code, None, cx),
            FromUser::Revoked(scope) if self.identity.as_ref().is_some_and(|identity| scope.includes(identity)) => {
                self.revoked(cx);
            }
            FromUser::Revoked(_) => {}
            FromUser::Move(from, to) => self.moved(from, to, cx),
            FromUser::Restarted => self.attach(cx),
        }
    }

    /// Attaches to the user's cell again.
    fn attach(&self, cx: &mut Cx<'_>) {
        cx.out.extend(self.identity.as_ref().map(|identity| Effect::Attach(identity.user.clone(), identity.into())));
    }

    /// An authenticated client is notified of a change.
    fn degraded(&mut self, without: Without, cx: &mut Cx<'_>) {
        if self.without != without && self.identity.is_some() {
            cx.out.push(degraded_message(without, false));
        }
        self.without = without;
    }

    /// What the node cannot do, as far as this socket was told.
    pub(crate) const fn without(&self) -> Without {
        self.without
    }
}

fn error(refusal: Refusal) -> Effect {
    Effect::Send(ServerToClient::Error(refusal))
}

const fn degraded_message(without: Without, lost: bool) -> Effect {
    let without: &'static [&'static str] = match (without.signaling, without.media, without.history) {
        (true, true, true) => &["signaling", "media", "history"],
        (true, true, false) => &["signaling", "media"],
        (true, false, true) => &["signaling", "history"],
        (true, false, false) => &["signaling"],
        (false, true, true) => &["media", "history"],
        (false, true, false) => &["media"],
        (false, false, true) => &["history"],
        (false, false, false) => &[],
    };
    Effect::Send(ServerToClient::Degraded { without, lost })
}
