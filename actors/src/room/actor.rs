//! The shell of a room: mailbox → rules → effects. Asks the ledger in order, tells sockets.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Command, RoomToSocket,
    rules::{Answered, Ask, Effect, Event, Room, RoomAtRest},
};
use crate::{
    clock,
    directory::{Directory, Dozed, Key, Sleeper, Start, Vigil},
    ledger,
    ports::RoomSettings,
    protocol::RoomId,
    socket::{self, SocketId},
};

/// The actor; its state is [`Awake`].
pub(crate) struct RoomActor;

/// What the actor needs to start.
pub(crate) struct Opening {
    pub(crate) id: RoomId,
    pub(crate) start: Start<RoomAtRest>,
    pub(crate) directory: Arc<Directory>,
}

/// A room that is awake, with what performing effects needs.
pub(crate) struct Awake {
    id: RoomId,
    /// Gone once it rests in the directory.
    room: Option<Room>,
    directory: Arc<Directory>,
    effects: VecDeque<Effect>,
    /// What sockets are to be told at the end of this turn.
    said: Vec<(SocketId, socket::Command)>,
    vigil: Vigil,
}

impl Sleeper for RoomAtRest {
    type Message = Command;
    type Seed = RoomSettings;
    type Errand = ();

    fn seed(&self) -> RoomSettings {
        Self::settings(self)
    }

    /// A room may have to ask a ledger that is far away.
    fn doze(&mut self, command: Command) -> Dozed<Self> {
        Dozed::Wakes(Some(command))
    }
}

impl Actor for RoomActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Opening;

    async fn pre_start(&self, _: ActorRef<Command>, opening: Opening) -> Result<Awake, ActorProcessingErr> {
        let Opening { id, start, directory } = opening;
        let room = match start {
            Start::Anew(settings) => Room::new(id, settings, directory.settings.room),
            Start::Woken(resting) => resting.wake(directory.settings.room),
        };
        let vigil = Vigil::new(directory.settings.rest_after, clock::now());
        Ok(Awake { id, room: Some(room), directory, effects: VecDeque::new(), said: Vec::new(), vigil })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        let now = clock::now();
        awake.vigil.handled(!matches!(command, Command::Tick), now);
        if let Command::Several(commands) = command {
            for command in commands {
                awake.run(command, now).await;
            }
        } else {
            awake.run(command, now).await;
        }
        awake.pass_on();
        if awake.is_done(&me, now) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    fn decide(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        self.room.as_mut().map_or_else(Vec::new, |room| room.handle(event, now))
    }

    async fn run(&mut self, command: Command, now: Instant) {
        #[cfg(feature = "fault-injection")]
        assert!(!matches!(command, Command::Fault), "a fault was injected into this room");
        let effects = self.decide(Event::Told(command), now);
        self.effects.extend(effects);
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Tell(socket, what) => self.said.push((socket, what.into())),
                Effect::Ask(ask) => {
                    if let Some(answered) = self.ask(ask).await {
                        let effects = self.decide(Event::Answered(answered), now);
                        // What follows from an answer comes before what was decided earlier but not done yet.
                        for effect in effects.into_iter().rev() {
                            self.effects.push_front(effect);
                        }
                    }
                }
            }
        }
    }

    /// Tells sockets what this turn has for them: each once, so that each writes once.
    fn pass_on(&mut self) {
        self.said.sort_by_key(|(socket, _)| *socket); // stable: what one socket is told stays in order
        let mut said = self.said.drain(..).peekable();
        while let Some((socket, first)) = said.next() {
            let mut command = first;
            if said.peek().is_some_and(|(next, _)| *next == socket) {
                let mut all = vec![command];
                while let Some((_, more)) = said.next_if(|(next, _)| *next == socket) {
                    all.push(more);
                }
                command = socket::Command::Several(all);
            }
            self.directory.tell_socket(socket, command);
        }
    }

    /// Whether the actor may end: nobody here needs the room, or the room sleeps.
    fn is_done(&mut self, me: &ActorRef<Command>, now: Instant) -> bool {
        let me = (me, self.vigil.handled);
        let Some(mut room) = self.room.take() else { return true };
        if room.is_idle() && self.directory.retire_room(self.id, me) {
            return true;
        }
        if let Some(at) = room.wake_at() {
            self.directory.wake_at(Key::Room(self.id), at);
        }
        if self.vigil.is_over(now) {
            room = match room.rest() {
                Ok(resting) => match self.directory.rest_room(self.id, me, Box::new(resting)) {
                    Ok(()) => return true,
                    Err(resting) => resting.wake(self.directory.settings.room),
                },
                Err(busy) => *busy,
            };
        }
        if let Some(at) = self.vigil.look_at(now) {
            self.directory.wake_at(Key::Room(self.id), at);
        }
        self.room = Some(room);
        false
    }

    async fn ask(&self, ask: Ask) -> Option<Answered> {
        let (ledger, node, room) = (&*self.directory.ports.ledger, &self.directory.node, self.id);
        Some(match ask {
            Ask::Send(sending, from, to, messages) => {
                let send = ledger::Send { from, to, cid: Some(sending.cid), messages };
                Answered::Send(sending, ledger.send(room, send, node).await)
            }
            Ask::Broadcast(seat, from, cid, message) => {
                let broadcast = ledger::Broadcast { from, cid: Some(cid), message };
                Answered::Broadcast(seat, cid, ledger.broadcast(room, broadcast, node).await)
            }
            Ask::Join(joiner, settings) => {
                let join = ledger::Join {
                    user: joiner.user,
                    name: joiner.name.clone(),
                    session: joiner.session,
                    secret: joiner.secret,
                    node: node.clone(),
                    max: settings.participants_max,
                    window: settings.seat_window,
                };
                Answered::Join(joiner, ledger.join(room, join).await)
            }
            Ask::Resume(resumer) => {
                let resume = ledger::Resume {
                    user: resumer.user,
                    session: resumer.session,
                    secret: resumer.secret,
                    node: node.clone(),
                    last_seq: resumer.last_seq,
                };
                let answer = ledger.resume(room, resume).await;
                let held = matches!(answer, Ok(ledger::Resumed::Seated { .. }));
                tracing::debug!(%room, user = %resumer.user, held, "a member comes back");
                Answered::Resume(resumer, answer)
            }
            Ask::Leave(who, reason) => Answered::Pushes(ledger.leave(room, who, reason, node).await),
            Ask::Close(reason) => Answered::Pushes(ledger.close(room, reason, node).await),
            Ask::Read(who, after) => Answered::Read(who.session, ledger.read(room, who, after).await),
            Ask::Gone(who, settings) => {
                tracing::debug!(%room, user = %who.user, window = ?settings.seat_window, "a member's socket is lost; the seat is kept");
                let _ = ledger.gone(room, who, settings.seat_window, node).await; // the lease covers what the ledger missed
                return None;
            }
            Ask::Acked(who, seq) => {
                let _ = ledger.acked(room, who, seq).await; // only trims; the next ack trims as well
                return None;
            }
        })
    }
}

impl From<RoomToSocket> for crate::socket::Command {
    fn from(what: RoomToSocket) -> Self {
        Self::FromRoom(what)
    }
}
