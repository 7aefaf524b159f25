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
//! duplicated: [`Ledger::audit`] finds missed ones.
//!
//! An *epoch* ends when the ledger loses stored data. Every operation carries the epoch in which its caller knows the room;
//! in a newer one the answer is [`Failure::Epoch`], and the caller claims its seats again.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    ports::Later,
    protocol::{
        Entry, Epoch, JoinOrder, LeaveReason, Member, Message, NodeId, RoomId, SeatId, SessionId, UserId,
        media::{Host, MediaEpoch},
    },
};

mod claims;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod cursor;
pub mod events;
#[cfg(any(test, feature = "contract"))]
pub mod faulty;
mod media;
pub mod memory;
mod nodes;
mod seats;
mod sending;
pub mod snapshot;
mod subscription;

pub use claims::{Audit, Audited, Claim, Claimed, Fact};
pub use cursor::Cursor;
pub use events::{EventLog, Happened, RoomEvent, RoomNote};
pub use media::{HOST_LEASE, Place, Placed, Placing, Published, TrackChange};
pub use memory::MemoryLedger;
pub use nodes::{ClosedRoom, Due, Event, Lease, Notice, Reaped, Recipient, Subscriber};
pub use seats::{Join, Joined, Resume, Resumed, ResumedSeat, SeatsMax};
pub use sending::{Broadcast, Ended, Push, Pushed, Send, Sent, Sequence, Skipped, Source};
pub use snapshot::{Snapshot, SnapshotError};
pub use subscription::Subscription;

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
    /// Frees a user's seat, whatever its fence (a kick); its node is told [`Ended::Freed`]. A seat that was taken after this
    /// place in the join order stays, so it may be repeated.
    fn evict(&self, at: At<'_>, user: UserId, up_to: JoinOrder, reason: LeaveReason) -> Answer<Vec<Push>>;
    /// The seat's socket was lost: keeps the seat for the window, and remembers which of its numbers were refused or
    /// waited. With an old fence: nothing.
    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()>;
    /// Resumes a session on the asking node; a `last_seq` that the inbox never reached is a gap too.
    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed>;
    /// Appends messages to one inbox. Nobody is their own receiver.
    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent>;
    /// Appends a message to every other member's inbox.
    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent>;
    /// Appends a message that no member has sent to every inbox, or to that user's, also of disconnected seats. While an epoch
    /// settles it is asked to wait. Repeated, it is appended again.
    fn announce(&self, at: At<'_>, message: Message, to: Option<UserId>) -> Answer<Vec<Push>>;
    /// Compares what holders know with the ledger; trims inboxes up to what clients have acknowledged.
    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>>;
    /// Frees every seat; every node that holds one is told [`Ended::Freed`]. Settings of this revision say so: if somebody has
    /// joined by newer ones, the room was opened again since, and nothing changes.
    fn close(&self, at: At<'_>, reason: LeaveReason, revision: u64) -> Answer<Vec<Push>>;
    /// The room's members, in join order; once an epoch has settled without seats that their holders have not claimed.
    fn members(&self, room: RoomId) -> Answer<Vec<Member>>;
    /// Rooms with a seat that is connected, to whichever node, ordered, after this one, at most so many. For operators: it looks at
    /// all rooms.
    fn occupied(&self, after: Option<RoomId>, max: usize) -> Answer<Vec<RoomId>>;
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
    /// Lets a room's media flow otherwise or elsewhere, if nobody has changed that since: the media epoch rises by one, all
    /// producers are forgotten, and every member is told. Refused while the media server of before is alive
    /// ([`hears`](Self::hears)) and does not drain. While an epoch settles it is asked to wait. Repeated, it is answered as
    /// the first time.
    fn place(&self, at: At<'_>, place: Place) -> Answer<Placed>;
    /// Changes what a seat sends, and tells the others; idempotent. While an epoch settles it is asked to wait.
    fn publish(&self, at: At<'_>, seat: SeatId, epoch: MediaEpoch, change: TrackChange) -> Answer<Published>;
    /// This node hears the media server: it counts as alive for so long, whether it takes no new rooms or not.
    fn hears(&self, node: &NodeId, host: &Host, ttl: Duration, is_draining: bool) -> Answer<()>;
    /// Keeps this node's lease for so long. `known` is the epoch that the node knows; one that knows none yet (0) is told it
    /// as [`Lease::Rebuilt`]. A subscriber that was full is told here at the latest that it has lost events.
    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease>;
    /// Gives the lease up on a clean exit: seats that are still connected to this node count as those of a dead node.
    fn release(&self, node: &NodeId) -> Answer<()>;
    /// Rooms to be reaped now, at most so many.
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
