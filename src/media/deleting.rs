//! Deletions on media servers: a bounded queue, off every request's path, retried for a while. A server removes leftovers by
//! itself a minute later.

use std::{sync::Arc, time::Duration};

use actors::{clock::monotonic, ports::media::MediaError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    limits::Limits,
    metrics,
    rules::Ask,
    server::{Refused, Server},
};

/// The first pause before a retry; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest.
const PAUSE_MAX: Duration = Duration::from_secs(4);

/// The queue.
pub(super) struct Deletions {
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Nothing is retried any more.
    stop: CancellationToken,
}

impl Deletions {
    /// None yet.
    pub(super) fn new(limits: &Limits) -> Self {
        let places = Arc::new(Semaphore::new(limits.deletions_max));
        Self { places, tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Deletes what `ask` says, in the run of the process that is named. Returns at once; must be called in `runtime`.
    pub(super) fn begin(&self, runtime: &tokio::runtime::Handle, server: Arc<Server>, instance: Arc<str>, ask: Ask) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            metrics::ended(ask.event, "not_sent", None);
            tracing::warn!(server = %server.name, "too much is to be deleted: the media server does the rest itself in a minute");
            return;
        };
        let stop = self.stop.clone();
        self.tasks.spawn_on(delete(server, instance, ask, stop, place), runtime);
    }

    /// Gives up retries, and waits at most `within` for what is under way; whether it has ended.
    pub(super) async fn finish(&self, within: Duration) -> bool {
        self.stop.cancel();
        self.tasks.close();
        tokio::time::timeout(within, self.tasks.wait()).await.is_ok()
    }
}

async fn delete(
    server: Arc<Server>,
    instance: Arc<str>,
    ask: Ask,
    stop: CancellationToken,
    _place: OwnedSemaphorePermit,
) {
    let (give_up_at, mut pause) = (monotonic() + server.limits.delete_within, PAUSE);
    loop {
        let turn = server.deleting.acquire().await;
        let answer = server.ask(&ask, Some(&instance), monotonic() + server.limits.request_within).await;
        drop(turn);
        let wait = match answer {
            // Another run has none of it.
            Ok(_) | Err(Refused::As(MediaError::OtherInstance | MediaError::NotFound)) => return,
            Err(Refused::As(MediaError::Unavailable { retry_after, .. } | MediaError::Full { retry_after, .. })) => {
                pause.max(retry_after)
            }
            Err(Refused::Full) => pause,
            Err(Refused::As(why @ (MediaError::Rejected(_) | MediaError::Limit(_)))) => {
                tracing::error!(server = %server.name, event = ask.event, %why, "the media server refuses to delete");
                return;
            }
        };
        let next = monotonic() + wait;
        if next >= give_up_at || stop.is_cancelled() {
            break;
        }
        pause = (pause * 2).min(PAUSE_MAX);
        tokio::select! {
            biased; // stop first: the next attempt would be the last anyway
            () = stop.cancelled() => {}
            () = tokio::time::sleep_until(next.into()) => {}
        }
    }
    tracing::warn!(server = %server.name, event = ask.event, "not deleted in time: the media server does it itself in a minute");
}
