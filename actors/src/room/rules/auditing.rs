//! Audits: holders' state is compared with the ledger, to find lost pushes, missed ends, and entries that need not be kept any
//! longer. They run after a moment of quiet, when acknowledgements have come, and rarely in an idle room.

use std::time::Instant;

use super::{
    Room,
    settling::retry_after,
    step::{LedgerCall, SeatFact, Step},
};
use crate::{
    ledger::{Audit, Audited, Failure, Source},
    messages::{room::SeatRef, socket::SessionEnd},
    protocol::{
        Entry, LeaveReason, SeatId,
        client::{Cid, Seq},
    },
    settings::RoomLimits,
};

/// In a room that is never quiet, an audit comes after so many times the quiet that others wait for.
const QUIET_MAX: u32 = 5;

impl Room {
    /// A member's client has received everything up to `seq`, and the refusals of its numbers up to `refused`.
    pub(super) fn acked(&mut self, from: SeatRef, (seq, refused): (Seq, Cid), step: &mut Step<'_>) {
        let Some(place) = self.place(from) else { return };
        let seat = &mut self.seats[place];
        if refused > 0 && seat.more_ref().is_some_and(|more| !more.numbers.is_empty()) {
            seat.numbers().acked(refused);
        }
        let seq = seq.min(seat.cursor.seq());
        if seq > seat.acked() {
            seat.acknowledge(seq);
            self.note_entry(step);
        }
    }

    /// Something happened that an audit should follow.
    pub(super) fn note_entry(&mut self, step: &Step<'_>) {
        let now = step.now;
        if let Some((_, last)) = &mut self.work().entries {
            *last = now;
        } else {
            self.work().entries = Some((now, now));
            self.wake_by(now + step.limits.audit_after);
        }
    }

    /// When all seats are audited next.
    pub(super) fn audit_due(&self, limits: &RoomLimits) -> Option<Instant> {
        let entries = self.work.as_ref().and_then(|work| work.entries);
        let quiet = entries.map(|(first, last)| {
            let latest = first + limits.audit_after * QUIET_MAX;
            latest.min(last + limits.audit_after)
        });
        [self.audit_at, quiet].into_iter().flatten().min()
    }

    /// Audits every seat.
    pub(super) fn audit_all(&mut self, step: &mut Step<'_>) {
        if let Some(work) = &mut self.work {
            work.entries = None;
        }
        if self.seats.is_empty() {
            self.audit_at = None;
            return;
        }
        self.plan_audit(step.now + self.audit_period(step.limits));
        for seat in &mut self.seats {
            seat.asked(None);
        }
        let audits = self.seats.iter().map(super::seat::Seat::audit).collect();
        self.call(LedgerCall::Audit(audits), step);
    }

    pub(super) fn plan_audit(&mut self, at: Instant) {
        self.audit_at = Some(at);
        self.wake_by(at);
    }

    /// A seat is to be audited now.
    pub(super) fn audit_soon(&mut self, place: usize, step: &mut Step<'_>) {
        self.miss(place, step.now, None);
        self.audit_missing(step);
    }

    /// A seat is to be audited at `due`, or before; an entry came before missing ones.
    pub(super) fn miss(&mut self, place: usize, due: Instant, early: Option<(Seq, Entry, Option<Source>)>) {
        if self.seats[place].miss(due, early) {
            self.work().missing += 1;
        }
        self.wake_by(due);
    }

    pub(super) fn not_missing(&mut self, place: usize) {
        if self.seats[place].not_missing() {
            let work = self.work();
            work.missing = work.missing.saturating_sub(1);
        }
    }

    /// Audits the seats whose time it is.
    pub(super) fn audit_missing(&mut self, step: &mut Step<'_>) {
        if self.work.as_ref().is_none_or(|work| work.missing == 0) {
            return;
        }
        let mut audits = Vec::new();
        for seat in &mut self.seats {
            if seat.missing().is_some_and(|missing| missing.due <= step.now && !missing.asked) {
                seat.asked(None);
                audits.push(seat.audit());
            }
        }
        if !audits.is_empty() {
            self.call(LedgerCall::Audit(audits), step);
        }
    }

    /// No answer is on its way that could fill a hole: it is read now.
    pub(super) fn audit_missing_if_quiet(&mut self, step: &mut Step<'_>) {
        let Some(work) = &self.work else { return };
        if work.missing == 0 || work.calls > 0 {
            return;
        }
        for seat in &mut self.seats {
            seat.read_hole(step.now);
        }
        self.audit_missing(step);
    }

    /// The ledger has answered an audit.
    pub(super) fn audited(&mut self, seats: &[SeatId], answer: Result<Vec<Audited>, Failure>, step: &mut Step<'_>) {
        match answer {
            // Of the old epoch: the claim has said up to where was delivered.
            Ok(_) if self.is_changing_epoch() => self.not_audited(seats, step.now + step.limits.hole_within),
            Ok(found) => {
                self.note_audited(seats);
                for (id, found) in seats.iter().zip(found) {
                    self.found(*id, found, step);
                }
            }
            Err(Failure::NotApplied { wait } | Failure::Unknown { wait }) => {
                self.not_audited(seats, step.now + retry_after(wait));
            }
            Err(Failure::Epoch(epoch)) => {
                self.not_audited(seats, step.now + step.limits.hole_within);
                self.learn_epoch(epoch, step);
            }
        }
    }

    fn not_audited(&mut self, seats: &[SeatId], again: Instant) {
        for id in seats {
            if let Some(place) = self.find(id.order) {
                self.seats[place].asked(Some(again));
            }
        }
        if !self.seats.is_empty() {
            self.plan_audit(self.audit_at.map_or(again, |at| at.min(again)));
        }
    }

    /// What the ledger knows of a seat.
    pub(super) fn found(&mut self, id: SeatId, found: Audited, step: &mut Step<'_>) {
        let Some(place) = self.find(id.order).filter(|place| self.seats[*place].id == id) else { return };
        match found {
            Audited::Held(entries, heard) => {
                self.deliver_read(id.order, entries, step);
                self.hear_all(id.order, &heard);
                let Some(place) = self.find(id.order) else { return };
                if self.seats[place].missing().is_some_and(|missing| !missing.entries.is_empty()) {
                    let again = step.now + step.limits.hole_within;
                    self.seats[place].asked(Some(again));
                    self.wake_by(again);
                } else {
                    self.not_missing(place);
                }
            }
            Audited::Gap => {
                self.end(place, SessionEnd::Gap, step);
                self.fact(SeatFact::Left(id, LeaveReason::Lost), step);
            }
            Audited::Ended(ended) => self.end(place, ended.into(), step),
        }
    }

    /// How often an idle room is audited: not all rooms of a node at once.
    fn audit_period(&self, limits: &RoomLimits) -> std::time::Duration {
        // FNV-1a over the id: the same on each run, spread evenly.
        let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        let hash = self.id.as_str().as_bytes().iter().fold(0x811c_9dc5_u32, mix);
        limits.audit_every * (900 + hash % 201) / 1_000
    }

    /// The first audit of a room is planned when its first seat is taken.
    pub(super) fn plan_first_audit(&mut self, step: &Step<'_>) {
        if self.audit_at.is_none() {
            self.plan_audit(step.now + self.audit_period(step.limits));
        }
    }
}

impl super::seat::Seat {
    fn audit(&self) -> Audit {
        Audit { seat: self.id, last_seq: self.cursor.seq(), acked: self.acked() }
    }
}
