//! At the end of an epoch each client's roster is compared with the ledger's members, and repaired in that seat's inbox.

use super::{
    Room,
    epochs::Phase,
    members::Place,
    rosters::{Difference, digest},
    step::{LedgerCall, Step},
};
use crate::{
    ledger::{Failure, Push},
    messages::socket::RoomEvent,
    protocol::{Entry, JoinOrder, LeaveReason, Member, SeatId},
};

impl Room {
    /// These are the members, the ledger says. Each client here is told what it does not know, once a second look has
    /// confirmed it: news may be on their way.
    pub(super) fn compared(&mut self, answer: Result<Vec<Member>, Failure>, step: &mut Step<'_>) {
        let Some(rebuild) = &mut self.work().rebuild else { return };
        let Phase::Comparing { is_audited } = rebuild.phase else { return };
        let Ok(mut members) = answer else { return self.look_again(step) };
        members.retain(|member| !member.is_hidden());
        if !is_audited {
            return self.look_again(step);
        }
        let suspects = std::mem::take(&mut rebuild.suspects);
        let mut differences = Vec::new();
        let seats: Vec<SeatId> = self.seats.iter().map(|seat| seat.id).collect();
        for id in seats {
            differences.extend(self.repair(id, (&members, &suspects), step));
        }
        if differences.is_empty() {
            return self.agreed(&members, step);
        }
        if let Some(rebuild) = &mut self.work().rebuild {
            rebuild.suspects = differences;
        }
        self.look_again(step);
    }

    /// Tells one client what it does not know, as far as that was suspected before; answers what differs.
    fn repair(
        &mut self,
        id: SeatId,
        (members, suspects): (&[Member], &[Difference]),
        step: &mut Step<'_>,
    ) -> Vec<Difference> {
        let rebuild = self.work.as_ref().and_then(|work| work.rebuild.as_ref());
        let Some(missing) = rebuild.and_then(|rebuild| rebuild.rosters.missing(id, members)) else {
            if let Some(place) = self.find(id.order) {
                self.tell(place, RoomEvent::RosterUnknown, step);
            }
            return vec![(id.order, id.order, true)]; // until its socket is gone
        };
        let difference = |(order, entry): &(JoinOrder, Entry)| (id.order, *order, matches!(entry, Entry::Joined(_)));
        let differences: Vec<Difference> = missing.iter().map(difference).collect();
        let is_confirmed = |differing: &(JoinOrder, Entry)| suspects.contains(&difference(differing));
        let confirmed: Vec<Entry> = missing.into_iter().filter(is_confirmed).map(|(_, entry)| entry).collect();
        if !confirmed.is_empty() {
            self.call(LedgerCall::Repair(id, confirmed), step);
        }
        differences
    }

    /// Every client here knows who is there: so does the room.
    fn agreed(&mut self, members: &[Member], step: &mut Step<'_>) {
        self.work().rebuild = None;
        if self.seats.is_empty() {
            return;
        }
        let is_there = |order| members.iter().any(|member| member.order == order);
        let is_gone = |place: &Place| !is_there(place.order) && self.find(place.order).is_none();
        let gone: Vec<Place> = self.members.iter().filter(|place| is_gone(place)).cloned().collect();
        for place in gone {
            self.forget((&place.user, place.order), LeaveReason::Lost, step);
        }
        for member in members {
            self.enrol(member.user.clone(), member.order, step);
        }
        for seat in &mut self.seats {
            let own = seat.id.order;
            seat.roster = digest(members.iter().map(|member| member.order).filter(|order| *order != own));
        }
        self.tell_attributes_again(step);
    }

    /// A repair was made, or not: the next look shows it.
    pub(super) fn repaired(&mut self, answer: Result<Vec<Push>, Failure>, step: &mut Step<'_>) {
        self.pushes(answer.unwrap_or_default(), step);
    }
}
