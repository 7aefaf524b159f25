//! The cells of all rooms, sockets and users of this node, and the routing of messages to them.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use ractor::ActorCell;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use super::{Population, Ports, incarnation, servers::Servers, socket_id};
use crate::{
    clock::Moment,
    executor::{Claimed, Failures, Registry, Run, Timers, deliver},
    ledger::{ClosedRoom, Ledger, Push, Pushed},
    messages::{Key, To, room as room_messages, socket as socket_messages, user as user_messages},
    metrics::Meters,
    ports::{Placement, Revocation, RoomSettings},
    protocol::{Epoch, NodeId, RoomId, SessionId, SocketId, UserId, media::Host},
    room::{self, RoomTurn},
    settings::{Settings, UserLimits},
    socket::{self, SocketTurn},
    user::UserTurn,
};

mod cells;
mod closed;
mod recent;
mod shared;
mod system;

use closed::ClosedRooms;
use recent::Recent;

/// Every addressable cell of one node, and their shared state.
pub(crate) struct Directory {
    /// The node's name for operators.
    pub(crate) name: NodeId,
    /// The node's name in the ledger.
    pub(crate) id: NodeId,
    pub(crate) settings: Settings,
    pub(crate) ports: Ports,
    pub(crate) meters: Arc<Meters>,
    /// Tasks beside the cells; a drain waits for them.
    pub(crate) tasks: TaskTracker,
    pub(crate) failures: Failures,
    pub(crate) sockets_env: Arc<socket::Env>,
    pub(super) users_limits: Arc<UserLimits>,
    pub(super) rooms_env: Arc<room::Env>,
    /// The node's view of media servers.
    pub(super) media_servers: Servers,
    /// No media server is heard: rooms of mode `sfu` have none.
    pub(super) lacks_media: AtomicBool,
    /// Chat can be neither stored nor read.
    pub(super) lacks_history: AtomicBool,
    rooms: Registry<RoomId, RoomTurn>,
    sockets: Registry<SocketId, SocketTurn>,
    users: Registry<UserId, UserTurn>,
    timers: Mutex<Timers<Key>>,
    /// Recently closed rooms: a join that looked its room up before is refused.
    closed: ClosedRooms,
    /// Recently revoked tokens: a socket that was authenticated before is closed.
    revoked: Recent<Revocation>,
    sockets_made: AtomicU64,
    epoch: AtomicU64,
    draining: AtomicBool,
    /// The lease is about to expire, or has expired: nothing is delivered until it is renewed.
    pub(super) fenced: AtomicBool,
    /// How often the lease's holder still panics when it starts.
    #[cfg(feature = "fault-injection")]
    pub(super) lease_start_faults: std::sync::atomic::AtomicU32,
    root: OnceLock<ActorCell>,
    /// The runtime on which turns run.
    runtime: Handle,
}

/// A claimed cell of one of the three kinds.
pub(crate) enum Ready {
    Room(Claimed<RoomId, RoomTurn>),
    Socket(Claimed<SocketId, SocketTurn>),
    User(Claimed<UserId, UserTurn>),
}

thread_local! {
    /// A thread's buffers between two runs.
    static BUFFERS: RefCell<Option<Run<Directory>>> = const { RefCell::new(None) };
}

/// Capacity that a thread's buffers keep.
const BUFFERS_KEPT: usize = 1_024;

impl Directory {
    pub(super) fn new(name: NodeId, settings: Settings, ports: Ports) -> Self {
        let now = ports.clock.now();
        let id = incarnation(&name, now.unix_ms, ports.entropy.bits());
        let meters = Arc::new(Meters::new());
        let rooms_env = Arc::new(shared::by_rooms(&id, &settings, &ports));
        let sockets_env = Arc::new(shared::by_sockets(&name, &settings, &ports, (&meters, now.at)));
        Self {
            name,
            id,
            settings,
            meters,
            tasks: TaskTracker::new(),
            failures: Failures::default(),
            sockets_env,
            users_limits: Arc::new(settings.user),
            rooms_env,
            media_servers: Servers::default(),
            lacks_media: AtomicBool::new(false),
            lacks_history: AtomicBool::new(false),
            rooms: Registry::new(settings.mailboxes.room_max),
            sockets: Registry::new(settings.mailboxes.socket_max),
            users: Registry::new(settings.mailboxes.user_max),
            timers: Mutex::new(Timers::new(now.at)),
            closed: ClosedRooms::default(),
            revoked: Recent::default(),
            sockets_made: AtomicU64::new(1),
            epoch: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            fenced: AtomicBool::new(false),
            #[cfg(feature = "fault-injection")]
            lease_start_faults: 0.into(),
            root: OnceLock::new(),
            runtime: Handle::current(),
            ports,
        }
    }

    pub(super) fn supervised_by(&self, root: ActorCell) {
        let _ = self.root.set(root); // a node starts once
    }

    pub(crate) fn now(&self) -> Moment {
        self.ports.clock.now()
    }

    pub(super) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub(crate) fn ledger(&self) -> &dyn Ledger {
        &*self.ports.ledger
    }

    /// Posts messages and runs their cells, on this thread, which must be one of the node's runtime.
    pub(crate) fn deliver(self: &Arc<Self>, told: impl IntoIterator<Item = To>) {
        deliver(self, told);
    }

    /// Posts messages from any thread: if it is not of the node's runtime (the admin listener's), turns still run there.
    pub(crate) fn tell(self: &Arc<Self>, to: To) {
        if Handle::try_current().is_ok_and(|here| here.id() == self.runtime.id()) {
            return self.deliver([to]);
        }
        let directory = Arc::clone(self);
        self.tasks.spawn_on(async move { directory.deliver([to]) }, &self.runtime);
    }

    pub(super) fn tell_pushes(self: &Arc<Self>, pushes: Vec<Push>) {
        for push in pushes {
            if let Pushed::Unhosted(host, peer) = push.what {
                self.unhost(push.room, &host, peer); // also where nobody of the room is here
                continue;
            }
            self.tell(To::Room(push.room, room_messages::Message::Pushed(Box::new(push))));
        }
    }

    /// A seat, or the last one, was freed by this node: what it had at the media server is deleted.
    fn unhost(&self, room: RoomId, host: &Host, peer: Option<SessionId>) {
        let at = Placement { server: Arc::clone(&host.server), instance: Arc::clone(&host.instance) };
        match peer {
            Some(peer) => self.ports.media.delete_peer(room, at, peer),
            None => self.ports.media.delete_room(room, at, None),
        }
    }

    /// Sends to every room on this node, in batches.
    pub(super) async fn tell_rooms(self: &Arc<Self>, message: impl Fn() -> room_messages::Message) {
        for rooms in self.rooms.keys().chunks(TOGETHER) {
            self.deliver(rooms.iter().map(|room| To::Room(*room, message())));
            tokio::task::yield_now().await;
        }
    }

    /// Where the media of rooms here is.
    pub(super) fn hosted(&self) -> BTreeMap<RoomId, room_messages::Whereabouts> {
        let mut hosted = lock(&self.rooms_env.hosted);
        hosted.retain(|room, _| self.rooms.with(room, |_| ()).is_some());
        hosted.clone()
    }

    /// Sends to every socket on this node, in batches.
    pub(super) async fn tell_sockets(self: &Arc<Self>, message: impl Fn() -> socket_messages::Message) {
        for sockets in self.sockets.keys().chunks(TOGETHER) {
            self.deliver(sockets.iter().map(|socket| To::Socket(*socket, message())));
            tokio::task::yield_now().await;
        }
    }

    /// The same from any thread, and to all of them even if the caller gives up.
    pub(super) async fn tell_sockets_from_anywhere(
        self: &Arc<Self>,
        message: impl Fn() -> socket_messages::Message + Send + 'static,
    ) {
        let directory = Arc::clone(self);
        let telling = self.tasks.spawn_on(async move { directory.tell_sockets(message).await }, &self.runtime);
        let _ = telling.await; // fails only if the runtime ends
    }

    /// Sends to every user with a socket on this node, in batches.
    pub(super) async fn tell_users(self: &Arc<Self>, message: impl Fn() -> user_messages::Message) {
        for users in self.users.keys().chunks(TOGETHER) {
            self.deliver(users.iter().map(|user| To::User(user.clone(), message())));
            tokio::task::yield_now().await;
        }
    }

    /// Sends the ticks that are due, in batches: hundreds of pings at once would delay the next signals of all clients.
    pub(super) async fn send_ticks(self: &Arc<Self>, now: Instant) {
        let due = lock(&self.timers).advance(now);
        for keys in due.chunks(TOGETHER) {
            self.deliver(keys.iter().map(|key| match key.clone() {
                Key::Room(id) => To::Room(id, room_messages::Message::Tick),
                Key::Socket(id) => To::Socket(id, socket_messages::Message::Tick),
                Key::User(id) => To::User(id, user_messages::Message::Tick),
            }));
            if due.len() > TOGETHER {
                tokio::task::yield_now().await;
            }
        }
    }

    pub(super) fn next_socket(&self) -> SocketId {
        socket_id(self.sockets_made.fetch_add(1, Ordering::Relaxed))
    }

    /// Marks a room as closed: joins by settings that are not newer are refused.
    pub(super) fn note_closed(&self, ClosedRoom { room, revision }: ClosedRoom) {
        self.closed.note(room, revision, self.now().at);
    }

    /// Marks a room as closed until [`note_closed`](Self::note_closed).
    pub(super) fn note_closing(&self, ClosedRoom { room, revision }: ClosedRoom) {
        self.closed.note_closing(room, revision);
    }

    /// Marks tokens as revoked: sockets that were authenticated before are closed when they are attached to their user.
    pub(super) fn note_revoked(&self, revocation: Revocation) {
        self.revoked.note(revocation, self.now().at);
    }

    /// A room that was reopened may be joined at once.
    pub(super) fn note_changed(&self, room: RoomId, settings: &RoomSettings) {
        if settings.active {
            self.closed.opened(room, settings.revision);
        }
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epoch.load(Ordering::Acquire)
    }

    /// Records the ledger's epoch; returns whether it is newer than the known one, and not the first.
    pub(super) fn note_epoch(&self, epoch: Epoch) -> bool {
        self.epoch.fetch_max(epoch, Ordering::AcqRel) < epoch
    }

    pub(super) fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    pub(super) const fn rooms(&self) -> &Registry<RoomId, RoomTurn> {
        &self.rooms
    }

    pub(super) const fn sockets(&self) -> &Registry<SocketId, SocketTurn> {
        &self.sockets
    }

    pub(super) const fn users(&self) -> &Registry<UserId, UserTurn> {
        &self.users
    }

    pub(crate) fn population(&self) -> Population {
        Population { sockets: self.sockets.len(), users: self.users.len(), rooms: self.rooms.len() }
    }

    pub(crate) fn active(&self) -> Population {
        Population { sockets: self.sockets.active(), users: self.users.active(), rooms: self.rooms.active() }
    }

    /// Sets the gauges.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no node has 2^52 sockets")]
    pub(super) fn measure(&self) {
        let meters = &self.meters;
        meters.measure(&self.ports.bytes, self.fenced.load(Ordering::Acquire), self.is_draining());
        let (here, active) = (self.population(), self.active());
        for (gauge, count) in [&meters.sockets, &meters.users, &meters.rooms].into_iter().zip(here.counts()) {
            gauge.set(count as f64);
        }
        for (gauge, count) in meters.active.iter().zip(active.counts()) {
            gauge.set(count as f64);
        }
    }
}

/// Messages delivered before other tasks of the thread run.
const TOGETHER: usize = 8;

/// A panic elsewhere leaves these indexes consistent: each change to them is one call.
fn lock<T>(index: &Mutex<T>) -> MutexGuard<'_, T> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}
