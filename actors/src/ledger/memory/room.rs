//! One room in the ledger: its seats in join order, each with its inbox. Every operation is one step on this plain value;
//! the clock's reading comes with the [`Turn`], and no lock is known here.
//!
//! Here: who takes and frees a seat. `room/session.rs`: disconnects, resumes and reaping. `room/messages.rs`: sends,
//! broadcasts and audits. `room/media.rs`: where media is, and what is sent. `room/claim.rs`: a new epoch. `room/saved.rs`: snapshots.

use std::{collections::VecDeque, time::Instant};

use super::{CLAIM_WAIT, SHED_WAIT, seat::Seat, turn::Turn};
use crate::{
    bytes::Pressure,
    ledger::{Ended, Failure, Happened, Join, Joined, Push, snapshot::JoinAnswer},
    protocol::{
        Entry, Epoch, JoinOrder, LeaveReason, Member, NodeId, SeatId, SessionId, UserId, client::Seq, media::Hosting,
    },
};

mod claim;
mod media;
mod messages;
mod saved;
mod session;

/// Freed seats of which the reason is remembered, for a holder that was not told; as many as may be audited late.
const ENDED_MAX: usize = 16;

/// Entries with their numbers.
type Numbered = Vec<(Seq, Entry)>;

/// A room's seats.
#[derive(Debug)]
pub(super) struct RoomCore {
    /// The epoch in which its content was stored or claimed.
    epoch: Epoch,
    /// The newest join order given.
    last: JoinOrder,
    /// The newest revision of the settings by which somebody has joined.
    revision: u64,
    /// In join order.
    seats: Vec<Seat>,
    rare: Option<Box<Rare>>,
}

/// Fields that most rooms do not need.
#[derive(Debug, Default)]
struct Rare {
    /// The room's epoch settles then, and that has not been reaped yet.
    settles: Option<Instant>,
    /// Seats freed without their holder having asked for it, oldest first.
    ended: VecDeque<(SeatId, LeaveReason)>,
    /// How media flows, once it was placed on a media server.
    hosting: Option<Hosting>,
}

impl RoomCore {
    /// A room without seats, whose join orders are greater than `last`.
    pub(super) fn new(epoch: Epoch, last: JoinOrder, settles: Option<Instant>) -> Self {
        let rare = settles.map(|_| Box::new(Rare { settles, ..Rare::default() }));
        Self { epoch, last, revision: 0, seats: Vec::new(), rare }
    }

    /// Whether all seats are free.
    pub(super) const fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Whether a seat is connected, to whichever node.
    pub(super) fn is_occupied(&self) -> bool {
        self.seats.iter().any(Seat::is_connected)
    }

    /// The epoch in which its content was stored or claimed.
    pub(super) const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The newest join order given.
    pub(super) const fn last(&self) -> JoinOrder {
        self.last
    }

    /// The members, in join order.
    fn members(&self) -> Vec<Member> {
        self.seats.iter().map(Seat::member).collect()
    }

    /// The members, in join order; once the epoch has settled without seats that nobody has claimed, reaped or not.
    pub(super) fn known_members(&self, now: Instant) -> Vec<Member> {
        let settles = self.rare.as_ref().and_then(|rare| rare.settles);
        let is_known = |seat: &&Seat| !(settles.is_some_and(|settles| settles <= now) && seat.is_to_be_claimed());
        self.seats.iter().filter(is_known).map(Seat::member).collect()
    }

    /// The seats that are connected to this node.
    pub(super) fn held_by(&self, node: &NodeId) -> Vec<(SeatId, SessionId)> {
        let held = self.seats.iter().filter(|seat| seat.is_connected() && seat.node == *node);
        held.map(|seat| (seat.id(), seat.session)).collect()
    }

    /// Whether a seat is connected to this node.
    pub(super) fn is_held_by(&self, node: &NodeId) -> bool {
        self.seats.iter().any(|seat| seat.is_connected() && seat.node == *node)
    }

    /// Gives a seat, in place of the same user's older one.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] while the epoch settles or memory is short.
    pub(super) fn join(&mut self, join: Join, turn: &mut Turn<'_>) -> Result<Joined, Failure> {
        if let Some(seated) = self.joined_before(&join) {
            return Ok(seated);
        }
        if let Some(wait) = self.settles_in(turn) {
            return Err(Failure::NotApplied { wait });
        }
        if self.is_unsettled() && self.seats.iter().any(Seat::is_to_be_claimed) {
            return Err(Failure::NotApplied { wait: CLAIM_WAIT }); // it is freed first, and newcomers never hear of it
        }
        if turn.pressure >= Pressure::ShedNewcomers {
            return Err(Failure::NotApplied { wait: SHED_WAIT });
        }
        let older = self.seats.iter().position(|seat| seat.user == join.user);
        let (taken, own) = (self.seats.len() - older.iter().len(), join.max.own);
        let max = if older.is_some() { own } else { join.max.now(self.hosting()) };
        let takes_it_again = own == 0 && older.is_some();
        if taken >= max as usize && !takes_it_again {
            return Ok(if taken < own as usize { Joined::Crowded } else { Joined::Full });
        }
        let replaced = older.map(|older| self.end(older, LeaveReason::Replaced, turn));
        self.last = turn.now().unix_ms.max(self.last + 1);
        self.revision = self.revision.max(join.revision);
        let mut seat = Seat::new(join, self.last, turn.node);
        turn.has_connected = true;
        let (members, id, media) = (self.members(), seat.id(), self.media());
        if !members.is_empty() || replaced.is_some() {
            seat.rare().joined = JoinAnswer { members: members.clone(), replaced, media: media.clone() };
        }
        if !seat.is_hidden() {
            self.append_to_all(&Entry::Joined(seat.member().into()), turn);
        }
        turn.note(|| seat.happened_join());
        self.seats.reserve_exact(1); // rooms are small, and rest for long
        self.seats.push(seat);
        let epoch = self.epoch;
        Ok(Joined::Seated { seat: id, epoch, members, replaced, media, pushes: turn.take_pushes() })
    }

    /// The answer to a join whose session has its seat: the answer to the first one. Later joins and leaves are in the inbox.
    fn joined_before(&self, join: &Join) -> Option<Joined> {
        let seat = self.seats.iter().find(|seat| seat.session == join.session && seat.user == join.user)?;
        let answer = seat.rare.as_ref().map(|rare| rare.joined.clone()).filter(|it| *it != JoinAnswer::default());
        let now = || JoinAnswer { media: self.media(), ..JoinAnswer::default() };
        let JoinAnswer { members, replaced, media } = answer.unwrap_or_else(now);
        let (id, epoch) = (SeatId { order: seat.order, fence: 1 }, self.epoch);
        Some(Joined::Seated { seat: id, epoch, members, replaced, media, pushes: Vec::new() })
    }

    /// Frees a seat; its own node is told when another one asks.
    pub(super) fn leave(&mut self, seat: SeatId, reason: LeaveReason, turn: &mut Turn<'_>) -> Vec<Push> {
        if let Some(place) = self.place_up_to(seat) {
            if self.seats[place].node == *turn.node {
                self.free(place, reason, turn);
            } else {
                self.end(place, reason, turn);
            }
        }
        turn.take_pushes()
    }

    /// Frees a user's seat, whatever its fence, unless they joined after `up_to`; its node is told.
    pub(super) fn evict(
        &mut self,
        user: &UserId,
        up_to: JoinOrder,
        reason: LeaveReason,
        turn: &mut Turn<'_>,
    ) -> Vec<Push> {
        if let Some(place) = self.seats.iter().position(|seat| seat.user == *user && seat.order <= up_to) {
            self.end(place, reason, turn);
        }
        turn.take_pushes()
    }

    /// Frees every seat and tells every node that holds one, unless somebody has joined by newer settings than say so.
    pub(super) fn close(&mut self, reason: LeaveReason, revision: u64, turn: &mut Turn<'_>) -> Vec<Push> {
        if revision < self.revision {
            return Vec::new();
        }
        for seat in self.seats.drain(..) {
            seat.tell_ended(Ended::Freed(reason), turn);
            turn.note(|| Happened::Left { user: seat.user.clone(), order: seat.order, reason });
            turn.book(seat.is_connected(), seat.inbox.buffered(), 0);
        }
        self.unhost(0, None, turn);
        turn.take_pushes()
    }

    /// Frees the seat at this place although its holder has not asked for it: its node is told, and the reason remembered.
    fn end(&mut self, place: usize, reason: LeaveReason, turn: &mut Turn<'_>) -> SeatId {
        let seat = &self.seats[place];
        let id = seat.id();
        seat.tell_ended(Ended::Freed(reason), turn);
        if reason != LeaveReason::Lost {
            self.remember(id, reason);
        }
        self.free(place, reason, turn);
        id
    }

    /// Remembers why a seat was freed.
    fn remember(&mut self, seat: SeatId, reason: LeaveReason) {
        let ended = &mut self.rare.get_or_insert_default().ended;
        if ended.len() == ENDED_MAX {
            ended.pop_front();
        }
        ended.push_back((seat, reason));
    }

    /// Why this seat has ended, if it has: as remembered, else `Lost`.
    fn why_ended(&self, seat: SeatId) -> Ended {
        Ended::Freed(self.remembered(seat).unwrap_or(LeaveReason::Lost))
    }

    /// Why this seat, or a newer generation of it, was freed, if that is remembered.
    fn remembered(&self, seat: SeatId) -> Option<LeaveReason> {
        let ended = self.rare.as_ref().map(|rare| rare.ended.iter()).into_iter().flatten();
        let is_it = |ended: &SeatId| ended.order == seat.order && ended.fence >= seat.fence;
        ended.rev().find(|(ended, _)| is_it(ended)).map(|(_, reason)| *reason)
    }

    /// Frees the seat at this place and tells the others, unless it was hidden. If nobody has claimed it while an epoch settles,
    /// they are not told here: only each member's own node knows whether it knew this seat, or a newer one of the same user.
    fn free(&mut self, place: usize, reason: LeaveReason, turn: &mut Turn<'_>) {
        let seat = self.seats.remove(place);
        turn.book(seat.is_connected(), seat.inbox.buffered(), 0);
        turn.note(|| Happened::Left { user: seat.user.clone(), order: seat.order, reason });
        self.unhost(seat.order, Some(seat.session), turn);
        for other in &mut self.seats {
            other.numbers.forget(seat.order);
        }
        let is_settling = self.settles_in(turn).is_some() || self.is_unsettled() && seat.is_connected();
        if !(is_settling && seat.is_unclaimed() || seat.is_hidden()) {
            self.append_to_all(&Entry::Left { user: seat.user, order: seat.order, reason }, turn);
        }
    }

    /// Drops what all inboxes store; answers how many bytes of connected and of disconnected seats that was.
    pub(super) fn shed(&mut self) -> [usize; 2] {
        let freed = self.buffered();
        for seat in &mut self.seats {
            seat.inbox.clear();
        }
        freed
    }

    fn append_to_all(&mut self, entry: &Entry, turn: &mut Turn<'_>) {
        for seat in &mut self.seats {
            seat.append(entry.clone(), None, turn);
        }
    }

    /// The place of the seat with this join order.
    fn place(&self, order: JoinOrder) -> Option<usize> {
        self.seats.binary_search_by_key(&order, |seat| seat.order).ok()
    }

    /// The place of the seat if no newer generation of it is known. A newer one than is known here is accepted: the ledger
    /// has lost a resume.
    fn place_up_to(&self, seat: SeatId) -> Option<usize> {
        self.place(seat.order).filter(|place| self.seats[*place].fence <= seat.fence)
    }

    /// The place of the seat if it is of this very generation; its holder lives, so an orphaned seat is connected again.
    fn held_place(&mut self, seat: SeatId, turn: &mut Turn<'_>) -> Option<usize> {
        let place = self.place(seat.order).filter(|place| self.seats[*place].fence == seat.fence)?;
        let held = &mut self.seats[place];
        held.confirm();
        if held.is_orphaned() && held.node == *turn.node {
            held.resume(turn);
        }
        Some(place)
    }

    fn members_without(&self, order: JoinOrder) -> Vec<Member> {
        self.seats.iter().filter(|seat| seat.order != order).map(Seat::member).collect()
    }
}

#[cfg(test)]
mod tests;
