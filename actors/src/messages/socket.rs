//! Messages to a socket: from its connection, its room, its user and the node.

use std::{fmt, sync::Arc};

use tokio::sync::oneshot;

use crate::{
    in_flight::Permit,
    messages::Key,
    ports::{ConnectionGone, FrameSink, RevocationScope, RoomPolicy, RoomSettings, Unavailable},
    protocol::{
        Attributes, BadMessage, ClientMessage, Close, Entry, LeaveReason, Member, RoomId, SeatId, SessionId, SocketId,
        UserId,
        client::{Cid, Resume, Seq},
        media::{MediaEpoch, MediaId, Track},
        server::{Mode, Refusal, ResumeFailure},
        sfu::Json,
    },
};

/// A message to a socket.
pub enum Message {
    /// The connection is open; the token may have come with the handshake.
    Opened(Credential),
    /// A message was read.
    Received(Result<ClientMessage, BadMessage>, Permit),
    /// A message was read while nothing was settled for too long: one that others would receive is refused.
    Stalled(Result<ClientMessage, BadMessage>, Permit),
    /// A ping was read.
    Pinged(Vec<u8>),
    /// A pong was read.
    Ponged(Vec<u8>),
    /// The connection has ended.
    Disconnected(Disconnect),
    /// A message from the room to its member.
    FromRoom(FromRoom),
    /// A message from the user's cell to its socket.
    FromUser(FromUser),
    /// A blocked write was completed, or failed.
    Flushed(Result<Box<dyn FrameSink>, ConnectionGone>),
    /// The outcome of an action that the client requested as the room's host: in this session, the message with this tag.
    Acted(SessionId, u64, Result<(), Refusal>),
    /// The result of a room lookup.
    Found(Lookup, Result<Option<RoomSettings>, Unavailable>),
    /// The scheduled time has come.
    Tick,
    /// The node drains: reconnect elsewhere after this many milliseconds.
    Draining(u64),
    /// Drop everything read from now on, and answer when everything read before has been forwarded.
    StopReading(oneshot::Sender<()>),
    /// Whether signaling is degraded: the node cannot reach the ledger.
    Degraded(bool),
    /// Whether media is degraded: the node hears no media server.
    NoMedia(bool),
    /// Whether history is degraded: chat can be neither stored nor read.
    NoHistory(bool),
    /// Close now.
    Close(Close),
    /// The cell of this address has ended, and could not say whom that concerns.
    Lost(Key),
    /// An awaited answer has panicked: restart.
    AnswerLost,
    /// Panics, for tests of supervision; with `true` once more when the socket is to end.
    #[cfg(feature = "fault-injection")]
    Fault(bool),
}

/// Why a room is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// To join it.
    Join(RoomId, Option<Cid>),
    /// To resume a session in it.
    Resume(Resume),
    /// To reclaim this session's seat after the room's cell was restarted.
    Reseat(SessionId),
}

/// An event from a room to a member's socket, with its session: the socket drops events of other sessions.
#[derive(Debug)]
pub struct FromRoom {
    /// The receiving socket: the one to close if its mailbox is full.
    pub socket: SocketId,
    /// The session.
    pub session: SessionId,
    /// The event.
    pub what: RoomEvent,
}

/// An event from a room to a member's socket.
#[derive(Debug)]
pub enum RoomEvent {
    /// The session has begun.
    Joined {
        /// The seat.
        seat: SeatId,
        /// The other members, in join order.
        members: Vec<Member>,
        /// How media is meant to flow.
        mode: Mode,
        /// How it flows in a room with a media server.
        media: Option<Box<MediaSeen>>,
        /// Whether an older seat of the same user was replaced.
        replaced: bool,
        /// Who hosts the room, and who may join it; `None`: unknown.
        policy: Option<Arc<RoomPolicy>>,
        /// The member's attributes.
        attributes: Attributes,
    },
    /// The join was refused.
    JoinRefused(Refusal),
    /// The session was resumed.
    Resumed {
        /// The seat, with its new fence.
        seat: SeatId,
        /// The other members, in join order.
        members: Vec<Member>,
        /// The missed entries, in order.
        replay: Vec<(Seq, Entry)>,
        /// The last accepted or refused number of the client; 0 if there is none.
        last_cid: Cid,
        /// Whether accepted messages may be missing: the ledger has lost its last moments.
        lost: bool,
        /// How media flows in a room with a media server.
        media: Option<Box<MediaSeen>>,
        /// Who hosts the room, and who may join it; `None`: unknown.
        policy: Option<Arc<RoomPolicy>>,
        /// The member's attributes.
        attributes: Attributes,
    },
    /// The session cannot be resumed.
    ResumeFailed(ResumeFailure),
    /// The ledger cannot be reached for the resume: reconnect.
    ResumeUnavailable,
    /// The message with this tag is in the ledger.
    Accepted(u64),
    /// The message with this tag waits for a description; the reader may continue.
    Held(u64),
    /// The message with this tag was refused.
    Refused(u64, Refusal),
    /// The outcome of a message has been unknown for too long: close, so that the client resends it after a resume.
    OutcomeUnknown,
    /// An entry of the inbox.
    Deliver(Seq, Entry),
    /// The session has ended.
    Ended(SessionEnd),
    /// The ledger has lost its last moments: accepted messages may be missing.
    Lost,
    /// After a loss it is unknown which members the client knows: close, so that a resume resynchronises it.
    RosterUnknown,
    /// The room's cell was restarted: reclaim the seat, and resend unsettled messages.
    Restarted,
    /// There is no such room: its cell has ended without a word. As after a restart.
    NoRoom,
    /// Something about media.
    Sfu(Box<SfuEvent>),
}

/// A room's media as a member is told when they enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSeen {
    /// How it flows now.
    pub mode: Mode,
    /// The media epoch.
    pub epoch: MediaEpoch,
    /// Who spoke last.
    pub speaker: Option<UserId>,
    /// The tracks of the others.
    pub tracks: Vec<Track>,
}

/// An event about media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SfuEvent {
    /// The request with this key is answered, or refused.
    Answered(u64, Result<Json, Refusal>),
    /// Which layers a consumer receives now; `None`: nothing arrives.
    Layers(MediaId, Option<(u8, u8)>),
    /// A consumer has ended with its producer.
    ConsumerClosed(MediaId),
    /// Who speaks now.
    Speaker(Option<UserId>),
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Its seat was freed.
    Freed(LeaveReason),
    /// It was resumed on another socket.
    Moved,
    /// Its inbox no longer holds all missed entries.
    Gap,
}

/// An event from a user's cell to a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromUser {
    /// The token expires in this many seconds.
    Expiring(u64),
    /// Close with this code.
    Close(Close),
    /// Close if the token is one of these.
    Revoked(RevocationScope),
    /// Leave the first room, and join the second.
    Move(RoomId, RoomId),
    /// The user's cell was restarted: attach again.
    Restarted,
}

/// How a connection ended, as seen by the edge.
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

/// The credentials of a connection's handshake.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// None: `hello` must contain a token.
    None,
    /// A token that the client sent explicitly: it replaces the hello.
    Token(String),
    /// A token that a browser added automatically: `hello` is still required, and may omit its own token.
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
