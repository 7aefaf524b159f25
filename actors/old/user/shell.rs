//! A user's rules and what performing their effects needs: tells sockets. What is left of a user who sleeps; as nothing
//! that a user decides takes waiting, that is nearly always.

use std::{sync::Arc, time::Instant};

use super::{Command, rules::User};
use crate::{
    clock::Moment,
    directory::{Directory, Dozed, Key, Sleeper},
    protocol::UserId,
    socket,
};

/// The rules' state, and what performing effects needs.
pub(crate) struct Shell {
    pub(super) id: UserId,
    user: User,
    woken_at: Option<Instant>,
    pub(super) directory: Arc<Directory>,
}

impl Sleeper for Shell {
    type Message = Command;
    type Seed = ();

    fn seed(&self) {}

    fn doze(&mut self, command: Command) -> Dozed<Command> {
        self.handle(command, Moment::now());
        if self.is_idle() { Dozed::Ends } else { Dozed::Through }
    }
}

impl Shell {
    pub(crate) fn new(id: UserId, directory: Arc<Directory>) -> Self {
        Self { id, user: User::new(directory.settings.user), woken_at: None, directory }
    }

    /// Whether nobody needs the user.
    pub(super) fn is_idle(&self) -> bool {
        self.user.is_idle()
    }

    /// Takes a turn.
    pub(super) fn handle(&mut self, command: Command, now: Moment) {
        #[cfg(feature = "fault-injection")]
        assert_ne!(command, Command::Fault, "a fault was injected into this user");
        if command == Command::Tick {
            self.woken_at = self.woken_at.filter(|at| *at > now.at);
        }
        for (socket, what) in self.user.handle(command, now) {
            self.directory.tell_socket(socket, socket::Command::FromUser(what));
        }
        self.user.settle();
        if let Some(at) = self.user.wake_at(now).filter(|at| self.woken_at.is_none_or(|woken| *at < woken)) {
            self.woken_at = Some(at);
            self.directory.wake_at(Key::User(self.id), at);
        }
    }
}
