//! A room's decisions: who may join, who may offer, which candidate waits, who hears what.
//!
//! Pure: no clock, no I/O, no await. The shell asks the ledger and feeds the answer back as an event.

use std::{collections::BTreeMap, time::Instant};

use super::{
    Command, Joiner, Limits, Resumer, RoomToSocket, Seat,
    candidates::{Admission, Candidates},
    roles,
};
use crate::{
    ledger::{Address, Cursor, Joined, Push, Pushed, Resumed, Said, Sent, cursor::Step},
    ports::{RoomSettings, Unavailable},
    protocol::{
        Code, Entry, LeaveReason, Member, Message, RoomId, SessionId, SignalKind, UserId,
        client::{Cid, Seq},
        server::Refusal,
    },
    socket::SocketId,
};

mod at_rest;
mod inbox;
mod seats;
mod signals;

pub(crate) use at_rest::RoomAtRest;

/// What a client that met a ledger out of reach is told to wait.
const UNAVAILABLE_RETRY_MS: u64 = 1_000;

/// One room as this node knows it.
#[derive(Debug)]
pub(crate) struct Room {
    id: RoomId,
    settings: RoomSettings,
    /// Everybody in the room, on whichever node.
    roster: BTreeMap<UserId, Place>,
    /// Those whose socket is on this node.
    local: BTreeMap<SessionId, Local>,
    candidates: Candidates,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    session: SessionId,
    rev: u64,
}

#[derive(Debug)]
struct Local {
    user: UserId,
    socket: SocketId,
    cursor: Cursor,
}

/// What happens to a room: it is told something, or the ledger answers.
#[derive(Debug)]
pub(crate) enum Event {
    Told(Command),
    Answered(Answered),
}

/// The ledger's answer, with what it answers.
#[derive(Debug)]
pub(crate) enum Answered {
    Join(Joiner, Result<Joined, Unavailable>),
    Resume(Resumer, Result<Resumed, Unavailable>),
    Send(Sending, Result<Sent, Unavailable>),
    Broadcast(Seat, Cid, Result<Sent, Unavailable>),
    Pushes(Result<Vec<Push>, Unavailable>),
    Read(SessionId, Result<Option<Vec<(Seq, Entry)>>, Unavailable>),
}

/// A signal that was asked to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    pub(crate) from: Seat,
    pub(crate) to: SessionId,
    pub(crate) cid: Cid,
    pub(crate) kind: SignalKind,
}

/// What a room wants done.
#[derive(Debug)]
pub(crate) enum Effect {
    Ask(Ask),
    Tell(SocketId, RoomToSocket),
}

/// What a room asks the ledger.
#[derive(Debug)]
pub(crate) enum Ask {
    Join(Joiner, RoomSettings),
    Resume(Resumer),
    Leave(Address, LeaveReason),
    Gone(Address, RoomSettings),
    Send(Sending, Address, Address, Vec<Message>),
    Broadcast(Seat, Address, Cid, Message),
    Read(Address, Seq),
    Acked(Address, Seq),
    Close(LeaveReason),
}

type Effects = Vec<Effect>;

impl Room {
    pub(crate) const fn new(id: RoomId, settings: RoomSettings, limits: Limits) -> Self {
        Self { id, settings, roster: BTreeMap::new(), local: BTreeMap::new(), candidates: Candidates::new(limits) }
    }

    /// What the database said of the room last.
    pub(crate) const fn settings(&self) -> RoomSettings {
        self.settings
    }

    /// Whether nobody on this node needs the room.
    pub(crate) fn is_idle(&self) -> bool {
        self.local.is_empty()
    }

    /// When the room wants a [`Command::Tick`].
    pub(crate) fn wake_at(&self) -> super::WakeAt {
        self.candidates.next_expiry()
    }

    /// Decides.
    pub(crate) fn handle(&mut self, event: Event, now: Instant) -> Effects {
        match event {
            Event::Told(command) => self.told(command, now),
            Event::Answered(answered) => self.answered(answered),
        }
    }

    fn told(&mut self, command: Command, now: Instant) -> Effects {
        match command {
            Command::Several(_) => Vec::new(), // the shell takes it apart
            Command::Join(joiner) => self.join(joiner),
            Command::Resume(resumer) => vec![Effect::Ask(Ask::Resume(resumer))],
            Command::Leave(seat, reason) => self.vacate(seat, reason),
            Command::SocketLost(seat) => self.lost(seat),
            Command::Signal { from, cid, to, kind, message } => self.signal((from, cid), to, (kind, message), now),
            Command::Chat { from, cid, message } => self.chat(from, cid, message),
            Command::Acked(seat, seq) => match self.address(seat) {
                Some(who) => vec![Effect::Ask(Ask::Acked(who, seq))],
                None => Vec::new(),
            },
            Command::Pushed(push) => self.pushed(push),
            Command::Tick => {
                let late = self.candidates.expire(now);
                self.overflowed(late, "No session description came for this candidate in time.")
            }
            Command::SettingsChanged(settings) => {
                self.settings = settings;
                Vec::new()
            }
            Command::Close(reason) => {
                self.settings.active = false;
                vec![Effect::Ask(Ask::Close(reason))]
            }
            Command::Sync(done) => {
                let _ = done.send(()); // who asked may have stopped waiting
                Vec::new()
            }
            #[cfg(feature = "fault-injection")]
            Command::Fault => Vec::new(),
        }
    }

    fn answered(&mut self, answered: Answered) -> Effects {
        match answered {
            Answered::Join(joiner, answer) => self.joined(&joiner, answer),
            Answered::Resume(resumer, answer) => self.resumed(&resumer, answer),
            Answered::Send(sending, answer) => self.sent(sending, answer),
            Answered::Broadcast(seat, cid, answer) => self.broadcasted(seat, cid, answer),
            Answered::Pushes(answer) => self.pushes(answer.unwrap_or_default()),
            Answered::Read(session, answer) => self.filled(session, answer),
        }
    }

    fn address(&self, seat: Seat) -> Option<Address> {
        let local = self.local.get(&seat.session).filter(|local| local.socket == seat.socket)?;
        Some(Address { user: local.user, session: seat.session })
    }

    fn placed(&self, seat: Seat) -> Option<(Address, Place)> {
        let who = self.address(seat)?;
        self.roster.get(&who.user).map(|place| (who, *place))
    }

    fn overflowed(&self, late: Vec<(SessionId, Cid)>, text: &str) -> Effects {
        self.refuse_all(late, |cid| Refusal::new(Code::CandidatesOverflow, text).of(Some(cid)))
    }

    fn stranded(&self, stranded: Vec<(SessionId, Cid)>) -> Effects {
        self.refuse_all(stranded, |cid| {
            Refusal::new(Code::PeerNotFound, "This peer has just left the room.").of(Some(cid))
        })
    }

    fn refuse_all(&self, whose: Vec<(SessionId, Cid)>, refusal: impl Fn(Cid) -> Refusal) -> Effects {
        let here = whose.into_iter().filter_map(|(session, cid)| Some((self.local.get(&session)?.socket, cid)));
        here.map(|(socket, cid)| Effect::Tell(socket, RoomToSocket::Refused(cid, refusal(cid)))).collect()
    }
}

fn refuse(seat: Seat, cid: Cid, refusal: Refusal) -> Effects {
    vec![Effect::Tell(seat.socket, RoomToSocket::Refused(cid, refusal.of(Some(cid))))]
}

/// Said from a seat that the room does not know: the room was started anew, and the socket says it again once it has
/// taken its seat back; or the stay has just ended, and the socket is on its way to hear so.
const fn unheard() -> Effects {
    Vec::new()
}

fn not_in_room() -> Refusal {
    Refusal::new(Code::NotInRoom, "You no longer have a seat in this room: join it again.")
}

fn unavailable() -> Refusal {
    Refusal::new(Code::Unavailable, "The room cannot be reached just now: send it again.")
        .after_ms(UNAVAILABLE_RETRY_MS)
}
