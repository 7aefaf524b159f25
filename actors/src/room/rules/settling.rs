//! How each message ends: accepted, refused, or unknown for too long. Each ends once.

use std::time::{Duration, Instant};

use super::{
    Room,
    candidates::Held,
    line::Head,
    step::{Step, unavailable},
};
use crate::{
    ledger::{Failure, Sent},
    messages::socket::RoomEvent,
    protocol::{Code, JoinOrder, SeatId, attributes, client::Cid, server::Refusal},
};

/// The shortest and the longest wait before the ledger is asked again; it may name one between.
const RETRY_MIN: Duration = Duration::from_millis(10);
const RETRY_MAX: Duration = Duration::from_secs(1);
/// How long a message waits whose sender the ledger does not know, until an audit has said why.
const FENCED_RETRY: Duration = Duration::from_millis(200);

/// How long to wait before the ledger is asked again.
pub(super) fn retry_after(wait: Duration) -> Duration {
    wait.clamp(RETRY_MIN, RETRY_MAX)
}

const PEER_LEFT: &str = "This peer has just left the room.";

impl Room {
    /// The ledger has answered for the head of a line.
    pub(super) fn sent(&mut self, id: SeatId, answer: Result<Sent, Failure>, step: &mut Step<'_>) {
        let (is_appended, answer) = match answer {
            Ok(Sent::Appended(pushes)) => {
                self.pushes(pushes, step); // also where the sender has left meanwhile
                (true, Ok(Sent::Duplicate))
            }
            other => (false, other),
        };
        let Some(place) = self.find(id.order).filter(|place| self.seats[*place].id == id) else { return };
        let Some(head) = self.seats[place].line().head.as_ref().filter(|head| head.retry.is_none()) else { return };
        match answer {
            Ok(Sent::Appended(_) | Sent::Duplicate) => {
                let is_told = is_appended || head.unknown_since.is_some();
                self.accept(place, is_told, step);
            }
            Ok(Sent::Fenced) => {
                self.audit_soon(place, step); // it says how the session ended
                self.not_applied(place, FENCED_RETRY, step);
            }
            // Perhaps it was applied before they left. Nobody misses it, and an unknown outcome is never a refusal.
            Ok(Sent::ReceiverGone) if head.unknown_since.is_some() => self.accept(place, false, step),
            // Also of a repetition: one that was applied before is a duplicate.
            Ok(Sent::TooMany) => {
                let text = format!("Your attributes are unchanged: {}.", attributes::TooMany);
                self.refuse_head(place, Refusal::new(Code::PayloadTooLarge, text), step);
            }
            Ok(Sent::ReceiverGone) => self.refuse_head(place, Refusal::new(Code::PeerNotFound, PEER_LEFT), step),
            Err(Failure::NotApplied { wait }) => self.not_applied(place, wait, step),
            Err(Failure::Unknown { wait }) => self.unknown(place, wait, step),
            Err(Failure::Epoch(epoch)) => {
                self.not_applied(place, RETRY_MIN, step);
                self.learn_epoch(epoch, step);
            }
        }
    }

    /// The head of the line is in the ledger, and what went with it.
    fn accept(&mut self, place: usize, is_told: bool, step: &mut Step<'_>) {
        let seat = &mut self.seats[place];
        let Some(head) = seat.line().head.take() else { return };
        if let Some(cid) = head.number() {
            seat.sent = seat.sent.max(cid);
            seat.numbers().apply(cid);
            if is_told {
                seat.numbers().told(cid);
            }
        }
        // Without a number nobody can tell whether it was applied: candidates do not rely on it.
        let is_applied = is_told || head.number().is_some();
        if let Some(changes) = head.outgoing.changes.as_ref().filter(|_| is_applied) {
            seat.changed(changes);
        }
        if let Some(to) = head.to.filter(|_| is_applied && head.outgoing.message.kind.is_description()) {
            seat.describe(to);
        }
        self.tell(place, RoomEvent::Accepted(head.outgoing.number.tag), step);
        for held in head.released {
            self.unbook(held.message.data.len());
            if let Some(cid) = held.number.cid {
                self.seats[place].numbers().apply(cid);
            }
            self.tell(place, RoomEvent::Accepted(held.number.tag), step);
        }
        self.advance(place, step);
    }

    /// The ledger did not take the head of the line, and will not.
    fn refuse_head(&mut self, place: usize, refusal: Refusal, step: &mut Step<'_>) {
        let Some(head) = self.seats[place].line().head.take() else { return };
        let Head { outgoing, to, released, .. } = head;
        self.refuse(place, outgoing.number, refusal, step);
        if !released.is_empty() {
            self.seats[place].early().put_back(released);
            self.expire_candidates(place, step);
            if to.is_some_and(|to| self.members.user(to).is_none()) {
                self.strand(place, to.unwrap_or_default(), step);
            }
            self.wake_by_seat(place, step);
        }
        self.advance(place, step);
    }

    fn not_applied(&mut self, place: usize, wait: Duration, step: &mut Step<'_>) {
        let Some(head) = &self.seats[place].line().head else { return };
        let at = step.now + retry_after(wait);
        if head.unknown_since.is_some() {
            return self.unknown(place, wait, step); // this time not, but perhaps before
        }
        // A message waits no longer than that; one that came to its turn later than that was tried once.
        if at >= head.deadline(step.limits) {
            return self.refuse_head(place, unavailable(wait), step);
        }
        self.retry_at(place, at, step);
    }

    fn unknown(&mut self, place: usize, wait: Duration, step: &mut Step<'_>) {
        let Some(head) = &mut self.seats[place].line().head else { return };
        if head.number().is_none() {
            return self.accept(place, false, step); // cannot be repeated: at most once
        }
        head.unknown_since.get_or_insert(step.now);
        let deadline = head.deadline(step.limits);
        if deadline <= step.now {
            return self.give_up(place, step);
        }
        self.retry_at(place, deadline.min(step.now + retry_after(wait)), step);
    }

    /// An outcome stays unknown: the socket closes, and its client repeats all that is not settled after a resume.
    fn give_up(&mut self, place: usize, step: &mut Step<'_>) {
        self.unbook(self.seats[place].candidate_bytes());
        let more = self.seats[place].more();
        more.early = None;
        let line = more.line.get_or_insert_default();
        line.is_stopped = true;
        line.queue.clear();
        for held in line.head.take().into_iter().flat_map(|head| head.released) {
            if let Some(cid) = held.number.cid {
                more.numbers.apply(cid); // perhaps it was: the ledger knows
            }
        }
        self.tell(place, RoomEvent::OutcomeUnknown, step);
    }

    fn retry_at(&mut self, place: usize, at: Instant, step: &mut Step<'_>) {
        if let Some(head) = &mut self.seats[place].line().head {
            head.retry = Some(at);
        }
        self.wake_by_seat(place, step);
    }

    /// What a line does at this time: asks again, or gives up what has waited for too long.
    pub(super) fn continue_line(&mut self, place: usize, step: &mut Step<'_>) {
        let is_held = self.is_held();
        while let Some(line) = self.seats[place].line_ref()
            && line.due(step.limits, is_held).is_some_and(|due| due <= step.now)
        {
            let Some(head) = &line.head else {
                let Some(outgoing) = self.seats[place].line().queue.pop_front() else { return };
                self.refuse_unheard(place, outgoing.number, step);
                continue;
            };
            let is_late = head.deadline(step.limits) <= step.now;
            match (head.unknown_since, is_late) {
                (_, false) => return self.ask(place, step),
                (Some(_), true) => return self.give_up(place, step),
                (None, true) => self.refuse_head(place, unavailable(Duration::ZERO), step),
            }
        }
    }

    /// Refuses candidates that have waited for too long.
    pub(super) fn expire_candidates(&mut self, place: usize, step: &mut Step<'_>) {
        if self.seats[place].early_ref().is_none() {
            return;
        }
        while let Some(held) = self.seats[place].early().expired(step.now) {
            let text = "No session description came for this candidate in time.";
            self.refuse_held(place, &held, (Code::CandidatesOverflow, text), step);
        }
    }

    /// Refuses the candidates of one sender that wait for a receiver who has left.
    pub(super) fn strand(&mut self, place: usize, to: JoinOrder, step: &mut Step<'_>) {
        if self.seats[place].early_ref().is_none() {
            return;
        }
        for held in self.seats[place].early().take(to) {
            self.refuse_held(place, &held, (Code::PeerNotFound, PEER_LEFT), step);
        }
    }

    fn refuse_held(&mut self, place: usize, held: &Held, (code, text): (Code, &str), step: &mut Step<'_>) {
        self.unbook(held.message.data.len());
        if let Some(cid) = held.number.cid {
            self.seats[place].numbers().skip(cid, Some(code));
        }
        self.note_refusal(place, code, step);
        let refusal = Refusal::new(code, text).of(held.number.cid);
        self.tell(place, RoomEvent::Refused(held.number.tag, refusal), step);
    }

    /// So many bytes of candidates no longer wait.
    pub(super) fn unbook(&mut self, bytes: usize) {
        let work = self.work();
        work.candidate_bytes = work.candidate_bytes.saturating_sub(bytes);
    }

    /// The last number of a session that was taken: applied, refused or held.
    pub(super) fn last_taken(&self, place: usize) -> Cid {
        let seat = &self.seats[place];
        seat.sent.max(seat.more_ref().and_then(|more| more.numbers.last()).unwrap_or(0))
    }
}
