//! Rosters: which members each client here knows. All seats are told the same, so the room's own list of members serves for all,
//! and a seat keeps a digest only; while a new epoch settles, each client's roster is kept apart, because members who join or
//! resume meanwhile get another one. Differences from the ledger are repaired in that seat's inbox in the end.

use std::collections::BTreeMap;

use super::{Room, seat::Seat};
use crate::protocol::{Entry, JoinOrder, LeaveReason, Member, SeatId, UserId, client::Seq};

/// The other members that one client knows, by user.
pub(super) type Roster = BTreeMap<UserId, JoinOrder>;

/// Rosters of the clients here, by seat; `None`: unknown.
#[derive(Debug, Default)]
pub(super) struct Rosters(BTreeMap<JoinOrder, Option<Roster>>);

/// A member that a client does not know, or knows although it is gone: which seat, which member, whether it is there.
pub(super) type Difference = (JoinOrder, JoinOrder, bool);

impl Rosters {
    /// A client was told this roster.
    pub(super) fn insert(&mut self, seat: JoinOrder, roster: Option<Roster>) {
        self.0.insert(seat, roster);
    }

    /// A client was told of a change.
    pub(super) fn learn(&mut self, seat: JoinOrder, entry: &Entry) {
        if let Some(Some(roster)) = self.0.get_mut(&seat) {
            learn(roster, entry);
        }
    }

    fn contains(&self, seat: JoinOrder) -> bool {
        self.0.contains_key(&seat)
    }

    /// What one client would have to be told to know these members; `None`: that is not known.
    pub(super) fn missing(&self, seat: SeatId, members: &[Member]) -> Option<Vec<(JoinOrder, Entry)>> {
        let roster = self.0.get(&seat.order)?.as_ref()?;
        let is_there = |order| members.iter().any(|member| member.order == order);
        let gone = roster.iter().filter(|(_, order)| !is_there(**order)).map(|(user, order)| {
            (*order, Entry::Left { user: user.clone(), order: *order, reason: LeaveReason::Lost })
        });
        let is_new = |member: &&Member| member.order != seat.order && roster.get(&member.user) != Some(&member.order);
        let new = members.iter().filter(is_new).map(|member| (member.order, Entry::Joined(member.clone().into())));
        Some(gone.chain(new).collect())
    }
}

/// A client's roster after this entry: it knows a user once.
fn learn(roster: &mut Roster, entry: &Entry) {
    match entry {
        Entry::Joined(member) => drop(roster.insert(member.user.clone(), member.order)),
        Entry::Left { user, .. } => drop(roster.remove(user)),
        Entry::Message(_) | Entry::Media(_) => {}
    }
}

/// What a client knows that was told these members, and then these entries.
pub(super) fn told(members: &[Member], replay: &[(Seq, Entry)]) -> Roster {
    let mut roster = members.iter().map(|member| (member.user.clone(), member.order)).collect();
    replay.iter().for_each(|(_, entry)| learn(&mut roster, entry));
    roster
}

/// A digest of the members that a client knows: changes with each that comes or goes, in any order.
pub(super) fn digest(orders: impl Iterator<Item = JoinOrder>) -> u32 {
    orders.fold(0, |digest, order| digest ^ mix(order))
}

/// The upper half of a multiplicative hash: orders are close to each other.
const fn mix(order: JoinOrder) -> u32 {
    let mixed = (order ^ order >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32
}

impl Seat {
    /// Its client was told that this member has come, or has gone.
    pub(super) const fn note_member(&mut self, order: JoinOrder) {
        self.roster ^= mix(order);
    }
}

impl Room {
    /// What the clients here know when an epoch begins; what is known from an earlier one goes on.
    pub(super) fn rosters(&mut self) -> Rosters {
        let known = self.work.as_mut().and_then(|work| work.rebuild.take()).map(|rebuild| rebuild.rosters);
        let mut rosters = known.unwrap_or_default();
        for seat in self.seats.iter().filter(|seat| !rosters.contains(seat.id.order)).collect::<Vec<_>>() {
            let others = || self.members.iter().filter(|place| place.order != seat.id.order);
            // News that some here have been told, and others not yet, is lost for those: their clients have to resume.
            let is_known = seat.roster == digest(others().map(|place| place.order));
            let roster = is_known.then(|| others().map(|place| (place.user.clone(), place.order)).collect());
            rosters.insert(seat.id.order, roster);
        }
        rosters
    }

    /// A client was told who is in the room.
    pub(super) fn note_roster(&mut self, place: usize, roster: Roster) {
        self.seats[place].roster = digest(roster.values().copied());
        let order = self.seats[place].id.order;
        if let Some(rebuild) = self.work.as_mut().and_then(|work| work.rebuild.as_mut()) {
            rebuild.rosters.insert(order, Some(roster));
        }
    }

    /// A client is told that somebody has come or gone.
    pub(super) fn note_change(&mut self, place: usize, entry: &Entry) {
        let member = match entry {
            Entry::Joined(member) => member.order,
            Entry::Left { order, .. } => *order,
            Entry::Message(_) | Entry::Media(_) => return,
        };
        self.seats[place].note_member(member);
        let order = self.seats[place].id.order;
        if let Some(rebuild) = self.work.as_mut().and_then(|work| work.rebuild.as_mut()) {
            rebuild.rosters.learn(order, entry);
        }
    }
}
