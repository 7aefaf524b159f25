//! The room's actor: mailbox → shell, while turns may have to wait for the ledger; then it rests.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Command, shell::Shell};
use crate::{
    clock,
    directory::{Directory, Key, Vigil},
    protocol::RoomId,
};

/// The actor; its state is [`Awake`].
pub(crate) struct RoomActor;

/// A room that is awake.
pub(crate) struct Awake {
    id: RoomId,
    /// Gone once it rests in the directory.
    shell: Option<Box<Shell>>,
    directory: Arc<Directory>,
    vigil: Vigil,
}

impl Actor for RoomActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Box<Shell>;

    async fn pre_start(&self, _: ActorRef<Command>, shell: Box<Shell>) -> Result<Awake, ActorProcessingErr> {
        let directory = Arc::clone(&shell.directory);
        let vigil = Vigil::new(directory.settings.rest_after, clock::now());
        Ok(Awake { id: shell.id, shell: Some(shell), directory, vigil })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        let now = clock::now();
        if let Some(shell) = &mut awake.shell {
            awake.vigil.handled(shell.may_wait() && !matches!(command, Command::Tick), now);
            shell.handle(command, now).await;
        }
        if awake.is_done(&me, now) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    /// Whether the actor may end: the room sleeps.
    fn is_done(&mut self, me: &ActorRef<Command>, now: Instant) -> bool {
        let Some(shell) = self.shell.take() else { return true };
        let is_idle = shell.is_idle();
        if !is_idle && !self.vigil.is_over(now) {
            self.shell = Some(shell);
        } else if let Err(shell) = self.directory.rest_room(self.id, (me, self.vigil.handled), shell) {
            self.shell = Some(shell);
        } else {
            if is_idle {
                self.directory.room(self.id).tell(Command::Tick); // it finds out in its sleep that it may end
            }
            return true;
        }
        if let Some(at) = self.vigil.look_at(now) {
            self.directory.wake_at(Key::Room(self.id), at);
        }
        false
    }
}
