//! The ledger's port: who is in a room, and what each member was sent (design §3, contract `cluster.md` §2–§5).
//!
//! A *seat* is a member's place in a room. It is named by its join order, which the room never uses twice, and carries a
//! *fence*, a generation that rises with each resume: an operation that brings an older fence changes nothing. Each seat
//! has an *inbox*, a bounded stream of entries numbered 1, 2, 3 … without holes.
//!
//! Every operation is one atomic step on one room. It is under way when the call returns; awaiting its [`Answer`] only
//! waits. **Operations of one node on one room are applied in the order of the calls**: if the outcome of one is
//! [`Failure::Unknown`], so is that of each later one, or it was not applied.
//!
//! What an operation appends to inboxes of seats on the asking node comes back in its answer; other nodes get it as an
//! [`Event`] of their subscription. Either way a reader delivers through a [`Cursor`], so that a push may be lost, late or
//! doubled: [`Ledger::audit`] finds what was missed.
//!
//! An *epoch* ends when the ledger loses what it had stored. Every operation brings the epoch that its caller knows the
//! room in; in a newer one it is answered [`Failure::Epoch`], and the caller claims its seats again.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    ports::Later,
    protocol::{
        Code, Entry, Epoch, JoinOrder, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        client::{Cid, Seq},
        server::ResumeFailure,
    },
};

#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod cursor;
#[cfg(any(test, feature = "contract"))]
pub mod faulty;
pub mod memory;
pub mod snapshot;

pub use cursor::Cursor;
pub use memory::MemoryLedger;
pub use snapshot::{Snapshot, SnapshotError};

/// Where an operation is asked for: the room, by which node, in which epoch.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The room.
    pub room: RoomId,
    /// The asking node.
    pub node: &'a NodeId,
    /// The epoch that the caller knows the room in; 0 if it has no seat there yet (for `join`, `resume` and operations
    /// without a seat), which is judged as the present one.
    pub epoch: Epoch,
}

/// An operation's answer: at once from memory, later from elsewhere. Await it.
pub enum Answer<T> {
    /// The answer is there.
    Now(Result<T, Failure>),
    /// The answer is on its way; bounded in time by the ledger.
    Later(Later<Result<T, Failure>>),
}

/// Why an operation has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing has changed and nothing will: the ledger is away, full, or asks to wait (a receiver that is not claimed yet
    /// in a new epoch, a join while an epoch settles). Retry after `wait`.
    #[error("the ledger did not take the operation")]
    NotApplied {
        /// How long to wait before a retry.
        wait: Duration,
    },
    /// It may have been applied, and its effects may still appear. Repeat it with the same numbers, before anything newer
    /// of the same sender; never tell a client that it was refused.
    #[error("the outcome of the operation is unknown")]
    Unknown {
        /// How long to wait before a retry.
        wait: Duration,
    },
    /// The ledger is in this epoch, the caller knows the room in an older one; nothing has changed. Claim first.
    #[error("the ledger is in epoch {0}")]
    Epoch(Epoch),
}

/// A request for a seat.
#[derive(Debug, Clone)]
pub struct Join {
    /// The user.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The new session.
    pub session: SessionId,
    /// What a resume must bring to prove that it is the same client.
    pub secret: u128,
    /// Maximum number of seats in the room; disconnected seats count.
    pub max: u32,
    /// How long the seat is kept when its node dies.
    pub window: Duration,
}

/// The answer to a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// The user has a seat. A repeated join of the same session is answered as the first one was.
    Seated {
        /// The new seat.
        seat: SeatId,
        /// The room's epoch.
        epoch: Epoch,
        /// The other members, in join order; an older seat of the same user is not among them.
        members: Vec<Member>,
        /// The user's older seat, which this join replaced.
        replaced: Option<SeatId>,
        /// What the asking node has to deliver.
        pushes: Vec<Push>,
    },
    /// The room has `max` seats already; nothing has changed.
    Full,
}

/// A request to resume a session.
#[derive(Debug, Clone)]
pub struct Resume {
    /// The user.
    pub user: UserId,
    /// The seat's join order, from the resume token.
    pub order: JoinOrder,
    /// The session.
    pub session: SessionId,
    /// The secret that `join` was given.
    pub secret: u128,
    /// The last entry that the client has processed.
    pub last_seq: Seq,
}

/// The answer to a resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// The seat is connected again, to the asking node; its fence has risen, and the node that held it before is told
    /// [`Ended::Moved`] (also when that is the asking node: then it is among the pushes).
    Seated(Box<ResumedSeat>),
    /// It cannot be resumed; nothing has changed.
    Failed(ResumeFailure),
}

/// A seat that was resumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumedSeat {
    /// The seat, with its new fence.
    pub seat: SeatId,
    /// The room's epoch.
    pub epoch: Epoch,
    /// The other members, in join order.
    pub members: Vec<Member>,
    /// The inbox after `last_seq`.
    pub replay: Vec<(Seq, Entry)>,
    /// What this session has sent, for each other member's seat and for all.
    pub sent: Vec<Sequence>,
    /// Numbers that this session used and that were not applied, in ascending order.
    pub skipped: Vec<Skipped>,
    /// What the seat has received up to the end of `replay`: the last numbers of each sender, for a later claim.
    pub heard: Vec<Source>,
    /// Whether accepted messages of this session may be missing: the ledger has lost its last moments since `join`.
    pub lost: bool,
    /// What the asking node has to deliver besides.
    pub pushes: Vec<Push>,
}

/// The last number that one session used towards one seat, or towards all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The receiver; `None`: broadcasts.
    pub to: Option<JoinOrder>,
    /// The last number used; 0 if only unnumbered messages were sent.
    pub cid: Cid,
    /// Whether a session description was sent to the receiver, so that candidates need not wait.
    pub described: bool,
}

/// A number of a session that is not in any inbox although a later one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The number.
    pub cid: Cid,
    /// Why it was refused; `None`: it is not settled yet (an early candidate that waits), and may still be applied.
    pub refused: Option<Code>,
}

/// Messages from one member to one other, appended together or not at all.
#[derive(Debug, Clone)]
pub struct Send {
    /// The sender's seat.
    pub from: SeatId,
    /// The receiver's seat.
    pub to: JoinOrder,
    /// The sender's number. It is a duplicate if it is not greater than the last from this session to that seat, and not
    /// [skipped](Self::skipped). `None`: the sender does not number, never a duplicate.
    pub cid: Option<Cid>,
    /// Numbers below `cid` that are not applied, as far as the ledger does not know of them yet. A skipped number that is
    /// now among `released` is applied with this operation.
    pub skipped: Vec<Skipped>,
    /// Numbers of messages that waited and are appended with this one.
    pub released: Vec<Cid>,
    /// In order; more than one where candidates waited for their description.
    pub messages: Vec<Message>,
}

/// A message from one member to all others.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// The sender's seat.
    pub from: SeatId,
    /// As in [`Send::cid`], against the last broadcast of this session: one number for all receivers.
    pub cid: Option<Cid>,
    /// As in [`Send::skipped`].
    pub skipped: Vec<Skipped>,
    /// The message.
    pub message: Message,
}

/// The answer to a send or broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The messages were appended; what the asking node has to deliver.
    Appended(Vec<Push>),
    /// They were appended before; nothing has changed.
    Duplicate,
    /// The sender's seat has ended, or another node or socket holds a newer fence; nothing has changed.
    Fenced,
    /// The receiver's seat has ended, or there never was one; nothing has changed.
    ReceiverGone,
}

/// What a node is told about a seat on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The room.
    pub room: RoomId,
    /// The seat's join order.
    pub to: JoinOrder,
    /// The epoch in which it happened. An entry of another epoch than its holder knows the seat in is dropped: it has
    /// another numbering, and the claim brings it.
    pub epoch: Epoch,
    /// What happened.
    pub what: Pushed,
}

/// What happened to a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// An entry was appended to its inbox.
    Entry {
        /// The entry's number.
        seq: Seq,
        /// The entry.
        entry: Entry,
        /// The sender's seat and number, where it is a numbered message: a claim repeats what was heard.
        source: Option<Source>,
    },
    /// The seat with this fence, or an older one, is no longer the node's.
    Ended(crate::protocol::Fence, Ended),
}

/// Where a numbered message came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The sender's seat.
    pub from: JoinOrder,
    /// The sender's number.
    pub cid: Cid,
    /// Whether it was broadcast.
    pub broadcast: bool,
}

/// How a seat ended for the node that held it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// The seat was freed.
    Freed(LeaveReason),
    /// The session was resumed on another socket.
    Moved,
}

/// What one seat's holder knows, to be compared with the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// The seat.
    pub seat: SeatId,
    /// The last entry delivered to the socket.
    pub last_seq: Seq,
    /// The last entry that the client has acknowledged: the inbox need not keep up to it.
    pub acked: Seq,
}

/// What an audit found, for each seat in the order asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audited {
    /// The seat is the holder's; the entries after `last_seq`, none if nothing was missed. If there are some, also what
    /// the seat has received up to the last of them: the last numbers of each sender, for a later claim.
    Held(Vec<(Seq, Entry)>, Vec<Source>),
    /// The seat is the holder's, but some entries after `last_seq` are no longer stored.
    Gap,
    /// The seat has ended.
    Ended(Ended),
}

/// A live seat, entered again in a new epoch.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The seat, with the fence that the holder has.
    pub seat: SeatId,
    /// The user.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The session.
    pub session: SessionId,
    /// The secret that `join` was given.
    pub secret: u128,
    /// How long the seat is kept when its node dies.
    pub window: Duration,
    /// The last entry delivered; the inbox continues from there.
    pub last_seq: Seq,
    /// What this session has sent, as far as the ledger had accepted it.
    pub sent: Vec<Sequence>,
    /// What this seat has received: for each sender the last numbers, so that a retry is recognised as a duplicate.
    pub heard: Vec<Source>,
    /// Numbers of this session that were not applied.
    pub skipped: Vec<Skipped>,
}

/// Facts of the last moments that a new epoch may have forgotten, told again with the claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The seat was freed.
    Freed(SeatId, LeaveReason),
    /// The seat's socket was lost; it is kept for so long from now.
    Disconnected(SeatId, Duration),
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The room's epoch.
    pub epoch: Epoch,
    /// For each claim, in the order asked.
    pub seats: Vec<Audited>,
    /// When all live seats will have been claimed: the roster can be compared then ([`Ledger::members`]).
    pub settled_after: Duration,
    /// What the asking node has to deliver.
    pub pushes: Vec<Push>,
}

/// A node's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It was kept without a break.
    Kept,
    /// It had run out: other nodes may have freed this node's seats. Audit them all.
    Lapsed,
    /// The ledger has begun this epoch since the last renewal: claim all seats.
    Rebuilt(Epoch),
}

/// A page of what waits to be reaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Rooms with a seat past its window, or connected to a dead node.
    pub rooms: Vec<RoomId>,
    /// Nodes whose lease has run out and that still hold seats.
    pub dead: Vec<NodeId>,
    /// Whether there is more than fits the page.
    pub more: bool,
}

/// What a reaping has freed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Seats that were freed as `lost`.
    pub freed: Vec<SeatId>,
    /// What the asking node has to deliver.
    pub pushes: Vec<Push>,
}

/// What nodes tell each other through the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The user's sockets are to be closed with 4403.
    Kick(UserId),
    /// The room's settings have changed: look them up again.
    SettingsChanged(RoomId),
    /// The room was closed.
    RoomClosed(RoomId),
}

/// Whom a notice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// One node.
    Node(NodeId),
    /// Every node, the asking one included.
    All,
}

/// What a subscription brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another node's operation concerns a seat here.
    Push(Push),
    /// Another node has something to tell.
    Notice(Notice),
    /// Pushes arrive from now on; what was pushed before may be missing: audit every seat.
    Subscribed,
    /// Pushes may be lost from now on, until [`Event::Subscribed`].
    Interrupted,
    /// The ledger is in this epoch: claim every seat.
    Epoch(Epoch),
}

/// Where a node's events go. Must not block; answers `false` when it is full, and the event is lost.
pub type Subscriber = Arc<dyn Fn(Event) -> bool + core::marker::Send + Sync>;

/// Who is in a room, and what each was sent. Every operation is atomic on its room.
///
/// **Invariants** (held by `ledger::contract`, run on every implementation): a room never has more seats than its limit;
/// between two sessions messages arrive in order, once, without holes; each `Joined` is matched by exactly one `Left`;
/// nothing reaches or comes from somebody without a seat; a resume within the window is seen by no other member; an
/// operation with an old fence or in an old epoch changes nothing.
pub trait Ledger: core::marker::Send + Sync {
    /// Asks for a seat. The join order is the greater of the room's last + 1 and the ledger's clock in milliseconds. The
    /// same user's older seat is replaced (its node is told [`Ended::Freed`] `Replaced`, the others see `Left(replaced)`,
    /// then `Joined`). While an epoch (but the first) settles, every join is asked to wait.
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined>;
    /// Frees a seat and tells the others why. With an old fence: nothing.
    fn leave(&self, at: At<'_>, seat: SeatId, reason: LeaveReason) -> Answer<Vec<Push>>;
    /// Frees a user's seat, whatever its fence (a kick); its node is told [`Ended::Freed`].
    fn evict(&self, at: At<'_>, user: UserId, reason: LeaveReason) -> Answer<Vec<Push>>;
    /// The seat's socket was lost: keeps the seat for the window, and remembers which of its numbers were refused or
    /// waited. With an old fence: nothing.
    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()>;
    /// Resumes a session on the asking node; a `last_seq` that the inbox never reached is a gap too.
    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed>;
    /// Appends messages to one inbox. Nobody is their own receiver.
    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent>;
    /// Appends a message to every other member's inbox.
    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent>;
    /// Compares what holders know with the ledger; trims inboxes up to what clients have acknowledged.
    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>>;
    /// Frees every seat; every node that holds one is told [`Ended::Freed`].
    fn close(&self, at: At<'_>, reason: LeaveReason) -> Answer<Vec<Push>>;
    /// The room's members, in join order.
    fn members(&self, room: RoomId) -> Answer<Vec<Member>>;
    /// The seats that are connected to the asking node, as far as the ledger knows: one that the node does not know either
    /// belongs to a join whose answer was lost.
    fn held(&self, at: At<'_>) -> Answer<Vec<(SeatId, SessionId)>>;
    /// Brings the room and the asking node's live seats into the ledger's epoch. `at.epoch` is the epoch that they are
    /// known in; claims of the current one are answered like an audit. Facts of the last moments are applied first. A seat
    /// that the ledger has forgotten is entered again under its number; an older seat of the same user is freed; a newer
    /// one means that the claimed seat has ended. The greater fence wins.
    fn claim(&self, at: At<'_>, claims: Vec<Claim>, facts: Vec<Fact>) -> Answer<Claimed>;
    /// Appends to one seat's own inbox what its holder found missing or left over after an epoch has settled: members it
    /// does not know, and members it knows that are gone. With an old fence: nothing.
    fn repair(&self, at: At<'_>, seat: SeatId, entries: Vec<Entry>) -> Answer<Vec<Push>>;
    /// Keeps this node's lease for so long. `known` is the epoch that the node knows; one that knows none yet (0) is told it
    /// as [`Lease::Rebuilt`]. A subscriber that was full is told here at the latest that it has lost events.
    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease>;
    /// Gives the lease up on a clean exit: seats that are still connected to this node count as those of a dead node.
    fn release(&self, node: &NodeId) -> Answer<()>;
    /// What waits to be reaped now, at most so many rooms.
    fn due(&self, page: usize) -> Answer<Due>;
    /// Seats of dead nodes are disconnected and kept for the window they joined with; seats past their window are freed
    /// (`Left(lost)`), as are seats of live nodes that nobody has claimed when an epoch has settled. Idempotent.
    fn reap(&self, at: At<'_>, dead: &[NodeId]) -> Answer<Reaped>;
    /// From now on this node's events go to the subscriber; the first one is [`Event::Subscribed`].
    fn subscribe(&self, node: &NodeId, subscriber: Subscriber);
    /// Ends the node's subscription; its seats stay as they are.
    fn unsubscribe(&self, node: &NodeId);
    /// Tells other nodes something.
    fn notify(&self, to: Recipient, notice: Notice) -> Answer<()>;
}

impl<T> Answer<T> {
    /// The answer, if it is there.
    ///
    /// # Errors
    /// The future to wait for.
    pub fn ready(self) -> Result<Result<T, Failure>, Later<Result<T, Failure>>> {
        match self {
            Self::Now(answer) => Ok(answer),
            Self::Later(later) => Err(later),
        }
    }
}

impl<T: Unpin> Future for Answer<T> {
    type Output = Result<T, Failure>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Now(answer) => {
                Poll::Ready(std::mem::replace(answer, Err(Failure::NotApplied { wait: Duration::ZERO })))
            }
            Self::Later(later) => later.as_mut().poll(cx),
        }
    }
}

/// An answer that is there.
impl<T> From<T> for Answer<T> {
    fn from(answer: T) -> Self {
        Self::Now(Ok(answer))
    }
}
