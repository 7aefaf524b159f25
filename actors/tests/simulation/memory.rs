//! The ledger in memory, behind links that fail.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{
        Ledger, MemoryLedger, Snapshot,
        faulty::{self, Faults, FaultyLedger},
    },
    ports::Later,
    protocol::{Member, RoomId},
    settings::LedgerLimits,
};
use tokio::time::Instant;

use super::{
    mutants::{Mutant, Mutated, Panics},
    plan::Plan,
    store::{Link, Store},
};

/// The ledger of all nodes.
pub(crate) struct Memory {
    faults: Faults,
    mutant: Option<Mutant>,
    ledger: Arc<MemoryLedger>,
    panics: Arc<Panics>,
    /// What it had stored in the last moments.
    snapshots: Mutex<VecDeque<(Instant, Snapshot)>>,
}

impl Memory {
    pub(crate) fn new(plan: Plan, mutant: Option<Mutant>, clock: &Arc<Clock>, bytes: &Arc<BufferedBytes>) -> Self {
        let ledger = Arc::new(MemoryLedger::new(LedgerLimits::default(), Arc::clone(clock), Arc::clone(bytes)));
        Self { faults: plan.faults, mutant, ledger, panics: Arc::default(), snapshots: Mutex::default() }
    }
}

impl Store for Memory {
    fn connect(&self, seed: u64) -> (Arc<dyn Ledger>, Arc<dyn Link>) {
        let shared: Arc<dyn Ledger> = match self.mutant {
            Some(mutant) => Arc::new(Mutated::new(mutant, Arc::clone(&self.ledger), Arc::clone(&self.panics))),
            None => Arc::clone(&self.ledger) as _,
        };
        let link = faulty::Link::new(shared, self.faults, seed);
        (Arc::new(FaultyLedger(Arc::clone(&link))), Arc::new(link))
    }

    fn copy(&self, lag_max: Duration) {
        let mut snapshots = self.snapshots.lock().expect("no panic");
        snapshots.push_back((Instant::now(), self.ledger.snapshot()));
        while snapshots.front().is_some_and(|(at, _)| at.elapsed() > lag_max) {
            snapshots.pop_front();
        }
    }

    fn go_back(&self, random: u64) -> bool {
        let snapshots = std::mem::take(&mut *self.snapshots.lock().expect("no panic"));
        let place = random.checked_rem(snapshots.len() as u64);
        let kept = place.and_then(|place| snapshots.into_iter().nth(place as usize));
        kept.map(|(_, snapshot)| self.ledger.restore(snapshot)).is_some()
    }

    fn wipe(&self) {
        self.ledger.wipe();
    }

    fn members(&self, room: RoomId) -> Later<Option<Vec<Member>>> {
        let members = self.ledger.members(room);
        Box::pin(async move { members.await.ok() })
    }

    fn panics(&self, room: RoomId) {
        self.panics.note(room);
    }
}

impl Link for Arc<faulty::Link> {
    fn cut(&self, long: Duration) {
        faulty::Link::cut(self, long);
    }

    fn stall(&self, long: Duration) {
        faulty::Link::stall(self, long);
    }

    fn kill(&self) {
        faulty::Link::kill(self);
    }

    fn calm(&self) {
        self.set(Faults::NONE);
    }
}
