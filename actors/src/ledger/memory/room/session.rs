//! Disconnects, resumes and reaping: a seat is kept for its window, then it is freed.
//!
//! Only [`RoomCore::reap`] frees a seat that is past its window: until then it counts, and its session can be resumed, but
//! after a loss not before the room's epoch has settled.

use std::time::{Duration, Instant};

use super::RoomCore;
use crate::{
    ledger::{
        Ended, Reaped, Resume, Resumed, ResumedSeat, Skipped, Source,
        memory::{
            seat::{Loss, Seat},
            turn::Turn,
        },
    },
    protocol::{JoinOrder, LeaveReason, NodeId, SeatId, server::ResumeFailure},
};

impl RoomCore {
    /// When the room is to be reaped: the end of the first window, or of the time in which its epoch settles.
    pub(in crate::ledger::memory) fn deadline(&self) -> Option<Instant> {
        let settles = self.rare.as_ref().and_then(|rare| rare.settles);
        self.seats.iter().filter_map(|seat| self.kept_until(seat)).chain(settles).min()
    }

    /// Until when an absent seat is kept: one whose node was found dead before a loss also until the epoch has settled, for
    /// its holder may live after all, and claim what was sent to it meanwhile.
    fn kept_until(&self, seat: &Seat) -> Option<Instant> {
        let settles = self.rare.as_ref().and_then(|rare| rare.settles);
        let may_be_claimed = seat.is_orphaned() && seat.is_unclaimed();
        seat.until().map(|until| settles.filter(|_| may_be_claimed).map_or(until, |settles| until.max(settles)))
    }

    /// A seat past its window while the epoch settles may have been freed before the loss, and its place given to another
    /// member whose node has yet to claim it.
    fn may_have_been_freed(&self, seat: &Seat, turn: &Turn<'_>) -> bool {
        let is_settling = seat.is_unclaimed() && self.settles_in(turn).is_some();
        is_settling && self.kept_until(seat).is_some_and(|until| until <= turn.now().at)
    }

    /// Keeps a seat whose socket is lost for the window. A second disconnect does not lengthen it.
    pub(in crate::ledger::memory) fn gone(
        &mut self,
        seat: SeatId,
        window: Duration,
        skipped: &[Skipped],
        turn: &mut Turn<'_>,
    ) {
        let Some(place) = self.place_up_to(seat) else { return };
        self.disconnected(place, seat, window, turn);
        let seat = &mut self.seats[place];
        seat.confirm();
        seat.skip(skipped);
    }

    /// The socket of this generation is lost; a newer generation than is known here overrides what is known.
    pub(super) fn disconnected(&mut self, place: usize, seat: SeatId, window: Duration, turn: &mut Turn<'_>) {
        let held = &mut self.seats[place];
        if held.fence < seat.fence || held.is_connected() || held.is_orphaned() {
            held.fence = seat.fence;
            held.disconnect(turn.now().at + window, false, turn);
        }
    }

    /// Connects a seat to the asking node, and answers what it has missed.
    pub(in crate::ledger::memory) fn resume(&mut self, resume: &Resume, turn: &mut Turn<'_>) -> Resumed {
        let Resume { user, order, session, secret, last_seq, reclaims } = resume;
        let (order, last_seq, reclaims) = (*order, *last_seq, *reclaims);
        let Some(place) = self.place(order) else { return Resumed::Failed(ResumeFailure::SeatGone) };
        let seat = &self.seats[place];
        if seat.user != *user || seat.session != *session || seat.secret != *secret {
            return Resumed::Failed(ResumeFailure::BadToken);
        }
        if self.may_have_been_freed(&self.seats[place], turn) {
            return Resumed::Failed(ResumeFailure::SeatGone);
        }
        let seat = &mut self.seats[place];
        let is_ours = seat.is_connected() && seat.node == *turn.node;
        if !is_ours && reclaims.is_some_and(|fence| fence < seat.fence) {
            return Resumed::Moved;
        }
        let Some(replay) = seat.inbox.read_settled(seat.first_mark(), last_seq) else {
            return Resumed::Failed(ResumeFailure::Gap);
        };
        seat.tell_ended(Ended::Moved, turn);
        seat.rebook(turn, |seat| {
            let mark = seat.first_mark();
            seat.clear_marks();
            seat.inbox.settle(mark, last_seq);
            seat.inbox.trim(last_seq);
        });
        seat.fence += 1;
        seat.resume(turn);
        let lost = seat.loss != Loss::None;
        if lost {
            seat.loss = Loss::Told;
        }
        let (id, skipped) = (seat.id(), seat.skipped().to_vec());
        Resumed::Seated(Box::new(ResumedSeat {
            seat: id,
            epoch: self.epoch,
            members: self.members_without(order),
            replay,
            sent: self.seats[place].numbers.sequences(|to| self.place(to).is_some()),
            applied: self.seats[place].numbers.newest(),
            skipped,
            heard: self.heard_by(order),
            lost,
            media: self.media(),
            attributes: self.seats[place].attributes(),
            pushes: turn.take_pushes(),
        }))
    }

    /// The last numbers that each other session has used towards this seat.
    pub(super) fn heard_by(&self, order: JoinOrder) -> Vec<Source> {
        let others = self.seats.iter().filter(|seat| seat.order != order);
        let numbers = others.flat_map(|seat| {
            let source = |cid, broadcast| Source { from: seat.order, cid, broadcast };
            [source(seat.numbers.last(order), false), source(seat.numbers.broadcast, true)]
        });
        numbers.filter(|source| source.cid > 0).collect()
    }

    /// Disconnects seats of dead nodes, and frees those past their window. Once the room's epoch has settled, a seat that
    /// nobody has claimed is freed if its node lives, and disconnected if not.
    pub(in crate::ledger::memory) fn reap(
        &mut self,
        dead: &[NodeId],
        is_alive: impl Fn(&NodeId) -> bool,
        turn: &mut Turn<'_>,
    ) -> Reaped {
        for seat in self.seats.iter_mut().filter(|seat| seat.is_connected() && dead.contains(&seat.node)) {
            seat.disconnect(turn.now().at + seat.window(), true, turn);
        }
        let mut freed = Vec::new();
        if self.rare.as_ref().and_then(|rare| rare.settles).is_some_and(|settles| settles <= turn.now().at) {
            self.settled(is_alive, &mut freed, turn);
        }
        let now = turn.now().at;
        let is_past = |room: &Self, seat: &Seat| room.kept_until(seat).is_some_and(|until| until <= now);
        while let Some(place) = self.seats.iter().position(|seat| is_past(self, seat)) {
            freed.push(self.end(place, LeaveReason::Lost, turn));
        }
        Reaped { freed, pushes: turn.take_pushes() }
    }

    /// The room's epoch has settled: all live nodes have claimed.
    fn settled(&mut self, is_alive: impl Fn(&NodeId) -> bool, freed: &mut Vec<SeatId>, turn: &mut Turn<'_>) {
        for seat in self.seats.iter_mut().filter(|seat| seat.is_to_be_claimed()) {
            if seat.node != *turn.node && !is_alive(&seat.node) {
                seat.disconnect(turn.now().at + seat.window(), true, turn);
            }
        }
        while let Some(place) = self.seats.iter().position(Seat::is_to_be_claimed) {
            freed.push(self.end(place, LeaveReason::Lost, turn));
        }
        if let Some(rare) = &mut self.rare {
            rare.settles = None;
        }
        self.forget_absent();
    }

    /// Forgets what was sent to and received from seats that are not here: nobody can claim them any more.
    pub(super) fn forget_absent(&mut self) {
        let here: Vec<JoinOrder> = self.seats.iter().map(|seat| seat.order).collect();
        for seat in &mut self.seats {
            seat.numbers.retain(|to| here.binary_search(&to).is_ok());
            if let Some(rare) = &mut seat.rare {
                rare.heard = Vec::new();
            }
            seat.tidy();
        }
    }
}
