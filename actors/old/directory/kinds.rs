//! How rooms, users and sockets begin, and how their actors are started.

use std::sync::Arc;

use ractor::{Actor, ActorRef, ActorRuntime};

use super::{Directory, slot::Kind};
use crate::{
    clock,
    ports::RoomSettings,
    protocol::{RoomId, UserId},
    room, socket, user,
};

/// A room with this id.
pub(super) struct ARoom<'a>(pub(super) &'a Arc<Directory>, pub(super) RoomId);

/// A user with this id.
pub(super) struct AUser<'a>(pub(super) &'a Arc<Directory>, pub(super) UserId);

/// A socket.
pub(super) struct ASocket<'a>(pub(super) &'a Directory);

impl Kind<ActorRef<room::Command>, room::shell::Shell> for ARoom<'_> {
    fn begin(&self, settings: RoomSettings) -> Option<Box<room::shell::Shell>> {
        Some(Box::new(room::shell::Shell::new(self.1, settings, Arc::clone(self.0), clock::now())))
    }

    fn wake(&self, shell: Box<room::shell::Shell>) -> Option<ActorRef<room::Command>> {
        self.0.start(room::actor::RoomActor, shell)
    }
}

impl Kind<ActorRef<user::Command>, user::shell::Shell> for AUser<'_> {
    fn begin(&self, (): ()) -> Option<Box<user::shell::Shell>> {
        Some(Box::new(user::shell::Shell::new(self.1, Arc::clone(self.0))))
    }

    fn wake(&self, shell: Box<user::shell::Shell>) -> Option<ActorRef<user::Command>> {
        self.0.start(user::actor::UserActor, shell)
    }
}

impl Kind<ActorRef<socket::Command>, socket::shell::Shell> for ASocket<'_> {
    /// Its connection died with it: the client comes back with a new one.
    fn begin(&self, _: socket::shell::Placed) -> Option<Box<socket::shell::Shell>> {
        None
    }

    fn wake(&self, shell: Box<socket::shell::Shell>) -> Option<ActorRef<socket::Command>> {
        self.0.start(socket::actor::SocketActor, shell)
    }
}

impl Directory {
    /// Unnamed actors always start; should that ever change, nobody is told anything, and the log says why.
    fn start<A: Actor>(&self, actor: A, shell: A::Arguments) -> Option<ActorRef<A::Msg>> {
        let started = ActorRuntime::spawn_linked_instant(None, actor, shell, self.root.get()?.clone());
        started.map(|(actor, _)| actor).map_err(|why| tracing::error!(%why, "an actor could not be started")).ok()
    }
}
