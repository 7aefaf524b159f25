//! What the small ledger does with each call.

use std::time::Duration;

use super::model::Model;
use crate::{
    ledger::{Audit, Claim, Claimed, Failure, Placed, Published, Send},
    messages::room::Reply,
    protocol::{SeatId, media::Hosting},
    room::rules::step::{LedgerCall, SeatFact},
};

/// The small ledger knows no media.
fn nowhere() -> Placed {
    Placed { hosting: Hosting::default(), is_won: false, pushes: Vec::new() }
}

impl Model {
    /// Applies a call, if it is applied, and answers with the failure, if there is one.
    pub(super) fn apply(&mut self, call: LedgerCall, is_applied: bool, failure: Option<Failure>) -> Reply {
        macro_rules! outcome {
            ($applied:expr) => {{
                let applied = if is_applied { Some($applied) } else { None };
                match (failure, applied) {
                    (None, Some(applied)) => Ok(applied),
                    (failure, _) => Err(failure.unwrap_or(Failure::NotApplied { wait: Duration::ZERO })),
                }
            }};
        }
        match call {
            LedgerCall::Join(request, terms) => {
                let answer = outcome!(self.join(&request, terms.max.own as usize));
                Reply::Join(request, answer)
            }
            LedgerCall::Resume(request) => {
                let answer = outcome!(self.resume(&request));
                Reply::Resume(request, answer)
            }
            LedgerCall::Send(send) => Reply::Sent(send.from, outcome!(self.send(&send))),
            LedgerCall::Broadcast(broadcast, _) => {
                let from = broadcast.from;
                let all: Vec<_> = self.seats.keys().copied().filter(|order| *order != from.order).collect();
                let (cid, skipped) = (broadcast.cid, broadcast.skipped);
                let send = Send { from, to: 0, cid, skipped, released: vec![], messages: vec![broadcast.message] };
                Reply::Sent(from, outcome!(self.append(&send, (None, &all))))
            }
            LedgerCall::Fact(number, SeatFact::Evicting(user, _)) => Reply::Located(
                number,
                outcome!(self.members(0).into_iter().find(|at| at.user == user).map(|at| at.order)),
            ),
            LedgerCall::Fact(number, fact) => Reply::Fact(number, outcome!(self.fact(fact))),
            LedgerCall::Audit(audits) => {
                let seats: Vec<SeatId> = audits.iter().map(|audit| audit.seat).collect();
                let found = |audit: &Audit| self.audit(audit.seat, audit.last_seq);
                Reply::Audit(seats, outcome!(audits.iter().map(found).collect()))
            }
            LedgerCall::Claim(claims, _) => {
                let seats: Vec<SeatId> = claims.iter().map(|claim| claim.seat).collect();
                let found = |claim: &Claim| self.audit(claim.seat, claim.last_seq);
                let found = claims.iter().map(found).collect();
                let (epoch, settled_after) = (self.epoch, Duration::from_secs(3));
                Reply::Claim(seats, outcome!(Claimed { epoch, seats: found, settled_after, pushes: vec![] }))
            }
            LedgerCall::Place(_) => Reply::Placed(None, outcome!(Box::new(nowhere()))),
            LedgerCall::Publish(publishing) => Reply::Published(publishing, outcome!(Published::Stale(0))),
            LedgerCall::Members => Reply::Members(outcome!(self.members(0))),
            LedgerCall::Held => {
                let held = self.seats.iter().filter(|(_, seat)| seat.is_here && seat.is_connected);
                let held = held.map(|(order, seat)| (SeatId { order: *order, fence: seat.fence }, seat.session));
                Reply::Held(outcome!(held.collect()))
            }
            LedgerCall::Repair(seat, entries) => Reply::Repair(outcome!({
                if self.holds(seat) {
                    entries.into_iter().for_each(|entry| self.push(seat.order, entry, None));
                }
                self.pushed()
            })),
        }
    }
}
