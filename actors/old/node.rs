//! A node: everything on one machine that belongs to the system, as one value. Ten of them can live in one test.
//!
//! `NodeRef` is the door for the edge: sockets come in here, REST talks to rooms and users through here. Supervision
//! is in `root`, time and the lease in `actor`, the way out in `drain`. Knows neither SQL nor HTTP.

use std::{sync::Arc, time::Duration};

use crate::{
    directory::Directory,
    ledger::{self, Ledger},
    ports::{IceServers, Rooms, Unavailable, Verifier, Wire},
    protocol::{Close, LeaveReason, Member, NodeId, RoomId, UserId},
    room,
    socket::{self, Credential, Intake, Line},
    user,
};

mod actor;
mod drain;
mod root;

pub use drain::Drain;
pub(crate) use drain::sync;

/// What the node does without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Bounds of one socket.
    pub socket: socket::Limits,
    /// Bounds of one room.
    pub room: room::Limits,
    /// Bounds of one user.
    pub user: user::Limits,
    /// How long a lost socket's seat is kept unless the room says otherwise; said in `welcome`.
    pub seat_window: Duration,
    /// Sockets at once; memory is bounded by it.
    pub sockets_max: usize,
    /// How long a room says nothing before it lies still, and an actor has nothing to wait for before it ends: its state
    /// stays, its task and mailbox go (design §2).
    pub rest_after: Duration,
    /// How long the node's lease lasts without being renewed.
    pub lease: Duration,
    /// How often it is renewed; a third of the lease, so that two failures in a row do no harm.
    pub renew_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            socket: socket::Limits::default(),
            room: room::Limits::default(),
            user: user::Limits::default(),
            seat_window: Duration::from_secs(5),
            sockets_max: 100_000,
            rest_after: Duration::from_millis(250),
            lease: Duration::from_secs(6),
            renew_every: Duration::from_secs(2),
        }
    }
}

/// What the node needs from outside.
pub struct Ports {
    /// Who is in which room, and what each was sent.
    pub ledger: Arc<dyn Ledger>,
    /// Who a token says is there.
    pub verifier: Arc<dyn Verifier>,
    /// What the database knows of rooms.
    pub rooms: Arc<dyn Rooms>,
    /// STUN and TURN servers.
    pub ice: Arc<dyn IceServers>,
}

/// The door of a node. Cheap to clone.
#[derive(Clone)]
pub struct NodeRef {
    directory: Arc<Directory>,
    root: ractor::ActorRef<root::Command>,
}

/// The node cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the node's supervisor could not be started: {0}")]
pub struct StartError(#[from] ractor::SpawnErr);

/// How many of each noun there are on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// Sockets that stand.
    pub sockets: usize,
    /// Users with a socket.
    pub users: usize,
    /// Rooms with a member.
    pub rooms: usize,
}

/// An actor to be made to panic, in tests.
#[cfg(feature = "fault-injection")]
#[derive(Debug, Clone, Copy)]
pub enum Victim {
    /// The actor that keeps time.
    Node,
    /// The actor that listens to the ledger.
    Bridge,
    /// A room's.
    Room(RoomId),
    /// A user's.
    User(UserId),
    /// The socket of one of this user's, the newest.
    SocketOf(UserId),
}

impl NodeRef {
    /// Starts a node.
    ///
    /// # Errors
    /// [`StartError`] if the supervisor does not start.
    pub async fn start(node: NodeId, settings: Settings, ports: Ports) -> Result<Self, StartError> {
        let directory = Arc::new(Directory::new(node, settings, ports));
        let root = root::start(Arc::clone(&directory)).await?;
        Ok(Self { directory, root })
    }

    /// The node's name.
    #[must_use]
    pub fn id(&self) -> &NodeId {
        &self.directory.node
    }

    /// Takes a connection in. `None` if the node holds as many sockets as it may, or drains: the connection is then to
    /// be refused (see [`NodeRef::may_open`]).
    #[must_use]
    pub fn open_socket(&self, wire: Box<dyn Wire>, credential: Credential) -> Option<Line> {
        let settings = &self.directory.settings;
        if !self.may_open() {
            return None;
        }
        let intake = Arc::new(Intake::new(&settings.socket, self.directory.meters.mailboxes.clone()));
        let directory = Arc::clone(&self.directory);
        let id = directory.open_socket(credential, |id| {
            socket::shell::Shell::new(id, wire, Arc::clone(&intake), Arc::clone(&directory))
        });
        directory.meters.opened.increment(1);
        Some(Line { id, directory, intake, read: Vec::new() })
    }

    /// Whether a new socket may come.
    #[must_use]
    pub fn may_open(&self) -> bool {
        !self.is_draining() && self.directory.sockets_here() < self.directory.settings.sockets_max
    }

    /// Whether the node is on its way out.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.directory.is_draining()
    }

    /// How much there is on this node.
    #[must_use]
    pub fn population(&self) -> Population {
        let (sockets, users, rooms) = self.directory.population();
        Population { sockets, users, rooms }
    }

    /// How many of them rest, without an actor.
    #[must_use]
    pub fn asleep(&self) -> Population {
        let (sockets, users, rooms) = self.directory.asleep();
        Population { sockets, users, rooms }
    }

    /// Who sits in a room, on whichever node, in join order.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not answer in time.
    pub async fn members(&self, room: RoomId) -> Result<Vec<Member>, Unavailable> {
        self.directory.ports.ledger.members(room).await
    }

    /// Closes a room: everybody in it is told `room_closed` and closed with 4404.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger does not answer in time.
    pub async fn close_room(&self, room: RoomId) -> Result<(), Unavailable> {
        self.directory.room(room).tell(room::Command::Close(LeaveReason::Closed));
        let pushes = self.directory.ports.ledger.close(room, LeaveReason::Closed, &self.directory.node).await?;
        self.route(pushes);
        Ok(())
    }

    /// The host has changed a room: who joins from now on meets the new settings.
    ///
    /// # Errors
    /// [`Unavailable`] if the settings cannot be looked up in time.
    pub async fn settings_changed(&self, room: RoomId) -> Result<(), Unavailable> {
        if let Some(settings) = self.directory.ports.rooms.settings(room).await? {
            self.directory.room(room).tell(room::Command::SettingsChanged(settings));
        }
        Ok(())
    }

    /// Puts a user out: all their sockets on this node are closed with 4403.
    pub fn kick(&self, user: UserId) {
        self.directory.user(user).tell(user::Command::Kick(Close::Forbidden));
    }

    /// Makes an actor panic.
    #[cfg(feature = "fault-injection")]
    pub fn inject(&self, victim: Victim) {
        match victim {
            Victim::Node => self.tell_root(root::Command::FaultNode),
            Victim::Bridge => self.tell_root(root::Command::FaultBridge),
            Victim::Room(room) => self.directory.room(room).tell(room::Command::Fault),
            Victim::User(user) => self.directory.user(user).tell(user::Command::Fault),
            Victim::SocketOf(user) => self.directory.fault_socket_of(user),
        }
    }

    #[cfg(feature = "fault-injection")]
    fn tell_root(&self, command: root::Command) {
        let _ = self.root.send_message(command); // a node that has ended has nothing to make panic
    }

    fn route(&self, pushes: Vec<ledger::Push>) {
        route(&self.directory, pushes);
    }
}

/// Hands pushes to the rooms they are for.
fn route(directory: &Arc<Directory>, pushes: Vec<ledger::Push>) {
    for push in pushes {
        directory.room(push.room).tell(room::Command::Pushed(push));
    }
}
