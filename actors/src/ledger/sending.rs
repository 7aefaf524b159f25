//! What members send, and what nodes are told about their seats.

use serde::{Deserialize, Serialize};

use crate::protocol::{
    Code, Entry, Epoch, Fence, JoinOrder, LeaveReason, Message, RoomId, SeatId, SessionId,
    attributes::Changes,
    client::{Cid, Seq},
    media::Host,
};

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
    /// The sender's new attributes: members who join later receive them as well.
    pub changes: Option<Changes>,
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
    /// The sender would tell too much of themselves; nothing has changed.
    TooMany,
}

/// A push to the node that holds a seat.
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
    Ended(Fence, Ended),
    /// In the answer to the node that has freed a seat: its peer at the room's media server is to be deleted there; `None`: the
    /// room was closed, and all of it is. (A room that everybody has left expires there by itself.)
    Unhosted(Box<Host>, Option<SessionId>),
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
