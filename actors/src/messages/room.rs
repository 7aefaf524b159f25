//! What a room is told: by its members' sockets, by the ledger, and by the node.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::{
    ledger::{Audited, Claimed, Failure, Joined, Push, Resumed, Sent},
    ports::RoomSettings,
    protocol::{
        Epoch, JoinOrder, LeaveReason, Message as Payload, SeatId, SessionId, SocketId, UserId,
        client::{Cid, Seq},
    },
};

/// What a room is told. It is handed from list to list, so that what is large stands in a box.
#[derive(Debug)]
pub enum Message {
    /// A socket asks for a seat.
    Join(Box<JoinRequest>),
    /// A socket asks to resume a session.
    Resume(Box<ResumeRequest>),
    /// A member leaves, or its join that is under way is withdrawn.
    Leave(SeatRef, LeaveReason),
    /// A member's socket is lost, also while its join is under way.
    Disconnected(SeatRef),
    /// A member sends a signal to one other, or a message to all others.
    Said(Box<Said>),
    /// A member's client has received everything up to this number, and all refusals of its numbers up to this one.
    Acked {
        /// The member.
        from: SeatRef,
        /// The last entry received.
        seq: Seq,
        /// Refusals up to this number of the client were received.
        refused: Cid,
    },
    /// The socket refused a numbered message itself (its rate, its form): part of what the session remembers.
    Skipped {
        /// The member.
        from: SeatRef,
        /// The number.
        cid: Cid,
        /// Why.
        code: crate::protocol::Code,
    },
    /// The ledger has something for a seat here.
    Pushed(Box<Push>),
    /// The ledger has answered.
    Answered(Box<Reply>),
    /// The time has come that the room asked to be woken at.
    Tick,
    /// The room's settings have changed.
    SettingsChanged(RoomSettings),
    /// The room is to be closed.
    Close(LeaveReason),
    /// The room was closed by somebody else: its seats have ended.
    Closed,
    /// Pushes may have been lost: audit every seat now.
    Audit,
    /// The ledger is in this epoch: claim every seat.
    Epoch(Epoch),
    /// The node may deliver again, or must not deliver until it has audited its seats.
    Fence(bool),
    /// Answer when nothing is under way any more.
    Drain(oneshot::Sender<()>),
    /// An answer that was waited for has panicked: begin anew.
    AnswerLost,
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
}

impl Message {
    /// Whether it is something about a seat that the ledger must learn of, whoever knows the seat here.
    pub(crate) const fn is_fact(&self) -> bool {
        matches!(self, Self::Leave(seat, _) | Self::Disconnected(seat) if seat.seat.is_some())
    }
}

/// A seat on this node, named by its session and the socket that holds it: a socket that lost its seat speaks for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatRef {
    /// The session.
    pub session: SessionId,
    /// The socket.
    pub socket: SocketId,
    /// The seat in the ledger; `None` while the join is under way. With it a room that was restarted, and knows none of its
    /// seats yet, can still pass facts on to the ledger, which judges them by the fence.
    pub seat: Option<SeatId>,
}

/// How one message of a client is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The socket's own counter: names the message between socket and room.
    pub tag: u64,
    /// The client's number, if it numbers its messages.
    pub cid: Option<Cid>,
}

/// What a member sends to others.
#[derive(Debug)]
pub struct Said {
    /// The sender.
    pub from: SeatRef,
    /// The message's numbers.
    pub number: Number,
    /// The receiver; `None`: all others.
    pub to: Option<UserId>,
    /// The message.
    pub payload: Payload,
}

/// A request for a seat.
#[derive(Debug, Clone)]
pub struct JoinRequest {
    /// The user.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The new session.
    pub session: SessionId,
    /// What a resume must bring.
    pub secret: u128,
    /// The socket.
    pub socket: SocketId,
    /// The number that the client gave its `join_room`, for an error.
    pub cid: Option<Cid>,
}

/// A request to resume a session.
#[derive(Debug, Clone)]
pub struct ResumeRequest {
    /// The user.
    pub user: UserId,
    /// The name to show.
    pub name: Arc<str>,
    /// The seat's join order.
    pub order: JoinOrder,
    /// The session.
    pub session: SessionId,
    /// The secret.
    pub secret: u128,
    /// The socket.
    pub socket: SocketId,
    /// The last entry that the client has processed.
    pub last_seq: Seq,
}

/// An answer of the ledger, with what it answers.
#[derive(Debug)]
pub enum Reply {
    /// To a join.
    Join(Box<JoinRequest>, Result<Joined, Failure>),
    /// To a resume.
    Resume(Box<ResumeRequest>, Result<Resumed, Failure>),
    /// To the send or broadcast at the head of this seat's line; an answer for an older fence is not its.
    Sent(SeatId, Result<Sent, Failure>),
    /// To a fact (a seat that was left, lost, or closed), named by its place in the room's list.
    Fact(u64, Result<Vec<Push>, Failure>),
    /// To an audit of these seats.
    Audit(Vec<SeatId>, Result<Vec<Audited>, Failure>),
    /// To a claim of these seats.
    Claim(Vec<SeatId>, Result<Claimed, Failure>),
    /// To a look at the members after an epoch has settled.
    Members(Result<Vec<crate::protocol::Member>, Failure>),
    /// To the question which seats the ledger thinks are connected to this node.
    Held(Result<Vec<(SeatId, SessionId)>, Failure>),
    /// To a repair.
    Repair(Result<Vec<Push>, Failure>),
}
