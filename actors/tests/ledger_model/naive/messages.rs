//! What is sent, by whom it was heard, and what audits find.

use actors::{
    ledger::{Audit, Audited, Broadcast, Ended, Send, Sent, Sequence, Source},
    protocol::{Entry, JoinOrder, LeaveReason, NodeId, RoomId, SeatId, client::Cid},
};

use super::{Answer, NOT_NOW, Naive, Session};

impl Session {
    /// The last number used towards a seat, or towards all.
    fn last_number(&self, to: Option<JoinOrder>) -> Cid {
        self.said.iter().filter(|(whom, ..)| *whom == to).filter_map(|(_, cid, _)| *cid).max().unwrap_or_default()
    }

    fn is_duplicate(&self, to: Option<JoinOrder>, cid: Option<Cid>) -> bool {
        cid.is_some_and(|cid| cid <= self.last_number(to) && !self.skipped.contains_key(&cid))
    }

    /// That seat has received this number.
    pub(super) fn was_heard(&mut self, by: JoinOrder, source: Source) {
        self.said.push((Some(by).filter(|_| !source.broadcast), Some(source.cid), false));
    }

    pub(super) fn has_sent(&mut self, sequences: &[Sequence]) {
        self.said.extend(sequences.iter().map(|sequence| (sequence.to, Some(sequence.cid), sequence.described)));
    }
}

impl Naive {
    /// What a session has sent to each seat that is there, and to all.
    pub(super) fn sent_by(&self, room: RoomId, session: &Session) -> Vec<Sequence> {
        let mut to: Vec<Option<JoinOrder>> = session.said.iter().map(|(to, ..)| *to).collect();
        to.sort_unstable();
        to.dedup();
        let sequence = |to: Option<JoinOrder>| {
            let cid = session.last_number(to);
            let described = session.said.iter().any(|(whom, _, described)| *whom == to && *described);
            let is_listed = to.map_or(cid > 0, |to| self.session(room, to).is_some());
            is_listed.then_some(Sequence { to, cid, described })
        };
        to.into_iter().filter_map(sequence).collect()
    }

    pub(super) fn heard_by(&self, room: RoomId, order: JoinOrder) -> Vec<Source> {
        let mut heard = Vec::new();
        for other in self.sessions(room).iter().filter(|other| other.order != order) {
            for (to, broadcast) in [(Some(order), false), (None, true)] {
                let cid = other.last_number(to);
                if cid > 0 {
                    heard.push(Source { from: other.order, cid, broadcast });
                }
            }
        }
        heard
    }

    /// The session of this very generation; it is connected again if its node was thought dead.
    pub(super) fn held(&mut self, room: RoomId, seat: SeatId, node: &NodeId) -> Option<&mut Session> {
        let session = self.session(room, seat.order).filter(|session| session.fence == seat.fence)?;
        if session.is_orphaned && session.node == *node {
            self.connected(node);
        }
        let session = self.session_mut(room, seat.order).expect("found before");
        session.confirm();
        if session.is_orphaned && session.node == *node {
            (session.until, session.is_orphaned) = (None, false);
        }
        Some(session)
    }

    pub(super) fn is_unclaimed(&self, room: RoomId, order: JoinOrder) -> bool {
        self.session(room, order).is_some_and(|session| session.is_connected() && !session.marks.is_empty())
    }

    pub(crate) fn send(&mut self, room: RoomId, send: &Send, node: &NodeId) -> Answer<Sent> {
        let Send { from, to, cid, skipped, released, messages } = send;
        let is_settling = self.is_settling();
        let Some(sender) = self.held(room, *from, node) else { return Ok(Sent::Fenced) };
        if !sender.marks.is_empty() {
            return Err(NOT_NOW);
        }
        let is_itself = *to == from.order;
        if is_itself || self.session(room, *to).is_none() {
            if is_settling && !is_itself {
                return Err(NOT_NOW);
            }
            let sender = self.session_mut(room, from.order).expect("found before");
            sender.skipped.retain(|skipped, _| !released.contains(skipped) && *cid != Some(*skipped));
            return Ok(Sent::ReceiverGone);
        }
        if self.is_unclaimed(room, *to) {
            return Err(NOT_NOW);
        }
        let sender = self.session_mut(room, from.order).expect("found before");
        if sender.is_duplicate(Some(*to), *cid) {
            return Ok(Sent::Duplicate);
        }
        sender.skipped.extend(skipped.iter().map(|skipped| (skipped.cid, skipped.refused)));
        for applied in released.iter().chain(cid) {
            sender.skipped.remove(applied);
        }
        sender.said.extend(messages.iter().map(|message| (Some(*to), *cid, message.kind.is_description())));
        let source = cid.map(|cid| Source { from: from.order, cid, broadcast: false });
        for message in messages {
            self.append(room, *to, (&Entry::Message(message.clone()), source));
        }
        Ok(Sent::Appended(Vec::new()))
    }

    pub(crate) fn broadcast(&mut self, room: RoomId, broadcast: &Broadcast, node: &NodeId) -> Answer<Sent> {
        let Broadcast { from, cid, skipped, message, changes } = broadcast;
        let is_settling = self.is_settling();
        let Some(sender) = self.held(room, *from, node) else { return Ok(Sent::Fenced) };
        if is_settling || !sender.marks.is_empty() {
            return Err(NOT_NOW);
        }
        if sender.is_duplicate(None, *cid) {
            return Ok(Sent::Duplicate);
        }
        if changes.as_ref().is_some_and(|changes| !sender.tells(changes)) {
            return Ok(Sent::TooMany);
        }
        sender.skipped.extend(skipped.iter().map(|skipped| (skipped.cid, skipped.refused)));
        if let Some(cid) = cid {
            sender.skipped.remove(cid);
        }
        sender.said.push((None, *cid, false));
        let source = cid.map(|cid| Source { from: from.order, cid, broadcast: true });
        self.append_to_all_but(room, from.order, (&Entry::Message(message.clone()), source));
        Ok(Sent::Appended(Vec::new()))
    }

    pub(crate) fn audit(&mut self, room: RoomId, audit: Audit, node: &NodeId) -> Answer<Audited> {
        if self.session(room, audit.seat.order).is_some_and(|session| !session.marks.is_empty()) {
            return Err(NOT_NOW);
        }
        Ok(self.audit_claimed(room, audit, node))
    }

    pub(super) fn audit_claimed(&mut self, room: RoomId, audit: Audit, node: &NodeId) -> Audited {
        let limits = self.limits;
        let is_there = self.session(room, audit.seat.order).is_some();
        let Some(session) = self.held(room, audit.seat, node) else {
            let why = self.why_ended(room, audit.seat).unwrap_or(LeaveReason::Lost);
            return Audited::Ended(if is_there { Ended::Moved } else { Ended::Freed(why) });
        };
        let entries = session.after(audit.last_seq, &limits);
        session.acknowledge(audit.acked, &limits);
        self.found(room, audit.seat.order, entries)
    }

    pub(super) fn found(&self, room: RoomId, order: JoinOrder, entries: Option<Numbered>) -> Audited {
        match entries {
            None => Audited::Gap,
            Some(entries) if entries.is_empty() => Audited::Held(entries, Vec::new()),
            Some(entries) => Audited::Held(entries, self.heard_by(room, order)),
        }
    }
}

type Numbered = Vec<(actors::protocol::client::Seq, Entry)>;
