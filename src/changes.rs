//! Changes run as tasks of their own: a client that hangs up, or a request that takes too long, stops waiting for the
//! change, never the change itself. Shutdown waits for all that have begun.
//!
//! Must not know what is changed.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use metrics::{describe_gauge, gauge};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::task::TaskTracker;

use crate::storage::StoreError;

/// Changes at once by default: each holds some kilobytes, and waits for the database at most a few seconds.
pub const RUNNING_MAX: usize = 1_024;

const RUNNING: &str = "aldis_changes_running";

/// Describes the metric to the recorder.
pub fn describe_metrics() {
    describe_gauge!(RUNNING, "Changes of accounts and rooms that run, their clients connected or gone.");
}

/// Counts a change as long as it runs.
struct Running;

impl Running {
    fn begin() -> Self {
        gauge!(RUNNING).increment(1);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        gauge!(RUNNING).decrement(1);
    }
}

/// The changes that run.
#[derive(Clone)]
pub struct Changes {
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Changes {
    /// At most `running_max` at once; further ones are refused.
    #[must_use]
    pub fn new(running_max: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(running_max)), tasks: TaskTracker::new() }
    }

    /// Runs a change to its end, even if the returned future is dropped.
    ///
    /// # Errors
    /// Those of the change. `Unavailable` when too many run or the node stops; `Unknown` when the change panicked, which
    /// is logged.
    pub async fn run<T, E>(
        &self,
        name: &'static str,
        change: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        // The client may have gone when it is told.
        if !self.begin(name, change.map(|outcome| drop(tell.send(outcome)))) {
            return Err(StoreError::Unavailable("too many changes at once, or the node stops".to_owned()).into());
        }
        told.await.unwrap_or_else(|_| Err(StoreError::Unknown("the change ended unexpectedly".to_owned()).into()))
    }

    /// Begins a change that nobody waits for; false when too many run or the node stops. A panic is logged.
    pub fn begin(&self, name: &'static str, change: impl Future<Output = ()> + Send + 'static) -> bool {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return false };
        let running = Running::begin();
        self.tasks.spawn(async move {
            let outcome = AssertUnwindSafe(change).catch_unwind().await;
            drop((permit, running));
            if outcome.is_err() {
                tracing::error!(change = name, "a change panicked: it may be half done");
            }
        });
        true
    }

    /// Begins no more changes, and waits for those that run; false when some still run after `within`.
    pub async fn finish(&self, within: Duration) -> bool {
        self.permits.close();
        self.tasks.close();
        tokio::time::timeout(within, self.tasks.wait()).await.is_ok()
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self::new(RUNNING_MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Arc, Changes, Duration, StoreError, oneshot};

    #[tokio::test]
    async fn a_change_ends_though_its_client_is_gone_and_shutdown_waits_for_it() {
        let (changes, done) = (Changes::new(1), Arc::new(AtomicBool::new(false)));
        let (open, gate) = oneshot::channel::<()>();
        let change = {
            let done = Arc::clone(&done);
            async move {
                let _ = gate.await; // as the test wants
                done.store(true, Ordering::SeqCst);
                Ok::<_, StoreError>(())
            }
        };
        let mut asked = Box::pin(changes.run("test", change));
        assert!(futures_util::poll!(&mut asked).is_pending());
        drop(asked);
        let refused = changes.run("test", async { Ok::<_, StoreError>(()) }).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "one runs, and more may not: {refused:?}");
        open.send(()).expect("it still runs");
        assert!(changes.finish(Duration::from_secs(10)).await);
        assert!(done.load(Ordering::SeqCst));
        let late = changes.run("test", async { Ok::<_, StoreError>(()) }).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "the node stops: {late:?}");
    }

    #[tokio::test]
    async fn a_change_that_panics_has_an_unknown_outcome_and_frees_its_permit() {
        let changes = Changes::new(1);
        let broken = changes.run::<(), StoreError>("test", async { panic!("as the test wants") }).await;
        assert!(matches!(broken, Err(StoreError::Unknown(_))), "{broken:?}");
        assert!(changes.run("test", async { Ok::<_, StoreError>(()) }).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_does_not_wait_for_ever() {
        let changes = Changes::new(1);
        let mut asked = Box::pin(changes.run::<(), StoreError>("test", std::future::pending()));
        assert!(futures_util::poll!(&mut asked).is_pending());
        assert!(!changes.finish(Duration::from_secs(1)).await);
    }
}
