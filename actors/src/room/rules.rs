//! A room's decisions. Pure: no clock, no I/O, no waiting. The ledger's answers come back as events.
//!
//! **Invariants** (held by `room::tests::properties`): rules are total; each message of a member is settled once: accepted,
//! refused, or told to be unknown, unless its session ends before; what waits has a deadline, and the room a timer for it.

use std::time::Instant;

use self::{
    entering::Entering,
    epochs::Rebuild,
    facts::PendingFact,
    leaving::Leaving,
    media::Media,
    members::Members,
    orphans::Suspects,
    pausing::Pausing,
    placing::Placing,
    rate::JoinRate,
    seat::Seat,
    step::{LedgerCall, SeatFact, Step},
};
use crate::{
    ledger::{Fact, Push},
    messages::room::{Message, Reply, SeatRef},
    ports::RoomSettings,
    protocol::{Epoch, JoinOrder, RoomId, SessionId, SocketId, UserId},
};

mod asking;
mod auditing;
mod candidates;
mod comparing;
mod entering;
mod epochs;
mod facts;
mod fitting;
mod happening;
mod leaving;
mod line;
mod media;
mod members;
mod numbers;
mod orphans;
mod pausing;
mod placing;
mod policy;
mod rate;
mod receiving;
mod roles;
mod rosters;
mod schedule;
mod seat;
mod seating;
mod sending;
mod settling;
pub(crate) mod step;
mod telling;

/// One room as this node knows it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) settings: RoomSettings,
    /// The epoch that the seats here are known in; 0 before the first.
    epoch: Epoch,
    /// Everybody in the room whom others are told of, on whichever node.
    members: Members,
    /// Those whose socket is on this node, by join order.
    seats: Vec<Seat>,
    /// When the room has something to do by itself next; never later than that, perhaps earlier.
    next: Option<Instant>,
    /// When all seats are audited next.
    audit_at: Option<Instant>,
    /// Work in progress; none in an idle room.
    work: Option<Box<Work>>,
    /// How media flows, once it was placed on a media server.
    media: Option<Box<Media>>,
    /// Nothing may be delivered, nothing asked for members.
    is_fenced: bool,
    /// The ledger was told that the room is closed.
    is_closed: bool,
    /// It takes the place of a room that panicked, and has not begun yet.
    is_restarted: bool,
    /// Whether memory is to be given back.
    is_slack: bool,
}

/// A room's work in progress.
#[derive(Debug, Default)]
struct Work {
    /// Joins and resumes.
    entering: Vec<Entering>,
    /// Pushes for seats that are not known yet, while somebody joins or resumes.
    strays: Vec<Push>,
    /// Facts that the ledger has not accepted yet.
    facts: Vec<PendingFact>,
    facts_counted: u64,
    /// Facts that it accepted in the last moments: a new epoch may have forgotten them.
    recent: Vec<(Instant, Fact)>,
    rebuild: Option<Rebuild>,
    /// When to ask which seats the ledger thinks are connected here.
    reconcile_at: Option<Instant>,
    rate: JoinRate,
    /// Calls whose answer is on its way and may bring entries.
    calls: usize,
    /// Of seats that are to be audited one by one.
    missing: usize,
    /// The first entry since the last audit, and the last one.
    entries: Option<(Instant, Instant)>,
    /// Bytes of early candidates that wait.
    candidate_bytes: usize,
    /// Requests to pause or to resume producers.
    pausing: Vec<Pausing>,
    /// A media server is being chosen.
    placing: Option<Placing>,
    /// Since when this node has not heard the room's media server, or, before it has one, since a member first found none.
    lost_since: Option<Instant>,
    /// A room whose media could not be made to flow as its size asks for tries again from then on.
    fit_after: Option<Instant>,
    /// A media server that the room has left, and that still carries media.
    leaving: Option<Leaving>,
    /// Peers at the room's media server that seem to have no seat.
    suspects: Option<Suspects>,
    /// When members were told last who speaks, a moment ago.
    speaker_at: Option<Instant>,
    /// Somebody else speaks since.
    speaker_due: bool,
}

impl Room {
    pub(crate) const fn new(id: RoomId, settings: RoomSettings) -> Self {
        Self {
            id,
            settings,
            epoch: 0,
            members: Members::new(),
            seats: Vec::new(),
            next: None,
            audit_at: None,
            work: None,
            media: None,
            is_fenced: false,
            is_closed: false,
            is_restarted: false,
            is_slack: false,
        }
    }

    /// The room that takes the place of one that panicked: it has lost its seats, which their sockets take again; facts
    /// that the ledger has not learnt yet are told on.
    pub(crate) fn successor(self) -> Self {
        let mut room = Self::new(self.id, self.settings.clone());
        room.epoch = self.epoch;
        (room.is_fenced, room.is_closed, room.is_restarted) = (self.is_fenced, self.is_closed, true);
        if let Some(work) = self.work {
            *room.work() = work.successor();
        }
        room
    }

    /// Decides.
    pub(crate) fn handle(&mut self, event: Message, step: &mut Step<'_>) {
        if std::mem::take(&mut self.is_restarted) {
            self.reconcile_soon(step);
            self.tell_facts(true, step);
        }
        match event {
            Message::Join(request) => self.join(request, step),
            Message::Resume(request) => self.resume(request, step),
            Message::Leave(seat, reason) => self.leave(seat, reason, step),
            Message::Disconnected(seat) => self.disconnected(seat, step),
            Message::Said(said) => self.send(*said, step),
            Message::Acked { from, seq, refused } => self.acked(from, (seq, refused), step),
            Message::Skipped { from, cid, code } => {
                if let Some(place) = self.place(from) {
                    self.seats[place].numbers().skip(cid, Some(code));
                }
            }
            Message::Unheard(unheard) => self.unheard(unheard.0, unheard.1, step),
            Message::Sfu(asked) => self.sfu(*asked, step),
            Message::MediaAnswered(reply) => self.media_answered(*reply, step),
            Message::MediaHappened(happened) => {
                let (host, event) = *happened;
                self.media_happened(&host, event, step);
            }
            Message::MediaServers(change) => self.media_servers(&change, step),
            Message::Pushed(push) => self.push(*push, step),
            Message::Answered(reply) => self.answered(*reply, step),
            Message::Tick => self.tick(step),
            Message::SettingsChanged(settings) => self.read_settings(settings, step),
            Message::Read(read) => {
                let (settings, request) = *read;
                self.read_settings(settings, step);
                return self.handle(request, step);
            }
            Message::SocketLost(socket) => self.socket_lost(socket, step),
            Message::Emptied => self.reconcile_soon(step),
            Message::Close(reason, revision) => self.close(reason, revision, step),
            Message::Evict(user, reason) => self.fact(SeatFact::Evicting(user, reason), step),
            Message::Closed(revision) => self.end_all_closed(revision, step),
            Message::Audit => self.audit_all(step),
            Message::Epoch(epoch) => self.learn_epoch(epoch, step),
            Message::Fence(is_fenced) => self.fence(is_fenced, step),
            Message::Drain(_) | Message::AnswerLost => {} // the turn's own
            #[cfg(feature = "fault-injection")]
            Message::Fault(_) => {}
        }
        self.fit_media(step);
    }

    /// The ledger has answered.
    pub(crate) fn answered(&mut self, reply: Reply, step: &mut Step<'_>) {
        if let Some(work) = &mut self.work {
            work.calls = work.calls.saturating_sub(1);
        }
        match reply {
            Reply::Join(request, answer) => self.joined(*request, answer, step),
            Reply::Resume(request, answer) => self.resumed(*request, answer, step),
            Reply::Sent(seat, answer) => self.sent(seat, answer, step),
            Reply::Fact(id, answer) => self.fact_told(id, answer, step),
            Reply::Located(id, answer) => self.located(id, answer, step),
            Reply::Audit(seats, answer) => self.audited(&seats, answer, step),
            Reply::Claim(seats, answer) => self.claimed(&seats, answer, step),
            Reply::Members(answer) => self.compared(answer, step),
            Reply::Held(answer) => self.reconciled(answer, step),
            Reply::Repair(answer) => self.repaired(answer, step),
            Reply::Placed(host, answer) => self.placed(host.as_deref(), answer, step),
            Reply::Published(publishing, answer) => self.published(*publishing, answer, step),
        }
        self.audit_missing_if_quiet(step);
        self.fit_media(step);
    }

    /// Asks the ledger, and counts the answers that are on their way.
    fn call(&mut self, call: LedgerCall, step: &mut Step<'_>) {
        self.work().calls += 1;
        step.call(call);
    }

    fn work(&mut self) -> &mut Work {
        self.work.get_or_insert_default()
    }

    /// The index of the seat with this join order among those here.
    fn find(&self, order: JoinOrder) -> Option<usize> {
        self.seats.binary_search_by_key(&order, |seat| seat.id.order).ok()
    }

    /// The index of the seat that this socket holds; a socket that lost its seat has none.
    fn place(&self, of: SeatRef) -> Option<usize> {
        let is_theirs = |seat: &Seat| seat.session == of.session && seat.socket == of.socket;
        match of.seat {
            Some(id) => self.find(id.order).filter(|place| is_theirs(&self.seats[*place])),
            None => self.seats.iter().position(is_theirs),
        }
    }

    /// The user of the seat at this index.
    fn user_at(&self, place: usize) -> Option<&UserId> {
        let seat = &self.seats[place];
        seat.hidden().or_else(|| self.members.user(seat.id.order))
    }

    /// Nothing may be asked for members just now: not allowed to deliver, or seats are being claimed.
    fn is_held(&self) -> bool {
        self.is_fenced || self.is_claiming()
    }

    /// The epoch to ask the ledger in.
    pub(crate) fn asked_in(&self) -> Epoch {
        let has_facts = self.work.as_ref().is_some_and(|work| !work.facts.is_empty());
        if self.seats.is_empty() && !has_facts && !self.is_claiming() { 0 } else { self.epoch }
    }

    /// Whether nobody on this node needs the room.
    pub(crate) fn is_idle(&self) -> bool {
        let is_at_work = |work: &Work| {
            let is_asked = !work.entering.is_empty() || !work.facts.is_empty() || self.is_claiming();
            is_asked || work.reconcile_at.is_some() || work.leaving.is_some()
        };
        self.seats.is_empty() && !self.is_restarted && !self.work.as_deref().is_some_and(is_at_work)
    }

    /// Whether no line, fact, join or claim is under way.
    pub(crate) fn is_quiet(&self) -> bool {
        let is_at_work = |work: &Work| !work.entering.is_empty() || !work.facts.is_empty() || self.is_claiming();
        let is_idle = |seat: &Seat| seat.line_ref().is_none_or(|line| line.head.is_none() && line.queue.is_empty());
        !self.work.as_deref().is_some_and(is_at_work) && self.seats.iter().all(is_idle)
    }

    /// Bytes of early candidates that wait.
    pub(crate) fn candidate_bytes(&self) -> usize {
        self.work.as_ref().map_or(0, |work| work.candidate_bytes)
    }

    /// Whom a restart concerns: every socket here, and those that join or resume.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = (SocketId, SessionId)> {
        let seated = self.seats.iter().map(|seat| (seat.socket, seat.session));
        seated.chain(self.work.iter().flat_map(|work| work.entering.iter().map(Entering::socket)))
    }
}

/// Bytes that a room has on the heap, as far as it asked for them.
#[cfg(test)]
pub(crate) fn heap_bytes(room: &Room) -> usize {
    let work = if room.work.is_some() { size_of::<Work>() } else { 0 };
    let seats: usize = room.seats.iter().map(Seat::heap_bytes).sum();
    room.seats.capacity() * size_of::<Seat>() + seats + room.members.heap_bytes() + work
}
