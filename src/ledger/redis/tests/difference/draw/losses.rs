//! Losses, and what holders claim after them; repairs, and rooms that are closed.

use super::*;

impl Draw {
    pub(super) fn repair(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let (seat, entry) = (self.stale(held.id), Entry::Message(self.message()));
        let what = format!("repair {seat:?} {entry:?}");
        let answer = self.on(pair, &held, what, |ledger, at| Box::pin(ledger.repair(at, seat, vec![entry.clone(); 2])));
        self.learn(held.room, &answer);
    }

    pub(super) fn rare(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let revision = self.below(4);
        let what = format!("close at {revision}");
        let answer = self.on(pair, &held, what, |ledger, at| Box::pin(ledger.close(at, LeaveReason::Closed, revision)));
        self.learn(held.room, &answer);
    }

    pub(super) fn lose(&mut self, pair: &mut Pair) {
        pair.lose(self.below(3) > 0);
        // In Redis, a node that has not renewed since is known only to the buckets in which it took a seat.
        for node in NODES.map(NodeId::new) {
            self.renew_of(pair, &node, 0);
        }
        for room in self.rooms.clone() {
            let _ = pair.ask("members".to_owned(), |ledger| Box::pin(ledger.members(room)));
        }
        self.compare_all(pair);
    }

    /// A node brings its seats into the epoch, or claims once more.
    pub(super) fn claim(&mut self, pair: &mut Pair) {
        let Some(first) = self.seat() else { return };
        let of_node = |held: &&Held| held.room == first.room && held.node == first.node;
        let claims: Vec<Claim> = self.held.iter().filter(of_node).map(|held| self.claimed(held)).collect();
        let facts = if self.below(3) == 0 { vec![self.fact(&first)] } else { Vec::new() };
        let node = NodeId::new(NODES[first.node]);
        let (room, epoch) = (self.rooms[first.room], self.epochs[first.room].saturating_sub(self.below(3).min(1)));
        let answer = pair.ask(format!("claim {node} {epoch} {claims:?} {facts:?}"), |ledger| {
            Box::pin(ledger.claim(At { room, node: &node, epoch }, claims.clone(), facts.clone()))
        });
        self.learn(first.room, &answer);
        if let Ok(claimed) = answer {
            self.epochs[first.room] = claimed.epoch;
        }
    }

    fn claimed(&self, held: &Held) -> Claim {
        let Held { user, session, secret, id, cid, seen, .. } = held.clone();
        let others: Vec<u64> =
            self.held.iter().filter(|other| other.room == held.room).map(|other| other.id.order).collect();
        let sent = others.iter().filter(|_| self.below(3) == 0).map(|to| actors::ledger::Sequence {
            to: (*to != id.order).then_some(*to),
            cid,
            described: self.below(2) == 0,
        });
        let heard = others.iter().filter(|_| self.below(3) == 0).map(|from| actors::ledger::Source {
            from: *from,
            cid: 1 + self.below(6),
            broadcast: self.below(2) == 0,
        });
        let (sent, heard) = (sent.collect(), heard.collect());
        let (window, last_seq, skipped) = (self.window(), seen + self.below(8), self.skipped(cid));
        let attributes = self.attributes();
        Claim {
            seat: id,
            user,
            name: "Ann".into(),
            session,
            secret,
            window,
            last_seq,
            sent,
            heard,
            skipped,
            attributes,
        }
    }

    fn fact(&self, held: &Held) -> Fact {
        let other = self.one(&self.held).map_or(held.id, |other| other.id);
        match self.below(5) {
            0 => Fact::Media(self.known_media(held)),
            1 => Fact::Freed(self.stale(other), LeaveReason::Left),
            2 => Fact::Disconnected(self.stale(other), self.window()),
            3 => Fact::Known(vec![held.id.order, other.order]),
            _ => Fact::Skipped(other, self.skipped(held.cid)),
        }
    }
}
