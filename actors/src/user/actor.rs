//! The shell of a user: mailbox → rules → effects.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Command, rules::User};
use crate::{
    clock::Moment,
    directory::{Directory, Key},
    protocol::UserId,
    socket,
};

/// The actor; its state is [`Shell`].
pub(crate) struct UserActor;

/// The rules' state, and what performing effects needs.
pub(crate) struct Shell {
    id: UserId,
    user: User,
    directory: Arc<Directory>,
    woken_at: Option<Instant>,
    /// Out of the directory: whatever still comes goes back through the door, to a newer actor.
    retired: bool,
}

impl Actor for UserActor {
    type Msg = Command;
    type State = Shell;
    type Arguments = (UserId, Arc<Directory>);

    async fn pre_start(
        &self,
        _: ActorRef<Command>,
        (id, directory): (UserId, Arc<Directory>),
    ) -> Result<Shell, ActorProcessingErr> {
        Ok(Shell { id, user: User::new(directory.settings.user), directory, woken_at: None, retired: false })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        shell: &mut Shell,
    ) -> Result<(), ActorProcessingErr> {
        #[cfg(feature = "fault-injection")]
        assert_ne!(command, Command::Fault, "a fault was injected into this user");
        if shell.retired {
            shell.directory.tell_user(shell.id, command);
            return Ok(());
        }
        if command == Command::Tick {
            shell.woken_at = None;
        }
        let now = Moment::now();
        for (socket, what) in shell.user.handle(command, now) {
            shell.directory.tell_socket(socket, socket::Command::FromUser(what));
        }
        if let Some(at) = shell.user.wake_at(now).filter(|at| shell.woken_at.is_none_or(|woken| *at < woken)) {
            shell.woken_at = Some(at);
            shell.directory.wake_at(Key::User(shell.id), at);
        }
        if shell.user.is_idle() && shell.directory.retire_user(shell.id, &me) {
            shell.retired = true;
            let _ = me.drain(); // fails only if the actor is already ending
        }
        Ok(())
    }
}
