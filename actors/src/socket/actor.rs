//! The socket's actor: mailbox → shell, while there is something to do; then it rests.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Command, Credential, Intake, SocketId, rules::Event, shell::Shell};
use crate::{
    clock,
    directory::{Directory, Vigil},
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
}

impl Actor for SocketActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Opening;

    async fn pre_start(&self, me: ActorRef<Command>, opening: Opening) -> Result<Awake, ActorProcessingErr> {
        let mut shell = match opening {
            Opening::Fresh(fresh) => {
                let Fresh { id, wire, credential, intake, directory } = *fresh;
                let mut shell = Box::new(Shell::new(id, wire, intake, directory));
                shell.run(Event::Opened(credential)).await;
                shell
            }
            Opening::Woken(mut shell) => {
                shell.wake().await;
                shell
            }
        };
        shell.settle();
        if shell.ended {
            me.stop(None);
        }
        let vigil = Vigil::new(shell.directory.settings.rest_after, clock::now());
        Ok(Awake { shell: Some(shell), vigil })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        awake.vigil.handled(!command.is_sign_of_life(), clock::now());
        if let Some(shell) = &mut awake.shell {
            shell.handle(command).await;
        }
        if awake.is_done(&me) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    /// Whether the actor may end: the connection is over, or the socket sleeps. Its tick comes with the next ping at
    /// the latest, so nothing else need wake it to look.
    fn is_done(&mut self, me: &ActorRef<Command>) -> bool {
        let Some(shell) = self.shell.take() else { return true };
        if shell.ended {
            return true;
        }
        if !self.vigil.is_over(clock::now()) || !shell.may_rest() {
            self.shell = Some(shell);
            return false;
        }
        let directory = Arc::clone(&shell.directory);
        self.shell = directory.rest_socket(shell.id, (me, self.vigil.handled), shell).err();
        self.shell.is_none()
    }
}
