//! From the ledger's logs into the outbox. An event that was queued but not yet marked as stored is read again, and not queued twice.

use std::time::Duration;

use actors::{ledger::Failure, protocol::RoomId};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Webhooks, event};
use crate::storage::StoreError;

/// How often the logs are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The same, where nobody waits for what is found.
const LOOK_SELDOM: Duration = Duration::from_secs(2);
/// The longest pause while database or ledger are away.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Rooms that are looked at together.
const ROOMS_MAX: usize = 64;
/// Of these, at once.
const AT_ONCE: usize = 8;
/// Events of a room that are queued in one transaction.
const EVENTS_MAX: usize = 64;
/// How long the last look may take.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Why nothing could be collected.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCollected {
    /// The ledger is away, or wrote what this version cannot read.
    #[error("the ledger gave no events: {0}")]
    Ledger(#[from] Failure),
    /// The database is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Webhooks {
    /// Collects until `stop`, and once more then: a single node's ledger may be gone afterwards.
    pub(super) async fn collect(&self, stop: &CancellationToken) {
        let look_every = if self.receiver.is_some() { LOOK_EVERY } else { LOOK_SELDOM };
        let (mut pause, mut is_away) = (look_every, false);
        loop {
            let collected = if self.is_holder() { self.collect_all().await } else { Ok(()) };
            match collected {
                Ok(()) => (pause, is_away) = (look_every, false),
                Err(why) => {
                    if !is_away {
                        tracing::warn!(%why, "events of rooms wait in the ledger: they are queued for webhooks later");
                    }
                    (pause, is_away) = ((2 * pause).min(PAUSE_MAX), true);
                }
            }
            if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                break;
            }
        }
        if self.is_holder() && !matches!(timeout(END_WITHIN, self.collect_all()).await, Ok(Ok(()))) {
            tracing::warn!("events of rooms were not queued for webhooks before the end");
        }
    }

    /// Queues everything that is new. Answers the first failure; one room's failure does not keep the others waiting.
    pub(super) async fn collect_all(&self) -> Result<(), NotCollected> {
        loop {
            let rooms = self.events.rooms_with_news(ROOMS_MAX).await?;
            if rooms.is_empty() {
                return Ok(());
            }
            let mut failed = None;
            for rooms in rooms.chunks(AT_ONCE) {
                let collected = join_all(rooms.iter().map(|room| self.collect_room(*room))).await;
                failed = failed.or(collected.into_iter().find_map(Result::err));
            }
            self.queued.notify_one();
            if let Some(why) = failed {
                return Err(why);
            }
            if !self.is_holder() {
                return Ok(());
            }
        }
    }

    async fn collect_room(&self, room: RoomId) -> Result<(), NotCollected> {
        let news = self.events.news(room, EVENTS_MAX).await?;
        let Some(newest) = news.last() else { return Ok(()) };
        if let Some(receiver) = &self.receiver {
            let queued: Vec<_> = news.iter().filter_map(|event| event::queued(room, event, &receiver.wanted)).collect();
            self.store.queue_webhooks(room, &queued, self.now()).await?;
        }
        self.events.stored(room, newest.life, newest.number).await?;
        self.tell_calls(room, &news).await;
        Ok(())
    }
}
