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
            Command::Join(joiner) => self.join(joiner),
            Command::Resume(resumer) => vec![Effect::Ask(Ask::Resume(resumer))],
            Command::Leave(seat, reason) => self.vacate(seat).map_or_else(Vec::new, |(who, mut effects)| {
                effects.push(Effect::Ask(Ask::Leave(who, reason)));
                effects
            }),
            Command::SocketLost(seat) => self.vacate(seat).map_or_else(Vec::new, |(who, mut effects)| {
                effects.push(Effect::Ask(Ask::Gone(who, self.settings)));
                effects
            }),
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

    fn join(&self, joiner: Joiner) -> Effects {
        if !self.settings.active {
            let refusal = Refusal::new(Code::RoomClosed, format!("Room {} is closed.", self.id)).of(joiner.cid);
            return vec![Effect::Tell(joiner.socket, RoomToSocket::JoinRefused(refusal))];
        }
        vec![Effect::Ask(Ask::Join(joiner, self.settings))]
    }

    fn joined(&mut self, joiner: &Joiner, answer: Result<Joined, Unavailable>) -> Effects {
        match answer {
            Ok(Joined::Seated { rev, members, pushes }) => {
                let mut effects = self.pushes(pushes);
                self.enrol(&members);
                self.roster.insert(joiner.user, Place { session: joiner.session, rev });
                self.seat(
                    joiner.session,
                    Local { user: joiner.user, socket: joiner.socket, cursor: Cursor::default() },
                );
                let joined = RoomToSocket::Joined { session: joiner.session, rev, members, mode: self.settings.mode };
                effects.push(Effect::Tell(joiner.socket, joined));
                effects
            }
            Ok(Joined::Full) => {
                let max = self.settings.participants_max;
                let text = format!("Room {} already has {max} of {max} participants.", self.id);
                let refusal = Refusal::new(Code::RoomFull, text).of(joiner.cid);
                vec![Effect::Tell(joiner.socket, RoomToSocket::JoinRefused(refusal))]
            }
            Err(Unavailable) => {
                vec![Effect::Tell(joiner.socket, RoomToSocket::JoinRefused(unavailable().of(joiner.cid)))]
            }
        }
    }

    fn resumed(&mut self, resumer: &Resumer, answer: Result<Resumed, Unavailable>) -> Effects {
        match answer {
            Ok(Resumed::Seated { rev, members, replay, said, pushes }) => {
                let mut effects = self.pushes(pushes);
                self.enrol(&members);
                self.roster.insert(resumer.user, Place { session: resumer.session, rev });
                self.recall(resumer.session, &said);
                let last = replay.last().map_or(resumer.last_seq, |(seq, _)| *seq);
                let local = Local { user: resumer.user, socket: resumer.socket, cursor: Cursor::at(last) };
                if let Some(before) = self.seat(resumer.session, local).filter(|before| *before != resumer.socket) {
                    effects.push(Effect::Tell(before, RoomToSocket::Ended(resumer.session, LeaveReason::Replaced)));
                }
                let said = said.iter().map(|said| said.cid).max().unwrap_or(0);
                let resumed = RoomToSocket::Resumed { session: resumer.session, members, replay, said };
                effects.push(Effect::Tell(resumer.socket, resumed));
                effects
            }
            Ok(Resumed::Failed(why)) => vec![Effect::Tell(resumer.socket, RoomToSocket::ResumeFailed(why))],
            Err(Unavailable) => vec![Effect::Tell(resumer.socket, RoomToSocket::ResumeUnavailable)],
        }
    }

    /// What this session said before it came here decides which candidates may pass.
    fn recall(&mut self, session: SessionId, said: &[Said]) {
        for said in said.iter().filter(|said| said.described) {
            self.candidates.described((session, said.to));
        }
    }

    fn signal(&mut self, from: (Seat, Cid), to: UserId, what: (SignalKind, Message), now: Instant) -> Effects {
        let ((seat, cid), (kind, message)) = (from, what);
        let Some((sender, mine)) = self.placed(seat) else { return unheard() };
        let target = self.roster.get(&to).filter(|_| to != sender.user).copied();
        let Some(theirs) = target else { return refuse(seat, cid, self.stranger(to)) };
        if !roles::may_send(kind, mine.rev, theirs.rev) {
            return refuse(seat, cid, Refusal::new(Code::Glare, roles::why_not(kind)));
        }
        let pair = (seat.session, theirs.session);
        let mut messages = Vec::with_capacity(1);
        messages.push(message);
        match kind {
            SignalKind::IceCandidate => match self.candidates.admit(pair, (cid, messages[0].clone()), now) {
                Admission::Pass => {}
                Admission::Wait => return vec![Effect::Tell(seat.socket, RoomToSocket::Held(cid))],
                Admission::Overflow => {
                    return self
                        .overflowed(vec![(seat.session, cid)], "Too many candidates wait for a session description.");
                }
            },
            SignalKind::Offer | SignalKind::Answer => {
                messages.extend(self.candidates.waiting(pair).iter().map(|held| held.message.clone()));
            }
            SignalKind::Renegotiate => {}
        }
        let sending = Sending { from: seat, to: theirs.session, cid, kind };
        vec![Effect::Ask(Ask::Send(sending, sender, Address { user: to, session: theirs.session }, messages))]
    }

    fn sent(&mut self, sending: Sending, answer: Result<Sent, Unavailable>) -> Effects {
        let Sending { from, to, cid, kind } = sending;
        match answer {
            Ok(Sent::Appended(pushes)) => {
                let mut effects = self.pushes(pushes);
                effects.push(Effect::Tell(from.socket, RoomToSocket::Accepted(cid)));
                effects.extend(self.released(from, to, kind));
                effects
            }
            Ok(Sent::Repeat) => {
                let mut effects = vec![Effect::Tell(from.socket, RoomToSocket::Accepted(cid))];
                effects.extend(self.released(from, to, kind));
                effects
            }
            Ok(Sent::SenderGone) => refuse(from, cid, not_in_room()),
            Ok(Sent::ReceiverGone) => {
                refuse(from, cid, Refusal::new(Code::PeerNotFound, "This peer has just left the room."))
            }
            Err(Unavailable) => refuse(from, cid, unavailable()),
        }
    }

    /// A description has passed, and with it what waited: those messages are accepted too.
    fn released(&mut self, from: Seat, to: SessionId, kind: SignalKind) -> Effects {
        if !kind.is_description() {
            return Vec::new();
        }
        let waited = self.candidates.described((from.session, to));
        waited.into_iter().map(|cid| Effect::Tell(from.socket, RoomToSocket::Accepted(cid))).collect()
    }

    fn chat(&self, from: Seat, cid: Cid, message: Message) -> Effects {
        match self.address(from) {
            Some(who) => vec![Effect::Ask(Ask::Broadcast(from, who, cid, message))],
            None => unheard(),
        }
    }

    fn broadcasted(&mut self, from: Seat, cid: Cid, answer: Result<Sent, Unavailable>) -> Effects {
        match answer {
            Ok(Sent::Appended(pushes)) => {
                let mut effects = self.pushes(pushes);
                effects.push(Effect::Tell(from.socket, RoomToSocket::Accepted(cid)));
                effects
            }
            Ok(Sent::Repeat | Sent::ReceiverGone) => vec![Effect::Tell(from.socket, RoomToSocket::Accepted(cid))],
            Ok(Sent::SenderGone) => refuse(from, cid, not_in_room()),
            Err(Unavailable) => refuse(from, cid, unavailable()),
        }
    }

    fn pushes(&mut self, pushes: Vec<Push>) -> Effects {
        let mut effects = Vec::with_capacity(pushes.len() + 1);
        for push in pushes {
            effects.extend(self.pushed(push));
        }
        effects
    }

    fn pushed(&mut self, push: Push) -> Effects {
        let Some(local) = self.local.get_mut(&push.to) else { return Vec::new() };
        match push.what {
            Pushed::Entry(seq, entry) => match local.cursor.step(seq) {
                Step::Next => self.deliver(push.to, seq, entry),
                Step::Repeat => Vec::new(),
                Step::Hole(after) => {
                    vec![Effect::Ask(Ask::Read(Address { user: local.user, session: push.to }, after))]
                }
            },
            Pushed::Ended(reason) => self.end(push.to, reason),
        }
    }

    /// A hole in what was pushed has been read from the inbox.
    fn filled(&mut self, session: SessionId, answer: Result<Option<Vec<(Seq, Entry)>>, Unavailable>) -> Effects {
        let Ok(held) = answer else { return Vec::new() }; // the next push, or a resume, meets the same hole
        let Some(entries) = held else { return self.end(session, LeaveReason::Lost) };
        let mut effects = Vec::with_capacity(entries.len());
        for (seq, entry) in entries {
            if self.local.get_mut(&session).is_some_and(|local| local.cursor.step(seq) == Step::Next) {
                effects.extend(self.deliver(session, seq, entry));
            }
        }
        effects
    }

    fn deliver(&mut self, session: SessionId, seq: Seq, entry: Entry) -> Effects {
        let mut effects = self.learn(&entry);
        if let Some(local) = self.local.get(&session) {
            effects.push(Effect::Tell(local.socket, RoomToSocket::Deliver(session, seq, entry)));
        }
        effects
    }

    /// What a member hears about others, the room learns too.
    fn learn(&mut self, entry: &Entry) -> Effects {
        match entry {
            Entry::Joined(member) => {
                self.enrol(std::slice::from_ref(member));
                Vec::new()
            }
            Entry::Left { user, session, .. } => {
                if self.roster.get(user).is_some_and(|place| place.session == *session) {
                    self.roster.remove(user);
                }
                let stranded = self.candidates.forget(*session);
                self.stranded(stranded)
            }
            Entry::Message(_) => Vec::new(),
        }
    }

    fn enrol(&mut self, members: &[Member]) {
        for member in members {
            self.roster.insert(member.user, Place { session: member.session, rev: member.rev });
        }
    }

    /// Puts a socket on a seat; answers the socket that was there.
    fn seat(&mut self, session: SessionId, local: Local) -> Option<SocketId> {
        self.local.insert(session, local).map(|before| before.socket)
    }

    /// The ledger says that this stay is over.
    fn end(&mut self, session: SessionId, reason: LeaveReason) -> Effects {
        let Some(local) = self.local.remove(&session) else { return Vec::new() };
        if self.roster.get(&local.user).is_some_and(|place| place.session == session) {
            self.roster.remove(&local.user);
        }
        let stranded = self.candidates.forget(session);
        let mut effects = self.stranded(stranded);
        effects.push(Effect::Tell(local.socket, RoomToSocket::Ended(session, reason)));
        effects
    }

    /// Takes the socket off its seat here; the ledger is still to be told.
    fn vacate(&mut self, seat: Seat) -> Option<(Address, Effects)> {
        let who = self.address(seat)?;
        self.local.remove(&seat.session);
        let stranded = self.candidates.forget(seat.session);
        Some((who, self.stranded(stranded)))
    }

    fn address(&self, seat: Seat) -> Option<Address> {
        let local = self.local.get(&seat.session).filter(|local| local.socket == seat.socket)?;
        Some(Address { user: local.user, session: seat.session })
    }

    fn placed(&self, seat: Seat) -> Option<(Address, Place)> {
        let who = self.address(seat)?;
        self.roster.get(&who.user).map(|place| (who, *place))
    }

    fn stranger(&self, user: UserId) -> Refusal {
        Refusal::new(Code::PeerNotFound, format!("{user} is not in room {}.", self.id))
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
