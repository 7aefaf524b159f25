//! Leases and reaping; losses, and what holders claim after them.

use super::{LEASE, Seat, World, outcome};
use crate::{
    ledger::{Audited, Claim, Claimed, Due, Ended, Fact, Failure, Lease, Reaped, Sequence, Skipped, Source},
    protocol::{
        Entry, Epoch, NodeId, SeatId,
        client::{Cid, Seq},
    },
};

/// More rooms than any case uses.
const PAGE: usize = 10_000;

/// What a holder remembers of its seat when the ledger has lost it.
#[derive(Debug, Clone, Default)]
pub(in crate::ledger::contract) struct Claimant {
    pub(in crate::ledger::contract) last_seq: Seq,
    pub(in crate::ledger::contract) sent: Vec<Sequence>,
    pub(in crate::ledger::contract) heard: Vec<Source>,
    pub(in crate::ledger::contract) skipped: Vec<Skipped>,
}

impl Claimant {
    /// It has received so many entries.
    pub(in crate::ledger::contract) fn received(last_seq: Seq) -> Self {
        Self { last_seq, ..Self::default() }
    }

    /// It has received this number from that seat.
    pub(in crate::ledger::contract) fn heard(self, from: &Seat, cid: Cid, broadcast: bool) -> Self {
        Self { heard: vec![Source { from: from.order(), cid, broadcast }], ..self }
    }

    /// It has sent up to this number to that seat, or to all.
    pub(in crate::ledger::contract) fn sent(mut self, to: Option<&Seat>, cid: Cid) -> Self {
        self.sent.push(Sequence { to: to.map(Seat::order), cid, described: false });
        self
    }
}

impl World {
    pub(in crate::ledger::contract) async fn renew(&mut self, node: &'static str) -> Lease {
        let (at, known) = (self.node(node), self.epoch.max(1));
        self.ask(self.stand.ledger.renew(&at, LEASE, known)).await
    }

    pub(in crate::ledger::contract) async fn release(&mut self, node: &'static str) {
        let at = self.node(node);
        self.ask(self.stand.ledger.release(&at)).await;
    }

    /// A lease passes in which only these nodes renew theirs.
    pub(in crate::ledger::contract) async fn pass_a_lease(&mut self, alive: &[&'static str]) {
        for _ in 0..3 {
            for node in alive {
                self.renew(node).await;
            }
            self.pass(LEASE.div_f64(2.5)).await;
        }
    }

    pub(in crate::ledger::contract) async fn due(&mut self) -> Due {
        self.ask(self.stand.ledger.due(PAGE)).await
    }

    /// Whether this world's room waits to be reaped.
    pub(in crate::ledger::contract) async fn is_due(&mut self) -> bool {
        self.due().await.rooms.contains(&self.room)
    }

    /// What every node does from time to time: asks what is due and reaps this world's room if it is.
    pub(in crate::ledger::contract) async fn reap(&mut self, node: &'static str) -> Vec<SeatId> {
        let Due { rooms, dead, .. } = self.due().await;
        if rooms.contains(&self.room) { self.reap_of(node, &dead).await } else { Vec::new() }
    }

    /// Reaps this world's room as if these nodes had been found dead.
    pub(in crate::ledger::contract) async fn reap_nodes(&mut self, node: &'static str, dead: &[&'static str]) {
        let dead: Vec<NodeId> = dead.iter().map(|name| self.node(name)).collect();
        self.reap_of(node, &dead).await;
    }

    async fn reap_of(&mut self, node: &'static str, dead: &[NodeId]) -> Vec<SeatId> {
        let at = self.node(node);
        let at = crate::ledger::At { epoch: 0, ..self.at(&at) };
        let Reaped { freed, pushes } = self.ask(self.stand.ledger.reap(at, dead)).await;
        self.keep(node, pushes);
        freed
    }

    /// The ledger loses everything; nodes know the room in the epoch before.
    pub(in crate::ledger::contract) async fn wipe(&self) {
        self.stand.loss.wipe().await;
    }

    /// The ledger loses what has happened since it was copied.
    pub(in crate::ledger::contract) async fn go_back(&self) {
        self.stand.loss.go_back().await;
    }

    /// The node claims one live seat; what became of it.
    pub(in crate::ledger::contract) async fn claim(
        &mut self,
        seat: &Seat,
        known: Claimant,
    ) -> Result<Vec<String>, String> {
        let claimed = self.claim_in(self.epoch, seat, known, Vec::new()).await.expect("the ledger answers");
        self.claimed_text(&claimed)
    }

    /// The same in the epoch that is known now, as every node does once it has learnt of a new one; the world then knows
    /// the room in that one.
    pub(in crate::ledger::contract) async fn claim_all(&mut self, seats: &[(&Seat, Claimant)]) {
        let (known, mut epoch) = (self.epoch, 0);
        for (seat, claimant) in seats {
            let claimed = self.claim_in(known, seat, claimant.clone(), Vec::new()).await.expect("the ledger answers");
            assert!(matches!(claimed.seats[0], Audited::Held(..)), "{} is claimed: {claimed:?}", seat.name);
            epoch = claimed.epoch;
        }
        self.epoch = epoch;
    }

    /// The node tells facts again, and claims nothing.
    pub(in crate::ledger::contract) async fn tell_facts(&mut self, node: &'static str, facts: Vec<Fact>) {
        let at = self.node(node);
        let claimed = self.ask(self.stand.ledger.claim(self.at(&at), Vec::new(), facts)).await;
        self.keep(node, claimed.pushes);
    }

    pub(in crate::ledger::contract) async fn claim_in(
        &mut self,
        epoch: Epoch,
        seat: &Seat,
        known: Claimant,
        facts: Vec<Fact>,
    ) -> Result<Claimed, Failure> {
        let Claimant { last_seq, sent, heard, skipped } = known;
        let Seat { id, user, name, session, secret, .. } = seat.clone();
        let window = super::WINDOW;
        let (name, attributes) = (name.into(), super::of_token(name));
        let claim = Claim { seat: id, user, name, session, secret, window, last_seq, sent, heard, skipped, attributes };
        let node = self.node(seat.node);
        let at = crate::ledger::At { epoch, ..self.at(&node) };
        let mut claimed = self.stand.ledger.claim(at, vec![claim], facts).await?;
        self.keep(seat.node, std::mem::take(&mut claimed.pushes));
        Ok(claimed)
    }

    /// The entries that a claim was answered, or how the seat has ended.
    pub(in crate::ledger::contract) fn claimed_text(&self, claimed: &Claimed) -> Result<Vec<String>, String> {
        match &claimed.seats[0] {
            Audited::Held(entries, _) => Ok(entries.iter().map(|(seq, entry)| self.numbered(*seq, entry)).collect()),
            Audited::Gap => Err("gap".to_owned()),
            Audited::Ended(Ended::Moved) => Err("moved".to_owned()),
            Audited::Ended(Ended::Freed(reason)) => Err(format!("{reason:?}").to_lowercase()),
        }
    }

    /// The holder repairs its roster.
    pub(in crate::ledger::contract) async fn repair(&mut self, seat: &Seat, entries: Vec<Entry>) {
        let at = self.node(seat.node);
        let pushes = self.ask(self.stand.ledger.repair(self.at(&at), seat.id, entries)).await;
        self.keep(seat.node, pushes);
    }

    /// The seats that are connected to the node, by name.
    pub(in crate::ledger::contract) async fn held(&mut self, node: &'static str) -> Vec<String> {
        let at = self.node(node);
        let held = self.ask(self.stand.ledger.held(self.at(&at))).await;
        held.iter().map(|(seat, _)| format!("{} {}", self.orders[&seat.order], seat.fence)).collect()
    }

    /// The answer to a join, in a word.
    pub(in crate::ledger::contract) async fn join_outcome(
        &mut self,
        name: &'static str,
        node: &'static str,
    ) -> &'static str {
        match self.try_join(name, node, 4).await {
            Ok(Some(_)) => "seated",
            Ok(None) => "full",
            Err(failure) => outcome(failure),
        }
    }
}
