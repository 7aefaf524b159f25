//! The room's actor: mailbox → shell, while turns may have to wait; then it rests.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Command, shell::Shell};
use crate::{
    clock,
    directory::{Directory, Key, Start, Vigil},
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
    type Arguments = Opening;

    async fn pre_start(&self, me: ActorRef<Command>, opening: Opening) -> Result<Awake, ActorProcessingErr> {
        let Opening { id, start, directory } = opening;
        let now = clock::now();
        let shell = match start {
            Start::Anew(settings) => Box::new(Shell::new(id, settings, Arc::clone(&directory), now)),
            Start::Woken(shell) => shell,
        };
        let vigil = Vigil::new(directory.settings.rest_after, now);
        let mut awake = Awake { id, shell: Some(shell), directory, vigil };
        if awake.is_done(&me, now) {
            me.stop(None);
        }
        Ok(awake)
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
    /// Whether the actor may end: nobody here needs the room, or the room sleeps.
    fn is_done(&mut self, me: &ActorRef<Command>, now: Instant) -> bool {
        let me = (me, self.vigil.handled);
        let Some(shell) = self.shell.take() else { return true };
        if shell.is_idle() && self.directory.retire_room(self.id, me) {
            return true;
        }
        self.shell = if self.vigil.is_over(now) {
            match self.directory.rest_room(self.id, me, shell) {
                Ok(()) => return true,
                Err(shell) => Some(shell),
            }
        } else {
            Some(shell)
        };
        if let Some(at) = self.vigil.look_at(now) {
            self.directory.wake_at(Key::Room(self.id), at);
        }
        false
    }
}
