//! Messages to a room: from its members' sockets, the ledger, and the node.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::{
    ledger::{Audited, Claimed, Failure, Joined, Placed, Published, Push, Resumed, Sent, TrackChange},
    ports::{MediaError, MediaEvent, RoomSettings},
    protocol::{
        Attributes, Epoch, Fence, JoinOrder, LeaveReason, Message as Payload, SeatId, SessionId, SocketId, UserId,
        attributes::Changes,
        client::{Cid, Seq},
        media::{Host, MediaEpoch},
        sfu::{Json, SfuAsk},
    },
};

/// A message to a room. It moves between lists, so large variants are boxed.
#[derive(Debug)]
pub enum Message {
    /// A socket asks for a seat.
    Join(Box<JoinRequest>),
    /// A socket asks to resume a session.
    Resume(Box<ResumeRequest>),
    /// A member leaves, or withdraws its pending join.
    Leave(SeatRef, LeaveReason),
    /// A member's socket disconnected, possibly while its join is pending.
    Disconnected(SeatRef),
    /// A member sends a signal to one other, or a message to all others.
    Said(Box<Said>),
    /// The same of a member's message for which the mailbox had no space: it is refused, unless it was settled before.
    Unheard(Box<(SeatRef, Number)>),
    /// A member's client has received everything up to this number, and all refusals of its numbers up to this one.
    Acked {
        /// The member.
        from: SeatRef,
        /// The last entry received.
        seq: Seq,
        /// Refusals up to this number of the client were received.
        refused: Cid,
    },
    /// The socket itself refused a numbered message (its rate, its form): the session remembers that.
    Skipped {
        /// The member.
        from: SeatRef,
        /// The number.
        cid: Cid,
        /// Why.
        code: crate::protocol::Code,
    },
    /// A member asks the room's media server; each request is answered once, or its seat ends.
    Sfu(Box<SfuAsked>),
    /// A media server has answered.
    MediaAnswered(Box<MediaReply>),
    /// A media server tells something of this room.
    MediaHappened(Box<(Host, MediaEvent)>),
    /// This node's view of media servers has changed.
    MediaServers(Box<MediaServersChange>),
    /// The ledger pushes an event for a seat on this node.
    Pushed(Box<Push>),
    /// The ledger has answered.
    Answered(Box<Reply>),
    /// The scheduled time has come.
    Tick,
    /// A reading of the room's settings; an older one than the room's is ignored.
    SettingsChanged(RoomSettings),
    /// A request, and the reading of the room's settings by which it was checked.
    Read(Box<(RoomSettings, Message)>),
    /// This socket has ended, and could not say whose it was.
    SocketLost(SocketId),
    /// The room's cell has ended, and could not say who was there: seats that no socket takes again are free.
    Emptied,
    /// Close the room: settings of this revision say so. If the room knows newer ones, it was opened again since.
    Close(LeaveReason, u64),
    /// Free a user's seat, on whichever node.
    Evict(UserId, LeaveReason),
    /// Another node has closed the room at this revision: its seats have ended, unless the room knows newer settings.
    Closed(u64),
    /// Pushes may have been lost: audit every seat now.
    Audit,
    /// The ledger is in this epoch: claim every seat.
    Epoch(Epoch),
    /// The node may deliver again, or must not deliver until it has audited its seats.
    Fence(bool),
    /// Answer when nothing is in flight any more.
    Drain(oneshot::Sender<()>),
    /// An awaited answer has panicked: restart.
    AnswerLost,
    /// Panics, for tests of supervision; with `true` once more when the room is to restart.
    #[cfg(feature = "fault-injection")]
    Fault(bool),
}

impl Message {
    /// Whether it is a fact that must reach the ledger, even if this room is not open or does not know the seat.
    pub(crate) const fn is_fact(&self) -> bool {
        matches!(self, Self::Leave(seat, _) | Self::Disconnected(seat) if seat.seat.is_some())
            || matches!(self, Self::Close(..) | Self::Evict(..))
    }
}

/// A seat on this node, identified by its session and the socket that holds it: messages of a socket that lost its seat
/// are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatRef {
    /// The session.
    pub session: SessionId,
    /// The socket.
    pub socket: SocketId,
    /// The seat in the ledger; `None` while the join is pending. With it a restarted room, which knows none of its seats
    /// yet, can still forward facts to the ledger, which checks their fence.
    pub seat: Option<SeatId>,
}

/// The numbers of one message of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The socket's own counter: identifies the message between socket and room.
    pub tag: u64,
    /// The client's number, if it has one.
    pub cid: Option<Cid>,
}

/// A message from a member to others.
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
    /// The change of the sender's attributes that it tells, if it does.
    pub changes: Option<Changes>,
}

/// A request of a member to the room's media server.
#[derive(Debug)]
pub struct SfuAsked {
    /// The member.
    pub from: SeatRef,
    /// Identifies the request within its session, there and at the media server.
    pub key: u64,
    /// The media epoch of its ids; 0 if it has none.
    pub epoch: MediaEpoch,
    /// What is asked.
    pub ask: SfuAsk,
}

/// A member that waits for an answer about media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// The seat.
    pub seat: SeatId,
    /// Its session.
    pub session: SessionId,
    /// Its socket.
    pub socket: SocketId,
    /// Which request of the session.
    pub key: u64,
}

/// An answer of a media server, with its question.
#[derive(Debug)]
pub enum MediaReply {
    /// A server was chosen for the room and the room opened there, in this media epoch.
    Opened(MediaEpoch, Result<Host, MediaError>),
    /// The capabilities of the router there.
    Capabilities(Asker, Host, Result<Json, MediaError>),
    /// A call, in this media epoch.
    Called(Asker, (Host, MediaEpoch), SfuAsk, Result<Json, MediaError>),
    /// Who is in the room there without a seat.
    Peers(Host, Result<Vec<SessionId>, MediaError>),
}

/// Where a room's media is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// At a media server.
    At(Host),
    /// It has fallen back to the browsers, until there is a media server.
    Fallen,
    /// Between the browsers, where it belongs now.
    Left,
}

/// A node's view of media servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaServersChange {
    /// This one does not answer: a room there moves, unless other nodes hear it. Told again until it is heard.
    Lost(Host),
    /// This one takes no new rooms: a room there moves.
    Draining(Host),
    /// One has been well for a while: a room that does without may come back.
    Back,
    /// This one has the room, whether it should or not: its peers there are compared with the room's members.
    Found(Host),
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
    /// The secret that a resume must present.
    pub secret: u128,
    /// The member's first attributes: those of their token.
    pub attributes: Attributes,
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
    /// The seat's generation, if the room has restarted and the socket reclaims it.
    pub reclaims: Option<Fence>,
}

/// An answer of the ledger, with its question.
#[derive(Debug)]
pub enum Reply {
    /// To a join.
    Join(Box<JoinRequest>, Result<Joined, Failure>),
    /// To a resume.
    Resume(Box<ResumeRequest>, Result<Resumed, Failure>),
    /// To the send or broadcast at the head of this seat's queue; an answer for an older fence is ignored.
    Sent(SeatId, Result<Sent, Failure>),
    /// To a fact (left, disconnected, evicted, closed), identified by its position in the room's list.
    Fact(u64, Result<Vec<Push>, Failure>),
    /// To a query, for a fact, where in the join order its user is.
    Located(u64, Result<Option<JoinOrder>, Failure>),
    /// To an audit of these seats.
    Audit(Vec<SeatId>, Result<Vec<Audited>, Failure>),
    /// To a claim of these seats.
    Claim(Vec<SeatId>, Result<Claimed, Failure>),
    /// To a query of the members after an epoch has settled.
    Members(Result<Vec<crate::protocol::Member>, Failure>),
    /// To a query of the seats that the ledger considers connected to this node.
    Held(Result<Vec<(SeatId, SessionId)>, Failure>),
    /// To a repair.
    Repair(Result<Vec<Push>, Failure>),
    /// To a placement; on this media server, if it was to be one.
    Placed(Option<Box<Host>>, Result<Box<Placed>, Failure>),
    /// To a change of what a seat sends.
    Published(Box<Publishing>, Result<Published, Failure>),
}

/// A change of what a seat sends, on its way to the ledger.
#[derive(Debug, Clone)]
pub struct Publishing {
    /// Who has asked.
    pub asker: Asker,
    /// The media epoch.
    pub epoch: MediaEpoch,
    /// The change.
    pub change: TrackChange,
    /// What its member is answered once it is done.
    pub answered: Json,
}
