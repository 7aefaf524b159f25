//! A socket's rules and what performing their effects needs: verifies, finds rooms, tells others. What is left of a
//! socket that sleeps.

use std::{sync::Arc, time::Instant};

use super::{
    Command, Credential, Intake, SocketId,
    outbox::{Frame, Outbox},
    rules::{Effect, Event, Question, Search, Session},
};
use crate::{
    clock::{self, Moment},
    directory::{Directory, Dozed, Key, Sleeper},
    metrics::Meters,
    ports::{Farewell, Wire},
    protocol::{
        RoomId, SUBPROTOCOL, ServerToClient, SessionId, UserId,
        encode::numbered,
        server::{Welcome, WelcomeLimits},
    },
    room::{self, Seat},
    user,
};

mod writing;

use writing::WireState;

/// Whose the socket is, and where.
pub(crate) type Placed = (Option<UserId>, Option<(RoomId, Seat)>);

/// The rules' state, and what performing effects needs; what is left of a socket that sleeps.
pub(crate) struct Shell {
    pub(super) id: SocketId,
    session: Session,
    pub(super) directory: Arc<Directory>,
    intake: Arc<Intake>,
    line: WireState,
    outbox: Outbox,
    woken_at: Option<Instant>,
    /// What was decided, but not done yet.
    due: Vec<Effect>,
    /// Whether it is over.
    pub(super) ended: bool,
}

impl Sleeper for Shell {
    type Message = Command;
    type Seed = Placed;

    fn seed(&self) -> Placed {
        self.place()
    }

    /// Decides at once, and does what needs no waiting; what else was decided wakes the socket.
    fn doze(&mut self, command: Command) -> Dozed<Command> {
        if !self.due.is_empty() {
            return Dozed::Wakes(Some(command)); // it is being woken for that
        }
        let now = Moment::now();
        if let Command::Several(commands) = command {
            self.due.reserve(commands.len()); // most are answered by one effect
            let mut commands = commands.into_iter();
            while let Some(command) = commands.next() {
                if self.decide(command, now) {
                    return Dozed::Wakes(Command::all(commands.collect())); // a finding may change what they mean
                }
            }
        } else if self.decide(command, now) {
            return Dozed::Wakes(None);
        }
        let mut said = Vec::new();
        for effect in std::mem::take(&mut self.due) {
            if let Effect::Tell(room, command) = effect {
                said.push((room, command));
            } else {
                self.perform(effect);
            }
        }
        if let Some((room, command)) = together(said) {
            self.directory.tell_room(room, None, command);
        }
        self.settle();
        Dozed::Through
    }
}

/// What a socket says to its room at once. Rooms change only with a question in between, so it is one room.
fn together(mut said: Vec<(RoomId, room::Command)>) -> Option<(RoomId, room::Command)> {
    let (room, last) = said.pop()?;
    if said.is_empty() {
        return Some((room, last));
    }
    let mut commands: Vec<_> = said.into_iter().map(|(_, command)| command).collect();
    commands.push(last);
    Some((room, room::Command::Several(commands)))
}

impl Shell {
    pub(super) fn new(id: SocketId, wire: Box<dyn Wire>, intake: Arc<Intake>, directory: Arc<Directory>) -> Self {
        Self {
            id,
            session: Session::new(id, Arc::clone(&directory.socket_limits), clock::now()),
            intake,
            line: WireState::Ready(wire),
            outbox: Outbox::new(),
            directory,
            woken_at: None,
            due: Vec::new(),
            ended: false,
        }
    }

    /// Handles a message; answers whether more had to be done than a sleeper can do.
    pub(super) async fn handle(&mut self, command: Command, now: Moment) -> bool {
        let mut heavy = false;
        if let Command::Several(commands) = command {
            for command in commands {
                heavy |= self.decide(command, now);
                self.carry_out().await;
            }
        } else {
            heavy = self.decide(command, now);
            self.carry_out().await;
        }
        self.settle();
        heavy
    }

    pub(super) async fn open(&mut self, credential: Credential) {
        self.due = self.session.handle(Event::Opened(credential), Moment::now());
        self.wake().await;
    }

    /// Notes what is to be done, and answers whether it is more than a sleeper can do; what is the shell's own is done
    /// at once.
    fn decide(&mut self, command: Command, now: Moment) -> bool {
        let noted = self.due.len();
        match command {
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into this socket"),
            Command::Flushed(wire) => self.flushed(wire),
            Command::StopReading(done) => {
                self.intake.stop();
                let _ = done.send(()); // who asked may have stopped waiting
            }
            other => {
                self.ticked(&other, now);
                let effects = self.session.handle(Event::Told(other), now);
                if self.due.capacity() == 0 {
                    self.due = effects;
                } else {
                    self.due.extend(effects);
                }
            }
        }
        !self.due[noted..].iter().all(Effect::is_light)
    }

    /// Does what was decided in its sleep.
    pub(super) async fn wake(&mut self) {
        self.carry_out().await;
        self.settle();
    }

    /// Does what was decided.
    async fn carry_out(&mut self) {
        let mut effects = std::mem::take(&mut self.due);
        effects.reverse();
        while let Some(effect) = effects.pop() {
            let Effect::Ask(question) = effect else {
                self.perform(effect);
                continue;
            };
            let finding = match question {
                Question::Verify(token, purpose) => {
                    Event::Verified(purpose, self.directory.ports.verifier.verify(&token))
                }
                Question::Find(search) => Box::pin(find(Arc::clone(&self.directory), search)).await,
            };
            // What follows from a finding comes before what was decided earlier but not done yet.
            let found = self.session.handle(finding, Moment::now());
            effects.extend(found.into_iter().rev());
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(_) => {} // answered by `carry_out`
            Effect::Deliver(seq, entry) => {
                let (head, body, tail) = numbered(seq, &entry);
                self.put(Frame::Numbered(head, body, tail));
            }
            Effect::Tell(room, command) => self.directory.room(room).tell(command),
            Effect::Send(message) => self.send(&message),
            Effect::Open(room, settings, command) => self.directory.room(room).open(settings, command),
            Effect::Welcome(user) => {
                let welcome = ServerToClient::Welcome(Box::new(self.welcome(user)));
                self.send(&welcome);
            }
            Effect::Joined(user, mut joined) => {
                joined.ice_servers = self.directory.ports.ice.servers(user);
                self.send(&ServerToClient::RoomJoined(joined));
            }
            Effect::Attach(identity) => {
                let attached = user::Command::Attached { socket: self.id, expires: identity.expires };
                self.directory.user(identity.user).tell(attached);
            }
            Effect::Refresh(identity) => {
                let refreshed = user::Command::Refreshed { socket: self.id, expires: identity.expires };
                self.directory.user(identity.user).tell(refreshed);
            }
            Effect::Settled(after) => self.directory.meters.relay.record(after),
            Effect::Ping(seq) => self.control(|wire| wire.ping(&seq.to_be_bytes())),
            Effect::Pong(payload) => self.control(|wire| wire.pong(&payload)),
            Effect::Close(code) => {
                Meters::closed(code);
                tracing::debug!(socket = self.id.0, user = ?self.session.user(), code = code.number(), why = code.as_str(), "a socket is closed");
                self.close(code.into());
            }
            Effect::Echo(code) => self.close(Farewell { code, reason: "" }),
            Effect::End => {
                tracing::debug!(socket = self.id.0, user = ?self.session.user(), "a connection is gone");
                self.line = WireState::Gone;
                self.end();
            }
        }
    }

    fn end(&mut self) {
        self.directory.forget_socket(self.id);
        if let Some(user) = self.session.user() {
            self.directory.user(user).tell(user::Command::Detached { socket: self.id });
        }
        self.ended = true;
    }

    /// Forgets that it asked to be woken, if that is why it was.
    fn ticked(&mut self, command: &Command, now: Moment) {
        if matches!(command, Command::Tick) {
            self.woken_at = self.woken_at.filter(|at| *at > now.at);
        }
    }

    /// The same, in memory of its own age: what lies between allocations that came and went keeps them from being
    /// given back.
    pub(super) fn compact(self: Box<Self>) -> Box<Self> {
        Box::new(*self)
    }

    /// Whether what may still come is dealt with when it comes.
    pub(super) fn may_rest(&self) -> bool {
        matches!(self.line, WireState::Ready(_)) && self.session.may_rest()
    }

    /// Whose the socket is, and where.
    pub(super) fn place(&self) -> Placed {
        (self.session.user(), self.session.place())
    }

    /// After each turn: what was said is written, and the wheel knows when to wake it.
    fn settle(&mut self) {
        self.write();
        let at = self.session.wake_at();
        if self.woken_at.is_none_or(|woken| at < woken) {
            self.woken_at = Some(at);
            self.directory.wake_at(Key::Socket(self.id), at);
        }
    }

    fn welcome(&self, user_id: UserId) -> Welcome {
        let limits = &self.directory.settings.socket;
        Welcome {
            user_id,
            node_id: self.directory.node.clone(),
            protocol: SUBPROTOCOL,
            heartbeat_seconds: limits.heartbeat_every.as_secs(),
            resume_window_seconds: self.directory.settings.seat_window.as_secs(),
            limits: WelcomeLimits {
                message_bytes_max: limits.message_bytes_max,
                messages_per_second: limits.messages_per_second,
                burst: limits.burst,
                chat_chars_max: crate::protocol::decode::CHAT_CHARS_MAX,
            },
            features: &["resume", "chat", "renegotiate"],
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.outbox.is_over(&self.directory.meters.outbox);
    }
}

/// The slow path: a database may be asked. The secret is as random as a session's id.
async fn find(directory: Arc<Directory>, search: Search) -> Event {
    let room = match &search {
        Search::Join(room, _) => *room,
        Search::Resume(token, _) => token.room,
    };
    let settings = directory.ports.rooms.settings(room).await;
    Event::Found(search, settings, (SessionId::random(), secret()))
}

/// 122 random bits and more: two ids, folded.
fn secret() -> u128 {
    SessionId::random().as_u128() ^ SessionId::random().as_u128().rotate_left(64)
}
