//! What a socket is told: by its connection, its room, its user and the node.

use std::fmt;

use tokio::sync::oneshot;

use crate::{
    in_flight::Permit,
    ports::{ConnectionGone, FrameSink, RoomSettings, Unavailable},
    protocol::{
        BadMessage, ClientMessage, Close, Entry, LeaveReason, Member, SeatId, SessionId, SocketId,
        client::{Cid, Resume, Seq},
        server::{Mode, Refusal, ResumeFailure},
    },
};

/// What a socket is told.
pub enum Message {
    /// The connection is open; the token may have come with the handshake.
    Opened(Credential),
    /// A message was read.
    Received(Result<ClientMessage, BadMessage>, Permit),
    /// A ping was read.
    Pinged(Vec<u8>),
    /// A pong was read.
    Ponged(Vec<u8>),
    /// The connection has ended.
    Disconnected(Disconnect),
    /// A room tells its member.
    FromRoom(FromRoom),
    /// The user's cell tells its socket.
    FromUser(FromUser),
    /// A blocked write was completed, or failed.
    Flushed(Result<Box<dyn FrameSink>, ConnectionGone>),
    /// A room was looked up.
    Found(Lookup, Result<Option<RoomSettings>, Unavailable>),
    /// The time has come that the socket asked to be woken at.
    Tick,
    /// The node drains: reconnect elsewhere after so many milliseconds.
    Draining(u64),
    /// Accept nothing that is read from now on, and answer when everything read before is passed on.
    StopReading(oneshot::Sender<()>),
    /// Whether signaling is degraded: the node cannot reach the ledger.
    Degraded(bool),
    /// Close now.
    Close(Close),
    /// An answer that was waited for has panicked: begin anew.
    AnswerLost,
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
}

/// Why a room is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// To join it.
    Join(crate::protocol::RoomId, Option<Cid>),
    /// To resume a session in it.
    Resume(Resume),
    /// To take this session's seat again after the room's cell was restarted.
    Reseat(SessionId),
}

/// What a room tells a member's socket, and in which session: what concerns another session is dropped, once, by the
/// socket.
#[derive(Debug)]
pub struct FromRoom {
    /// The socket that it is addressed to, so that it is known whom to close if its mailbox is full.
    pub socket: SocketId,
    /// The session that it is about.
    pub session: SessionId,
    /// What.
    pub what: RoomEvent,
}

/// What a room tells a member's socket.
#[derive(Debug)]
pub enum RoomEvent {
    /// The session has begun.
    Joined {
        /// The seat.
        seat: SeatId,
        /// The other members, in join order.
        members: Vec<Member>,
        /// How media flows.
        mode: Mode,
        /// Whether an older seat of the same user was replaced.
        replaced: bool,
    },
    /// The join was refused.
    JoinRefused(Refusal),
    /// The session was resumed.
    Resumed {
        /// The seat, with its new fence.
        seat: SeatId,
        /// The other members, in join order.
        members: Vec<Member>,
        /// What was missed, in order.
        replay: Vec<(Seq, Entry)>,
        /// The last number of the client that was taken; 0 if none was.
        last_cid: Cid,
        /// Whether accepted messages may be missing: the ledger has lost its last moments.
        lost: bool,
    },
    /// The session cannot be resumed.
    ResumeFailed(ResumeFailure),
    /// The ledger cannot be reached for the resume: reconnect.
    ResumeUnavailable,
    /// The message with this tag is in the ledger.
    Accepted(u64),
    /// The message with this tag waits for a description; the reader may go on.
    Held(u64),
    /// The message with this tag was refused.
    Refused(u64, Refusal),
    /// The outcome of a message stays unknown for too long: close, so that it is repeated after a resume.
    OutcomeUnknown,
    /// An entry of the inbox.
    Deliver(Seq, Entry),
    /// The session has ended.
    Ended(SessionEnd),
    /// The ledger has lost its last moments: accepted messages may be missing.
    Lost,
    /// After a loss it is not known whom the client knows: close, so that it is told after a resume.
    RosterUnknown,
    /// The room's cell was restarted: take the seat again, and repeat what was not settled.
    Restarted,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Its seat was freed.
    Freed(LeaveReason),
    /// It was resumed on another socket.
    Moved,
    /// Its inbox no longer holds everything that was missed.
    Gap,
}

/// What a user's cell tells a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromUser {
    /// The token expires in so many seconds.
    Expiring(u64),
    /// Close with this code.
    Close(Close),
    /// The user's cell was restarted: attach again.
    Restarted,
}

/// How a connection ended, as the edge saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// The client's close frame, with its code if it had one. With 1000, 1001 or none it leaves its room; with any other
    /// code its seat is kept for the window.
    Closed(Option<u16>),
    /// It broke: the seat is kept for the window.
    Lost,
    /// The client violated the protocol: an error, then this close code.
    Violation(Close),
}

/// What a connection's handshake brought to prove who the client is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing: `hello` must bring a token.
    None,
    /// A token that was sent on purpose: it is the hello.
    Token(String),
    /// A token that a browser added by itself: `hello` is still required, and may omit its own token.
    Cookie(String),
}

/// Never the token.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Token(_) => "Token",
            Self::Cookie(_) => "Cookie",
        })
    }
}
