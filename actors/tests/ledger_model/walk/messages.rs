//! What is sent, resent, skipped and acknowledged.

use actors::{
    ledger::{Audit, Audited, Broadcast, Ledger, Push, Send, Sent, Skipped},
    protocol::{Code, JoinOrder, Kind, Message, NodeId, RoomId, attributes::Changes, client::Cid},
};

use super::{Walk, at, node, now};
use crate::{
    naive,
    op::Op,
    watch::{Sending, Watch, text},
};

impl Walk {
    pub(super) fn send(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let to = self.watched(room, op.other, op.dice >> 3);
        let (Some(from), Some(to)) = (self.watched(room, op.user, op.dice), to) else { return (node(0), Vec::new()) };
        self.send_new(room, from, Some(to), 1 + u64::from(op.dice % 3))
    }

    pub(super) fn broadcast(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(from) = self.watched(room, op.user, op.dice) else { return (node(0), Vec::new()) };
        self.send_new(room, from, None, 1)
    }

    /// Sends something new, or first what its client has to send again: every other session numbers what it sends.
    fn send_new(&mut self, room: RoomId, from: JoinOrder, to: Option<JoinOrder>, count: u64) -> (NodeId, Vec<Push>) {
        let Some(watch) = self.watches.get_mut(&(room, from)) else { return (node(0), Vec::new()) };
        if let Some(first) = watch.resends.first().cloned() {
            self.seen.mark("resent in a newer epoch");
            return self.send_again(room, from, first, (Vec::new(), Vec::new()));
        }
        let cid = watch.next_cid();
        let ids = watch.next_ids(count);
        self.send_again(room, from, Sending { to, cid, ids, is_late: false }, (Vec::new(), Vec::new()))
    }

    /// Sends again what the client has no answer to, as it does after a resume.
    pub(super) fn resend(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(from) = self.watched(room, op.user, 1) else { return (node(0), Vec::new()) };
        let Some(watch) = self.watches.get_mut(&(room, from)) else { return (node(0), Vec::new()) };
        let first = watch.resends.first().or(watch.unacknowledged.first()).cloned();
        let Some(sending) = first else { return (node(0), Vec::new()) };
        self.send_again(room, from, sending, (Vec::new(), Vec::new()))
    }

    /// A number is refused, and the next message says so; or a number that was refused is sent now.
    pub(super) fn skip(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let to = self.watched(room, op.other, 1);
        let (Some(from), Some(to)) = (self.watched(room, op.user, 1), to) else { return (node(0), Vec::new()) };
        let Some(watch) = self.watches.get_mut(&(room, from)) else { return (node(0), Vec::new()) };
        let to = Some(to).filter(|_| !op.dice.is_multiple_of(4));
        if !watch.resends.is_empty() {
            return self.send_new(room, from, to, 1);
        }
        let Some(refused) = watch.next_cid() else { return (node(0), Vec::new()) };
        let known = watch.skipped.keys().next().copied();
        if let Some(cid) = known.filter(|_| op.dice.is_multiple_of(2)) {
            let ids = watch.next_ids(1);
            self.seen.mark("skipped number sent");
            return self.send_again(
                room,
                from,
                Sending { to, cid: Some(cid), ids, is_late: true },
                (Vec::new(), Vec::new()),
            );
        }
        let cid = watch.next_cid();
        let ids = watch.next_ids(1);
        let code = Some(Code::Glare).filter(|_| op.dice.is_multiple_of(3));
        let released = known.filter(|_| op.dice.is_multiple_of(5)).into_iter().collect();
        let skipped = vec![Skipped { cid: refused, refused: code }];
        self.send_again(room, from, Sending { to, cid, ids, is_late: false }, (skipped, released))
    }

    fn send_again(
        &mut self,
        room: RoomId,
        from: JoinOrder,
        sending: Sending,
        (skipped, released): (Vec<Skipped>, Vec<Cid>),
    ) -> (NodeId, Vec<Push>) {
        let watch = self.watches.get_mut(&(room, from)).expect("found before");
        let (epoch, asker, session) = (watch.epoch, watch.node.clone(), watch.session);
        let mut from = watch.seat;
        let is_fenced = sending.ids.start.is_multiple_of(17);
        from.fence -= u64::from(is_fenced);
        let kind = if sending.ids.start.is_multiple_of(3) { Kind::Offer } else { Kind::ChatMessage };
        let message = |id| Message { kind, data: text(session, id, sending.to).into() };
        let mut messages: Vec<Message> = sending.ids.clone().map(message).collect();
        let (expected, sent) = match sending.to {
            Some(to) => {
                let (skipped, released) = (skipped.clone(), released.clone());
                let send = Send { from, to, cid: sending.cid, skipped, released, messages };
                let expected = self.naive.judge(epoch).and_then(|()| self.naive.send(room, &send, &asker));
                (expected, now(self.ledger.send(at(room, &asker, epoch), send)))
            }
            None => {
                let (skipped, message) = (skipped.clone(), messages.remove(0));
                let changes = changes_of(sending.ids.start);
                let broadcast = Broadcast { from, cid: sending.cid, skipped, message, changes };
                let expected = self.naive.judge(epoch).and_then(|()| self.naive.broadcast(room, &broadcast, &asker));
                (expected, now(self.ledger.broadcast(at(room, &asker, epoch), broadcast)))
            }
        };
        let (outcome, pushes) = word(sent);
        assert_eq!(outcome, word(expected).0);
        self.seen.mark(outcome);
        let is_acknowledged = !self.chance.one_in(3);
        let watch = self.watches.get_mut(&(room, from.order)).expect("found before");
        if !is_fenced {
            watch.settled(&sending, outcome, (kind, is_acknowledged), (&skipped, &released));
        }
        (asker, pushes)
    }

    pub(super) fn audit(&mut self, room: RoomId, op: Op) -> (NodeId, Vec<Push>) {
        let Some(watch) = self.watch(room, op.user, op.dice) else { return (node(0), Vec::new()) };
        let (epoch, asker) = (watch.epoch, watch.node.clone());
        let mut audit = Audit { seat: watch.seat, last_seq: watch.cursor.seq(), acked: watch.cursor.seq() };
        if op.dice.is_multiple_of(31) {
            audit.acked = op.other.into();
        }
        if op.dice.is_multiple_of(11) {
            audit.seat.fence -= 1;
        }
        let expected = self.naive.judge(epoch).and_then(|()| self.naive.audit(room, audit, &asker));
        let audited = now(self.ledger.audit(at(room, &asker, epoch), vec![audit])).map(|mut all| all.remove(0));
        assert_eq!(audited, expected);
        let watch = self.watches.get_mut(&(room, audit.seat.order)).expect("found before");
        if audit.seat == watch.seat && !watch.is_over && watch.is_live {
            match audited {
                Ok(Audited::Held(entries, heard)) => watch.receive(entries, &heard),
                Ok(Audited::Gap | Audited::Ended(_)) => watch.is_over = true,
                Err(_) => {}
            }
        }
        (asker, Vec::new())
    }
}

/// An outcome in a word.
fn word(sent: naive::Answer<Sent>) -> (&'static str, Vec<Push>) {
    match sent {
        Ok(Sent::Appended(pushes)) => ("appended", pushes),
        Ok(Sent::Duplicate) => ("duplicate", Vec::new()),
        Ok(Sent::Fenced) => ("fenced", Vec::new()),
        Ok(Sent::ReceiverGone) => ("receiver gone", Vec::new()),
        Ok(Sent::TooMany) => ("too many", Vec::new()),
        Err(naive::NOT_NOW) => ("not applied", Vec::new()),
        Err(_) => ("old epoch", Vec::new()),
    }
}

impl Watch {
    pub(super) fn next_cid(&mut self) -> Option<Cid> {
        self.cid += 1;
        self.session.as_u128().is_multiple_of(2).then_some(self.cid)
    }

    fn next_ids(&mut self, count: u64) -> std::ops::Range<u64> {
        let first = self.id + 1;
        self.id += count;
        first..first + count
    }

    /// What its holder and its client know after an answer.
    fn settled(
        &mut self,
        sending: &Sending,
        outcome: &'static str,
        (kind, is_acknowledged): (Kind, bool),
        (skipped, released): (&[Skipped], &[Cid]),
    ) {
        self.unacknowledged.retain(|other| other.ids != sending.ids);
        if outcome != "not applied" && outcome != "old epoch" {
            self.resends.retain(|other| other.ids != sending.ids);
        }
        let is_accepted = outcome == "appended" || outcome == "duplicate";
        if is_accepted && self.is_live {
            let (cid, described) = self.sent.entry(sending.to).or_default();
            *cid = sending.cid.unwrap_or_default().max(*cid);
            *described |= sending.to.is_some() && kind.is_description();
        }
        if outcome == "appended" && self.is_live {
            self.skipped.extend(skipped.iter().map(|skipped| (skipped.cid, skipped.refused)));
            for applied in released.iter().chain(&sending.cid) {
                self.skipped.remove(applied);
            }
        }
        if is_accepted && !is_acknowledged && sending.cid.is_some() {
            self.unacknowledged.push(sending.clone());
        }
    }
}

/// What a broadcast of this id changes of what its sender tells of themselves, the same each time: often nothing, sometimes too much.
fn changes_of(id: u64) -> Option<Changes> {
    let value = |length: usize| Some("x".repeat(length).into());
    let name = |number: u64| format!("n{}", number % 5).into();
    match id % 6 {
        0 => Some([(name(id / 6), value((id % 500) as usize))].into_iter().collect()),
        1 => Some([(name(id / 6), None), (name(id / 6 + 1), value(3))].into_iter().collect()),
        2 if id.is_multiple_of(7) => Some((0..40).map(|number| (format!("m{number}").into(), value(60))).collect()),
        _ => None,
    }
}
