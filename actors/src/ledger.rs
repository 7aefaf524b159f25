//! The ledger's port: who is in a room, and what each member was sent (design §3).
//!
//! A *seat* is a user's place in a room; each seat has an *inbox*, a bounded stream of entries numbered
//! 1, 2, 3 … without holes. Every operation is one atomic step on one room. What an operation appends to
//! inboxes whose seats stand on the asking node comes back in its answer; for other nodes it goes to
//! what they passed to [`Ledger::subscribe`]. Either way a reader delivers through a [`Cursor`], so that a
//! lost or doubled push costs nothing.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    ports::{Later, Unavailable},
    protocol::{
        Entry, LeaveReason, Member, Message, NodeId, RoomId, SessionId, UserId,
        client::{Cid, Seq},
        server::ResumeFailure,
    },
};

#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod cursor;
pub mod memory;

pub use cursor::Cursor;
pub use memory::MemoryLedger;

/// An operation's answer: at once from memory, later from afar. Await it.
pub enum Answer<T> {
    /// The answer stands.
    Now(Result<T, Unavailable>),
    /// The answer is on its way; bounded in time by the ledger.
    Later(Later<Result<T, Unavailable>>),
}

/// Bounds of what the ledger keeps, each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries in one inbox; what a client can miss in a window and still resume.
    pub inbox_entries_max: usize,
    /// Bytes of messages in one inbox; a stalled reader costs the node no more.
    pub inbox_bytes_max: usize,
    /// Rooms at once; a hostile creator of rooms costs the node no more.
    pub rooms_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { inbox_entries_max: 256, inbox_bytes_max: 512 * 1024, rooms_max: 1_000_000 }
    }
}

/// Who asks for a seat.
#[derive(Debug, Clone)]
pub struct Join {
    /// Who.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// Their new stay.
    pub session: SessionId,
    /// What a resume must bring to prove that it is the same client.
    pub secret: u128,
    /// The node that holds the socket.
    pub node: NodeId,
    /// Seats in the room at most; kept and gone seats count.
    pub max: u32,
    /// How long the seat is kept when its node dies.
    pub window: Duration,
}

/// A seat was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// It is theirs.
    Seated {
        /// Their join order.
        rev: u64,
        /// Who was there before, in join order; an older seat of the same user is not among them.
        members: Vec<Member>,
        /// What this node has to deliver.
        pushes: Vec<Push>,
    },
    /// The room holds `max` already; nothing has changed.
    Full,
}

/// Who goes on with a stay.
#[derive(Debug, Clone)]
pub struct Resume {
    /// Who.
    pub user: UserId,
    /// The stay.
    pub session: SessionId,
    /// What `join` was given.
    pub secret: u128,
    /// The node that now holds the socket.
    pub node: NodeId,
    /// The last entry that the client has processed.
    pub last_seq: Seq,
}

/// A stay was to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// It does; the seat is on, and on this node.
    Seated {
        /// The seat's join order.
        rev: u64,
        /// The others, in join order.
        members: Vec<Member>,
        /// The inbox after `last_seq`.
        replay: Vec<(Seq, Entry)>,
        /// What this session has said to each other member's session.
        said: Vec<Said>,
        /// What this node has to deliver besides.
        pushes: Vec<Push>,
    },
    /// It cannot; nothing has changed.
    Failed(ResumeFailure),
}

/// What one session has said to one other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// To whom.
    pub to: SessionId,
    /// The last number used.
    pub cid: Cid,
    /// Whether a session description was among it, so that candidates need not wait.
    pub described: bool,
}

/// Messages from one member to one other, appended together or not at all.
#[derive(Debug, Clone)]
pub struct Send {
    /// The sender's seat.
    pub from: Address,
    /// The receiver's seat.
    pub to: Address,
    /// The sender's number; not newer than the last from this session to that one means a repeat.
    /// `None`: the sender does not number, never a repeat.
    pub cid: Option<Cid>,
    /// In order; more than one where candidates waited for their description.
    pub messages: Vec<Message>,
}

/// A message from one member to all others.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// The sender's seat.
    pub from: Address,
    /// As in [`Send::cid`], judged for each receiver.
    pub cid: Option<Cid>,
    /// What is said.
    pub message: Message,
}

/// A seat, named so that an ended stay cannot be mistaken for the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Who.
    pub user: UserId,
    /// The stay.
    pub session: SessionId,
}

/// Messages were to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// They were.
    Appended(Vec<Push>),
    /// They had been before; nothing has changed.
    Repeat,
    /// The sender's stay is over.
    SenderGone,
    /// The receiver's stay is over, or there never was one in this room.
    ReceiverGone,
}

/// What a node is told about a seat on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// In which room.
    pub room: RoomId,
    /// To whose stay.
    pub to: SessionId,
    /// What.
    pub what: Pushed,
}

/// What happened to a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// An entry was appended to its inbox.
    Entry(Seq, Entry),
    /// The stay is over: somebody else sits there now, or the room is closed.
    Ended(LeaveReason),
}

/// A live socket's seat, entered again after the ledger came back empty.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The stay.
    pub session: SessionId,
    /// What `join` was given.
    pub secret: u128,
    /// The join order it had.
    pub rev: u64,
    /// The last entry delivered; the new inbox goes on from there.
    pub last_seq: Seq,
    /// How long the seat is kept when its node dies.
    pub window: Duration,
}

/// What waits to be reaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Rooms with a seat past its window, or on a dead node.
    pub rooms: Vec<RoomId>,
    /// Nodes whose lease has run out.
    pub dead: Vec<NodeId>,
}

/// Told of each push for one node; must not block.
pub type Subscriber = Arc<dyn Fn(Push) + core::marker::Send + Sync>;

/// Who is in a room, and what each was sent. Every operation is atomic on its room.
///
/// **Invariants** (held by `ledger::contract`, run on every implementation): a room never holds more than its limit;
/// between two sessions messages arrive in order, once, without holes; each `Joined` is matched by exactly one
/// `Left`; nothing reaches or comes from somebody without a seat; a resume within the window is seen by nobody else.
pub trait Ledger: core::marker::Send + Sync {
    /// Whether each of its answers is [`Answer::Now`]: who asks need not be one who can wait.
    fn answers_at_once(&self) -> bool;
    /// Asks for a seat. The same user's older seat is replaced (its node is told [`Pushed::Ended`], the others see
    /// `Left(replaced)`, then `Joined`).
    fn join(&self, room: RoomId, join: Join) -> Answer<Joined>;
    /// Frees a seat, and tells the others why; another node that holds the seat is told [`Pushed::Ended`] (a kick from
    /// afar). Of an ended stay: nothing.
    fn leave(&self, room: RoomId, who: Address, reason: LeaveReason, node: &NodeId) -> Answer<Vec<Push>>;
    /// The socket is lost: keeps the seat for the window. Of an ended stay, or of one on another node by now: nothing.
    fn gone(&self, room: RoomId, who: Address, window: Duration, node: &NodeId) -> Answer<()>;
    /// Goes on with a stay, on this node; a `last_seq` that the inbox never reached is a gap too. A stay that stands on
    /// another node (or socket) moves here; the other node is not told, it fences itself when its socket ends.
    fn resume(&self, room: RoomId, resume: Resume) -> Answer<Resumed>;
    /// Appends messages to one inbox. Nobody is their own receiver.
    fn send(&self, room: RoomId, send: Send, node: &NodeId) -> Answer<Sent>;
    /// Appends a message to every other member's inbox.
    fn broadcast(&self, room: RoomId, broadcast: Broadcast, node: &NodeId) -> Answer<Sent>;
    /// The inbox after `after`, or `None` if the stay is over, some of it is no longer held, or `after` was never
    /// reached.
    fn read(&self, room: RoomId, who: Address, after: Seq) -> Answer<Option<Vec<(Seq, Entry)>>>;
    /// The client has everything up to `seq`: the inbox need not keep it.
    fn acked(&self, room: RoomId, who: Address, seq: Seq) -> Answer<()>;
    /// Frees every seat; every node that holds one is told [`Pushed::Ended`].
    fn close(&self, room: RoomId, reason: LeaveReason, node: &NodeId) -> Answer<Vec<Push>>;
    /// Who sits in the room, in join order.
    fn members(&self, room: RoomId) -> Answer<Vec<Member>>;
    /// Enters live sockets' seats again after the ledger came back empty, under a new epoch; a seat that is there stays
    /// as it is. Answers the room's members.
    fn reassert(&self, room: RoomId, claims: Vec<Claim>, node: &NodeId) -> Answer<Vec<Member>>;
    /// Keeps this node's lease for so long.
    fn renew(&self, node: &NodeId, ttl: Duration) -> Answer<()>;
    /// What waits to be reaped now.
    fn due(&self) -> Answer<Due>;
    /// Seats of dead nodes become gone for the window they joined with, seats past their window are freed
    /// (`Left(lost)`). Idempotent; any node may ask.
    fn reap(&self, room: RoomId, dead: &[NodeId], node: &NodeId) -> Answer<Vec<Push>>;
    /// From now on, this node's pushes that other nodes cause go here.
    fn subscribe(&self, node: NodeId, subscriber: Subscriber);
    /// Drops the node's subscription; its seats stay as they are.
    fn unsubscribe(&self, node: &NodeId);
}

impl<T: Unpin> Future for Answer<T> {
    type Output = Result<T, Unavailable>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Now(answer) => Poll::Ready(std::mem::replace(answer, Err(Unavailable))),
            Self::Later(later) => later.as_mut().poll(cx),
        }
    }
}

/// An answer that stands.
impl<T> From<T> for Answer<T> {
    fn from(answer: T) -> Self {
        Self::Now(Ok(answer))
    }
}
