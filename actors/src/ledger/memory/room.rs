//! One room in the ledger: its seats in join order, each with its inbox. Every operation is one step on
//! this plain value; the clock's reading comes with the [`Turn`], and no lock is known here.
//!
//! Here: who takes and frees a seat. `room/stay.rs`: who is lost and comes back. `room/talk.rs`: who says
//! what to whom.

use super::{seat::Seat, turn::Turn};
use crate::{
    ledger::{Address, Join, Pushed},
    protocol::{Entry, LeaveReason, Member, SessionId},
};

mod stay;
mod talk;

/// A room's seats.
///
/// `rev` lives as long as the room has a seat: whoever could compare join orders sits in it. Once the last
/// seat is free the whole value may be dropped, and the count starts again at 1.
#[derive(Debug, Default)]
pub(super) struct RoomCore {
    /// The newest join order given.
    rev: u64,
    /// In join order.
    seats: Vec<Seat>,
}

impl RoomCore {
    /// Whether nobody sits here.
    pub(super) const fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Who sits here, in join order.
    pub(super) fn members(&self) -> Vec<Member> {
        self.seats.iter().map(Seat::member).collect()
    }

    /// Gives a seat, in place of the same user's older one; answers its join order and who else is there.
    /// `None`: the room is full, and nothing has changed.
    pub(super) fn join(&mut self, ask: Join, turn: &mut Turn<'_>) -> Option<(u64, Vec<Member>)> {
        let older = self.seats.iter().position(|seat| seat.user == ask.user);
        let others = self.seats.len() - usize::from(older.is_some());
        if others >= ask.max as usize {
            return None;
        }
        if let Some(older) = older {
            self.seats[older].tell(Pushed::Ended(LeaveReason::Replaced), turn);
            self.free(older, LeaveReason::Replaced, turn);
        }
        self.rev += 1;
        let seat = Seat::new(ask, self.rev);
        let (members, announced) = (self.members(), Entry::Joined(seat.member()));
        self.tell_all(&announced, turn);
        self.seats.push(seat);
        Some((self.rev, members))
    }

    /// Frees a seat; its own node is told when another one asks.
    pub(super) fn leave(&mut self, who: Address, reason: LeaveReason, turn: &mut Turn<'_>) {
        let Some(place) = self.place(who) else { return };
        if self.seats[place].node != *turn.node {
            self.seats[place].tell(Pushed::Ended(reason), turn);
        }
        self.free(place, reason, turn);
    }

    /// Frees every seat and tells every node that holds one.
    pub(super) fn close(&mut self, reason: LeaveReason, turn: &mut Turn<'_>) {
        for seat in self.seats.drain(..) {
            seat.tell(Pushed::Ended(reason), turn);
        }
    }

    /// Frees the seat at this place and tells those who stay.
    fn free(&mut self, place: usize, reason: LeaveReason, turn: &mut Turn<'_>) {
        let Seat { user, session, .. } = self.seats.remove(place);
        for seat in &mut self.seats {
            seat.forget(session);
        }
        self.tell_all(&Entry::Left { user, session, reason }, turn);
    }

    fn tell_all(&mut self, entry: &Entry, turn: &mut Turn<'_>) {
        for seat in &mut self.seats {
            seat.append(entry, turn);
        }
    }

    fn place(&self, who: Address) -> Option<usize> {
        self.seats.iter().position(|seat| seat.is(who))
    }

    fn seat(&self, who: Address) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.is(who))
    }

    fn seat_mut(&mut self, who: Address) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.is(who))
    }

    fn members_without(&self, session: SessionId) -> Vec<Member> {
        self.seats.iter().filter(|seat| seat.session != session).map(Seat::member).collect()
    }
}

#[cfg(test)]
mod tests;
