//! The user's actor: mailbox → shell, when more is said than one teller can deal with; then the user rests.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Command, shell::Shell};
use crate::{
    clock::Moment,
    directory::{Key, Vigil},
};

/// The actor; its state is [`Awake`].
pub(crate) struct UserActor;

/// A user who is awake.
pub(crate) struct Awake {
    /// Gone once it rests in the directory.
    shell: Option<Box<Shell>>,
    vigil: Vigil,
}

impl Actor for UserActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Box<Shell>;

    async fn pre_start(&self, _: ActorRef<Command>, shell: Box<Shell>) -> Result<Awake, ActorProcessingErr> {
        let vigil = Vigil::new(shell.directory.settings.rest_after, crate::clock::now());
        Ok(Awake { shell: Some(shell), vigil })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        if awake.handle(command, &me) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    /// Handles a message; answers whether the actor may end, because the user sleeps.
    fn handle(&mut self, command: Command, me: &ActorRef<Command>) -> bool {
        let Some(mut shell) = self.shell.take() else { return true };
        let now = Moment::now();
        self.vigil.handled(command != Command::Tick, now.at);
        shell.handle(command, now);
        let (id, directory) = (shell.id, Arc::clone(&shell.directory));
        let is_idle = shell.is_idle();
        if !is_idle && !self.vigil.is_over(now.at) {
            self.shell = Some(shell);
        } else if let Err(shell) = directory.rest_user(id, (me, self.vigil.handled), shell) {
            self.shell = Some(shell);
        } else {
            if is_idle {
                directory.tell_user(id, Command::Tick); // they find out in their sleep that they may end
            }
            return true;
        }
        if let Some(at) = self.vigil.look_at(now.at) {
            directory.wake_at(Key::User(id), at);
        }
        false
    }
}
