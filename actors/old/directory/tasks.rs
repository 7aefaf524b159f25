//! Short tasks beside the actors (close frames on their way): counted, so that a node ends with none left.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

/// How many tasks run, and who waits for the last.
#[derive(Clone, Default)]
pub(crate) struct Tasks(Arc<Counter>);

#[derive(Default)]
struct Counter {
    running: AtomicUsize,
    idle: Notify,
}

/// Counts one task for as long as it lives.
struct Running(Arc<Counter>);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.running.fetch_add(1, Ordering::AcqRel);
        let running = Running(Arc::clone(&self.0));
        tokio::spawn(async move {
            task.await;
            drop(running);
        });
    }

    /// Waits until no task runs.
    pub(crate) async fn idle(&self) {
        loop {
            let idle = self.0.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable(); // from here on no end is missed
            if self.0.running.load(Ordering::Acquire) == 0 {
                return;
            }
            idle.await;
        }
    }
}
