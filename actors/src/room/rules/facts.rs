//! Facts: a member has left or is evicted, a socket is lost, the room is closed. Each is sent to the ledger until it is accepted, even for
//! a seat that the room does not know: the ledger judges it by its fence.

use std::time::{Duration, Instant};

use super::{
    Room, Work,
    entering::Exit,
    line::Head,
    settling::retry_after,
    step::{LedgerCall, SeatFact, Step},
};
use crate::{
    ledger::{Fact, Failure, Push},
    messages::{room::SeatRef, socket::SessionEnd},
    ports::RoomSettings,
    protocol::{JoinOrder, LeaveReason, SeatId, SessionId, SocketId, UserId},
};

/// The first and the longest wait before a fact is told again.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(1);
/// How far back a new epoch may have forgotten: longer than any failover is noticed late.
pub(super) const RECENT: Duration = Duration::from_secs(10);
/// How long a seat may be unknown to this room before the ledger is told that nobody is there.
const RECONCILE_AFTER: Duration = Duration::from_secs(5);

/// A fact that the ledger has not taken yet.
#[derive(Debug)]
pub(super) struct PendingFact {
    id: u64,
    fact: SeatFact,
    since: Instant,
    /// When to tell it again; `None`: an answer is on its way.
    pub(super) retry: Option<Instant>,
    backoff: Duration,
}

impl Room {
    /// A member leaves.
    pub(super) fn leave(&mut self, of: SeatRef, reason: LeaveReason, step: &mut Step<'_>) {
        if let Some(place) = self.place(of) {
            self.flush(place, step);
            let id = self.seats[place].id;
            self.remove(place);
            self.fact(SeatFact::Left(id, reason), step);
        } else if !self.withdraw(of, Exit::Left(reason)) {
            self.leave_unknown(of, |id| SeatFact::Left(id, reason), step);
        }
    }

    /// A member's socket is lost: the seat is kept, and what others send goes on into its inbox.
    pub(super) fn disconnected(&mut self, of: SeatRef, step: &mut Step<'_>) {
        let window = self.settings.seat_window;
        let Some(place) = self.place(of) else {
            if !self.withdraw(of, Exit::Disconnected) {
                self.leave_unknown(of, |id| SeatFact::Disconnected(id, Vec::new(), window), step);
            }
            return;
        };
        let seat = &self.seats[place];
        let (id, sent) = (seat.id, seat.sent);
        let released = seat.line_ref().and_then(|line| line.head.as_ref()).map(|head| &head.released);
        let released: Vec<_> = released.into_iter().flatten().filter_map(|held| held.number.cid).collect();
        let numbers = seat.more_ref().map(|more| &more.numbers);
        let skipped = numbers.map_or_else(Vec::new, |numbers| numbers.untold(None, &released));
        let all = numbers.map_or_else(Vec::new, |numbers| numbers.all(&released));
        self.remove(place);
        self.recall(Fact::Skipped(id, all), step);
        if sent > 0 && !self.seats.is_empty() {
            // What it sent was known from its seat; from now on from those who received it.
            self.members.hear(id.order, sent);
            for seat in &mut self.seats {
                seat.hear(id.order, sent);
            }
        }
        self.fact(SeatFact::Disconnected(id, skipped, window), step);
    }

    /// A socket has ended without a word: whatever it has here is as after a disconnect.
    pub(super) fn socket_lost(&mut self, socket: SocketId, step: &mut Step<'_>) {
        let theirs: Vec<_> = self.sockets().filter(|(other, _)| *other == socket).collect();
        for (socket, session) in theirs {
            self.disconnected(SeatRef { session, socket, seat: None }, step);
        }
    }

    /// A seat that the room does not know: it was restarted. One that is held by a newer session here is not meant.
    fn leave_unknown(&mut self, of: SeatRef, fact: impl FnOnce(SeatId) -> SeatFact, step: &mut Step<'_>) {
        let Some(id) = of.seat else { return };
        if self.find(id.order).is_none_or(|place| self.seats[place].id.fence <= id.fence) {
            self.fact(fact(id), step);
        }
    }

    /// What a leaving member has sent goes to the ledger before the fact, without waiting for answers: the ledger applies
    /// calls in their order, and nobody is there to be told of them.
    fn flush(&mut self, place: usize, step: &mut Step<'_>) {
        if self.is_held() {
            return;
        }
        if self.seats[place].line_ref().and_then(|line| line.head.as_ref()).is_some_and(|head| head.retry.is_some()) {
            self.ask(place, step);
        }
        while self.seats[place].line_ref().is_some_and(|line| !line.queue.is_empty()) {
            self.drop_head(place);
            self.advance(place, step);
        }
    }

    fn drop_head(&mut self, place: usize) {
        let head = self.seats[place].line().head.take();
        if let Some(Head { outgoing, to: Some(to), .. }) = &head
            && outgoing.message.kind.is_description()
        {
            self.seats[place].describe(*to); // its candidates follow it
        }
        for held in head.into_iter().flat_map(|head| head.released) {
            self.unbook(held.message.data.len());
        }
    }

    /// Applies a reading of the settings, unless it is older than theirs. A room that is open again is not closed any more,
    /// even if the ledger has not been told that it was.
    pub(super) fn read_settings(&mut self, settings: RoomSettings, step: &mut Step<'_>) {
        if settings.revision < self.settings.revision {
            return;
        }
        let is_active = settings.active;
        self.settings = settings;
        self.evict_banned(step);
        if is_active && std::mem::take(&mut self.is_closed) {
            let is_closing = |pending: &PendingFact| matches!(pending.fact, SeatFact::Closed(..));
            self.work().facts.retain(|pending| !is_closing(pending));
        }
    }

    /// The room is closed, once at each revision. Readings of its settings before that are old.
    pub(super) fn close(&mut self, reason: LeaveReason, revision: u64, step: &mut Step<'_>) {
        let is_news = !self.is_closed || revision > self.settings.revision;
        if self.read_closed(revision) && is_news {
            self.fact(SeatFact::Closed(reason, revision), step);
        }
    }

    /// The room was closed, and the ledger has freed its seats: also those whose push was lost.
    pub(super) fn end_all_closed(&mut self, revision: u64, step: &mut Step<'_>) {
        while self.read_closed(revision) && !self.seats.is_empty() {
            self.end(0, SessionEnd::Freed(LeaveReason::Closed), step);
        }
    }

    /// Learns that the room was closed at this revision. Answers whether it is closed by that: it may have been opened again since.
    fn read_closed(&mut self, revision: u64) -> bool {
        let is_late = revision < self.settings.revision;
        if !is_late {
            (self.settings.active, self.settings.revision, self.is_closed) = (false, revision, true);
        }
        !is_late
    }

    /// Tells the ledger a fact.
    pub(super) fn fact(&mut self, fact: SeatFact, step: &mut Step<'_>) {
        let window = self.settings.seat_window;
        match &fact {
            SeatFact::Left(id, reason) => self.recall(Fact::Freed(*id, *reason), step),
            SeatFact::Disconnected(id, ..) => self.recall(Fact::Disconnected(*id, window), step),
            SeatFact::Evicting(..) | SeatFact::Evicted(..) | SeatFact::Closed(..) | SeatFact::TrackEnded(..) => {}
        }
        let work = self.work();
        work.facts_counted += 1;
        let id = work.facts_counted;
        work.facts.push(PendingFact { id, fact, since: step.now, retry: Some(step.now), backoff: BACKOFF_MIN });
        self.tell_facts(true, step);
    }

    /// Remembers a fact for a moment: a new epoch may have forgotten it.
    pub(super) fn recall(&mut self, fact: Fact, step: &Step<'_>) {
        if self.seats.is_empty() {
            return; // nobody will claim
        }
        self.work().recent.push((step.now, fact));
        self.wake_by(step.now + RECENT);
    }

    /// Tells facts that wait: those whose time has come, or `all` of them.
    pub(super) fn tell_facts(&mut self, all: bool, step: &mut Step<'_>) {
        if self.is_claiming() {
            return;
        }
        let Some(work) = &mut self.work else { return };
        let mut calls = Vec::new();
        for pending in &mut work.facts {
            if let Some(at) = pending.retry {
                if at <= step.now || all {
                    pending.retry = None;
                    calls.push(LedgerCall::Fact(pending.id, pending.fact.clone()));
                } else {
                    self.next = Some(self.next.map_or(at, |next| next.min(at)));
                }
            }
        }
        for call in calls {
            self.call(call, step);
        }
    }

    /// The ledger has taken a fact, or not: then it is told again, whatever became of it.
    pub(super) fn fact_told(&mut self, id: u64, answer: Result<Vec<Push>, Failure>, step: &mut Step<'_>) {
        match answer {
            Ok(pushes) => {
                self.work().facts.retain(|pending| pending.id != id);
                self.is_slack = true;
                self.pushes(pushes, step);
            }
            Err(failure) => self.tell_later(id, failure, step),
        }
    }

    /// Where in the join order the user of a fact is, as the ledger knows, or else this room: a ledger that has lost its rooms
    /// does not know them before they are claimed. Nobody who is nowhere can be evicted.
    pub(super) fn located(&mut self, id: u64, answer: Result<Option<JoinOrder>, Failure>, step: &mut Step<'_>) {
        let found = match answer {
            Ok(found) => found,
            Err(failure) => return self.tell_later(id, failure, step),
        };
        let Some(at) = self.work().facts.iter().position(|pending| pending.id == id) else { return };
        let SeatFact::Evicting(user, reason) = self.work().facts[at].fact.clone() else { return };
        let Some(order) = found.or_else(|| self.order_of(&user)) else {
            return self.fact_told(id, Ok(Vec::new()), step);
        };
        let pending = &mut self.work().facts[at];
        (pending.fact, pending.retry) = (SeatFact::Evicted(user, order, reason), Some(step.now));
        self.tell_facts(false, step);
    }

    /// Where in the join order this room knows a user to be.
    fn order_of(&self, user: &UserId) -> Option<JoinOrder> {
        let here = (0..self.seats.len()).find(|place| self.user_at(*place) == Some(user));
        here.map(|place| self.seats[place].id.order).or_else(|| Some(self.members.find(user)?.order))
    }

    fn tell_later(&mut self, id: u64, failure: Failure, step: &mut Step<'_>) {
        let facts = &mut self.work().facts;
        let Some(pending) = facts.iter_mut().find(|pending| pending.id == id && pending.retry.is_none()) else {
            return;
        };
        let (wait, epoch) = match failure {
            Failure::NotApplied { wait } | Failure::Unknown { wait } => (wait, 0),
            Failure::Epoch(epoch) => (Duration::ZERO, epoch),
        };
        let at = step.now + retry_after(wait).max(pending.backoff);
        pending.retry = Some(at);
        pending.backoff = (pending.backoff * 2).min(BACKOFF_MAX);
        self.wake_by(at);
        self.learn_epoch(epoch, step);
    }

    /// Asks in a moment which seats the ledger thinks are connected here: an answer was lost.
    pub(super) fn reconcile_soon(&mut self, step: &Step<'_>) {
        let at = step.now + RECONCILE_AFTER;
        self.work().reconcile_at.get_or_insert(at);
        self.wake_by(at);
    }

    pub(super) fn reconcile(&mut self, step: &mut Step<'_>) {
        let Some(work) = self.work.as_mut().filter(|work| work.reconcile_at.is_some_and(|at| at <= step.now)) else {
            return;
        };
        work.reconcile_at = Some(step.now + RECONCILE_AFTER); // again, unless the answer comes
        self.call(LedgerCall::Held, step);
    }

    /// These seats are connected to this node, the ledger says: at those that the room does not know nobody is.
    pub(super) fn reconciled(&mut self, answer: Result<Vec<(SeatId, SessionId)>, Failure>, step: &mut Step<'_>) {
        let Ok(held) = answer else { return };
        self.work().reconcile_at = None;
        let window = self.settings.seat_window;
        for (id, session) in held {
            if self.find(id.order).is_none() && !self.work().is_known(id.order, session) {
                self.fact(SeatFact::Disconnected(id, Vec::new(), window), step);
            }
        }
    }
}

impl Work {
    /// What another room takes over from one that panicked: facts, to be told anew, for their answers are lost.
    pub(super) fn successor(mut self) -> Self {
        for pending in &mut self.facts {
            (pending.retry, pending.backoff) = (Some(pending.since), BACKOFF_MIN);
        }
        Self { facts: self.facts, facts_counted: self.facts_counted, ..Self::default() }
    }

    fn is_known(&self, order: JoinOrder, session: SessionId) -> bool {
        let is_pending = |pending: &PendingFact| match &pending.fact {
            SeatFact::Left(id, _) | SeatFact::Disconnected(id, ..) => id.order == order,
            SeatFact::Evicting(..) | SeatFact::Evicted(..) | SeatFact::Closed(..) | SeatFact::TrackEnded(..) => false,
        };
        self.facts.iter().any(is_pending) || self.entering.iter().any(|entering| entering.socket().1 == session)
    }
}
