//! A socket's turn: converts messages to events of the rules, and performs their effects.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
};

use smallvec::SmallVec;

use super::{
    Address, Env,
    budget::{Charge, Cost, Payer, Purse},
    outbox::Frame,
    rules::{Connection, Cx, Effect, Event, Fresh, Received, Without},
    sink::{At, Writer},
};
use crate::{
    clock::{Moment, Stamp},
    executor::{Next, Out, Turn},
    in_flight::{InFlight, Permit},
    messages::{
        Key, To,
        room::Message as RoomMessage,
        socket::{FromRoom, Lookup, Message, RoomEvent},
        user::Message as UserMessage,
    },
    metrics::Meters,
    protocol::{
        BadMessage, ClientMessage, Close, Entry, Kind, RoomId, ServerToClient, SessionId, SocketId,
        encode::{numbered, unnumbered},
    },
};

mod perform;

/// The state of a socket's cell.
pub struct SocketTurn {
    pub(super) connection: Connection,
    purse: Purse,
    writer: Writer,
    in_flight: Arc<InFlight>,
    env: Arc<Env>,
    /// When the next tick is scheduled.
    woken_at: Option<Stamp>,
    /// It panics when it is to end.
    #[cfg(feature = "fault-injection")]
    is_doomed: bool,
}

type Outs = Out<To, Message>;

impl SocketTurn {
    /// A connection that was just opened.
    #[must_use]
    pub fn new(
        id: SocketId,
        sink: Box<dyn crate::ports::FrameSink>,
        in_flight: Arc<InFlight>,
        env: Arc<Env>,
        address: Address,
        now: Moment,
    ) -> Self {
        Self {
            connection: Connection::new(id, now.at, &env.limits),
            purse: Purse::new(address),
            writer: Writer::new(sink),
            in_flight,
            env,
            woken_at: None,
            #[cfg(feature = "fault-injection")]
            is_doomed: false,
        }
    }

    /// Converts a message to an event of the rules, or handles it here.
    fn event(&mut self, message: Message, now: Moment, out: &mut Outs) -> Option<Event> {
        Some(match message {
            Message::Opened(credential) => Event::Opened(credential),
            Message::Received(message, permit) => self.received(message, (permit, false), now),
            Message::Stalled(message, permit) => self.received(message, (permit, true), now),
            Message::Pinged(payload) => Event::Pinged(payload, self.charge(Cost::Control, now)),
            Message::Ponged(payload) => {
                let is_asked = self.connection.expects_pong();
                let charge = if is_asked { Charge::Granted } else { self.charge(Cost::Control, now) };
                Event::Ponged(payload, charge)
            }
            Message::Disconnected(how) => Event::Disconnected(how),
            Message::FromRoom(what) => Event::FromRoom(what),
            Message::FromUser(what) => Event::FromUser(what),
            Message::Acted(session, tag, result) => Event::Acted(session, tag, result),
            Message::Found(lookup, settings) => Event::Found(lookup, settings, self.fresh()),
            Message::Tick => {
                self.woken_at = self.woken_at.filter(|at| *at > Stamp::from(now.at));
                Event::Tick
            }
            Message::Draining(ms) => Event::Draining(ms),
            Message::Degraded(degraded) => {
                Event::Degraded(Without { signaling: degraded, ..self.connection.without() })
            }
            Message::NoMedia(media) => Event::Degraded(Without { media, ..self.connection.without() }),
            Message::NoHistory(history) => Event::Degraded(Without { history, ..self.connection.without() }),
            Message::Close(code) => Event::Close(code),
            Message::Lost(key) => Event::Lost(key),
            Message::Flushed(sink) => {
                if self.writer.flushed(sink) {
                    self.ping(now, out);
                }
                return None;
            }
            Message::StopReading(done) => {
                self.in_flight.stop();
                let _ = done.send(()); // the requester may have stopped waiting
                return None;
            }
            Message::AnswerLost => panic!("the lookup of a room has panicked"),
            #[cfg(feature = "fault-injection")]
            Message::Fault(again) => {
                self.is_doomed = again;
                panic!("a fault was injected into this socket")
            }
        })
    }

    fn received(
        &mut self,
        message: Result<ClientMessage, BadMessage>,
        (permit, is_stalled): (Permit, bool),
        now: Moment,
    ) -> Event {
        let cost = message.as_ref().map_or(Cost::Message, Cost::of);
        let charge = if cost == Cost::Resume && self.connection.user().is_none() {
            // Resumes take priority over joins: other clients of the address must not cost them their session.
            self.purse.force(cost, payer(&self.env, &self.connection, now));
            Charge::Granted
        } else {
            self.charge(cost, now)
        };
        Event::Received(Received { message, permit, is_stalled, charge })
    }

    fn charge(&mut self, cost: Cost, now: Moment) -> Charge {
        self.purse.charge(cost, payer(&self.env, &self.connection, now))
    }

    fn fresh(&self) -> Fresh {
        Fresh { session: SessionId::from_u128(self.env.entropy.bits()), secret: self.env.entropy.bits() }
    }

    /// Decides, and performs what was decided.
    fn handle(&mut self, event: Event, now: Moment, out: &mut Outs) {
        let env = Arc::clone(&self.env);
        let mut cx = Cx { now, limits: &env.limits, budget: &env.budget, out: SmallVec::new() };
        self.connection.handle(event, &mut cx);
        for effect in cx.out.drain(..) {
            self.perform(effect, now, out);
        }
    }

    /// Handles the result of writing: the connection is broken, or its reader too slow.
    fn judge(&mut self, now: Moment, out: &mut Outs) {
        if self.connection.is_closed() {
            return;
        }
        if self.writer.is_gone() {
            self.handle(Event::Disconnected(crate::messages::socket::Disconnect::Lost), now, out);
        } else if self.writer.is_slow(At::new(self.connection.id(), &self.env, now)) {
            self.handle(Event::Close(Close::SlowReader), now, out);
        }
    }

    const fn next(&self) -> Next {
        if self.connection.is_closed() { Next::Stop } else { Next::Done }
    }
}

fn payer<'a>(env: &'a Env, connection: &'a Connection, now: Moment) -> Payer<'a> {
    Payer { budgets: &env.budgets, user: connection.user(), now: now.at }
}

impl Turn for SocketTurn {
    type Message = Message;
    type Out = To;

    fn turn(&mut self, message: Message, now: Moment, out: &mut Outs) -> Next {
        if let Some(event) = self.event(message, now, out) {
            self.handle(event, now, out);
        }
        self.judge(now, out);
        self.next()
    }

    fn settle(&mut self, now: Moment, out: &mut Outs) -> Next {
        if let Some(aside) = self.writer.write(At::new(self.connection.id(), &self.env, now)) {
            out.tell(aside);
        }
        self.judge(now, out);
        if !self.connection.is_closed() {
            let at = self.connection.wake_at(&self.env.limits);
            let at = self.writer.wake_at().map_or(at, |by| at.min(by.into()));
            if self.woken_at.is_none_or(|woken| at < woken) {
                self.woken_at = Some(at);
                out.tell(To::Wake(Key::Socket(self.connection.id()), at.into()));
            }
        }
        self.next()
    }

    /// All messages except deliveries, pings and pongs: permits bound the client's messages, requests bound answers, and
    /// the number of others is bounded anyway.
    fn is_exempt(message: &Message) -> bool {
        match message {
            Message::FromRoom(from_room) => !matches!(from_room.what, RoomEvent::Deliver(..)),
            Message::Pinged(_) | Message::Ponged(_) => false,
            Message::Opened(_)
            | Message::Received(..)
            | Message::Stalled(..)
            | Message::Disconnected(_)
            | Message::FromUser(_)
            | Message::Flushed(_)
            | Message::Acted(..)
            | Message::Found(..)
            | Message::Tick
            | Message::Draining(_)
            | Message::StopReading(_)
            | Message::Degraded(_)
            | Message::NoMedia(_)
            | Message::NoHistory(_)
            | Message::AnswerLost
            | Message::Lost(_)
            | Message::Close(_) => true,
            #[cfg(feature = "fault-injection")]
            Message::Fault(_) => true,
        }
    }

    fn answer_lost() -> Message {
        Message::AnswerLost
    }

    /// If a delivery is refused, the client reads too slowly: its inbox is kept, and it resumes.
    fn refused(message: Message, out: &mut Vec<To>) {
        if let Message::FromRoom(FromRoom { socket, what: RoomEvent::Deliver(..), .. }) = message {
            out.push(To::Socket(socket, Message::Close(Close::SlowReader)));
        }
    }

    /// The connection is closed and the seat kept, so that the client resumes.
    fn failed(self: Box<Self>, out: &mut Vec<To>) -> Option<Box<Self>> {
        #[cfg(feature = "fault-injection")]
        assert!(!self.is_doomed, "a fault was injected into the end of this socket");
        if let Some((room, seat)) = self.connection.place() {
            out.push(To::Room(room, RoomMessage::Disconnected(seat)));
        }
        out.extend(
            self.connection.user().map(|user| To::User(user.clone(), UserMessage::Detached(self.connection.id()))),
        );
        None
    }
}
