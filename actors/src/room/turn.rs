//! A room's turn: gives its rules what it is told, asks the ledger, tells sockets, and keeps a timer.

use std::{sync::Arc, time::Instant};

use tokio::sync::oneshot;

use super::{
    Env, asks, calls,
    rules::{
        Room,
        step::{Effect, Effects, Step, UNAVAILABLE_RETRY, unavailable},
    },
};
use crate::{
    bytes::Buffer,
    clock::Moment,
    executor::{Next, Out, Turn},
    messages::{
        Key, To,
        room::{Message, Said, SeatRef},
        socket::{self, FromRoom, RoomEvent, SfuEvent},
    },
    ports::RoomSettings,
    protocol::{Entry, RoomId, SessionId, SocketId},
};

/// A room of one node, as a cell of the executor.
pub struct RoomTurn {
    room: Room,
    env: Arc<Env>,
    timers: Timers,
    /// Callers that wait until nothing is in flight.
    drains: Vec<oneshot::Sender<()>>,
    /// Bytes that are booked for early candidates.
    booked: usize,
}

/// Timers that were asked for and have not fired; none can be taken back. A far one is remembered behind a near one, so
/// that a room that works now and then does not collect them.
#[derive(Debug, Default)]
struct Timers {
    near: Option<Instant>,
    far: Option<Instant>,
}

impl RoomTurn {
    /// A room with nobody in it.
    #[must_use]
    pub fn new(id: RoomId, settings: RoomSettings, env: Arc<Env>) -> Self {
        Self { room: Room::new(id, settings), env, timers: Timers::default(), drains: Vec::new(), booked: 0 }
    }

    /// Whether nobody on this node needs the room.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.room.is_idle() && self.drains.is_empty()
    }

    /// Decides, and performs what follows in the order decided; an answer that is there is the next event.
    fn decide(&mut self, message: Message, now: Instant, out: &mut Out<To, Message>) {
        let (mut effects, mut then) = (&mut Effects::new(), &mut Effects::new());
        self.step(now, effects, |room, step| room.handle(message, step));
        while !effects.is_empty() {
            for effect in effects.drain(..) {
                match effect {
                    Effect::Tell(socket, what) => {
                        self.trace(&what.what);
                        out.tell(To::Socket(socket, socket::Message::FromRoom(what)));
                    }
                    Effect::Call(call) => match calls::call(&self.env, (self.room.id, self.room.asked_in()), call) {
                        Ok(reply) => self.step(now, then, |room, step| room.answered(reply, step)),
                        Err(later) => out.wait(later),
                    },
                    Effect::Note(noted) => self.env.history.noted(self.room.id, noted),
                    Effect::Media(call) => {
                        out.told.extend(asks::ask(&self.env, self.room.id, *call).map(To::Aside));
                    }
                }
            }
            std::mem::swap(&mut effects, &mut then);
        }
    }

    fn step(&mut self, now: Instant, effects: &mut Effects, decide: impl FnOnce(&mut Room, &mut Step<'_>)) {
        let env = Arc::clone(&self.env);
        let pressure = env.bytes.pressure();
        let mut step = Step { now, pressure, limits: &env.limits, budget: &env.budget, effects };
        decide(&mut self.room, &mut step);
        self.book();
    }

    /// Traces a description on its way to its receiver, where descriptions are traced.
    fn trace(&self, what: &RoomEvent) {
        if let Some(traces) = self.env.traces.get()
            && let RoomEvent::Deliver(_, Entry::Message(message)) = what
            && message.kind.is_description()
        {
            traces.delivered(self.room.id, message);
        }
    }

    /// Books what the rules hold now.
    fn book(&mut self) {
        let held = self.room.candidate_bytes();
        if held > self.booked {
            self.env.bytes.add(Buffer::Candidate, held - self.booked);
        } else if held < self.booked {
            self.env.bytes.remove(Buffer::Candidate, self.booked - held);
        }
        self.booked = held;
    }
}

impl Drop for RoomTurn {
    fn drop(&mut self) {
        if self.booked > 0 {
            self.env.bytes.remove(Buffer::Candidate, self.booked);
        }
    }
}

impl Turn for RoomTurn {
    type Message = Message;
    type Out = To;

    fn turn(&mut self, message: Message, now: Moment, out: &mut Out<To, Message>) -> Next {
        #[cfg(feature = "fault-injection")]
        if let Message::Fault(again) = message {
            self.timers = if again { Timers::doomed(now.at) } else { Timers::default() };
            panic!("a fault was injected into this room");
        }
        assert!(!matches!(message, Message::AnswerLost), "an answer of the ledger has panicked");
        if let Message::Drain(done) = message {
            self.drains.push(done);
        } else {
            if matches!(message, Message::Tick) {
                self.timers.fired(now.at);
            }
            self.decide(message, now.at, out);
        }
        if !self.drains.is_empty() && self.room.is_quiet() {
            for done in std::mem::take(&mut self.drains) {
                let _ = done.send(()); // who asked may have stopped waiting
            }
        }
        if self.is_idle() { Next::Stop } else { Next::Done }
    }

    fn settle(&mut self, now: Moment, out: &mut Out<To, Message>) -> Next {
        if self.is_idle() {
            return Next::Stop;
        }
        self.room.compact(now.at);
        if let Some(at) = self.room.wake_at()
            && self.timers.is_new(at)
        {
            out.tell(To::Wake(Key::Room(self.room.id), at));
        }
        Next::Done
    }

    fn answer_lost() -> Message {
        Message::AnswerLost
    }

    fn is_exempt(message: &Message) -> bool {
        match message {
            Message::AnswerLost => true,
            Message::Leave(..)
            | Message::Disconnected(_)
            | Message::Skipped { .. }
            | Message::Unheard(_)
            | Message::Answered(_)
            | Message::MediaAnswered(_)
            | Message::MediaServers(_)
            | Message::Tick
            | Message::SettingsChanged(_)
            | Message::SocketLost(_)
            | Message::Emptied
            | Message::Close(..)
            | Message::Evict(..)
            | Message::Closed(_)
            | Message::Audit
            | Message::Epoch(_)
            | Message::Fence(_)
            | Message::Drain(_) => true,
            Message::Read(read) => Self::is_exempt(&read.1),
            // The last: a lost push is a hole, and found by the next audit; a lost acknowledgement is in the next one. What a
            // media server tells is for the moment, or found out when it is asked.
            Message::Join(_)
            | Message::Resume(_)
            | Message::Said(_)
            | Message::Sfu(_)
            | Message::MediaHappened(_)
            | Message::Pushed(_)
            | Message::Acked { .. } => false,
            #[cfg(feature = "fault-injection")]
            Message::Fault(_) => true,
        }
    }

    /// A member's message is refused by the room itself, so that its number is known, and the ledger learns it before the
    /// next one. Bounded as members' unsettled messages are.
    fn instead(message: Message) -> Result<Message, Message> {
        if let Message::Said(said) = message {
            return Ok(Message::Unheard(Box::new((said.from, said.number))));
        }
        Err(message)
    }

    fn refused(message: Message, out: &mut Vec<To>) {
        let busy = unavailable(UNAVAILABLE_RETRY);
        let (socket, session, what) = match message {
            Message::Join(request) => (request.socket, request.session, RoomEvent::JoinRefused(busy.of(request.cid))),
            Message::Resume(request) => (request.socket, request.session, RoomEvent::ResumeUnavailable),
            Message::Read(read) => return Self::refused(read.1, out),
            Message::Said(said) => {
                let Said { from: SeatRef { socket, session, .. }, .. } = *said;
                (socket, session, RoomEvent::NoRoom)
            }
            Message::Unheard(unheard) => (unheard.0.socket, unheard.0.session, RoomEvent::NoRoom),
            Message::Sfu(asked) => {
                let answered = SfuEvent::Answered(asked.key, Err(busy));
                (asked.from.socket, asked.from.session, RoomEvent::Sfu(Box::new(answered)))
            }
            Message::Drain(done) => {
                let _ = done.send(()); // nothing is under way in a room that is not open
                return;
            }
            Message::Leave(..)
            | Message::Disconnected(_)
            | Message::Skipped { .. }
            | Message::Acked { .. }
            | Message::Pushed(_)
            | Message::Answered(_)
            | Message::MediaAnswered(_)
            | Message::MediaHappened(_)
            | Message::MediaServers(_)
            | Message::Tick
            | Message::SettingsChanged(_)
            | Message::SocketLost(_)
            | Message::Emptied
            | Message::Close(..)
            | Message::Evict(..)
            | Message::Closed(_)
            | Message::Audit
            | Message::Epoch(_)
            | Message::AnswerLost
            | Message::Fence(_) => return,
            #[cfg(feature = "fault-injection")]
            Message::Fault(_) => return,
        };
        out.push(tell(socket, session, what));
    }

    fn failed(mut self: Box<Self>, out: &mut Vec<To>) -> Option<Box<Self>> {
        #[cfg(feature = "fault-injection")]
        assert!(!self.timers.are_doomed(), "a fault was injected into the restart of this room");
        let restarted = self.room.sockets().map(|(socket, session)| tell(socket, session, RoomEvent::Restarted));
        out.extend(restarted);
        let (id, settings) = (self.room.id, self.room.settings.clone());
        let room = std::mem::replace(&mut self.room, Room::new(id, settings));
        self.room = room.successor();
        self.book();
        self.timers = Timers::default();
        out.push(To::Room(id, Message::Tick)); // it begins, also where no socket comes back
        Some(self)
    }
}

fn tell(socket: SocketId, session: SessionId, what: RoomEvent) -> To {
    To::Socket(socket, socket::Message::FromRoom(FromRoom { socket, session, what }))
}

impl Timers {
    /// Those of a room that panics when it is to restart: a far one without a near one.
    #[cfg(feature = "fault-injection")]
    const fn doomed(now: Instant) -> Self {
        Self { near: None, far: Some(now) }
    }

    #[cfg(feature = "fault-injection")]
    const fn are_doomed(&self) -> bool {
        self.near.is_none() && self.far.is_some()
    }

    fn fired(&mut self, now: Instant) {
        while self.near.is_some_and(|at| at <= now) {
            self.near = self.far.take();
        }
    }

    /// Whether a timer for that time is still to be asked for.
    fn is_new(&mut self, at: Instant) -> bool {
        if self.near.is_some_and(|near| near <= at) {
            return false; // it fires first, and the room looks again
        }
        let later = self.near.replace(at);
        self.far = [self.far, later].into_iter().flatten().min();
        true
    }
}
