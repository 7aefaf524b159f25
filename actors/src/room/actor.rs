//! The shell of a room: mailbox → rules → effects. Asks the ledger in order, tells sockets.

use std::{collections::VecDeque, sync::Arc};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Command, RoomToSocket,
    rules::{Answered, Ask, Effect, Event, Room},
};
use crate::{
    clock,
    directory::{Directory, Key, Sleeper, Start, Vigil},
    ledger,
    ports::RoomSettings,
    protocol::RoomId,
};

/// The actor; its state is [`Awake`].
pub(crate) struct RoomActor;

/// What the actor needs to start.
pub(crate) struct Opening {
    pub(crate) id: RoomId,
    pub(crate) start: Start<Shell>,
    pub(crate) directory: Arc<Directory>,
}

/// The rules' state; what is left of a room that sleeps.
pub(crate) struct Shell {
    room: Room,
}

/// A room that is awake, with what performing effects needs.
pub(crate) struct Awake {
    id: RoomId,
    /// Gone once it rests in the directory.
    shell: Option<Box<Shell>>,
    directory: Arc<Directory>,
    effects: VecDeque<Effect>,
    vigil: Vigil,
}

impl Sleeper for Shell {
    type Message = Command;
    type Seed = RoomSettings;

    fn seed(&self) -> RoomSettings {
        self.room.settings()
    }

    fn doze(&mut self, command: Command) -> Result<(), Option<Command>> {
        Err(Some(command))
    }
}

impl Actor for RoomActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Opening;

    async fn pre_start(&self, _: ActorRef<Command>, opening: Opening) -> Result<Awake, ActorProcessingErr> {
        let Opening { id, start, directory } = opening;
        let shell = match start {
            Start::Anew(settings) => Box::new(Shell { room: Room::new(id, settings, directory.settings.room) }),
            Start::Woken(shell) => shell,
        };
        let vigil = Vigil::new(directory.settings.rest_after, clock::now());
        Ok(Awake { id, shell: Some(shell), directory, effects: VecDeque::new(), vigil })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        #[cfg(feature = "fault-injection")]
        assert!(!matches!(command, Command::Fault), "a fault was injected into this room");
        awake.vigil.handled(!matches!(command, Command::Tick), clock::now());
        awake.run(Event::Told(command)).await;
        if awake.is_done(&me) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    fn decide(&mut self, event: Event) -> Vec<Effect> {
        self.shell.as_mut().map_or_else(Vec::new, |shell| shell.room.handle(event, clock::now()))
    }

    async fn run(&mut self, event: Event) {
        let effects = self.decide(event);
        self.effects.extend(effects);
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Tell(socket, what) => self.directory.tell_socket(socket, what.into()),
                Effect::Ask(ask) => {
                    if let Some(answered) = self.ask(ask).await {
                        let effects = self.decide(Event::Answered(answered));
                        // What follows from an answer comes before what was decided earlier but not done yet.
                        for effect in effects.into_iter().rev() {
                            self.effects.push_front(effect);
                        }
                    }
                }
            }
        }
    }

    /// Whether the actor may end: nobody here needs the room, or the room sleeps.
    fn is_done(&mut self, me: &ActorRef<Command>) -> bool {
        let (me, now) = ((me, self.vigil.handled), clock::now());
        let Some(mut shell) = self.shell.take() else { return true };
        if shell.room.is_idle() && self.directory.retire_room(self.id, me) {
            return true;
        }
        if let Some(at) = shell.room.wake_at() {
            self.directory.wake_at(Key::Room(self.id), at);
        }
        if self.vigil.is_over(now) {
            shell.room.settle();
            match self.directory.rest_room(self.id, me, shell) {
                Ok(()) => return true,
                Err(awake) => shell = awake,
            }
        }
        if let Some(at) = self.vigil.look_at(now) {
            self.directory.wake_at(Key::Room(self.id), at);
        }
        self.shell = Some(shell);
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
