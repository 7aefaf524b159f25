//! What a room does by itself: one timer at most, for the earliest of all its deadlines.

use std::time::Instant;

use super::{Room, facts::RECENT, step::Step};

impl Room {
    /// The room has something to do by itself at that time.
    pub(super) fn wake_by(&mut self, at: Instant) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }

    /// What this seat waits for has a deadline.
    pub(super) fn wake_by_seat(&mut self, place: usize, step: &Step<'_>) {
        if let Some(at) = self.seats[place].due(step.limits, self.is_held()) {
            self.wake_by(at);
        }
    }

    /// When the room wants a tick.
    pub(crate) const fn wake_at(&self) -> Option<Instant> {
        self.next
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, step: &mut Step<'_>) {
        if self.next.is_none_or(|at| at > step.now) {
            return;
        }
        self.continue_entering(false, step);
        self.continue_rebuild(step);
        self.tell_facts(false, step);
        for place in 0..self.seats.len() {
            self.expire_candidates(place, step);
            self.continue_line(place, step);
        }
        if self.audit_due(step.limits).is_some_and(|at| at <= step.now) {
            self.audit_all(step);
        }
        self.audit_missing(step);
        self.reconcile(step);
        self.continue_speaker(step);
        self.continue_suspects(step);
        self.continue_leaving(step);
        self.continue_unplaced(step);
        if let Some(work) = &mut self.work {
            work.recent.retain(|(at, _)| *at + RECENT > step.now);
        }
        self.is_slack = true;
        self.plan(step);
    }

    /// The earliest deadline of all: looks at every seat, so only ticks do.
    fn plan(&mut self, step: &Step<'_>) {
        let (limits, is_held) = (step.limits, self.is_held());
        let seats = self.seats.iter().filter_map(|seat| seat.due(limits, is_held));
        let media = [self.speaker_due(), self.suspects_due(), self.leaving_due(), self.unplaced_due()];
        let own = [self.audit_due(limits), self.rebuild_due()].into_iter().chain(media).flatten();
        let mut next = seats.chain(own).min();
        if let Some(work) = &self.work {
            let entering = work.entering.iter().filter_map(|entering| entering.due(limits, is_held));
            let facts = work.facts.iter().filter(|_| !self.is_claiming()).filter_map(|fact| fact.retry);
            let recent = work.recent.first().map(|(at, _)| *at + RECENT);
            let work = entering.chain(facts).chain(recent).chain(work.reconcile_at);
            next = next.into_iter().chain(work).min();
        }
        self.next = next;
    }

    /// Gives back memory that an idle room does not need; looks at every seat, so only after ticks and departures.
    pub(crate) fn compact(&mut self, now: Instant) {
        if !std::mem::take(&mut self.is_slack) {
            return;
        }
        self.members.compact();
        self.seats.shrink_to_fit();
        for seat in &mut self.seats {
            seat.compact();
        }
        let is_claiming = self.is_claiming();
        if let Some(work) = self.work.as_mut().filter(|work| work.entering.is_empty() && !is_claiming) {
            work.strays = Vec::new();
        }
        let is_idle = self.work.as_ref().is_some_and(|work| {
            let is_empty = work.entering.is_empty() && work.facts.is_empty() && work.recent.is_empty();
            let has_calls = work.calls > 0 || work.missing > 0 || work.candidate_bytes > 0;
            let is_planned = work.rebuild.is_some() || work.reconcile_at.is_some() || work.entries.is_some();
            let has_media = work.placing.is_some() || work.lost_since.is_some() || work.speaker_at.is_some();
            let has_media = has_media || work.suspects.is_some() || work.leaving.is_some() || work.fit_after.is_some();
            let has_media = has_media || !work.pausing.is_empty();
            is_empty && !has_calls && !is_planned && !has_media && work.rate.is_full(now)
        });
        if is_idle {
            self.work = None;
        }
    }
}
