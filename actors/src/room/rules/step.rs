//! The inputs of a decision, and its effects, in the order decided.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use smallvec::SmallVec;

use crate::{
    bytes::Pressure,
    ledger::{Audit, Broadcast, Claim, Fact, Place, SeatsMax, Send},
    messages::{
        room::{Asker, JoinRequest, Publishing, ResumeRequest, Whereabouts},
        socket::{FromRoom, RoomEvent},
    },
    ports::Noted,
    protocol::{
        Code, Entry, JoinOrder, LeaveReason, SeatId, SessionId, SocketId, UserId,
        media::{Host, MediaEpoch, MediaId},
        server::Refusal,
        sfu::SfuAsk,
    },
    settings::{BudgetLimits, RoomLimits},
};

/// The default retry delay for refused clients.
pub(crate) const UNAVAILABLE_RETRY: Duration = Duration::from_secs(1);

/// What is to be done, in order; what follows from one signal fits in without memory of its own.
pub(crate) type Effects = SmallVec<[Effect; 3]>;

/// One step of a room: the time and the bounds to decide with, and where its effects go.
pub(crate) struct Step<'a> {
    /// The time.
    pub(crate) now: Instant,
    /// How short memory is.
    pub(crate) pressure: Pressure,
    /// The room's bounds.
    pub(crate) limits: &'a RoomLimits,
    /// Rates.
    pub(crate) budget: &'a BudgetLimits,
    /// Actions to take, in this order.
    pub(crate) effects: &'a mut Effects,
}

/// The effects of a room's decisions.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Tell a socket.
    Tell(SocketId, FromRoom),
    /// Ask the ledger; the answer comes back as an event.
    Call(LedgerCall),
    /// Note something for the room's timeline.
    Note(Noted),
    /// Ask a media server, beside the room; an answer comes back as an event.
    Media(Box<MediaCall>),
}

/// A room's requests to media servers.
#[derive(Debug)]
pub(crate) enum MediaCall {
    /// To choose one for the room in this media epoch, but not that one, and to open the room there.
    Open { epoch: MediaEpoch, except: Option<Arc<str>> },
    /// The capabilities of the room's router there, in this media epoch.
    Capabilities(Asker, (Host, MediaEpoch)),
    /// A member's request, in this media epoch.
    Call(Asker, (Host, MediaEpoch), SfuAsk),
    /// To delete what a session has there.
    DeletePeer(Host, SessionId),
    /// To delete the room there, unless it is in a later media epoch than this.
    DeleteRoom(Host, Option<MediaEpoch>),
    /// Which of those who are in the room there have no seat.
    Peers(Host),
    /// To delete what belongs to nobody there in this media epoch: what a session has, or the room.
    DeleteOrphan(Host, MediaEpoch, Option<SessionId>),
    /// Nothing: where its media is now, for those on this node who look at media servers.
    Hosted(Whereabouts),
}

/// What the room's settings say about a join.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Maximum number of seats; 0: nobody new may join.
    pub(crate) max: SeatsMax,
    /// How long a seat is kept.
    pub(crate) window: Duration,
    /// Revision of these settings.
    pub(crate) revision: u64,
}

/// A room's calls to the ledger.
#[derive(Debug)]
pub(crate) enum LedgerCall {
    Join(Box<JoinRequest>, Terms),
    Resume(Box<ResumeRequest>),
    Send(Send),
    /// With the sender's name.
    Broadcast(Broadcast, Arc<str>),
    Fact(u64, SeatFact),
    Audit(Vec<Audit>),
    Claim(Vec<Claim>, Vec<Fact>),
    Members,
    Held,
    Repair(SeatId, Vec<Entry>),
    Place(Box<Place>),
    Publish(Box<Publishing>),
}

/// Something that has happened to a seat, or to the room, and that the ledger must learn of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SeatFact {
    /// Its member has left.
    Left(SeatId, LeaveReason),
    /// Its socket is lost; these numbers were not applied.
    Disconnected(SeatId, Vec<crate::ledger::Skipped>, Duration),
    /// This user is to be evicted, whichever seat they have: the seat is looked up first, so that a later join is not evicted.
    Evicting(UserId, LeaveReason),
    /// This user was evicted, unless they joined after this place in the join order.
    Evicted(UserId, JoinOrder, LeaveReason),
    /// The room is closed, settings of this revision say.
    Closed(LeaveReason, u64),
    /// A producer of its member has ended at the media server.
    TrackEnded(SeatId, MediaEpoch, MediaId),
}

impl Step<'_> {
    /// Tells a socket something about its session.
    pub(crate) fn tell(&mut self, socket: SocketId, session: SessionId, what: RoomEvent) {
        self.effects.push(Effect::Tell(socket, FromRoom { socket, session, what }));
    }

    /// Notes something for the room's timeline, if that is kept.
    pub(crate) fn note(&mut self, noted: impl FnOnce() -> Noted) {
        if self.limits.notes {
            self.effects.push(Effect::Note(noted()));
        }
    }

    /// Asks a media server.
    pub(crate) fn ask(&mut self, call: MediaCall) {
        self.effects.push(Effect::Media(Box::new(call)));
    }

    /// Asks the ledger.
    pub(crate) fn call(&mut self, call: LedgerCall) {
        self.effects.push(Effect::Call(call));
    }
}

/// "Try again later", in the ledger's time if it named one.
pub(crate) fn unavailable(wait: Duration) -> Refusal {
    let wait = wait.max(UNAVAILABLE_RETRY).as_millis();
    Refusal::new(Code::Unavailable, "The room cannot be reached just now: send it again.")
        .after_ms(u64::try_from(wait).unwrap_or(u64::MAX))
}
