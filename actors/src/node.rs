//! A node: everything on one machine that belongs to the system, as one value. Ten of them can live in one test.
//!
//! The edge holds a `NodeRef`: it opens sockets, and REST reaches rooms and users through it. The only module that knows
//! rooms, sockets and users together:
//!
//! | file | owns |
//! |---|---|
//! | `directory` | the cells of all rooms, sockets and users; routes the output of turns |
//! | `connection` | the handle of the edge's reader of one connection |
//! | `root` | supervision of every other actor |
//! | `clock`, `lease`, `reaper` | time; the node's lease; seats past their window. Three actors: time never waits for the ledger |
//! | `bridge` | the subscription to the ledger |
//! | `media`, `servers`, `comparison` | media servers, as this node hears them, and what they have |
//! | `notices` | what nodes tell each other |
//! | `drain` | the clean exit |
//! | `tree` | the operators' view |

use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use crate::{
    bytes::BufferedBytes,
    clock::Clock,
    in_flight::InFlight,
    ledger::{Ledger, Notice},
    messages::socket::{Credential, FromUser, Message as SocketMessage},
    ports::{
        Entropy, FrameSink, History, Hosts, IceServers, MediaListener, MediaServers, Revocation, RevocationScope,
        Revocations, Rooms, Shedding, Traces, Unavailable, Verifier,
    },
    protocol::{LoginId, NodeId, SocketId},
    settings::Settings,
    socket,
};

mod bridge;
mod clock;
mod comparison;
mod connection;
mod directory;
mod drain;
#[cfg(feature = "fault-injection")]
mod faults;
mod lease;
mod media;
mod notices;
mod reaper;
mod rooms;
mod root;
mod rounds;
mod servers;
mod tree;

pub use connection::ConnectionHandle;
#[cfg(feature = "fault-injection")]
pub use faults::Victim;
pub use tree::{KindState, Queue, Tree};

use directory::Directory;

/// The node's dependencies.
pub struct Ports {
    /// Membership of rooms, and members' inboxes.
    pub ledger: Arc<dyn Ledger>,
    /// Verifies access tokens.
    pub verifier: Arc<dyn Verifier>,
    /// Keeps revoked tokens for the verifier.
    pub revocations: Arc<dyn Revocations>,
    /// Where chat is stored.
    pub history: Arc<dyn History>,
    /// Media servers.
    pub media: Arc<dyn MediaServers>,
    /// Settings of rooms, from the database.
    pub rooms: Arc<dyn Rooms>,
    /// STUN and TURN servers.
    pub ice: Arc<dyn IceServers>,
    /// Randomness of session ids and resume secrets.
    pub entropy: Arc<dyn Entropy>,
    /// The clock of all deadlines; a memory ledger of this node shares it.
    pub clock: Arc<Clock>,
    /// The account of buffered bytes; a memory ledger of this node shares it.
    pub bytes: Arc<BufferedBytes>,
}

/// A node. Cheap to clone.
#[derive(Clone)]
pub struct NodeRef {
    directory: Arc<Directory>,
    root: ractor::ActorRef<root::Command>,
}

/// The node cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the node's supervisor could not be started: {0}")]
pub struct StartError(#[from] ractor::SpawnErr);

/// Why a connection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// The node drains.
    #[error("this node is draining")]
    Draining,
    /// The node has reached its maximum number of sockets.
    #[error("this node holds as many sockets as it may")]
    Full,
    /// Too many connections from this address.
    #[error("too many connections from this address")]
    AddressLimited {
        /// How long to wait before the next one.
        wait: Duration,
    },
}

/// Numbers of sockets, users and rooms on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// Open sockets.
    pub sockets: usize,
    /// Users with a socket.
    pub users: usize,
    /// Rooms with a member.
    pub rooms: usize,
}

impl Population {
    /// Sockets, users and rooms.
    #[must_use]
    pub const fn counts(self) -> [usize; 3] {
        [self.sockets, self.users, self.rooms]
    }
}

impl NodeRef {
    /// Starts a node, on the current runtime: all turns run there. `name` is for operators; in the ledger the start time is
    /// appended, so that a node that restarts within its lease does not keep its predecessor's seats.
    ///
    /// # Errors
    /// [`StartError`] if the supervisor does not start.
    pub async fn start(name: NodeId, settings: Settings, ports: Ports) -> Result<Self, StartError> {
        let directory = Arc::new(Directory::new(name, settings, ports));
        let root = root::start(Arc::clone(&directory)).await?;
        Ok(Self { directory, root })
    }

    /// From now on a disconnected seat is kept longer by the retry delay that the node sends under load, so that a client
    /// that waits for it still has its seat. Set once.
    pub fn keep_seats_while(&self, shedding: Arc<dyn Shedding>) {
        let _ = self.directory.rooms_env.shedding.set(shedding); // a node has one edge
    }

    /// From now on descriptions are traced, if there is something that traces them. Set once.
    pub fn trace_with(&self, traces: Option<Arc<dyn Traces>>) {
        if let Some(traces) = traces {
            let _ = self.directory.rooms_env.traces.set(traces); // a node has one edge
        }
    }

    /// Where the adapters of media servers tell what they hear.
    #[must_use]
    pub fn media_listener(&self) -> Arc<dyn MediaListener> {
        Arc::new(media::Listener(Arc::clone(&self.directory)))
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> &NodeId {
        &self.directory.name
    }

    /// The node's name in the ledger.
    #[must_use]
    pub fn id(&self) -> &NodeId {
        &self.directory.id
    }

    /// Opens a socket for a connection that was admitted: [`NodeRef::may_open`], then [`NodeRef::charge`].
    ///
    /// # Errors
    /// The sink, if the node has begun to drain since: close it with [`Close::Draining`](crate::protocol::Close::Draining).
    pub fn open_socket(
        &self,
        sink: Box<dyn FrameSink>,
        credential: Credential,
        address: IpAddr,
    ) -> Result<ConnectionHandle, Box<dyn FrameSink>> {
        if self.is_draining() {
            return Err(sink);
        }
        let directory = &self.directory;
        let (env, now) = (&directory.sockets_env, directory.now());
        let in_flight = Arc::new(InFlight::new(&directory.settings.socket, directory.meters.in_flight.clone()));
        let id = directory.next_socket();
        let state = socket::SocketTurn::new(id, sink, Arc::clone(&in_flight), Arc::clone(env), address.into(), now);
        directory.open_socket(id, state, credential);
        directory.meters.opened.increment(1);
        Ok(ConnectionHandle::new(id, Arc::clone(directory), in_flight))
    }

    /// Whether a new socket may be opened.
    ///
    /// # Errors
    /// [`NotOpened`] if not.
    pub fn may_open(&self) -> Result<(), NotOpened> {
        if self.is_draining() {
            return Err(NotOpened::Draining);
        }
        if self.directory.population().sockets >= self.directory.settings.node.sockets_max {
            return Err(NotOpened::Full);
        }
        Ok(())
    }

    /// Charges an address for a new connection, before its upgrade is answered.
    ///
    /// # Errors
    /// [`NotOpened::AddressLimited`] if its budget is spent.
    pub fn charge(&self, address: IpAddr) -> Result<(), NotOpened> {
        let charged = self.directory.sockets_env.budgets.connect(address, self.directory.now().at);
        charged.map_err(|limited| NotOpened::AddressLimited { wait: limited.retry_after })
    }

    /// Whether the node is draining.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.directory.is_draining()
    }

    /// Whether the node has stopped delivering because it cannot renew its lease: its clients should resume elsewhere.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        self.directory.fenced.load(Ordering::Acquire)
    }

    /// How many sockets, users and rooms this node has.
    #[must_use]
    pub fn population(&self) -> Population {
        self.directory.population()
    }

    /// How many of them have a worker, because they wait for an answer.
    #[must_use]
    pub fn active(&self) -> Population {
        self.directory.active()
    }

    /// The node's tree of cells, for operators.
    #[must_use]
    pub fn tree(&self) -> Tree {
        tree::of(&self.directory)
    }

    /// From now on what hosts want done from within their calls is done by these. Once.
    pub fn hosted_by(&self, hosts: Arc<dyn Hosts>) {
        let _ = self.directory.sockets_env.hosts.set(hosts); // a node starts once
    }

    /// Whether chat can be neither stored nor read at present: clients are told of each change (`degraded`).
    pub async fn lacks_history(&self, lacks: bool) {
        if self.directory.lacks_history.swap(lacks, Ordering::AcqRel) != lacks {
            self.directory.tell_sockets_from_anywhere(move || SocketMessage::NoHistory(lacks)).await;
        }
    }

    /// Revokes tokens on this node only: it has learned by other ways of what the other nodes were told.
    pub fn revoke_here(&self, revocation: Revocation) {
        self.directory.revoke(revocation);
    }

    /// Closes all sockets on this node with a token of this login, whoever's it is, with 4401. The verifier refuses such tokens
    /// already: a socket that was authenticated before is told after that, and is closed.
    pub async fn end_login_here(&self, login: LoginId) {
        let ended = move || SocketMessage::FromUser(FromUser::Revoked(RevocationScope::Session(login)));
        self.directory.tell_sockets_from_anywhere(ended).await;
    }

    /// Revokes tokens: from now on every node refuses them, and closes sockets that were opened with them with 4401. This
    /// node does so before it returns, even if it returns an error.
    ///
    /// # Errors
    /// [`Unavailable`] if the other nodes cannot be notified at once: they are as soon as the ledger answers.
    pub async fn revoke(&self, revocation: Revocation) -> Result<(), Unavailable> {
        self.directory.revoke(revocation.clone());
        self.directory.notify(Notice::Revoked(revocation)).await
    }
}

/// The name of a node in the ledger, which includes its start time.
fn incarnation(name: &NodeId, started_unix_ms: u64, entropy: u128) -> NodeId {
    let mut digits = Vec::new();
    let mut left = u128::from(started_unix_ms) << 16 | (entropy & 0xffff);
    while left > 0 {
        digits.push(char::from_digit((left % 36) as u32, 36).unwrap_or('0'));
        left /= 36;
    }
    NodeId::new(&format!("{name}.{}", digits.into_iter().rev().collect::<String>()))
}

/// A socket on this node, never used twice.
const fn socket_id(number: u64) -> SocketId {
    SocketId(number)
}
