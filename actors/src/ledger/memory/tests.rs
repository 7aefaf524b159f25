//! The contract on this ledger, with paused time; and what only this ledger promises.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use super::*;
use crate::{
    ledger::{
        Snapshot,
        contract::{Case, Loss, Stand, Time},
    },
    ports::Later,
};

mod bytes;
mod logs;
mod shared;
mod snapshots;

crate::ledger_contract!(on_memory);

struct Paused;

impl Time for Paused {
    fn pass(&self, time: Duration) -> Later<()> {
        Box::pin(tokio::time::advance(time))
    }

    fn settle(&self) -> Later<()> {
        Box::pin(std::future::ready(()))
    }
}

/// Loses what the ledger has stored, and keeps the copy.
struct Losses(Arc<MemoryLedger>, Mutex<Option<Snapshot>>);

impl Loss for Losses {
    fn wipe(&self) -> Later<()> {
        self.0.wipe();
        Box::pin(std::future::ready(()))
    }

    fn copy(&self) -> Later<()> {
        *lock(&self.1) = Some(self.0.snapshot());
        Box::pin(std::future::ready(()))
    }

    fn go_back(&self) -> Later<()> {
        self.0.restore(lock(&self.1).clone().expect("there is a copy"));
        Box::pin(std::future::ready(()))
    }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

fn on_memory(case: Case) {
    let make = |limits| -> Later<Stand> {
        Box::pin(async move {
            let bytes = Arc::new(BufferedBytes::new(1 << 30));
            let ledger = Arc::new(MemoryLedger::new(limits, Arc::new(Clock::new()), bytes));
            let loss = Arc::new(Losses(ledger.clone(), Mutex::default()));
            Stand { events: ledger.clone(), ledger, time: Arc::new(Paused), loss }
        })
    };
    paused().block_on((case.run)(Arc::new(make)));
}
