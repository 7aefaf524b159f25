//! The shell of a socket: mailbox → rules → effects. Verifies, finds rooms, writes.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Command, Credential, Intake, SocketId,
    outbox::{Frame, Outbox},
    rules::{Effect, Event, Question, Search, Session},
};
use crate::{
    clock::{self, Moment},
    directory::{Directory, Key},
    metrics::Meters,
    ports::{Farewell, Wire, WireGone},
    protocol::{
        Close, RoomId, SUBPROTOCOL, ServerToClient, SessionId, UserId,
        encode::{numbered, unnumbered},
        server::{Welcome, WelcomeLimits},
    },
    room::Seat,
    user,
};

/// The actor; its state is [`Shell`].
pub(crate) struct SocketActor;

/// What the actor needs to start.
pub(crate) struct Opening {
    pub(crate) id: SocketId,
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) credential: Credential,
    pub(crate) intake: Arc<Intake>,
    pub(crate) directory: Arc<Directory>,
}

/// The rules' state, and what performing effects needs.
pub(crate) struct Shell {
    id: SocketId,
    session: Session,
    directory: Arc<Directory>,
    intake: Arc<Intake>,
    line: WireState,
    outbox: Outbox,
    woken_at: Option<Instant>,
    /// What the directory was told last.
    placed: Placed,
}

/// Whose the socket is, and where.
type Placed = (Option<UserId>, Option<(RoomId, Seat)>);

/// Where the wire is.
enum WireState {
    /// Here, and takes what it is given.
    Ready(Box<dyn Wire>),
    /// Waiting elsewhere for the kernel to take what it holds.
    Flushing(#[expect(dead_code, reason = "kept for its drop")] Flushing),
    /// Closed, or broken.
    Gone,
}

impl WireState {
    fn ready(self) -> Option<Box<dyn Wire>> {
        match self {
            Self::Ready(wire) => Some(wire),
            Self::Flushing(_) | Self::Gone => None,
        }
    }
}

/// A task that ends with its owner: a reader too slow for what waits is too slow for a close frame as well.
struct Flushing(tokio::task::JoinHandle<()>);

impl Drop for Flushing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Actor for SocketActor {
    type Msg = Command;
    type State = Shell;
    type Arguments = Opening;

    async fn pre_start(&self, me: ActorRef<Command>, opening: Opening) -> Result<Shell, ActorProcessingErr> {
        let Opening { id, wire, credential, intake, directory } = opening;
        let outbox = directory.meters.outbox.clone();
        let session = Session::new(id, directory.settings.socket, clock::now());
        let mut shell = Shell {
            id,
            session,
            directory,
            intake,
            line: WireState::Ready(wire),
            outbox: Outbox::new(outbox),
            woken_at: None,
            placed: (None, None),
        };
        shell.run(&me, Event::Opened(credential)).await;
        shell.settle();
        Ok(shell)
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        shell: &mut Shell,
    ) -> Result<(), ActorProcessingErr> {
        match command {
            #[cfg(feature = "fault-injection")]
            Command::Fault => panic!("a fault was injected into this socket"),
            Command::Flushed(wire) => shell.flushed(&me, wire),
            Command::StopReading(done) => {
                shell.intake.stop();
                let _ = done.send(()); // who asked may have stopped waiting
            }
            Command::Tick => {
                shell.woken_at = None;
                shell.run(&me, Event::Told(Command::Tick)).await;
            }
            other => shell.run(&me, Event::Told(other)).await,
        }
        shell.settle();
        Ok(())
    }
}

impl Shell {
    async fn run(&mut self, me: &ActorRef<Command>, event: Event) {
        let mut effects = self.session.handle(event, Moment::now());
        effects.reverse();
        while let Some(effect) = effects.pop() {
            let Effect::Ask(question) = effect else {
                self.perform(me, effect);
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

    fn perform(&mut self, me: &ActorRef<Command>, effect: Effect) {
        match effect {
            Effect::Ask(_) => {} // answered by `run`
            Effect::Deliver(seq, entry) => {
                let (head, body, tail) = numbered(seq, &entry);
                self.write(me, Frame { head, body: Some(body), tail });
            }
            Effect::Tell(room, command) => self.directory.room(room).tell(command),
            Effect::Send(message) => self.send(me, &message),
            Effect::Open(room, settings, command) => self.directory.room(room).open(settings, command),
            Effect::Welcome(user) => {
                let welcome = ServerToClient::Welcome(Box::new(self.welcome(user)));
                self.send(me, &welcome);
            }
            Effect::Joined(user, mut joined) => {
                joined.ice_servers = self.directory.ports.ice.servers(user);
                self.send(me, &ServerToClient::RoomJoined(joined));
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
            Effect::Ping(seq) => self.control(me, |wire| wire.ping(&seq.to_be_bytes())),
            Effect::Pong(payload) => self.control(me, |wire| wire.pong(&payload)),
            Effect::Close(code) => {
                Meters::closed(code);
                tracing::debug!(socket = self.id.0, user = ?self.session.user(), code = code.number(), why = code.as_str(), "a socket is closed");
                self.close(me, code.into());
            }
            Effect::Echo(code) => self.close(me, Farewell { code, reason: "" }),
            Effect::End => {
                tracing::debug!(socket = self.id.0, user = ?self.session.user(), "a connection is gone");
                self.line = WireState::Gone;
                self.end(me);
            }
        }
    }

    fn send(&mut self, me: &ActorRef<Command>, message: &ServerToClient) {
        if let ServerToClient::Error(refusal) = message {
            Meters::refused(refusal.code);
        }
        self.write(me, Frame::whole(unnumbered(message)));
    }

    /// Writes now if the wire is here, else lets the frame wait.
    fn write(&mut self, me: &ActorRef<Command>, frame: Frame) {
        self.directory.meters.sent.increment(1);
        match &mut self.line {
            WireState::Ready(wire) => {
                let held = frame.write(&mut **wire);
                self.written(me, held);
            }
            WireState::Flushing(_) => {
                self.outbox.push(frame);
                if self.outbox.bytes() > self.directory.settings.socket.outbox_bytes_max {
                    let _ = me.send_message(Command::Close(Close::SlowReader)); // fails only if this actor is ending
                }
            }
            WireState::Gone => {}
        }
    }

    fn control(&mut self, me: &ActorRef<Command>, write: impl FnOnce(&mut dyn Wire) -> Result<usize, WireGone>) {
        // While the wire flushes, a pong is left out: what it holds proves as well that the node lives.
        if let WireState::Ready(wire) = &mut self.line {
            let held = write(&mut **wire);
            self.written(me, held);
        }
    }

    fn written(&mut self, me: &ActorRef<Command>, held: Result<usize, WireGone>) {
        match held {
            Ok(0) => {}
            Ok(_) => self.flush(me),
            Err(WireGone) => self.lost(me),
        }
    }

    /// The slow path: the wire waits in a task of its own and comes back as a message.
    fn flush(&mut self, me: &ActorRef<Command>) {
        let line = std::mem::replace(&mut self.line, WireState::Gone);
        let Some(wire) = line.ready() else { return };
        let (me, within) = (me.clone(), self.directory.settings.socket.write_within);
        self.line = WireState::Flushing(Flushing(tokio::spawn(async move {
            let command = match tokio::time::timeout(within, wire.flush()).await {
                Ok(Ok(wire)) => Command::Flushed(Ok(wire)),
                Ok(Err(gone)) => Command::Flushed(Err(gone)),
                Err(_) => Command::Close(Close::SlowReader),
            };
            let _ = me.send_message(command); // fails only if the actor is ending
        })));
    }

    fn flushed(&mut self, me: &ActorRef<Command>, wire: Result<Box<dyn Wire>, WireGone>) {
        let Ok(mut wire) = wire else { return self.lost(me) };
        let held = self.outbox.write(&mut *wire);
        self.line = WireState::Ready(wire);
        self.written(me, held);
    }

    /// A broken connection is learnt of by writing: the reader would tell the same.
    fn lost(&mut self, me: &ActorRef<Command>) {
        self.line = WireState::Gone;
        let _ = me.send_message(Command::Hangup(super::Hangup::Lost)); // fails only if this actor is ending
    }

    fn close(&mut self, me: &ActorRef<Command>, farewell: Farewell) {
        let line = std::mem::replace(&mut self.line, WireState::Gone);
        if let Some(wire) = line.ready() {
            self.directory.tasks.spawn(wire.close(farewell));
        }
        self.end(me);
    }

    fn end(&mut self, me: &ActorRef<Command>) {
        self.directory.forget_socket(self.id);
        if let Some(user) = self.session.user() {
            self.directory.user(user).tell(user::Command::Detached { socket: self.id });
        }
        me.stop(None);
    }

    /// After each message: the directory knows where the socket is, the wheel when to wake it.
    fn settle(&mut self) {
        let placed = (self.session.user(), self.session.place());
        if self.placed != placed {
            self.placed = placed;
            self.directory.place_socket(self.id, placed.0, placed.1);
        }
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
