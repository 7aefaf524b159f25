//! Epochs and fences: the ledger has lost its last moments, or this node may not speak for its seats just now.
//!
//! In a new epoch the seats here are claimed first; members' messages wait so long. Once every live seat has been claimed,
//! what each client here knows is compared with the ledger (`rosters`).

use std::time::{Duration, Instant};

use super::{
    Room,
    rosters::{Difference, Rosters},
    seat::Seat,
    settling::retry_after,
    step::{LedgerCall, Step},
};
use crate::{
    ledger::{Claim, Claimed, Fact, Failure, Sequence, Source},
    messages::socket::RoomEvent,
    protocol::{Epoch, JoinOrder, SeatId},
};

/// How long after a look at the members a second one confirms what differs: what is on its way has arrived by then.
const CONFIRM_AFTER: Duration = Duration::from_secs(1);

/// The way into a new epoch.
#[derive(Debug)]
pub(super) struct Rebuild {
    epoch: Epoch,
    pub(super) phase: Phase,
    /// Whom the clients here knew before the first loss; nobody if that is not known.
    known: Vec<JoinOrder>,
    /// Rosters of the clients here.
    pub(super) rosters: Rosters,
    /// Differences at the last look.
    pub(super) suspects: Vec<Difference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Seats are being claimed; asked again at that time.
    Claiming(Option<Instant>),
    /// They are; rosters are compared with the ledger's members at that time.
    Settling(Instant),
    /// A look at the members is under way, and the seats here were audited before it, or not.
    Comparing { is_audited: bool },
}

impl Room {
    pub(super) fn is_claiming(&self) -> bool {
        let rebuild = self.work.as_ref().and_then(|work| work.rebuild.as_ref());
        rebuild.is_some_and(|rebuild| matches!(rebuild.phase, Phase::Claiming(_)))
    }

    /// Seats are being claimed that are known in an older epoch: their numbers are not the ledger's.
    pub(super) fn is_changing_epoch(&self) -> bool {
        let rebuild = self.work.as_ref().and_then(|work| work.rebuild.as_ref());
        self.is_claiming() && rebuild.is_some_and(|rebuild| rebuild.epoch > self.epoch)
    }

    /// The ledger is in this epoch; if that is new, the seats here are claimed.
    pub(super) fn learn_epoch(&mut self, epoch: Epoch, step: &mut Step<'_>) {
        let rebuild = self.work.as_ref().and_then(|work| work.rebuild.as_ref());
        if epoch <= rebuild.map_or(self.epoch, |rebuild| rebuild.epoch.max(self.epoch)) {
            return;
        }
        let has_facts = self.work.as_ref().is_some_and(|work| !work.facts.is_empty());
        if self.seats.is_empty() && !has_facts {
            self.epoch = epoch;
            return;
        }
        for place in 0..self.seats.len() {
            self.not_missing(place); // what came early is numbered in the old epoch, and the claim asks for what is missing
            self.tell(place, RoomEvent::Lost, step);
        }
        self.rebuild(epoch, self.known_before(), step);
    }

    /// Everybody whom the clients here know, or knew before a loss that they are still on the way from.
    pub(in crate::room) fn known_before(&self) -> Vec<JoinOrder> {
        match self.work.as_ref().and_then(|work| work.rebuild.as_ref()) {
            Some(rebuild) => rebuild.known.clone(),
            None => self.members.iter().map(|place| place.order).collect(),
        }
    }

    /// Claims the seats here, and compares what their clients know with the ledger once the epoch has settled.
    fn rebuild(&mut self, epoch: Epoch, known: Vec<JoinOrder>, step: &mut Step<'_>) {
        let (phase, rosters) = (Phase::Claiming(None), self.rosters());
        self.work().rebuild = Some(Rebuild { epoch, phase, known, rosters, suspects: Vec::new() });
        self.claim(step);
        self.wake_by(step.now); // what waits now has other deadlines
    }

    /// A session was resumed that has lived to see a new epoch. Perhaps that settles still, and not everybody was there yet
    /// whom its client should know.
    pub(super) fn resumed_after_loss(&mut self, step: &mut Step<'_>) {
        if self.work().rebuild.is_none() {
            self.rebuild(self.epoch, Vec::new(), step);
        }
    }

    /// A seat was given in this epoch.
    pub(super) fn seated_in(&mut self, epoch: Epoch, step: &mut Step<'_>) {
        if self.seats.is_empty() && self.asked_in() == 0 {
            self.epoch = epoch;
        } else {
            self.learn_epoch(epoch, step);
        }
    }

    /// A seat was given in this epoch, perhaps before the loss that this room knows of: what its client was told may be
    /// lost, and the seat must be claimed like those that were here.
    pub(super) fn seated_before(&mut self, place: usize, epoch: Epoch, step: &mut Step<'_>) {
        let rebuild = self.work.as_ref().and_then(|work| work.rebuild.as_ref());
        let newest = rebuild.map_or(self.epoch, |rebuild| rebuild.epoch.max(self.epoch));
        if epoch >= newest {
            return;
        }
        self.tell(place, RoomEvent::Lost, step);
        if !self.is_claiming() {
            self.rebuild(newest, self.known_before(), step);
        } // else the claims that are under way are repeated for this seat
    }

    fn set_phase(&mut self, phase: Phase) {
        if let Some(rebuild) = &mut self.work().rebuild {
            rebuild.phase = phase;
        }
        match phase {
            Phase::Claiming(Some(at)) | Phase::Settling(at) => self.wake_by(at),
            Phase::Claiming(None) | Phase::Comparing { .. } => {}
        }
    }

    fn claim(&mut self, step: &mut Step<'_>) {
        self.set_phase(Phase::Claiming(None));
        let window = self.settings.seat_window;
        let claims = (0..self.seats.len()).filter_map(|place| self.claim_of(place, window)).collect();
        let now = step.now;
        let recent = self.work.as_ref().map_or(&[][..], |work| &work.recent);
        let fact = |(at, fact): &(Instant, Fact)| match fact {
            Fact::Disconnected(id, window) => Fact::Disconnected(*id, window.saturating_sub(now - *at)),
            Fact::Freed(..) | Fact::Known(_) | Fact::Skipped(..) | Fact::Media(_) => fact.clone(),
        };
        let known = Some(self.known_before()).filter(|known| !known.is_empty()).map(Fact::Known);
        let media = self.known_media().map(Fact::Media);
        let facts = recent.iter().map(fact).chain(known).chain(media).collect();
        self.call(LedgerCall::Claim(claims, facts), step);
    }

    fn claim_of(&self, place: usize, window: Duration) -> Option<Claim> {
        let seat = &self.seats[place];
        let described = |to| seat.is_described(to);
        let others = self.members.iter().filter(|place| place.order != seat.id.order);
        let to = |place: &super::members::Place| Sequence {
            to: Some(place.order),
            cid: seat.sent, // a line goes forward: every number up to this one is settled, to whomever it went
            described: described(place.order),
        };
        let broadcast = Sequence { to: None, cid: seat.sent, described: false };
        let heard = |broadcast| move |(from, cid): &(JoinOrder, u64)| Source { from: *from, cid: *cid, broadcast };
        Some(Claim {
            seat: seat.id,
            user: self.user_at(place)?.clone(),
            name: seat.name.clone(),
            session: seat.session,
            secret: seat.secret(),
            window,
            last_seq: seat.cursor.seq(),
            sent: others.map(to).chain([broadcast]).collect(),
            heard: seat.heard().iter().map(heard(false)).chain(self.members.heard().iter().map(heard(true))).collect(),
            attributes: seat.attributes(),
            skipped: seat.more_ref().map_or_else(Vec::new, |more| more.numbers.all(&seat.perhaps_released())),
        })
    }

    /// The ledger has answered the claims.
    pub(super) fn claimed(&mut self, seats: &[SeatId], answer: Result<Claimed, Failure>, step: &mut Step<'_>) {
        let Some(Rebuild { epoch, phase: Phase::Claiming(None), .. }) = self.work().rebuild else { return };
        match answer {
            Ok(claimed) if claimed.epoch < epoch => self.set_phase(Phase::Claiming(Some(step.now + CONFIRM_AFTER))),
            Ok(claimed) => self.claims_taken(seats, claimed, step),
            Err(Failure::NotApplied { wait } | Failure::Unknown { wait }) => {
                self.set_phase(Phase::Claiming(Some(step.now + retry_after(wait))));
            }
            Err(Failure::Epoch(newer)) => {
                self.set_phase(Phase::Claiming(Some(step.now + step.limits.hole_within)));
                self.learn_epoch(newer, step);
            }
        }
    }

    fn claims_taken(&mut self, seats: &[SeatId], claimed: Claimed, step: &mut Step<'_>) {
        for (id, found) in seats.iter().zip(claimed.seats) {
            self.found(*id, found, step);
        }
        let is_unclaimed = |seat: &Seat| !seats.contains(&seat.id);
        if self.seats.iter().any(is_unclaimed) {
            self.pushes(claimed.pushes, step);
            return self.claim(step); // a join or resume was answered meanwhile, perhaps in the old epoch
        }
        self.epoch = claimed.epoch;
        self.set_phase(Phase::Settling(step.now + claimed.settled_after));
        self.pushes(claimed.pushes, step);
        self.deliver_all_strays(step);
        self.go_on(step);
    }

    /// Waiting messages continue.
    fn go_on(&mut self, step: &mut Step<'_>) {
        if self.is_held() {
            return;
        }
        self.continue_entering(true, step);
        self.tell_facts(true, step);
        for place in 0..self.seats.len() {
            let Some(line) = self.seats[place].line_ref() else { continue };
            match &line.head {
                Some(head) if head.retry.is_some() => self.ask(place, step),
                Some(_) => {}
                None => self.advance(place, step),
            }
        }
    }

    /// The node may speak for its seats again, or must not.
    pub(super) fn fence(&mut self, is_fenced: bool, step: &mut Step<'_>) {
        if self.is_fenced == is_fenced {
            return;
        }
        self.is_fenced = is_fenced;
        if is_fenced {
            self.wake_by(step.now); // what waits now has other deadlines
        } else {
            self.audit_all(step); // nothing was delivered meanwhile
            self.go_on(step);
        }
    }

    /// What a rebuild does at this time.
    pub(super) fn continue_rebuild(&mut self, step: &mut Step<'_>) {
        let Some(rebuild) = self.work.as_ref().and_then(|work| work.rebuild.as_ref()) else { return };
        match rebuild.phase {
            Phase::Claiming(Some(at)) if at <= step.now => self.claim(step),
            Phase::Settling(at) if at <= step.now => {
                self.set_phase(Phase::Comparing { is_audited: self.seats.is_empty() });
                self.audit_all(step); // so that what was appended is known
                self.call(LedgerCall::Members, step);
            }
            Phase::Claiming(_) | Phase::Settling(_) | Phase::Comparing { .. } => {}
        }
    }

    /// An audit of these seats was answered.
    pub(super) fn note_audited(&mut self, seats: &[SeatId]) {
        if self.seats.iter().all(|seat| seats.contains(&seat.id))
            && let Some(Rebuild { phase: Phase::Comparing { is_audited }, .. }) = &mut self.work().rebuild
        {
            *is_audited = true;
        }
    }

    pub(super) fn look_again(&mut self, step: &Step<'_>) {
        self.set_phase(Phase::Settling(step.now + CONFIRM_AFTER));
    }

    /// When a rebuild has something to do by itself.
    pub(super) fn rebuild_due(&self) -> Option<Instant> {
        match self.work.as_ref()?.rebuild.as_ref()?.phase {
            Phase::Claiming(at) => at,
            Phase::Settling(at) => Some(at),
            Phase::Comparing { .. } => None,
        }
    }
}
