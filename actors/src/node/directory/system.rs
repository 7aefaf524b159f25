//! Routes the output of turns to cells, and runs cells of each kind.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use ractor::ActorCell;

use super::{BUFFERS, BUFFERS_KEPT, Directory, Ready, lock};
use crate::{
    clock::Moment,
    executor::{Claimed, During, Failure, Home, Posted, Registry, Rest, Run, System, Turn, execute, relieve, wait},
    messages::{Key, To},
    ports::Later,
    protocol::{RoomId, SocketId, UserId},
    room::RoomTurn,
    socket::SocketTurn,
    user::UserTurn,
};

impl System for Directory {
    type Out = To;
    type Ready = Ready;

    fn post(self: &Arc<Self>, to: To, run: &mut Run<Self>) {
        match to {
            To::Socket(id, message) => run.posted(id, self.sockets.post(&id, message, run.now.at)),
            To::Room(id, message) => {
                let posted = self.rooms.post(&id, message, run.now.at);
                match posted {
                    // The fact must reach the ledger: if the room has ended, it is opened again.
                    Posted::Absent(fact) if fact.is_fact() => self.open_room(id, self.unknown_room(), fact, run),
                    Posted::Queued | Posted::Claimed(..) | Posted::Full(_) | Posted::Absent(_) => {
                        run.posted(id, posted)
                    }
                }
            }
            To::OpenRoom(id, settings, message) => self.open_room(id, settings, message, run),
            To::User(id, message) => {
                let posted = self.users.post(&id, message, run.now.at);
                run.posted(id, posted);
            }
            To::StartUser(id, message) => self.start_user(id, message, run),
            To::Lost(key) => self.lost(key, run),
            To::Wake(key, at) => lock(&self.timers).schedule(key, at),
            To::Aside(task) => {
                let directory = Arc::clone(self);
                self.tasks.spawn(async move {
                    match AssertUnwindSafe(task).catch_unwind().await {
                        Ok(to) => directory.deliver(to),
                        Err(panic) => {
                            let at = directory.now().at;
                            directory.failed(Failure::of("task", String::new(), (During::Aside, &*panic), at));
                        }
                    }
                });
            }
        }
    }

    fn execute(self: &Arc<Self>, ready: Ready, run: &mut Run<Self>) {
        match ready {
            Ready::Room(claimed) => execute::<Self, RoomTurn>(self, claimed, run),
            Ready::Socket(claimed) => execute::<Self, SocketTurn>(self, claimed, run),
            Ready::User(claimed) => execute::<Self, UserTurn>(self, claimed, run),
        }
    }

    fn now(&self) -> Moment {
        self.ports.clock.now()
    }

    fn budget(&self) -> Duration {
        self.settings.node.turn_budget
    }

    fn rest_after(&self) -> Duration {
        self.settings.node.rest_after
    }

    fn supervisor(&self) -> Option<ActorCell> {
        self.root.get().cloned()
    }

    fn failed(&self, failure: Failure) {
        tracing::error!(kind = failure.kind, key = failure.key, during = ?failure.during, reason = failure.reason, "a cell or a task has panicked");
        self.meters.restarts.increment(1);
        self.failures.record(failure);
    }

    fn relieve(self: &Arc<Self>, rest: Rest<Self>) {
        relieve(self, rest);
    }

    fn buffers(&self) -> Run<Self> {
        BUFFERS.take().unwrap_or_else(|| Run::new(self.now()))
    }

    fn keep_buffers(&self, run: Run<Self>) {
        if run.capacity() <= BUFFERS_KEPT {
            BUFFERS.set(Some(run));
        }
    }
}

impl Home<RoomTurn> for Directory {
    type Key = RoomId;
    const KIND: &'static str = "room";

    fn cells(&self) -> &Registry<RoomId, RoomTurn> {
        &self.rooms
    }

    fn ready(claimed: Claimed<RoomId, RoomTurn>) -> Ready {
        Ready::Room(claimed)
    }

    fn lost(key: RoomId) -> To {
        To::Lost(Key::Room(key))
    }

    fn wait(self: &Arc<Self>, key: <Self as Home<RoomTurn>>::Key, answer: Later<<RoomTurn as Turn>::Message>) {
        wait::<Self, RoomTurn>(self, key, answer);
    }
}

impl Home<SocketTurn> for Directory {
    type Key = SocketId;
    const KIND: &'static str = "socket";

    fn cells(&self) -> &Registry<SocketId, SocketTurn> {
        &self.sockets
    }

    fn ready(claimed: Claimed<SocketId, SocketTurn>) -> Ready {
        Ready::Socket(claimed)
    }

    fn lost(key: SocketId) -> To {
        To::Lost(Key::Socket(key))
    }

    fn wait(self: &Arc<Self>, key: <Self as Home<SocketTurn>>::Key, answer: Later<<SocketTurn as Turn>::Message>) {
        wait::<Self, SocketTurn>(self, key, answer);
    }
}

impl Home<UserTurn> for Directory {
    type Key = UserId;
    const KIND: &'static str = "user";

    fn cells(&self) -> &Registry<UserId, UserTurn> {
        &self.users
    }

    fn ready(claimed: Claimed<UserId, UserTurn>) -> Ready {
        Ready::User(claimed)
    }

    fn lost(key: UserId) -> To {
        To::Lost(Key::User(key))
    }

    fn wait(self: &Arc<Self>, key: <Self as Home<UserTurn>>::Key, answer: Later<<UserTurn as Turn>::Message>) {
        wait::<Self, UserTurn>(self, key, answer);
    }
}
