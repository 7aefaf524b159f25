//! The readiness check of the database: it is read each time, and written every few seconds. A full disk, or a file that was
//! made read-only, can still be read.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{auth::Clock, storage::Store};

/// How long a write that succeeded counts: readiness tells of a full disk within five seconds.
const WRITTEN_FOR: Duration = Duration::from_secs(3);

/// The check and its last successful write.
pub(super) struct Probe {
    store: Arc<dyn Store>,
    clock: Clock,
    written: Mutex<Option<Instant>>,
}

impl Probe {
    pub(super) fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { store, clock, written: Mutex::default() }
    }

    /// # Errors
    /// Why the database cannot be read or written.
    pub(super) async fn run(&self) -> Result<(), String> {
        let written = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.is_some_and(|written| written.elapsed() < WRITTEN_FOR) {
            return self.store.ping().await.map_err(|why| why.to_string());
        }
        let probed = self.store.probe(self.clock.now()).await;
        let written = probed.is_ok().then(Instant::now);
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = written;
        probed.map_err(|why| why.to_string())
    }
}
