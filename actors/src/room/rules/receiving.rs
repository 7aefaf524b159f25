//! Entries for seats on this node: delivered in order, once, never across a gap; the room learns from them.

use super::{Room, step::Step};
use crate::{
    ledger::{Ended, Fact, Push, Pushed, Source, cursor::Step as CursorStep},
    messages::socket::{RoomEvent, SessionEnd},
    protocol::{Entry, Fence, JoinOrder, LeaveReason, SeatId, UserId, client::Seq},
};

/// Pushes that are kept for seats whose join, resume or claim is not answered yet; more are found by an audit.
const STRAYS_MAX: usize = 256;

impl Room {
    pub(super) fn pushes(&mut self, pushes: Vec<Push>, step: &mut Step<'_>) {
        for push in pushes {
            self.push(push, step);
        }
    }

    /// The ledger has something for a seat here.
    pub(super) fn push(&mut self, push: Push, step: &mut Step<'_>) {
        if let Pushed::Unhosted(host, session) = push.what {
            return self.unhosted(*host, session, step);
        }
        let Some(place) = self.find(push.to) else { return self.stray(push) };
        match push.what {
            Pushed::Unhosted(..) => {} // above
            Pushed::Ended(fence, ended) => {
                if fence >= self.seats[place].id.fence {
                    self.end(place, ended.into(), step);
                }
            }
            Pushed::Entry { .. } if self.is_fenced => {} // the audit after the fence finds it
            // Numbered in another epoch: the claim finds what counts of it, and what follows it waits for its answer.
            Pushed::Entry { .. } if push.epoch != self.epoch => {
                self.learn_epoch(push.epoch, step);
                if push.epoch > self.epoch {
                    self.stray(push);
                }
            }
            // The claim has said up to where was delivered: from there on the new epoch counts.
            Pushed::Entry { .. } if self.is_changing_epoch() => {}
            Pushed::Entry { seq, entry, source } => match self.seats[place].cursor.step(seq) {
                CursorStep::Next => {
                    self.deliver(push.to, (seq, entry, source), step);
                    self.deliver_early(push.to, step);
                }
                CursorStep::Repeat => {}
                CursorStep::Hole(_) => self.hole(place, (seq, entry, source), step),
            },
        }
    }

    /// The seat is not known, or not in this epoch. Perhaps its join, resume or claim is being answered: an answer races the
    /// pushes that follow it.
    fn stray(&mut self, push: Push) {
        let is_claiming = self.is_claiming();
        if let Some(work) = self.work.as_mut().filter(|work| is_claiming || !work.entering.is_empty())
            && work.strays.len() < STRAYS_MAX
        {
            work.strays.push(push);
        }
    }

    /// A seat is known now: what came for it before is next.
    pub(super) fn deliver_strays(&mut self, order: JoinOrder, step: &mut Step<'_>) {
        let is_claiming = self.is_claiming();
        let Some(work) = &mut self.work else { return };
        let (theirs, others) = std::mem::take(&mut work.strays).into_iter().partition(|push| push.to == order);
        work.strays = if work.entering.is_empty() && !is_claiming { Vec::new() } else { others };
        self.pushes(theirs, step);
    }

    /// The seats are claimed: what came for them in the new epoch is next.
    pub(super) fn deliver_all_strays(&mut self, step: &mut Step<'_>) {
        let strays = self.work.as_mut().map(|work| std::mem::take(&mut work.strays));
        self.pushes(strays.unwrap_or_default(), step);
    }

    /// Entries are missing before this one. An answer that is under way may bring them; else they are read.
    fn hole(&mut self, place: usize, early: (Seq, Entry, Option<Source>), step: &mut Step<'_>) {
        let is_asked = self.seats[place].missing().is_some_and(|missing| missing.asked);
        let is_quiet = self.work().calls == 0;
        let due = if is_quiet { step.now } else { step.now + step.limits.hole_within };
        let due = self.seats[place].missing().map_or(due, |missing| missing.due.min(due));
        self.miss(place, due, Some(early));
        if is_quiet && !is_asked {
            self.audit_missing(step);
        }
    }

    /// Entries that came early and are the next ones now.
    pub(super) fn deliver_early(&mut self, order: JoinOrder, step: &mut Step<'_>) {
        while let Some(place) = self.find(order)
            && let Some((seq, entry, source)) = self.seats[place].next_early()
        {
            self.seats[place].cursor.step(seq);
            self.deliver(order, (seq, entry, source), step);
        }
        if let Some(place) = self.find(order)
            && self.seats[place].missing().is_some_and(|missing| missing.entries.is_empty() && missing.is_hole)
        {
            self.not_missing(place);
        }
    }

    /// Entries read from an inbox, in order.
    pub(super) fn deliver_read(&mut self, order: JoinOrder, entries: Vec<(Seq, Entry)>, step: &mut Step<'_>) {
        for (seq, entry) in entries {
            let Some(place) = self.find(order) else { return };
            if self.seats[place].cursor.step(seq) == CursorStep::Next {
                self.deliver(order, (seq, entry, None), step);
            }
        }
        self.deliver_early(order, step);
    }

    /// Tells a member's socket, and learns what its member learns.
    fn deliver(&mut self, order: JoinOrder, (seq, entry, source): (Seq, Entry, Option<Source>), step: &mut Step<'_>) {
        self.note_entry(step);
        let ended = match &entry {
            Entry::Joined(member) => self.enrol(member.user.clone(), member.order, step),
            Entry::Left { user, order, reason } => self.forget((user, *order), *reason, step),
            Entry::Message(_) => {
                self.hear(order, source);
                None
            }
            Entry::Media(news) => {
                self.learn_news(news, step);
                None
            }
        };
        if let Some(place) = self.find(order) {
            self.note_change(place, &entry);
            self.tell(place, RoomEvent::Deliver(seq, entry), step);
        }
        if let Some((order, end)) = ended
            && let Some(place) = self.find(order)
        {
            self.end(place, end, step);
        }
    }

    /// Notes a member, unless newer news of the same user are known. A user has one seat: an older one here has ended.
    pub(super) fn enrol(
        &mut self,
        user: UserId,
        order: JoinOrder,
        step: &mut Step<'_>,
    ) -> Option<(JoinOrder, SessionEnd)> {
        let older = self.members.insert(user, order)?;
        self.forget_seat(older, step);
        self.find(older).map(|_| (older, SessionEnd::Freed(LeaveReason::Replaced)))
    }

    /// A member's seat has ended, perhaps one here: its pairs start afresh.
    pub(super) fn forget(
        &mut self,
        (user, order): (&UserId, JoinOrder),
        reason: LeaveReason,
        step: &mut Step<'_>,
    ) -> Option<(JoinOrder, SessionEnd)> {
        if self.members.remove(user, order) {
            self.forget_seat(order, step);
            // The node that caused it may not repeat it in a new epoch; it holds for every generation of the seat.
            self.recall(Fact::Freed(SeatId { order, fence: Fence::MAX }, reason), step);
        }
        self.find(order).map(|_| (order, SessionEnd::Freed(reason)))
    }

    /// Nothing that is between this seat and those here is left.
    fn forget_seat(&mut self, order: JoinOrder, step: &mut Step<'_>) {
        self.forget_tracks(order);
        for place in 0..self.seats.len() {
            self.strand(place, order, step);
            self.seats[place].forget(order);
        }
    }

    /// What was received is claimed in a new epoch, so that a resend is recognised. What members of this node send is
    /// known from their own seats.
    fn hear(&mut self, by: JoinOrder, source: Option<Source>) {
        let Some(source) = source.filter(|source| self.find(source.from).is_none()) else { return };
        if source.broadcast {
            self.members.hear(source.from, source.cid);
        } else if let Some(place) = self.find(by) {
            self.seats[place].hear(source.from, source.cid);
        }
    }

    /// The same for what was read from the inbox, or before the seat came here; also of a member of this node whose seat
    /// does not know it yet, because the answer was lost.
    pub(super) fn hear_all(&mut self, by: JoinOrder, heard: &[Source]) {
        for source in heard {
            let Some(sender) = self.find(source.from) else {
                self.hear(by, Some(*source));
                continue;
            };
            if source.cid <= self.seats[sender].sent {
                continue;
            }
            if source.broadcast {
                self.members.hear(source.from, source.cid);
            } else if let Some(place) = self.find(by) {
                self.seats[place].hear(source.from, source.cid);
            }
        }
    }

    /// A seat is no longer this node's.
    pub(super) fn end(&mut self, place: usize, end: SessionEnd, step: &mut Step<'_>) {
        self.tell(place, RoomEvent::Ended(end), step);
        let order = self.remove(place);
        if matches!(end, SessionEnd::Freed(_)) {
            if let Some(user) = self.members.user(order).cloned() {
                self.members.remove(&user, order);
            }
            self.forget_seat(order, step);
        }
    }

    /// Takes a seat out; what it had under way is over.
    pub(super) fn remove(&mut self, place: usize) -> JoinOrder {
        self.not_missing(place);
        let bytes = self.seats[place].candidate_bytes();
        if bytes > 0 {
            self.unbook(bytes);
        }
        let seat = self.seats.remove(place);
        self.is_slack = true;
        if self.seats.is_empty() {
            self.members.clear(); // nobody here learns of changes any more
            self.media = None;
            self.audit_at = None;
        }
        seat.id.order
    }
}

impl From<Ended> for SessionEnd {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Freed(reason) => Self::Freed(reason),
            Ended::Moved => Self::Moved,
        }
    }
}
