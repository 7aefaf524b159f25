//! The connections of one start of a node to the simulated server, and their faults, by seed.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use actors::{ledger::faulty::Faults, ports::SeededEntropy};
use aldis::ledger::redis::Dial;
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};

use super::{connection, server::Server};
use crate::simulation::store;

/// One start of a node.
pub(super) struct Link {
    server: Arc<Server>,
    faults: Mutex<Faults>,
    random: SeededEntropy,
    /// Until when nothing can be dialed.
    down_until: Mutex<Instant>,
    /// Until when nothing comes through.
    stalled_until: Mutex<Instant>,
    /// Its connections break.
    breaks: Notify,
    is_dead: AtomicBool,
    /// Milliseconds that the server takes for each command.
    slowness: AtomicU64,
}

/// What becomes of commands that came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    /// The server is busy, and refuses them.
    Refused,
    /// The connection breaks before all of them were read.
    RequestLost,
    /// The connection breaks after all of them were executed.
    AnswerLost,
}

impl Link {
    pub(super) fn new(server: Arc<Server>, faults: Faults, seed: u64) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            server,
            faults: Mutex::new(faults),
            random: SeededEntropy::new(seed),
            down_until: Mutex::new(now),
            stalled_until: Mutex::new(now),
            breaks: Notify::new(),
            is_dead: AtomicBool::new(false),
            slowness: AtomicU64::new(0),
        })
    }

    /// How the node's ledger reaches the server.
    pub(super) fn dial(self: &Arc<Self>) -> Dial {
        let link = Arc::clone(self);
        Arc::new(move || {
            let link = Arc::clone(&link);
            Box::pin(async move {
                link.pass().await;
                if Instant::now() < *link.down_until.lock().expect("no panic") {
                    sleep(Duration::from_millis(1)).await; // paused
                    return Err(io::ErrorKind::ConnectionRefused.into());
                }
                Ok(Box::new(connection::open(&link.server, &link)) as Box<_>)
            })
        })
    }

    /// The time that bytes need, either way; never returns if the machine is gone.
    pub(super) async fn pass(&self) {
        let faults = *self.faults.lock().expect("no panic");
        if self.happens(faults.late) {
            let part = (self.random.next() % 1_000) as f64 / 1_000.0;
            sleep(faults.late_max.mul_f64(part)).await; // paused
        }
        let until = *self.stalled_until.lock().expect("no panic");
        sleep_until(until).await; // paused
        if self.is_dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    /// The server takes so long for each command from now on.
    pub(super) fn slow_down(&self, each: Duration) {
        self.slowness.store(each.as_millis() as u64, Ordering::Relaxed);
    }

    /// The time that a command takes.
    pub(super) async fn execution(&self) {
        let slowness = self.slowness.load(Ordering::Relaxed);
        if slowness > 0 {
            sleep(Duration::from_millis(slowness)).await; // paused
        }
    }

    /// Resolves when connections break.
    pub(super) async fn broken(&self) {
        self.breaks.notified().await;
    }

    /// What becomes of the next commands. A broken connection breaks all that is under way, so it is rarer than a call that fails.
    pub(super) fn fate(&self) -> Fate {
        let faults = *self.faults.lock().expect("no panic");
        let fate = match self.random.next() % 5 {
            0 if self.happens(faults.request_lost) => Fate::RequestLost,
            1 if self.happens(faults.answer_lost) => Fate::AnswerLost,
            2 if self.happens(faults.refused) => Fate::Refused,
            _ => Fate::Answered,
        };
        if matches!(fate, Fate::RequestLost | Fate::AnswerLost) {
            let part = (self.random.next() % 1_000) as f64 / 1_000.0;
            store::Link::cut(self, faults.broken_max.mul_f64(part));
        }
        fate
    }

    /// A number below this one, or none of nothing.
    pub(super) fn some(&self, below: usize) -> usize {
        self.random.next().checked_rem(below as u64).unwrap_or(0) as usize
    }

    fn happens(&self, thousandths: u64) -> bool {
        self.random.next() % 1_000 < thousandths
    }
}

impl store::Link for Link {
    fn cut(&self, long: Duration) {
        *self.down_until.lock().expect("no panic") = Instant::now() + long;
        self.breaks.notify_waiters();
    }

    fn stall(&self, long: Duration) {
        *self.stalled_until.lock().expect("no panic") = Instant::now() + long;
    }

    fn kill(&self) {
        self.is_dead.store(true, Ordering::Relaxed);
    }

    fn calm(&self) {
        *self.faults.lock().expect("no panic") = Faults::NONE;
    }
}
