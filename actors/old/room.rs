//! A room with a member on this node: its door, and what is said through it.
//!
//! `RoomRef` is what others hold; `rules` decides, `actor` performs. A room knows its members and their
//! join order; it must not know sockets' bytes, nor where the ledger keeps things.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    directory::Directory,
    ledger::Push,
    ports::RoomSettings,
    protocol::{
        Entry, LeaveReason, Member, Message, RoomId, SessionId, SignalKind, UserId,
        client::{Cid, Seq},
        server::{Mode, Refusal, ResumeFailure},
    },
    socket::SocketId,
};

pub(crate) mod actor;
pub(crate) mod candidates;
pub(crate) mod roles;
pub(crate) mod rules;
pub(crate) mod shell;
#[cfg(test)]
mod tests;

/// Bounds of one room on one node, each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Early candidates that wait for one pair; a browser gathers fewer.
    pub candidates_max: usize,
    /// How long an early candidate waits; a description that late will not come.
    pub candidates_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { candidates_max: 64, candidates_within: Duration::from_secs(10) }
    }
}

/// What a room is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// All this was said at once, in this order.
    Several(Vec<Command>),
    /// A socket asks for a seat.
    Join(Joiner),
    /// A socket goes on with a stay.
    Resume(Resumer),
    /// A member leaves.
    Leave(Seat, LeaveReason),
    /// A member's socket is lost.
    SocketLost(Seat),
    /// A member tells one other something.
    Signal { from: Seat, cid: Cid, to: UserId, kind: SignalKind, message: Message },
    /// A member tells all others something.
    Chat { from: Seat, cid: Cid, message: Message },
    /// A member's client has everything up to this number.
    Acked(Seat, Seq),
    /// The ledger has something for a seat here.
    Pushed(Push),
    /// Time has come that the room asked to be woken at.
    Tick,
    /// The host has changed the room.
    SettingsChanged(RoomSettings),
    /// The room is to be closed.
    Close(LeaveReason),
    /// Answers when everything told before is done.
    Sync(oneshot::Sender<()>),
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
}

/// A seat on this node, fenced by the socket that holds it: a socket that was taken over speaks for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) session: SessionId,
    pub(crate) socket: SocketId,
}

/// Who asks for a seat.
#[derive(Debug, Clone)]
pub(crate) struct Joiner {
    pub(crate) user: UserId,
    pub(crate) name: Arc<str>,
    pub(crate) session: SessionId,
    pub(crate) secret: u128,
    pub(crate) socket: SocketId,
    pub(crate) cid: Option<Cid>,
}

/// Who goes on with a stay.
#[derive(Debug, Clone)]
pub(crate) struct Resumer {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) secret: u128,
    pub(crate) socket: SocketId,
    pub(crate) last_seq: Seq,
}

/// What a room tells a socket.
#[derive(Debug)]
pub(crate) enum RoomToSocket {
    /// The seat is yours.
    Joined { session: SessionId, rev: u64, members: Vec<Member>, mode: Mode },
    /// It is not.
    JoinRefused(Refusal),
    /// The stay goes on; `said` is the last number it used.
    Resumed { session: SessionId, members: Vec<Member>, replay: Vec<(Seq, Entry)>, said: Cid },
    /// It does not.
    ResumeFailed(ResumeFailure),
    /// It might, later.
    ResumeUnavailable,
    /// The message with this number is in the ledger.
    Accepted(Cid),
    /// The message with this number waits for a description.
    Held(Cid),
    /// The message with this number is refused.
    Refused(Cid, Refusal),
    /// Something for you.
    Deliver(SessionId, Seq, Entry),
    /// Your stay is over.
    Ended(SessionId, LeaveReason),
    /// The room's actor was started anew: say again what was not answered.
    Restarted(RoomId),
}

/// The door of a room on this node. Cheap to clone.
#[derive(Clone)]
pub struct RoomRef {
    pub(crate) id: RoomId,
    pub(crate) directory: Arc<Directory>,
}

impl RoomRef {
    /// Says something to the room if it is open here.
    pub(crate) fn tell(&self, command: Command) {
        self.directory.tell_room(self.id, None, command);
    }
}

/// When a room wants to be woken, if at all.
pub(crate) type WakeAt = Option<Instant>;
