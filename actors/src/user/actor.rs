//! The shell of a user: mailbox → rules → effects.

use std::{sync::Arc, time::Instant};

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Command, rules::User};
use crate::{
    clock::Moment,
    directory::{Directory, Dozed, Key, Sleeper, Start, Vigil},
    protocol::UserId,
    socket,
};

/// The actor; its state is [`Awake`].
pub(crate) struct UserActor;

/// What the actor needs to start.
pub(crate) struct Opening {
    pub(crate) id: UserId,
    pub(crate) start: Start<Shell>,
    pub(crate) directory: Arc<Directory>,
}

/// The rules' state, and what performing effects needs.
pub(crate) struct Shell {
    user: User,
    woken_at: Option<Instant>,
}

/// A user who is awake.
pub(crate) struct Awake {
    id: UserId,
    /// Gone once it rests in the directory.
    shell: Option<Box<Shell>>,
    directory: Arc<Directory>,
    vigil: Vigil,
}

impl Sleeper for Shell {
    type Message = Command;
    type Seed = ();

    fn seed(&self) {}

    fn doze(&mut self, command: Command) -> Dozed<Command> {
        Dozed::Wakes(Some(command))
    }
}

impl Actor for UserActor {
    type Msg = Command;
    type State = Awake;
    type Arguments = Opening;

    async fn pre_start(&self, _: ActorRef<Command>, opening: Opening) -> Result<Awake, ActorProcessingErr> {
        let Opening { id, start, directory } = opening;
        let shell = match start {
            Start::Anew(()) => Box::new(Shell { user: User::new(directory.settings.user), woken_at: None }),
            Start::Woken(shell) => shell,
        };
        let vigil = Vigil::new(directory.settings.rest_after, crate::clock::now());
        Ok(Awake { id, shell: Some(shell), directory, vigil })
    }

    async fn handle(
        &self,
        me: ActorRef<Command>,
        command: Command,
        awake: &mut Awake,
    ) -> Result<(), ActorProcessingErr> {
        #[cfg(feature = "fault-injection")]
        assert_ne!(command, Command::Fault, "a fault was injected into this user");
        awake.handle(command);
        if awake.is_done(&me) {
            me.stop(None);
        }
        Ok(())
    }
}

impl Awake {
    fn handle(&mut self, command: Command) {
        let now = Moment::now();
        self.vigil.handled(command != Command::Tick, now.at);
        let Some(shell) = &mut self.shell else { return };
        if command == Command::Tick {
            shell.woken_at = shell.woken_at.filter(|at| *at > now.at);
        }
        for (socket, what) in shell.user.handle(command, now) {
            self.directory.tell_socket(socket, socket::Command::FromUser(what));
        }
        if let Some(at) = shell.user.wake_at(now).filter(|at| shell.woken_at.is_none_or(|woken| *at < woken)) {
            shell.woken_at = Some(at);
            self.directory.wake_at(Key::User(self.id), at);
        }
    }

    /// Whether the actor may end: nobody needs the user, or the user sleeps.
    fn is_done(&mut self, me: &ActorRef<Command>) -> bool {
        let (me, now) = ((me, self.vigil.handled), crate::clock::now());
        let Some(mut shell) = self.shell.take() else { return true };
        if shell.user.is_idle() && self.directory.retire_user(self.id, me) {
            return true;
        }
        if self.vigil.is_over(now) {
            shell.user.settle();
            match self.directory.rest_user(self.id, me, shell) {
                Ok(()) => return true,
                Err(awake) => shell = awake,
            }
        }
        if let Some(at) = self.vigil.look_at(now) {
            self.directory.wake_at(Key::User(self.id), at);
        }
        self.shell = Some(shell);
        false
    }
}
