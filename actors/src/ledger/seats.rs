//! Seats: joining, and resuming a session; the numbers that a session has used.

use std::{sync::Arc, time::Duration};

use super::{Push, Sequence, Skipped, Source};
use crate::protocol::{
    Attributes, Entry, Epoch, Fence, JoinOrder, Member, SeatId, SessionId, UserId,
    client::{Cid, Seq},
    media::{Hosting, RoomMedia},
    server::{Mode, ResumeFailure},
};

/// A request for a seat.
#[derive(Debug, Clone)]
pub struct Join {
    /// The user.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The new session.
    pub session: SessionId,
    /// The secret that a resume must present to prove that it is the same client.
    pub secret: u128,
    /// Maximum number of seats in the room.
    pub max: SeatsMax,
    /// How long the seat is kept when its node dies.
    pub window: Duration,
    /// Revision of the settings that let them in: a close of the room under older settings is late, and ignored.
    pub revision: u64,
    /// The member's first attributes.
    pub attributes: Attributes,
}

/// Maximum number of seats in a room; disconnected seats count. 0: there is no new one, but a user who has a seat takes it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatsMax {
    /// The room's own.
    pub own: u32,
    /// For newcomers while media was never placed; at most `own`.
    pub unplaced: u32,
    /// For newcomers while media flows between the browsers; at most `own`.
    pub mesh: u32,
}

impl SeatsMax {
    /// How many seats there may be with one for a newcomer, while media flows so.
    #[must_use]
    pub fn now(&self, hosting: Option<&Hosting>) -> u32 {
        match hosting.map(|hosting| hosting.mode) {
            None => self.unplaced,
            Some(Mode::Mesh) => self.mesh,
            Some(Mode::Sfu) => self.own,
        }
    }
}

impl From<u32> for SeatsMax {
    /// The same however media flows.
    fn from(own: u32) -> Self {
        Self { own, unplaced: own, mesh: own }
    }
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
        /// The room's media now, if it was ever placed.
        media: Option<Box<RoomMedia>>,
        /// Pushes for seats on the asking node.
        pushes: Vec<Push>,
    },
    /// The room has all its own seats already, or takes nobody new; nothing has changed.
    Full,
    /// It has as many seats as it may while media flows between the browsers; nothing has changed.
    Crowded,
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
    /// The generation that the asking node reclaims for a socket that had the seat before; `None`: a client resumes.
    pub reclaims: Option<Fence>,
}

/// The answer to a resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// The seat is connected again, to the asking node; its fence has risen, and the node that held it before is told
    /// [`Moved`](super::Ended::Moved) (also when that is the asking node: then it is among the pushes).
    Seated(Box<ResumedSeat>),
    /// It cannot be resumed; nothing has changed.
    Failed(ResumeFailure),
    /// It cannot be reclaimed: the client has resumed it through another node since; nothing has changed.
    Moved,
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
    /// Numbers that this session has sent, for each other member's seat and for all.
    pub sent: Vec<Sequence>,
    /// The greatest number of this session that was applied, including messages to members who have left: a resend of it, or of
    /// one below that is not among `skipped`, is a duplicate, whatever its receiver is now.
    pub applied: Cid,
    /// Numbers that this session used and that were not applied, in ascending order.
    pub skipped: Vec<Skipped>,
    /// The last numbers of each sender that the seat has received up to the end of `replay`, for a later claim.
    pub heard: Vec<Source>,
    /// Whether accepted messages of this session may be missing: the ledger has lost its last moments since `join`.
    pub lost: bool,
    /// The room's media now, with what the seat itself sends; `None` if it was never placed.
    pub media: Option<Box<RoomMedia>>,
    /// The member's attributes.
    pub attributes: Attributes,
    /// Further pushes for seats on the asking node.
    pub pushes: Vec<Push>,
}
