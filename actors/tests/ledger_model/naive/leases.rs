//! Who is alive, and what is reaped.

use std::{collections::BTreeMap, time::Duration};

use actors::{
    ledger::{Due, Ended, Lease},
    protocol::{Epoch, JoinOrder, LeaveReason, NodeId, RoomId, SeatId},
};

use super::{Naive, Session};

#[derive(Clone, Default)]
pub(super) struct Leases {
    /// Until when, and whether it was given up.
    nodes: BTreeMap<NodeId, (Duration, bool)>,
    grace_until: Duration,
    /// There may have been others before.
    are_forgotten: bool,
}

impl Naive {
    pub(crate) fn renew(&mut self, node: &NodeId, ttl: Duration, known: Epoch) -> Lease {
        let (now, leases) = (self.now, &mut self.leases);
        let is_silent = leases.nodes.values().all(|(until, _)| *until <= now);
        if is_silent && leases.nodes.iter().any(|(other, (_, released))| other != node && !released) {
            leases.grace_until = now + ttl;
        }
        let before = leases.nodes.insert(node.clone(), (now + ttl, false));
        if self.epoch > known {
            return Lease::Rebuilt(self.epoch);
        }
        if before.is_none_or(|(until, _)| until > now) { Lease::Kept } else { Lease::Lapsed }
    }

    pub(crate) fn release(&mut self, node: &NodeId) {
        self.leases.nodes.insert(node.clone(), (self.now, true));
    }

    pub(super) fn forget_leases(&mut self) {
        self.leases = Leases { are_forgotten: true, ..Leases::default() };
    }

    /// A seat was connected to this node; a node whose lease was forgotten has a while to renew it.
    pub(super) fn connected(&mut self, node: &NodeId) {
        if self.leases.are_forgotten {
            let until = self.now + self.limits.settle_within;
            self.leases.nodes.entry(node.clone()).or_insert((until, false));
        }
    }

    fn is_alive(&self, node: &NodeId) -> bool {
        self.leases.nodes.get(node).is_some_and(|(until, _)| *until > self.now)
    }

    fn is_dead(&self, node: &NodeId) -> bool {
        let Some((until, released)) = self.leases.nodes.get(node) else { return false };
        let anybody = self.leases.nodes.values().any(|(until, _)| *until > self.now);
        *until <= self.now && (*released || anybody && self.leases.grace_until <= self.now)
    }

    /// What is due, by id.
    pub(crate) fn due(&self) -> Due {
        let mut due = Due::default();
        for (room, content) in &self.rooms {
            let is_past = |session: &Session| is_past(session, content.unsettled, self.now);
            let is_dead = |session: &&Session| session.is_connected() && self.is_dead(&session.node);
            let on_dead: Vec<&Session> = content.sessions.iter().filter(is_dead).collect();
            let is_settled = content.unsettled.is_some_and(|settles| settles <= self.now);
            if content.sessions.iter().any(is_past) || !on_dead.is_empty() || is_settled {
                due.rooms.push(*room);
            }
            due.dead.extend(on_dead.iter().map(|session| session.node.clone()));
        }
        due.dead.sort();
        due.dead.dedup();
        due
    }

    pub(crate) fn reap(&mut self, room: RoomId, dead: &[NodeId], asker: &NodeId) -> Vec<SeatId> {
        let (now, mut freed) = (self.now, Vec::new());
        let is_settled = self.rooms.get(&room).and_then(|room| room.unsettled).is_some_and(|settles| settles <= now);
        let unclaimed = |it: &Session| is_settled && it.is_connected() && !it.marks.is_empty();
        let alive = |it: &Session| it.node == *asker || self.is_alive(&it.node);
        let lost = |it: &&Session| it.is_connected() && (dead.contains(&it.node) || unclaimed(it) && !alive(it));
        let lost: Vec<JoinOrder> = self.sessions(room).iter().filter(lost).map(|it| it.order).collect();
        for order in lost {
            let session = self.session_mut(room, order).expect("listed");
            (session.until, session.is_orphaned) = (Some(now + session.window), true);
        }
        let nobody: Vec<SeatId> = self.sessions(room).iter().filter(|it| unclaimed(it)).map(Session::id).collect();
        for id in nobody {
            freed.push(id);
            self.end(room, id.order, LeaveReason::Lost);
        }
        if is_settled {
            self.rooms.entry(room).or_default().unsettled = None;
            self.forget_absent(room);
        }
        let unsettled = self.rooms.get(&room).and_then(|room| room.unsettled);
        while let Some(id) = self.sessions(room).iter().find(|it| is_past(it, unsettled, now)).map(Session::id) {
            freed.push(id);
            self.end(room, id.order, LeaveReason::Lost);
        }
        freed
    }

    pub(crate) fn why_ended(&self, room: RoomId, seat: SeatId) -> Option<LeaveReason> {
        let ended = self.rooms.get(&room).map_or(&[][..], |room| &room.ended);
        let is_it = |ended: &SeatId| ended.order == seat.order && ended.fence >= seat.fence;
        ended.iter().rev().find(|(ended, _)| is_it(ended)).map(|(_, reason)| *reason)
    }

    pub(super) fn freed_by_fact(&mut self, room: RoomId, seat: SeatId, reason: LeaveReason) {
        let fence = self.session(room, seat.order).map(|session| session.fence);
        if fence.is_some_and(|fence| fence > seat.fence) {
            return;
        }
        self.tell_ended(room, seat.order, Ended::Freed(reason));
        self.free(room, seat.order, reason);
        self.remember(room, seat, reason);
    }
}

/// Nobody may resume it any more, nor, if its node was found dead before a loss, claim it.
pub(super) fn is_past(session: &Session, unsettled: Option<Duration>, now: Duration) -> bool {
    let may_be_claimed = session.is_orphaned && !session.marks.is_empty() && unsettled.is_some_and(|at| now < at);
    !may_be_claimed && session.until.is_some_and(|until| until <= now)
}
