//! The node's directory: which rooms, sockets and users are here, and how to reach them.
//!
//! Doors go through it, so that nobody holds an actor that may have been started anew, or sleeps. What an actor is told
//! while its successor is being started is kept; order holds per sender.

use std::{
    sync::Arc,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use ractor::{ActorCell, ActorId, ActorRef};
use tokio::sync::oneshot;

use crate::{
    metrics::Meters,
    node::{Ports, Settings},
    ports::RoomSettings,
    protocol::{NodeId, RoomId, UserId},
    room::{self, RoomRef, RoomToSocket},
    socket::{self, SocketId, UserToSocket},
    user::{self, UserRef},
};

mod kinds;
mod roll;
mod slot;
mod tasks;
mod vigil;
mod wheel;

use kinds::{ARoom, ASocket, AUser};
use roll::Roll;
pub(crate) use slot::{Dozed, Sleeper};
use slot::{Kind, Told};
pub(crate) use tasks::Tasks;
pub(crate) use vigil::Vigil;
pub(crate) use wheel::{SLOT, Wheel};

/// Everything on one node that can be addressed.
pub(crate) struct Directory {
    pub(crate) node: NodeId,
    pub(crate) settings: Settings,
    pub(crate) ports: Ports,
    /// What runs beside the actors; waited for at the end.
    pub(crate) tasks: Tasks,
    pub(crate) meters: Meters,
    /// The bounds of one socket, shared by all.
    pub(crate) socket_limits: Arc<socket::Limits>,
    rooms: Roll<RoomId, room::Command, room::shell::Shell>,
    users: Roll<UserId, user::Command, user::shell::Shell>,
    sockets: Roll<SocketId, socket::Command, socket::shell::Shell>,
    sockets_made: AtomicU64,
    draining: AtomicBool,
    wheel: Mutex<Wheel<Key>>,
    root: OnceLock<ActorCell>,
}

/// Ticks sent before everybody else has a turn.
const TICKS_TOGETHER: usize = 8;

/// What can be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Socket(SocketId),
    User(UserId),
    Room(RoomId),
}

impl Directory {
    pub(crate) fn new(node: NodeId, settings: Settings, ports: Ports) -> Self {
        Self {
            node,
            socket_limits: Arc::new(settings.socket),
            settings,
            ports,
            tasks: Tasks::default(),
            meters: Meters::new(),
            rooms: Roll::default(),
            users: Roll::default(),
            sockets: Roll::default(),
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
        match self.rooms.tell(id, command, settings, &ARoom(self, id)) {
            Told::Plainly | Told::Died(_) => return,
            Told::Restarted => {}
            Told::Revived => self.revived("room"),
        }
        self.room_restarted(id);
    }

    /// Tells a user; lets them begin if need be.
    pub(crate) fn tell_user(self: &Arc<Self>, id: UserId, command: user::Command) {
        let begins = !matches!(command, user::Command::Tick);
        match self.users.tell(id, command, begins.then_some(()), &AUser(self, id)) {
            Told::Plainly | Told::Died(()) => return,
            Told::Restarted => {}
            Told::Revived => self.revived("user"),
        }
        self.user_restarted(id);
    }

    /// Tells a socket, if it is still here.
    pub(crate) fn tell_socket(self: &Arc<Self>, id: SocketId, command: socket::Command) {
        if let Told::Died(seed) = self.sockets.tell(id, command, None, &ASocket(self)) {
            tracing::error!(socket = id.0, "a socket panicked in its sleep; its connection is cut");
            self.sockets.remove(id);
            self.bury(id, seed);
        }
    }

    fn revived(&self, what: &str) {
        tracing::error!(what, "it panicked in its sleep and begins anew");
        self.meters.restarts.increment(1);
    }

    /// Opens a socket; it is in the directory before it hears anything.
    pub(crate) fn open_socket(
        self: &Arc<Self>,
        credential: socket::Credential,
        shell: impl FnOnce(SocketId) -> socket::shell::Shell,
    ) -> SocketId {
        let id = SocketId(self.sockets_made.fetch_add(1, Ordering::Relaxed));
        self.sockets.enter(id, Box::new(shell(id)));
        self.tell_socket(id, socket::Command::Opened(credential));
        id
    }

    /// Notes whose a socket is, and where.
    pub(crate) fn place_socket(&self, id: SocketId, placed: socket::shell::Placed) {
        self.sockets.note(id, placed);
    }

    pub(crate) fn forget_socket(&self, id: SocketId) {
        self.sockets.remove(id);
    }

    /// Lets a room sleep that has handled so many messages.
    ///
    /// # Errors
    /// Its state, if there is more to do; so for users and sockets.
    pub(crate) fn rest_room(
        &self,
        id: RoomId,
        me: (&ActorRef<room::Command>, u64),
        shell: Box<room::shell::Shell>,
    ) -> Result<(), Box<room::shell::Shell>> {
        self.rooms.rest(id, me, shell)
    }

    pub(crate) fn rest_user(
        &self,
        id: UserId,
        me: (&ActorRef<user::Command>, u64),
        shell: Box<user::shell::Shell>,
    ) -> Result<(), Box<user::shell::Shell>> {
        self.users.rest(id, me, shell)
    }

    pub(crate) fn rest_socket(
        &self,
        id: SocketId,
        me: (&ActorRef<socket::Command>, u64),
        shell: Box<socket::shell::Shell>,
    ) -> Result<(), Box<socket::shell::Shell>> {
        self.sockets.rest(id, me, shell)
    }

    /// An actor died of a panic: it is started anew, and whoever waits for it is told. Rare, so a scan is fine.
    pub(crate) fn mourn(self: &Arc<Self>, dead: ActorId) {
        if let Some(room) = self.rooms.restart(dead, |id, settings| ARoom(self, id).begin(settings)) {
            return self.room_restarted(room);
        }
        if let Some(user) = self.users.restart(dead, |id, ()| AUser(self, id).begin(())) {
            return self.user_restarted(user);
        }
        if let Some(id) = self.sockets.find(dead)
            && let Some(seed) = self.sockets.remove(id)
        {
            self.bury(id, seed);
        }
    }

    /// A socket has died and is off the roll: its connection is cut, and its seat is kept for the window.
    fn bury(self: &Arc<Self>, id: SocketId, (user, place): socket::shell::Placed) {
        if let Some((room, seat)) = place {
            self.room(room).tell(room::Command::SocketLost(seat));
        }
        if let Some(user) = user {
            self.user(user).tell(user::Command::Detached { socket: id });
        }
    }

    fn room_restarted(self: &Arc<Self>, room: RoomId) {
        for socket in self.sockets.keys_where(|(_, place)| place.is_some_and(|(at, _)| at == room)) {
            self.tell_socket(socket, RoomToSocket::Restarted(room).into());
        }
    }

    fn user_restarted(self: &Arc<Self>, user: UserId) {
        for socket in self.sockets.keys_where(|(whose, _)| whose == Some(user)) {
            self.tell_socket(socket, socket::Command::FromUser(UserToSocket::Restarted));
        }
    }

    /// Asks for a tick at that time, or a little after.
    pub(crate) fn wake_at(&self, key: Key, at: Instant) {
        self.wheel.lock().unwrap_or_else(PoisonError::into_inner).schedule(key, at);
    }

    /// Sends the ticks that are due, a few at a time: sleepers write their pings and acks at once, and hundreds of writes in
    /// one go would stand before everybody's next signal.
    pub(crate) async fn wake(self: &Arc<Self>, now: Instant) {
        let due = self.wheel.lock().unwrap_or_else(PoisonError::into_inner).advance(now);
        for (n, key) in due.into_iter().enumerate() {
            if n % TICKS_TOGETHER == TICKS_TOGETHER - 1 {
                tokio::task::yield_now().await;
            }
            match key {
                Key::Socket(id) => self.tell_socket(id, socket::Command::Tick),
                Key::Room(id) => self.room(id).tell(room::Command::Tick),
                Key::User(id) => self.tell_user(id, user::Command::Tick),
            }
        }
    }

    pub(crate) fn sockets(&self) -> Vec<SocketId> {
        self.sockets.keys()
    }

    pub(crate) fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Sockets on this node.
    pub(crate) fn sockets_here(&self) -> usize {
        self.sockets.len()
    }

    /// Sockets, users and rooms on this node.
    pub(crate) fn population(&self) -> (usize, usize, usize) {
        (self.sockets.len(), self.users.len(), self.rooms.len())
    }

    /// Those of them that sleep.
    pub(crate) fn asleep(&self) -> (usize, usize, usize) {
        (self.sockets.asleep(), self.users.asleep(), self.rooms.asleep())
    }

    /// Tells the gauges how much of each noun there is.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no node has 2^52 sockets")]
    pub(crate) fn measure(&self) {
        self.meters.measure();
        let (sockets, users, rooms) = self.population();
        self.meters.sockets.set(sockets as f64);
        self.meters.users.set(users as f64);
        self.meters.rooms.set(rooms as f64);
        let (sockets, users, rooms) = self.asleep();
        self.meters.sockets_asleep.set(sockets as f64);
        self.meters.users_asleep.set(users as f64);
        self.meters.rooms_asleep.set(rooms as f64);
    }

    /// Asks every room to say when everything told before is done.
    pub(crate) fn sync_rooms(&self) -> Vec<oneshot::Receiver<()>> {
        self.rooms.tell_all(crate::node::sync)
    }

    /// Makes the newest socket of this user panic.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn fault_socket_of(self: &Arc<Self>, user: UserId) {
        let theirs = self.sockets.keys_where(|(whose, _)| whose == Some(user));
        if let Some(newest) = theirs.into_iter().max() {
            self.tell_socket(newest, socket::Command::Fault);
        }
    }

    /// Mailboxes are emptied, then their actors end.
    pub(crate) fn drain_all(&self) {
        self.rooms.drain();
        self.users.drain();
    }
}
