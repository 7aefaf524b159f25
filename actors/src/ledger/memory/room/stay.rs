//! Who is lost and comes back: a seat is kept for its window, then it is free.
//!
//! Only [`RoomCore::reap`] frees a seat that is past its window: until then it counts, and its user may
//! still come back.

use std::time::{Duration, Instant};

use super::RoomCore;
use crate::{
    ledger::{
        Address, Claim, Resume, Resumed,
        memory::{seat::Seat, turn::Turn},
    },
    protocol::{LeaveReason, Member, NodeId, server::ResumeFailure},
};

impl RoomCore {
    /// When the first lost seat's window is past.
    pub(in crate::ledger::memory) fn deadline(&self) -> Option<Instant> {
        self.seats.iter().filter_map(|seat| seat.gone_until).min()
    }

    /// Those of these nodes that hold a seat here whose socket is thought to stand.
    pub(in crate::ledger::memory) fn standing_on<'a>(&self, nodes: &'a [NodeId]) -> impl Iterator<Item = &'a NodeId> {
        nodes.iter().filter(|node| self.seats.iter().any(|seat| seat.is_on() && seat.node == **node))
    }

    /// Keeps a seat whose socket is lost for the window, if it is still the asking node's.
    pub(in crate::ledger::memory) fn gone(&mut self, who: Address, window: Duration, turn: &Turn<'_>) {
        if let Some(seat) = self.seat_mut(who).filter(|seat| seat.is_on() && seat.node == *turn.node) {
            seat.gone_until = Some(turn.now + window);
        }
    }

    /// Puts a seat back on, on the node that asks, and answers what it has missed.
    pub(in crate::ledger::memory) fn resume(&mut self, ask: Resume) -> Resumed {
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.session == ask.session) else {
            return Resumed::Failed(ResumeFailure::SeatGone);
        };
        if seat.user != ask.user || seat.secret != ask.secret {
            return Resumed::Failed(ResumeFailure::BadToken);
        }
        let Some(replay) = seat.inbox.read(ask.last_seq) else {
            return Resumed::Failed(ResumeFailure::Gap);
        };
        seat.inbox.trim(ask.last_seq);
        seat.node = ask.node;
        seat.gone_until = None;
        let (rev, said) = (seat.rev, seat.said.clone());
        Resumed::Seated { rev, members: self.members_without(ask.session), replay, said, pushes: Vec::new() }
    }

    /// Dead nodes' seats become gone, seats past their window are freed.
    pub(in crate::ledger::memory) fn reap(&mut self, dead: &[NodeId], turn: &mut Turn<'_>) {
        for seat in self.seats.iter_mut().filter(|seat| seat.is_on() && dead.contains(&seat.node)) {
            seat.gone_until = Some(turn.now + seat.window);
        }
        let now = turn.now;
        let is_past = |seat: &Seat| seat.gone_until.is_some_and(|until| until <= now);
        while let Some(place) = self.seats.iter().position(is_past) {
            self.free(place, LeaveReason::Lost, turn);
        }
    }

    /// Enters the seats of live sockets that are not here; answers who is here then.
    ///
    /// Nobody is told: those sockets knew each other before. A claim on the place of a user who sits here
    /// already, with whatever session, is passed over.
    pub(in crate::ledger::memory) fn reassert(&mut self, claims: Vec<Claim>, node: &NodeId) -> Vec<Member> {
        for claim in claims {
            if self.seats.iter().any(|seat| seat.user == claim.user || seat.session == claim.session) {
                continue;
            }
            self.rev = self.rev.max(claim.rev);
            let place = self.seats.partition_point(|seat| seat.rev <= claim.rev);
            self.seats.insert(place, Seat::again(claim, node));
        }
        self.members()
    }
}
