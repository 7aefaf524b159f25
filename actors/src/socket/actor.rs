//! The socket's actor: mailbox → shell, while there is something to do; then it rests.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Command, Credential, Intake, SocketId,
    shell::{Placed, Shell},
};
use crate::{
    clock::{self, Moment},
    directory::{Directory, Key, Vigil},
    ports::Wire,
};

/// The actor; its state is [`Awake`].
pub(crate) struct SocketActor;

/// What the actor needs to start.
pub(crate) enum Opening {
    Fresh(Box<Fresh>),
    Woken(Box<Shell>),
}

/// A connection that was opened just now.
pub(crate) struct Fresh {
    pub(crate) id: SocketId,
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) credential: Credential,
    pub(crate) intake: Arc<Intake>,
    pub(crate) directory: Arc<Directory>,
}

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
    type Arguments = Opening;

    async fn pre_start(&self, me: ActorRef<Command>, opening: Opening) -> Result<Awake, ActorProcessingErr> {
        let shell = match opening {
            Opening::Fresh(fresh) => {
                let Fresh { id, wire, credential, intake, directory } = *fresh;
                let mut shell = Box::new(Shell::new(id, wire, intake, directory));
                shell.open(credential).await;
                shell
            }
            Opening::Woken(mut shell) => {
                shell.wake().await;
                shell
            }
        };
        if shell.ended {
            me.stop(None);
        }
        let (directory, id) = (Arc::clone(&shell.directory), shell.id);
        let now = clock::now();
        let vigil = Vigil::new(directory.settings.rest_after, now);
        let mut awake = Awake { placed: (None, None), shell: Some(shell), vigil };
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
