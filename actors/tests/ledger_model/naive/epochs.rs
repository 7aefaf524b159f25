//! What is lost with an epoch, and what is claimed in the next.

use actors::{
    ledger::{Audit, Audited, Claim, Ended, Fact, Join, Skipped},
    protocol::{Epoch, Fence, JoinOrder, LeaveReason, NodeId, RoomId, SeatId},
};

use super::{Naive, Session};

impl Naive {
    pub(crate) fn is_settling(&self) -> bool {
        self.now < self.settles
    }

    /// Everything is forgotten, or is as it was in this copy.
    pub(crate) fn lose(&mut self, copy: Option<&Self>) {
        self.epoch += 1;
        self.settles = self.now + self.limits.settle_within;
        self.forget_leases();
        self.heard.clear();
        self.rooms = copy.map(|copy| copy.rooms.clone()).unwrap_or_default();
        for room in self.rooms.values_mut() {
            room.unsettled = Some(self.settles);
            for session in &mut room.sessions {
                let last = session.last();
                session.marks.push((self.epoch, last));
                if session.marks.len() > 8 {
                    session.marks.remove(1);
                }
                session.lost = Some(false);
                let copied = copy.map(|copy| copy.now).unwrap_or_default();
                session.until = session.until.map(|until| self.now + until.saturating_sub(copied));
            }
        }
    }

    pub(super) fn forget_absent(&mut self, room: RoomId) {
        let here: Vec<JoinOrder> = self.sessions(room).iter().map(|session| session.order).collect();
        for session in self.rooms.get_mut(&room).map(|room| room.sessions.iter_mut()).into_iter().flatten() {
            session.past = session.applied();
            session.said.retain(|(to, ..)| to.is_none_or(|to| here.contains(&to)));
            session.heard.clear();
        }
    }

    pub(crate) fn claim(
        &mut self,
        room: RoomId,
        (known, node): (Epoch, &NodeId),
        claim: &Claim,
        facts: &[Fact],
    ) -> Audited {
        if !self.rooms.contains_key(&room) && self.is_settling() {
            self.rooms.entry(room).or_default().unsettled = Some(self.settles);
        }
        for fact in facts {
            match *fact {
                Fact::Freed(seat, reason) => self.freed_by_fact(room, seat, reason),
                Fact::Disconnected(seat, window) => self.disconnect(room, seat, window),
                Fact::Known(ref known) => self.known_by_fact(room, known),
                Fact::Skipped(seat, ref skipped) => self.skipped_by_fact(room, seat, skipped),
                Fact::Media(_) => {} // once the seat is claimed
            }
        }
        let audited = self.claim_seat(room, (known, node), claim);
        for fact in facts {
            if let Fact::Media(known) = fact {
                self.media_by_fact(room, node, known);
            }
        }
        audited
    }

    fn claim_seat(&mut self, room: RoomId, (known, node): (Epoch, &NodeId), claim: &Claim) -> Audited {
        let Some(session) = self.session(room, claim.seat.order) else {
            return self.claim_forgotten(room, (known, node), claim);
        };
        if session.user != claim.user || session.session != claim.session || session.fence > claim.seat.fence {
            return Audited::Ended(Ended::Moved);
        }
        let audit = Audit { seat: claim.seat, last_seq: claim.last_seq, acked: 0 };
        if session.marks.is_empty() && session.fence == claim.seat.fence {
            return self.audit_claimed(room, audit, node);
        }
        let limits = self.limits;
        let session = self.session_mut(room, claim.seat.order).expect("found before");
        session.settle(claim.last_seq, known, &limits);
        session.take(claim, node);
        self.connected(node);
        let session = self.session(room, claim.seat.order).expect("found before");
        let entries = session.after(claim.last_seq, &limits);
        self.hear(room, claim);
        if !self.is_settling() {
            self.forget_absent(room);
        }
        self.found(room, claim.seat.order, entries)
    }

    /// A member who is still to be claimed, came before the newest of these and is not known had left, unless it is hidden.
    fn known_by_fact(&mut self, room: RoomId, known: &[JoinOrder]) {
        let older = |order: JoinOrder| known.iter().any(|known| *known > order);
        let sessions = self.sessions(room).iter().filter(|it| !it.marks.is_empty() && it.is_shown() && older(it.order));
        let ghosts: Vec<JoinOrder> = sessions.map(|it| it.order).filter(|order| !known.contains(order)).collect();
        for order in ghosts {
            self.freed_by_fact(room, SeatId { order, fence: Fence::MAX }, LeaveReason::Lost);
        }
    }

    /// The last holder of a seat that is still to be claimed knew its numbers better.
    fn skipped_by_fact(&mut self, room: RoomId, seat: SeatId, skipped: &[Skipped]) {
        let session = self.session_mut(room, seat.order);
        if let Some(session) = session.filter(|it| it.fence <= seat.fence && !it.marks.is_empty()) {
            session.skipped = skipped.iter().map(|skipped| (skipped.cid, skipped.refused)).collect();
        }
    }

    fn claim_forgotten(&mut self, room: RoomId, (known, node): (Epoch, &NodeId), claim: &Claim) -> Audited {
        let ended = |reason| Audited::Ended(Ended::Freed(reason));
        let remembered = self.why_ended(room, claim.seat);
        if known == 0 || known == self.epoch || remembered.is_some() {
            return ended(remembered.unwrap_or(LeaveReason::Lost));
        }
        let other = self.sessions(room).iter().find(|there| there.user == claim.user).map(|there| there.order);
        if other.is_some_and(|other| other > claim.seat.order) {
            return ended(LeaveReason::Replaced);
        }
        if !self.is_settling() {
            return ended(LeaveReason::Lost);
        }
        if let Some(ghost) = other {
            self.end(room, ghost, LeaveReason::Replaced);
        }
        let Claim { user, name, session, secret, window, attributes, .. } = claim.clone();
        let join = Join { user, name, session, secret, max: 0.into(), window, revision: 0, attributes };
        let mut session = Session::new(join, node, claim.seat.order, (Vec::new(), None));
        (session.base, session.acked, session.lost) = (claim.last_seq, claim.last_seq, Some(false));
        session.take(claim, node);
        self.connected(node);
        let sessions = &mut self.rooms.entry(room).or_default().sessions;
        for receiver in sessions.iter_mut() {
            for source in receiver.heard.extract_if(.., |source| source.from == claim.seat.order) {
                session.was_heard(receiver.order, source);
            }
        }
        sessions.push(session);
        sessions.sort_by_key(|session| session.order);
        self.hear(room, claim);
        Audited::Held(Vec::new(), Vec::new())
    }

    /// What the claimed seat has received, its senders have sent.
    fn hear(&mut self, room: RoomId, claim: &Claim) {
        let (by, is_settling) = (claim.seat.order, self.is_settling());
        for source in claim.heard.iter().filter(|source| source.from != by) {
            if let Some(sender) = self.session_mut(room, source.from) {
                sender.was_heard(by, *source);
            } else if is_settling {
                self.session_mut(room, by).expect("claimed").heard.push(*source);
            }
        }
    }
}

impl Session {
    /// Takes what its holder knows.
    fn take(&mut self, claim: &Claim, node: &NodeId) {
        (self.fence, self.window, self.node) = (claim.seat.fence, claim.window, node.clone());
        (self.until, self.is_orphaned) = (None, false);
        self.has_sent(&claim.sent);
        self.skipped = claim.skipped.iter().map(|skipped| (skipped.cid, skipped.refused)).collect();
    }
}
