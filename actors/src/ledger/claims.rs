//! A holder's knowledge of its seat, compared with the ledger: audits, and claims in a new epoch.

use std::{sync::Arc, time::Duration};

use super::{Ended, Push, Sequence, Skipped, Source};
use crate::protocol::{
    Attributes, Entry, Epoch, JoinOrder, LeaveReason, SeatId, SessionId, UserId, client::Seq, media::RoomMedia,
};

/// The holder's state of one seat, to be compared with the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// The seat.
    pub seat: SeatId,
    /// The last entry delivered to the socket.
    pub last_seq: Seq,
    /// The last entry that the client has acknowledged: the inbox need not keep up to it.
    pub acked: Seq,
}

/// The result of an audit, for each seat in the order asked.
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
    /// Numbers of this session that the ledger had accepted.
    pub sent: Vec<Sequence>,
    /// The last numbers that this seat has received from each sender, so that a retry is recognised as a duplicate.
    pub heard: Vec<Source>,
    /// Numbers of this session that were not applied.
    pub skipped: Vec<Skipped>,
    /// The member's attributes; they count if the ledger has forgotten the seat.
    pub attributes: Attributes,
}

/// Facts of the last moments that a new epoch may have forgotten, told again with the claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The seat was freed.
    Freed(SeatId, LeaveReason),
    /// The seat's socket was lost; it is kept for so long from now.
    Disconnected(SeatId, Duration),
    /// The members that the asking node's clients knew before the loss: a seat that is older than the newest of them and is not
    /// among them had left. A later member may have taken its place, so it is freed if it is still to be claimed.
    Known(Vec<JoinOrder>),
    /// When the seat's socket was lost, these numbers of its session were not applied, and no others. What a seat that is
    /// still to be claimed has stored of them is older.
    Skipped(SeatId, Vec<Skipped>),
    /// How the room's media flows, as far as the asking node knows, and what its seats send. The newer epoch counts; seats whose
    /// holders know an older one are told.
    Media(Box<RoomMedia>),
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The room's epoch.
    pub epoch: Epoch,
    /// For each claim, in the order asked.
    pub seats: Vec<Audited>,
    /// When all live seats will have been claimed: the roster can be compared then ([`members`](super::Ledger::members)).
    pub settled_after: Duration,
    /// Pushes for seats on the asking node.
    pub pushes: Vec<Push>,
}
