//! The socket's actor: mailbox → shell, while something has to be waited for; then it rests.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Command, SocketId,
    shell::{Placed, Shell},
};
use crate::{
    clock::{self, Moment},
    directory::{Directory, Key, Vigil},
};

/// The actor; its state is [`Awake`].
pub(crate) struct SocketActor;

/// A socket that is awake.
pub(crate) struct Awake {
    /// Gone once it rests in the directory.
    shell: Option<Box<Shell>>,
    vigil: Vigil,
    /// What the directory was told last.
    placed: Placed,
}

impl Actor for SocketActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Box<Shell>;

    async fn pre_start(&self, me: ActorRef<Command>, mut shell: Box<Shell>) -> Result<Awake, ActorProcessingErr> {
        let placed = shell.place(); // as the directory knows it
        shell.find().await;
        if shell.ended {
            me.stop(None);
        }
        let (directory, id) = (Arc::clone(&shell.directory), shell.id);
        let now = clock::now();
        let vigil = Vigil::new(directory.settings.rest_after, now);
        let mut awake = Awake { placed, shell: Some(shell), vigil };
        awake.note();
        awake.look_later(&directory, id, now);
        Ok(awake)
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        let now = Moment::now();
        let worked = match &mut awake.shell {
            Some(shell) => shell.handle(command, now).await,
            None => false,
        };
        awake.vigil.handled(worked, now.at);
        awake.note();
        if awake.is_done(&me, now.at) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    /// Whether the actor may end: the connection is over, or the socket sleeps.
    fn is_done(&mut self, me: &ActorRef<Command>, now: Instant) -> bool {
        let Some(shell) = self.shell.take() else { return true };
        if shell.ended {
            return true;
        }
        let (directory, id) = (Arc::clone(&shell.directory), shell.id);
        if !self.vigil.is_over(now) || !shell.may_rest() {
            self.shell = Some(shell);
        } else if let Err(shell) = directory.rest_socket(id, (me, self.vigil.handled), shell.compact()) {
            self.shell = Some(shell);
        } else {
            return true;
        }
        self.look_later(&directory, id, now);
        false
    }

    /// The directory knows where the socket is.
    fn note(&mut self) {
        let Some(shell) = &self.shell else { return };
        let placed = shell.place();
        if self.placed != placed {
            self.placed = placed;
            shell.directory.place_socket(shell.id, placed);
        }
    }

    /// Asks to be woken when it may be time to rest.
    fn look_later(&mut self, directory: &Directory, id: SocketId, now: Instant) {
        if let Some(at) = self.vigil.look_at(now) {
            directory.wake_at(Key::Socket(id), at);
        }
    }
}
