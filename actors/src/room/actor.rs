//! The shell of a room: mailbox → rules → effects. Asks the ledger in order, tells sockets.

use std::{collections::VecDeque, sync::Arc};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Command, RoomToSocket,
    rules::{Answered, Ask, Effect, Event, Room},
};
use crate::{
    clock,
    directory::{Directory, Key},
    ledger,
    ports::RoomSettings,
    protocol::RoomId,
};

/// The actor; its state is [`Shell`].
pub(crate) struct RoomActor;

/// What the actor needs to start.
pub(crate) struct Opening {
    pub(crate) id: RoomId,
    pub(crate) settings: RoomSettings,
    pub(crate) directory: Arc<Directory>,
}

/// The rules' state, and what performing effects needs.
pub(crate) struct Shell {
    id: RoomId,
    room: Room,
    directory: Arc<Directory>,
    effects: VecDeque<Effect>,
    /// Out of the directory: whatever still comes goes back through the door, to a newer actor.
    retired: bool,
}

impl Actor for RoomActor {
    type Msg = Command;
    type State = Shell;
    type Arguments = Opening;

    async fn pre_start(&self, _: ActorRef<Command>, opening: Opening) -> Result<Shell, ActorProcessingErr> {
        let Opening { id, settings, directory } = opening;
        let room = Room::new(id, settings, directory.settings.room);
        Ok(Shell { id, room, directory, effects: VecDeque::new(), retired: false })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        shell: &mut Shell,
    ) -> Result<(), ActorProcessingErr> {
        #[cfg(feature = "fault-injection")]
        assert!(!matches!(command, Command::Fault), "a fault was injected into this room");
        if shell.retired {
            shell.directory.tell_room(shell.id, Some(shell.room.settings()), command);
            return Ok(());
        }
        shell.run(Event::Told(command)).await;
        if let Some(at) = shell.room.wake_at() {
            shell.directory.wake_at(Key::Room(shell.id), at);
        }
        if shell.room.is_idle() && shell.directory.retire_room(shell.id, &me) {
            shell.retired = true;
            let _ = me.drain(); // fails only if the actor is already ending
        }
        Ok(())
    }
}

impl Shell {
    async fn run(&mut self, event: Event) {
        self.effects.extend(self.room.handle(event, clock::now()));
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Tell(socket, what) => self.directory.tell_socket(socket, what.into()),
                Effect::Ask(ask) => {
                    if let Some(answered) = self.ask(ask).await {
                        let effects = self.room.handle(Event::Answered(answered), clock::now());
                        // What follows from an answer comes before what was decided earlier but not done yet.
                        for effect in effects.into_iter().rev() {
                            self.effects.push_front(effect);
                        }
                    }
                }
            }
        }
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
