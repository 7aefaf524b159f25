//! A new epoch: holders claim live seats again, and repeat the facts of the last moments.

use super::RoomCore;
use crate::{
    ledger::{
        Audit, Audited, Claim, Claimed, Ended, Fact, Source,
        memory::{seat::Seat, turn::Turn},
    },
    protocol::{Epoch, Fence, JoinOrder, LeaveReason, SeatId},
};

impl RoomCore {
    /// Brings live seats of the asking node into this room's epoch. `known` is the epoch that they are known in; 0 counts
    /// as the current one.
    pub(in crate::ledger::memory) fn claim(
        &mut self,
        known: Epoch,
        claims: Vec<Claim>,
        facts: &[Fact],
        turn: &mut Turn<'_>,
    ) -> Claimed {
        for fact in facts {
            self.tell_again(fact, turn);
        }
        let is_current = known == 0 || known == self.epoch;
        let seats = claims.into_iter().map(|claim| self.claim_one(claim, (known, is_current), turn)).collect();
        for fact in facts {
            if let Fact::Media(known) = fact {
                self.claim_media(known, turn);
            }
        }
        let settled_after = self.settles_in(turn).unwrap_or_default();
        Claimed { epoch: self.epoch, seats, settled_after, pushes: turn.take_pushes() }
    }

    /// Applies a fact that this epoch may have forgotten.
    fn tell_again(&mut self, fact: &Fact, turn: &mut Turn<'_>) {
        match *fact {
            Fact::Freed(seat, _) if self.place(seat.order).is_some() && self.place_up_to(seat).is_none() => {}
            Fact::Freed(seat, reason) => self.free_again(seat, reason, turn),
            Fact::Disconnected(seat, window) => {
                if let Some(place) = self.place_up_to(seat) {
                    self.disconnected(place, seat, window, turn);
                }
            }
            Fact::Known(ref known) => self.free_unknown(known, turn),
            Fact::Media(_) => {} // once the seats are claimed
            Fact::Skipped(seat, ref skipped) => {
                if let Some(place) = self.place_up_to(seat).filter(|place| self.seats[*place].is_unclaimed()) {
                    self.seats[place].replace_skipped(skipped.clone());
                }
            }
        }
    }

    fn free_again(&mut self, seat: SeatId, reason: LeaveReason, turn: &mut Turn<'_>) {
        if let Some(place) = self.place_up_to(seat) {
            self.seats[place].tell_ended(Ended::Freed(reason), turn);
            self.free(place, reason, turn);
        }
        self.remember(seat, reason);
    }

    /// Frees seats that had left before the newest of these came. Nobody knows of a hidden one.
    fn free_unknown(&mut self, known: &[JoinOrder], turn: &mut Turn<'_>) {
        let newest = known.iter().copied().max().unwrap_or(0);
        let is_known = |seat: &Seat| seat.is_hidden() || known.contains(&seat.order);
        let had_left = |seat: &Seat| seat.is_unclaimed() && seat.order < newest && !is_known(seat);
        while let Some(seat) = self.seats.iter().find(|seat| had_left(seat)) {
            self.free_again(SeatId { order: seat.order, fence: Fence::MAX }, LeaveReason::Lost, turn);
        }
    }

    fn claim_one(&mut self, claim: Claim, (known, is_current): (Epoch, bool), turn: &mut Turn<'_>) -> Audited {
        let Some(place) = self.place(claim.seat.order) else { return self.claim_forgotten(claim, is_current, turn) };
        let seat = &mut self.seats[place];
        if seat.session != claim.session || seat.user != claim.user || seat.fence > claim.seat.fence {
            return Audited::Ended(Ended::Moved);
        }
        if !seat.is_unclaimed() && seat.fence == claim.seat.fence {
            return self.audit_one(Audit { seat: claim.seat, last_seq: claim.last_seq, acked: 0 }, turn);
        }
        // A fence newer than the ledger's: it has lost a resume.
        seat.fence = claim.seat.fence;
        seat.set_window(claim.window);
        seat.numbers.raise_all(&claim.sent);
        seat.replace_skipped(claim.skipped);
        seat.rebook(turn, |seat| {
            let mark = seat.mark_after(known);
            seat.clear_marks();
            seat.inbox.settle(mark, claim.last_seq);
        });
        seat.resume(turn);
        let entries = seat.inbox.read(claim.last_seq);
        self.hear(place, &claim.heard, turn);
        if self.settles_in(turn).is_none() {
            self.forget_absent();
        }
        self.held(claim.seat, entries)
    }

    /// Enters a seat again that this epoch does not know, unless it has ended.
    fn claim_forgotten(&mut self, claim: Claim, is_current: bool, turn: &mut Turn<'_>) -> Audited {
        let ended = |reason| Audited::Ended(Ended::Freed(reason));
        if is_current {
            return Audited::Ended(self.why_ended(claim.seat));
        }
        if let Some(reason) = self.remembered(claim.seat) {
            return ended(reason);
        }
        let other = self.seats.iter().position(|seat| seat.user == claim.user);
        if other.is_some_and(|other| self.seats[other].order > claim.seat.order) {
            return ended(LeaveReason::Replaced);
        }
        if self.settles_in(turn).is_none() {
            return ended(LeaveReason::Lost); // too late: others may have taken its place
        }
        if let Some(ghost) = other {
            self.end(ghost, LeaveReason::Replaced, turn);
        }
        let (id, heard) = (claim.seat, claim.heard.clone());
        let place = self.seats.partition_point(|seat| seat.order < id.order);
        self.last = self.last.max(id.order);
        let seat = Seat::forgotten(claim, turn.node);
        turn.note(|| seat.happened_resume());
        self.seats.insert(place, seat);
        turn.has_connected = true;
        self.heard_before(place);
        self.hear(place, &heard, turn);
        Audited::Held(Vec::new(), Vec::new())
    }

    /// The seat at this place has received these numbers: their senders' resends are duplicates. Of a sender that is not
    /// claimed yet they are kept until the epoch has settled.
    fn hear(&mut self, place: usize, heard: &[Source], turn: &Turn<'_>) {
        let to = self.seats[place].order;
        let is_settling = self.settles_in(turn).is_some();
        for source in heard.iter().filter(|source| source.from != to) {
            match self.place(source.from) {
                Some(sender) => self.seats[sender].has_sent(to, *source),
                None if is_settling => self.seats[place].rare().heard.push(*source),
                None => {}
            }
        }
    }

    /// What seats have received of the one at this place, before it was claimed.
    fn heard_before(&mut self, place: usize) {
        let from = self.seats[place].order;
        for receiver in 0..self.seats.len() {
            let to = self.seats[receiver].order;
            let Some(rare) = self.seats[receiver].rare.as_mut().filter(|rare| !rare.heard.is_empty()) else { continue };
            let (of_it, others) = rare.heard.iter().partition(|source| source.from == from);
            rare.heard = others;
            let of_it: Vec<Source> = of_it;
            self.seats[receiver].tidy();
            for source in of_it {
                self.seats[place].has_sent(to, source);
            }
        }
    }
}

impl Seat {
    /// That seat has received this number of this session.
    fn has_sent(&mut self, to: JoinOrder, source: Source) {
        if source.broadcast {
            self.numbers.broadcast = self.numbers.broadcast.max(source.cid);
        } else {
            self.numbers.raise(to, source.cid, false);
        }
    }
}
