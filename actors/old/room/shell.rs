//! A room's rules and what performing their effects needs: asks the ledger in order, tells sockets. What is left of a
//! room that sleeps.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Command, RoomToSocket,
    rules::{Answered, Ask, Effect, Event, Room, RoomAtRest},
};
use crate::{
    clock,
    directory::{Directory, Dozed, Key, Sleeper},
    ledger,
    ports::{RoomSettings, at_once},
    protocol::RoomId,
    socket::{self, SocketId},
};

/// How often a room looks at most whether it may lie still: seldom, for most that are asked talk.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The rules' state, and what performing effects needs; what is left of a room that sleeps.
pub(crate) struct Shell {
    pub(super) id: RoomId,
    stage: Stage,
    pub(super) directory: Arc<Directory>,
}

enum Stage {
    /// Nothing has happened for a while: in as few bytes as it takes.
    Still(RoomAtRest),
    Stirring(Box<Stirring>),
}

struct Stirring {
    room: Room,
    /// When it last had something to do.
    at: Instant,
    /// When it is woken next, as far as the wheel was asked.
    woken_at: Option<Instant>,
}

impl Sleeper for Shell {
    type Message = Command;
    type Seed = RoomSettings;

    fn seed(&self) -> RoomSettings {
        match &self.stage {
            Stage::Still(resting) => resting.settings(),
            Stage::Stirring(stirring) => stirring.room.settings(),
        }
    }

    /// Takes the turn at once where the ledger answers at once.
    fn doze(&mut self, command: Command) -> Dozed<Command> {
        if self.may_wait() && !(self.is_idle() && matches!(command, Command::Tick)) {
            return Dozed::Wakes(Some(command));
        }
        let answered = at_once(&mut pin!(self.handle(command, clock::now())));
        assert!(answered.is_some(), "a ledger that answers at once has done so");
        if self.is_idle() { Dozed::Ends } else { Dozed::Through }
    }
}

impl Shell {
    pub(crate) fn new(id: RoomId, settings: RoomSettings, directory: Arc<Directory>, now: Instant) -> Self {
        let room = Room::new(id, settings, directory.settings.room);
        Self { id, stage: Stage::Stirring(Box::new(Stirring { room, at: now, woken_at: None })), directory }
    }

    /// Whether a turn may have to wait for the ledger.
    pub(super) fn may_wait(&self) -> bool {
        !self.directory.ports.ledger.answers_at_once()
    }

    /// Whether nobody on this node needs the room.
    pub(super) fn is_idle(&self) -> bool {
        match &self.stage {
            Stage::Still(_) => false, // somebody does, or it would not be still
            Stage::Stirring(stirring) => stirring.room.is_idle(),
        }
    }

    /// Takes a turn.
    pub(super) async fn handle(&mut self, command: Command, now: Instant) {
        let worked = !matches!(command, Command::Tick);
        if !worked && matches!(self.stage, Stage::Still(_)) {
            return; // it waits for nothing
        }
        let mut said = Vec::new();
        if let Command::Several(commands) = command {
            for command in commands {
                self.run(command, &mut said, now).await;
            }
        } else {
            self.run(command, &mut said, now).await;
        }
        self.pass_on(said);
        self.settle(worked, now);
    }

    /// Does what a command asks for, but for what sockets are to be told of it.
    async fn run(&mut self, command: Command, said: &mut Vec<(SocketId, socket::Command)>, now: Instant) {
        #[cfg(feature = "fault-injection")]
        assert!(!matches!(command, Command::Fault), "a fault was injected into this room");
        let mut effects = self.decide(Event::Told(command), now);
        effects.reverse(); // the next one is the last
        while let Some(effect) = effects.pop() {
            match effect {
                Effect::Tell(socket, what) => said.push((socket, what.into())),
                Effect::Ask(ask) => {
                    if let Some(answered) = self.ask(ask).await {
                        // What follows from an answer comes before what was decided earlier but not done yet.
                        effects.extend(self.decide(Event::Answered(answered), now).into_iter().rev());
                    }
                }
            }
        }
    }

    fn decide(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        self.stir(now).room.handle(event, now)
    }

    fn stir(&mut self, now: Instant) -> &mut Stirring {
        if let Stage::Still(resting) = &mut self.stage {
            let room = resting.wake(self.directory.settings.room);
            self.stage = Stage::Stirring(Box::new(Stirring { room, at: now, woken_at: None }));
        }
        match &mut self.stage {
            Stage::Stirring(stirring) => stirring,
            Stage::Still(_) => unreachable!("it was stirred just now"),
        }
    }

    /// Tells sockets what this turn has for them: each once, so that each writes once.
    fn pass_on(&self, mut said: Vec<(SocketId, socket::Command)>) {
        said.sort_by_key(|(socket, _)| *socket); // stable: what one socket is told stays in order
        let mut said = said.into_iter().peekable();
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

    /// After each turn: who had nothing to do for long enough is still, and the wheel knows when to wake the others.
    fn settle(&mut self, worked: bool, now: Instant) {
        let Stage::Stirring(stirring) = &mut self.stage else { return };
        if stirring.room.is_idle() {
            return; // it ends
        }
        let after = self.directory.settings.rest_after;
        if worked {
            stirring.at = now;
        } else {
            stirring.woken_at = stirring.woken_at.filter(|at| *at > now);
        }
        if now >= stirring.at + after
            && let Some(resting) = stirring.room.at_rest()
        {
            self.stage = Stage::Still(resting);
            return;
        }
        let look = now + after.max(LOOK_EVERY);
        let at = stirring.room.wake_at().map_or(look, |at| at.min(look));
        if stirring.woken_at.is_none_or(|woken| at < woken) {
            stirring.woken_at = Some(at);
            self.directory.wake_at(Key::Room(self.id), at);
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
