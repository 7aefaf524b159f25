//! What members send: who may, what waits, what goes to the ledger.

use std::sync::Arc;

use super::{
    Room,
    candidates::{Early, Held},
    line::{Head, Outgoing, QUEUED_MAX},
    roles,
    step::{LedgerCall, Step, UNAVAILABLE_RETRY, unavailable},
};
use crate::{
    bytes::Pressure,
    ledger::{Broadcast, Send},
    messages::{
        room::{Number, Said, SeatRef},
        socket::RoomEvent,
    },
    ports::{Denied, Noted},
    protocol::{
        Code, JoinOrder, Kind,
        server::{Mode, Refusal},
    },
};

/// The fate of a message at the head of its queue.
enum Verdict {
    /// It goes to the ledger, with the candidates that waited for it.
    Ask(Option<JoinOrder>, Vec<Held>),
    /// It waits for its description, which this receiver has not got yet.
    Hold(JoinOrder),
    /// It was applied before.
    Duplicate,
    Refuse(Refusal),
}

/// The refusal of what would show a hidden member to the others.
pub(super) fn hidden() -> Refusal {
    Refusal::new(Code::Forbidden, format!("Not allowed: {}.", Denied::Hidden))
}

impl Room {
    /// A member sends a message: to one other, or to all. From a seat that the room does not know it is dropped: the room
    /// was restarted, and the socket repeats it once it has taken its seat again; or the session has just ended.
    pub(super) fn send(&mut self, said: Said, step: &mut Step<'_>) {
        let Said { from, number, to, payload: message, changes } = said;
        let Some(place) = self.place(from) else { return };
        let is_held = self.is_held();
        let line = self.seats[place].line();
        if line.is_stopped {
            return; // its socket was told to close, and its client repeats
        }
        if line.queue.len() >= QUEUED_MAX {
            return self.refuse_unheard(place, number, step);
        }
        let outgoing = Outgoing { number, arrived: step.now, to, message, changes };
        if line.is_idle() && !is_held {
            return self.take_up(place, outgoing, step);
        }
        line.queue.push_back(outgoing);
        self.advance(place, step);
    }

    /// Takes up the next messages of a line, until one is under way.
    pub(super) fn advance(&mut self, place: usize, step: &mut Step<'_>) {
        if self.is_held() {
            return self.wake_by_seat(place, step);
        }
        loop {
            let line = self.seats[place].line();
            if line.head.is_some() {
                return;
            }
            let Some(outgoing) = line.queue.pop_front() else { return };
            self.take_up(place, outgoing, step);
        }
    }

    /// A message's turn has come.
    fn take_up(&mut self, place: usize, outgoing: Outgoing, step: &mut Step<'_>) {
        let number = outgoing.number;
        match self.judge(place, &outgoing, step) {
            Verdict::Ask(to, released) => {
                let head = Head { outgoing, to, released, unknown_since: None, retry: None };
                self.seats[place].line().head = Some(head);
                self.ask(place, step);
            }
            Verdict::Hold(to) => self.hold(place, (to, outgoing), step),
            Verdict::Duplicate => self.tell(place, RoomEvent::Accepted(number.tag), step),
            Verdict::Refuse(refusal) => self.refuse(place, number, refusal, step),
        }
    }

    fn judge(&mut self, place: usize, outgoing: &Outgoing, step: &Step<'_>) -> Verdict {
        if let Some(verdict) = self.known(place, outgoing.number) {
            return verdict;
        }
        if self.seats[place].hidden().is_some() {
            return Verdict::Refuse(hidden());
        }
        if step.pressure >= Pressure::ShedAll || outgoing.to.is_none() && step.pressure >= Pressure::ShedChat {
            return Verdict::Refuse(unavailable(UNAVAILABLE_RETRY));
        }
        let Some(user) = &outgoing.to else { return Verdict::Ask(None, Vec::new()) };
        let own = self.seats[place].id.order;
        let Some(to) = self.members.find(user).map(|to| to.order).filter(|to| *to != own) else {
            let text = format!("{user} is not in room {}.", self.id);
            return Verdict::Refuse(Refusal::new(Code::PeerNotFound, text));
        };
        let kind = outgoing.message.kind;
        if self.flows() == Mode::Sfu && kind.is_signal() {
            let text = "Media flows through a media server in this room: send sfu_* messages.";
            return Verdict::Refuse(Refusal::new(Code::WrongMode, text));
        }
        let seat = &mut self.seats[place];
        if let Some(why) = roles::why_not(kind, seat.id.order, to) {
            return Verdict::Refuse(Refusal::new(Code::Glare, why));
        }
        if kind.is_description() {
            let released = seat.more().early.as_mut().map_or_else(Vec::new, |early| early.take(to));
            return Verdict::Ask(Some(to), released);
        }
        if kind != Kind::IceCandidate {
            return Verdict::Ask(Some(to), Vec::new());
        }
        self.judge_candidate(place, (to, outgoing.message.data.len()), step)
    }

    /// Whether this number is settled already: each number has one end.
    fn known(&self, place: usize, number: Number) -> Option<Verdict> {
        let (seat, cid) = (&self.seats[place], number.cid?);
        let numbers = seat.more_ref().map(|more| &more.numbers);
        if let Some(code) = numbers.and_then(|numbers| numbers.refused_earlier(cid)) {
            let text = "This message was refused before the connection was lost.";
            return Some(Verdict::Refuse(Refusal::new(code, text)));
        }
        if numbers.is_some_and(|numbers| numbers.waits(cid)) {
            let text = "The message of this number waits for its session description.";
            return Some(Verdict::Refuse(Refusal::new(Code::BadMessage, text)));
        }
        let is_applied = cid <= seat.sent && !numbers.is_some_and(|numbers| numbers.contains(cid));
        is_applied.then_some(Verdict::Duplicate)
    }

    fn judge_candidate(&self, place: usize, (to, bytes): (JoinOrder, usize), step: &Step<'_>) -> Verdict {
        let (seat, limits) = (&self.seats[place], step.limits);
        if bytes > limits.candidate_bytes_max {
            let text = format!("A candidate of {bytes} bytes is larger than {} bytes.", limits.candidate_bytes_max);
            return Verdict::Refuse(Refusal::new(Code::PayloadTooLarge, text));
        }
        if seat.is_described(to) {
            return Verdict::Ask(Some(to), Vec::new());
        }
        let is_full = |early: &Early| {
            early.count(to) >= limits.candidates_max || early.bytes() + bytes > limits.candidates_bytes_max
        };
        if seat.early_ref().is_some_and(is_full) {
            let text = "Too many candidates wait for a session description.";
            return Verdict::Refuse(Refusal::new(Code::CandidatesOverflow, text));
        }
        if step.pressure >= Pressure::ShedAbsent {
            let text = "The node is short of memory: send candidates after their session description.";
            return Verdict::Refuse(Refusal::new(Code::CandidatesOverflow, text));
        }
        Verdict::Hold(to)
    }

    /// A candidate waits for its description.
    fn hold(&mut self, place: usize, (to, outgoing): (JoinOrder, Outgoing), step: &mut Step<'_>) {
        let Outgoing { number, message, .. } = outgoing;
        let until = step.now + step.limits.candidates_within;
        self.work().candidate_bytes += message.data.len();
        let seat = &mut self.seats[place];
        seat.early().hold(Held { to, number, message, until });
        if let Some(cid) = number.cid {
            seat.numbers().skip(cid, None);
        }
        self.tell(place, RoomEvent::Held(number.tag), step);
        self.wake_by(until);
    }

    /// Sends what is at the head of the line to the ledger, in the same words each time.
    pub(super) fn ask(&mut self, place: usize, step: &mut Step<'_>) {
        let seat = &mut self.seats[place];
        let (from, name) = (seat.id, Arc::clone(&seat.name));
        let more = seat.more();
        let Some(head) = more.line.as_mut().and_then(|line| line.head.as_mut()) else { return };
        head.retry = None;
        let cid = head.number();
        let released = head.released.iter().filter_map(|held| held.number.cid);
        let released: Vec<_> = released.filter(|released| Some(*released) != cid).collect();
        let skipped = if cid.is_some() { more.numbers.untold(cid, &released) } else { Vec::new() };
        let message = head.outgoing.message.clone();
        let call = if let Some(to) = head.to {
            let mut messages = Vec::with_capacity(1 + head.released.len());
            messages.push(message);
            messages.extend(head.released.iter().map(|held| held.message.clone()));
            LedgerCall::Send(Send { from, to, cid, skipped, released, messages })
        } else {
            let changes = head.outgoing.changes.clone();
            LedgerCall::Broadcast(Broadcast { from, cid, skipped, message, changes }, name)
        };
        self.call(call, step);
    }

    /// A member's message came when the mailbox was full. A stopped line repeats it.
    pub(super) fn unheard(&mut self, from: SeatRef, number: Number, step: &mut Step<'_>) {
        let Some(place) = self.place(from) else { return };
        if !self.seats[place].line_ref().is_some_and(|line| line.is_stopped) {
            self.refuse_unheard(place, number, step);
        }
    }

    /// Refuses a message whose turn did not come, unless its number is settled already.
    pub(super) fn refuse_unheard(&mut self, place: usize, number: Number, step: &mut Step<'_>) {
        let refusal = match self.known(place, number) {
            Some(Verdict::Duplicate) => return self.tell(place, RoomEvent::Accepted(number.tag), step),
            Some(Verdict::Refuse(refusal)) => refusal,
            Some(Verdict::Ask(..) | Verdict::Hold(_)) | None => unavailable(UNAVAILABLE_RETRY),
        };
        self.refuse(place, number, refusal, step);
    }

    /// Refuses a message; its number is remembered until the client knows.
    pub(super) fn refuse(&mut self, place: usize, number: Number, refusal: Refusal, step: &mut Step<'_>) {
        if let Some(cid) = number.cid {
            let numbers = self.seats[place].numbers();
            // A refusal of an earlier connection stays one: the client may ask once more.
            if numbers.refused_earlier(cid).is_none() && !numbers.waits(cid) {
                numbers.skip(cid, Some(refusal.code));
            }
        }
        self.note_refusal(place, refusal.code, step);
        self.tell(place, RoomEvent::Refused(number.tag, refusal.of(number.cid)), step);
    }

    /// Notes a refusal for the timeline.
    pub(super) fn note_refusal(&self, place: usize, code: Code, step: &mut Step<'_>) {
        if let Some(user) = self.user_at(place) {
            step.note(|| Noted::Refused { user: user.clone(), code });
        }
    }

    pub(super) fn tell(&self, place: usize, what: RoomEvent, step: &mut Step<'_>) {
        let seat = &self.seats[place];
        step.tell(seat.socket, seat.session, what);
    }
}
