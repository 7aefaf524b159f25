//! The node's directory: which rooms, sockets and users are here, and how to reach them.
//!
//! Doors go through it, so that nobody holds an actor that may have been started anew. What an actor is told
//! while its successor is being started is kept; order holds per sender.

use std::{
    sync::Arc,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use dashmap::DashMap;
use ractor::{ActorCell, ActorId, ActorRef, ActorRuntime};
use tokio::sync::oneshot;

use crate::{
    metrics::Meters,
    node::{Ports, Settings},
    ports::RoomSettings,
    protocol::{NodeId, RoomId, UserId},
    room::{self, RoomRef, RoomToSocket, Seat, actor::RoomActor},
    socket::{self, SocketId, UserToSocket, actor::SocketActor},
    user::{self, UserRef, actor::UserActor},
};

mod roll;
mod tasks;
mod wheel;

use roll::Roll;
pub(crate) use tasks::Tasks;
pub(crate) use wheel::Wheel;

/// Everything on one node that can be addressed.
pub(crate) struct Directory {
    pub(crate) node: NodeId,
    pub(crate) settings: Settings,
    pub(crate) ports: Ports,
    /// What runs beside the actors; waited for at the end.
    pub(crate) tasks: Tasks,
    pub(crate) meters: Meters,
    rooms: Roll<RoomId, room::Command, RoomSettings>,
    users: Roll<UserId, user::Command, ()>,
    sockets: DashMap<SocketId, SocketEntry>,
    sockets_made: AtomicU64,
    draining: AtomicBool,
    wheel: Mutex<Wheel<Key>>,
    root: OnceLock<ActorCell>,
}

/// What can be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Socket(SocketId),
    User(UserId),
    Room(RoomId),
}

/// A socket, and what is to be done for it should its actor die.
struct SocketEntry {
    actor: ActorRef<socket::Command>,
    user: Option<UserId>,
    place: Option<(RoomId, Seat)>,
}

impl Directory {
    pub(crate) fn new(node: NodeId, settings: Settings, ports: Ports) -> Self {
        Self {
            node,
            settings,
            ports,
            tasks: Tasks::default(),
            meters: Meters::new(),
            rooms: Roll::default(),
            users: Roll::default(),
            sockets: DashMap::new(),
            sockets_made: AtomicU64::new(1),
            draining: AtomicBool::new(false),
            wheel: Mutex::new(Wheel::new(crate::clock::now())),
            root: OnceLock::new(),
        }
    }

    /// All actors started from now on have this supervisor.
    pub(crate) fn supervised_by(&self, root: ActorCell) {
        let _ = self.root.set(root); // a node starts once
    }

    pub(crate) fn room(self: &Arc<Self>, id: RoomId) -> RoomRef {
        RoomRef { id, directory: Arc::clone(self) }
    }

    pub(crate) fn user(self: &Arc<Self>, id: UserId) -> UserRef {
        UserRef { id, directory: Arc::clone(self) }
    }

    /// Tells a room; opens it if settings are given and it is not open.
    pub(crate) fn tell_room(self: &Arc<Self>, id: RoomId, settings: Option<RoomSettings>, command: room::Command) {
        let open = |settings: RoomSettings| self.spawn_room(id, settings);
        let outcome = self.rooms.tell(id, command, settings, open);
        if outcome.is_restarted() {
            self.room_restarted(id);
        }
    }

    /// Tells a user; opens them if need be.
    pub(crate) fn tell_user(self: &Arc<Self>, id: UserId, command: user::Command) {
        let outcome = self.users.tell(id, command, Some(()), |()| self.spawn_user(id));
        if outcome.is_restarted() {
            self.user_restarted(id);
        }
    }

    /// Tells a socket, if it is still here.
    pub(crate) fn tell_socket(&self, id: SocketId, command: socket::Command) {
        if let Some(entry) = self.sockets.get(&id) {
            let _ = entry.actor.send_message(command); // a dead one is being mourned by the node
        }
    }

    fn spawn_room(self: &Arc<Self>, id: RoomId, settings: RoomSettings) -> Option<ActorRef<room::Command>> {
        let opening = room::actor::Opening { id, settings, directory: Arc::clone(self) };
        spawned(ActorRuntime::spawn_linked_instant(None, RoomActor, opening, self.root.get()?.clone()))
    }

    fn spawn_user(self: &Arc<Self>, id: UserId) -> Option<ActorRef<user::Command>> {
        spawned(ActorRuntime::spawn_linked_instant(None, UserActor, (id, Arc::clone(self)), self.root.get()?.clone()))
    }

    /// Starts a socket's actor; it is in the directory before it handles anything.
    pub(crate) fn open_socket(
        self: &Arc<Self>,
        opening: impl FnOnce(SocketId) -> socket::actor::Opening,
    ) -> Option<SocketId> {
        let id = SocketId(self.sockets_made.fetch_add(1, Ordering::Relaxed));
        let root = self.root.get()?.clone();
        // Holding the entry makes the actor's first look at the directory wait until it stands there.
        let vacant = self.sockets.entry(id);
        let actor = spawned(ActorRuntime::spawn_linked_instant(None, SocketActor, opening(id), root))?;
        vacant.insert(SocketEntry { actor, user: None, place: None });
        Some(id)
    }

    /// Notes whose a socket is, and where.
    pub(crate) fn place_socket(&self, id: SocketId, user: Option<UserId>, place: Option<(RoomId, Seat)>) {
        if let Some(mut entry) = self.sockets.get_mut(&id) {
            entry.user = user;
            entry.place = place;
        }
    }

    pub(crate) fn forget_socket(&self, id: SocketId) {
        self.sockets.remove(&id);
    }

    /// Takes an idle room off the roll; `false` if another actor stands there by now.
    pub(crate) fn retire_room(&self, id: RoomId, me: &ActorRef<room::Command>) -> bool {
        self.rooms.retire(id, me)
    }

    /// Takes an idle user off the roll; `false` if another actor stands there by now.
    pub(crate) fn retire_user(&self, id: UserId, me: &ActorRef<user::Command>) -> bool {
        self.users.retire(id, me)
    }

    /// An actor died of a panic: it is started anew, and whoever waits for it is told. Rare, so a scan is fine.
    pub(crate) fn mourn(self: &Arc<Self>, dead: ActorId) {
        if let Some(room) = self.rooms.restart(dead, |id, settings| self.spawn_room(id, settings)) {
            return self.room_restarted(room);
        }
        if let Some(user) = self.users.restart(dead, |id, ()| self.spawn_user(id)) {
            return self.user_restarted(user);
        }
        let lost = self.sockets.iter().find(|entry| entry.actor.get_id() == dead).map(|entry| *entry.key());
        if let Some((id, entry)) = lost.and_then(|id| self.sockets.remove(&id)) {
            if let Some((room, seat)) = entry.place {
                self.room(room).tell(room::Command::SocketLost(seat));
            }
            if let Some(user) = entry.user {
                self.user(user).tell(user::Command::Detached { socket: id });
            }
        }
    }

    fn room_restarted(&self, room: RoomId) {
        let here = self.sockets.iter().filter(|entry| entry.place.is_some_and(|(at, _)| at == room));
        for entry in here {
            let _ = entry.actor.send_message(RoomToSocket::Restarted(room).into()); // a dead one is being mourned
        }
    }

    fn user_restarted(&self, user: UserId) {
        for entry in self.sockets.iter().filter(|entry| entry.user == Some(user)) {
            let _ = entry.actor.send_message(socket::Command::FromUser(UserToSocket::Restarted)); // likewise
        }
    }

    /// Asks for a tick at that time, or a little after.
    pub(crate) fn wake_at(&self, key: Key, at: Instant) {
        self.wheel.lock().unwrap_or_else(PoisonError::into_inner).schedule(key, at);
    }

    /// Sends the ticks that are due.
    pub(crate) fn wake(self: &Arc<Self>, now: Instant) {
        let due = self.wheel.lock().unwrap_or_else(PoisonError::into_inner).advance(now);
        for key in due {
            match key {
                Key::Socket(id) => self.tell_socket(id, socket::Command::Tick),
                Key::Room(id) => self.room(id).tell(room::Command::Tick),
                Key::User(id) => self.users.tell_if_open(id, user::Command::Tick),
            }
        }
    }

    pub(crate) fn sockets(&self) -> Vec<SocketId> {
        self.sockets.iter().map(|entry| *entry.key()).collect()
    }

    pub(crate) fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Sockets, users and rooms on this node.
    pub(crate) fn population(&self) -> (usize, usize, usize) {
        (self.sockets.len(), self.users.len(), self.rooms.len())
    }

    /// Tells the gauges how much of each noun there is.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no node has 2^52 sockets")]
    pub(crate) fn measure(&self) {
        let (sockets, users, rooms) = self.population();
        self.meters.sockets.set(sockets as f64);
        self.meters.users.set(users as f64);
        self.meters.rooms.set(rooms as f64);
    }

    /// Asks every room to say when everything told before is done.
    pub(crate) fn sync_rooms(&self) -> Vec<oneshot::Receiver<()>> {
        self.rooms.tell_all(crate::node::sync)
    }

    /// Makes the newest socket of this user panic.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn fault_socket_of(&self, user: UserId) {
        let theirs = self.sockets.iter().filter(|entry| entry.user == Some(user));
        if let Some(newest) = theirs.max_by_key(|entry| *entry.key()) {
            let _ = newest.actor.send_message(socket::Command::Fault); // it may be ending
        }
    }

    /// Mailboxes are emptied, then their actors end.
    pub(crate) fn drain_all(&self) {
        self.rooms.drain();
        self.users.drain();
    }
}

type Spawned<M> = Result<
    (ActorRef<M>, tokio::task::JoinHandle<Result<tokio::task::JoinHandle<()>, ractor::SpawnErr>>),
    ractor::SpawnErr,
>;

/// Unnamed actors always start; should that ever change, nobody is told anything, and the log says why.
fn spawned<M>(spawned: Spawned<M>) -> Option<ActorRef<M>> {
    spawned.map(|(actor, _)| actor).map_err(|why| tracing::error!(%why, "an actor could not be started")).ok()
}
