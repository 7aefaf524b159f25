//! A socket's rules and what performing their effects needs: verifies, finds rooms, tells others. What is left of a
//! socket that sleeps.

use std::{sync::Arc, time::Instant};

use super::{
    Command, Intake, SocketId,
    outbox::{Frame, Outbox},
    rules::{Effect, Event, Question, Search, Session},
};
use crate::{
    clock::{self, Moment},
    directory::{Directory, Dozed, Key, Sleeper},
    metrics::Meters,
    ports::{Farewell, Later, RoomSettings, Unavailable, Wire, at_once},
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
    /// What has to be waited for before it is done.
    asked: Option<Box<Asked>>,
    /// Whether it is over.
    pub(super) ended: bool,
}

/// A room that is looked up.
struct Asked {
    search: Search,
    settings: Later<Result<Option<RoomSettings>, Unavailable>>,
}

impl Sleeper for Shell {
    type Message = Command;
    type Seed = Placed;

    fn seed(&self) -> Placed {
        self.place()
    }

    /// Takes the turn at once, but for what has to be waited for.
    fn doze(&mut self, command: Command) -> Dozed<Command> {
        match self.turn(command, Moment::now()) {
            Ok(()) => Dozed::Through,
            Err(rest) => Dozed::Wakes(rest),
        }
    }
}

impl Shell {
    pub(crate) fn new(id: SocketId, wire: Box<dyn Wire>, intake: Arc<Intake>, directory: Arc<Directory>) -> Self {
        Self {
            id,
            session: Session::new(id, Arc::clone(&directory.socket_limits), clock::now()),
            intake,
            line: WireState::Ready(wire),
            outbox: Outbox::new(),
            directory,
            woken_at: None,
            due: Vec::new(),
            asked: None,
            ended: false,
        }
    }

    /// Handles a message; answers whether it had to wait for something.
    pub(super) async fn handle(&mut self, command: Command, now: Moment) -> bool {
        let (mut command, mut waited) = (Some(command), false);
        while let Some(next) = command {
            command = self.turn(next, now).err().flatten();
            waited |= self.find().await;
        }
        waited
    }

    /// Waits for what was asked, and does what follows; answers whether there was anything to wait for.
    pub(super) async fn find(&mut self) -> bool {
        let mut waited = false;
        while let Some(asked) = self.asked.take() {
            let found = Event::Found(asked.search, asked.settings.await, fresh());
            // What follows from a finding comes before what was decided earlier but not done yet.
            self.due.splice(0..0, self.session.handle(found, Moment::now()));
            self.carry_out();
            self.settle();
            waited = true;
        }
        waited
    }

    /// Decides, and does what was decided.
    ///
    /// # Errors
    /// What was not looked at, because something has to be waited for first: see [`find`](Self::find).
    fn turn(&mut self, command: Command, now: Moment) -> Result<(), Option<Command>> {
        if let Command::Several(commands) = command {
            self.due.reserve(commands.len()); // most are answered by one effect
            let mut commands = commands.into_iter();
            while let Some(command) = commands.next() {
                // A finding may change what the others mean.
                if self.decide(command, now) && !self.carry_out() {
                    self.settle();
                    return Err(Command::all(commands.collect()));
                }
            }
        } else {
            self.decide(command, now);
        }
        let done = self.carry_out();
        self.settle();
        if done { Ok(()) } else { Err(None) }
    }

    /// Notes what is to be done, and answers whether there is a question in it; what is the shell's own is done at once.
    fn decide(&mut self, command: Command, now: Moment) -> bool {
        let noted = self.due.len();
        let event = match command {
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into this socket"),
            Command::Flushed(wire) => {
                self.flushed(wire);
                return false;
            }
            Command::StopReading(done) => {
                self.intake.stop();
                let _ = done.send(()); // who asked may have stopped waiting
                return false;
            }
            Command::Opened(credential) => Event::Opened(credential),
            other => {
                self.ticked(&other, now);
                Event::Told(other)
            }
        };
        let effects = self.session.handle(event, now);
        if self.due.capacity() == 0 {
            self.due = effects;
        } else {
            self.due.extend(effects);
        }
        self.due[noted..].iter().any(|effect| matches!(effect, Effect::Ask(_)))
    }

    /// Does what was decided, up to what has to be waited for; answers whether that was all.
    fn carry_out(&mut self) -> bool {
        let mut effects = std::mem::take(&mut self.due);
        effects.reverse();
        let mut said = None;
        while let Some(effect) = effects.pop() {
            if let Effect::Tell(room, command) = effect {
                said = Some(together(said, room, command));
            } else if let Effect::Open(room, settings, command) = effect {
                self.say(said.take());
                self.directory.tell_room(room, Some(settings), command);
            } else if let Effect::Ask(question) = effect {
                self.say(said.take());
                let Some(finding) = self.ask(question) else {
                    effects.reverse();
                    self.due = effects;
                    return false;
                };
                // What follows from a finding comes before what was decided earlier but not done yet.
                let found = self.session.handle(finding, Moment::now());
                effects.extend(found.into_iter().rev());
            } else {
                self.perform(effect);
            }
        }
        self.say(said);
        true
    }

    /// Answers a question, unless that takes waiting.
    fn ask(&mut self, question: Question) -> Option<Event> {
        let search = match question {
            Question::Verify(token, purpose) => {
                return Some(Event::Verified(purpose, self.directory.ports.verifier.verify(&token)));
            }
            Question::Find(search) => search,
        };
        let room = match &search {
            Search::Join(room, _) => *room,
            Search::Resume(token, _) => token.room,
        };
        let mut settings = self.directory.ports.rooms.settings(room);
        if let Some(settings) = at_once(&mut settings) {
            return Some(Event::Found(search, settings, fresh()));
        }
        self.asked = Some(Box::new(Asked { search, settings }));
        None
    }

    fn say(&self, said: Option<(RoomId, room::Command)>) {
        if let Some((room, command)) = said {
            self.directory.tell_room(room, None, command);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(_) | Effect::Tell(..) | Effect::Open(..) => {} // done by `carry_out`
            Effect::Deliver(seq, entry) => {
                let (head, body, tail) = numbered(seq, &entry);
                self.put(Frame::Numbered(head, body, tail));
            }
            Effect::Send(message) => self.send(&message),
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

/// One command for all that a turn says to a room. Rooms change only with a question in between, so it is one room.
fn together(said: Option<(RoomId, room::Command)>, room: RoomId, command: room::Command) -> (RoomId, room::Command) {
    let command = match said {
        None => command,
        Some((_, room::Command::Several(mut commands))) => {
            commands.push(command);
            room::Command::Several(commands)
        }
        Some((_, first)) => room::Command::Several(vec![first, command]),
    };
    (room, command)
}

/// A session's id, and a secret as random as two of them.
fn fresh() -> (SessionId, u128) {
    let secret = SessionId::random().as_u128() ^ SessionId::random().as_u128().rotate_left(64);
    (SessionId::random(), secret)
}
