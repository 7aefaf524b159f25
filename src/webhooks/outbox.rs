//! The outbox as operators see it: events that were given up, and retrying them. Must not know how they are sent.

use std::sync::Arc;

use actors::protocol::RoomId;
use jiff::{SignedDuration, Timestamp};

use super::{Now, event};
use crate::storage::{Store, StoreError, Webhook, WebhookCounts};

/// How long what was given up is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a room's newest event is known after it: longer than the ledger keeps one that could be queued again.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// See the module.
#[derive(Clone)]
pub struct Outbox {
    store: Arc<dyn Store>,
    now: Now,
}

/// An event in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The id that its receiver sees.
    pub id: String,
    /// The rest.
    pub webhook: Webhook,
}

impl From<Webhook> for Letter {
    fn from(webhook: Webhook) -> Self {
        Self { id: event::id(webhook.room_id, webhook.life, webhook.number), webhook }
    }
}

impl Outbox {
    /// Of this database.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, now: Now) -> Self {
        Self { store, now }
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database is away.
    pub async fn counts(&self) -> Result<WebhookCounts, StoreError> {
        self.store.count_webhooks().await
    }

    /// The newest that were given up.
    ///
    /// # Errors
    /// The database is away.
    pub async fn dead(&self, limit: u32) -> Result<Vec<Letter>, StoreError> {
        Ok(self.store.dead_webhooks(limit).await?.into_iter().map(Letter::from).collect())
    }

    /// The event with this id, if it waits or was given up.
    ///
    /// # Errors
    /// The database is away.
    pub async fn find(&self, id: &str) -> Result<Option<Letter>, StoreError> {
        let Some((room, life, number)) = event::named(id) else { return Ok(None) };
        self.of(room, life, number).await
    }

    async fn of(&self, room: RoomId, life: u64, number: u64) -> Result<Option<Letter>, StoreError> {
        Ok(self.store.webhook(room, life, number).await?.map(Letter::from))
    }

    /// Sends one again that was given up; false if it was not.
    ///
    /// # Errors
    /// The database is away.
    pub async fn retry(&self, letter: &Letter) -> Result<bool, StoreError> {
        self.store.revive_webhook(&letter.webhook, (self.now)()).await
    }

    /// Sends all again that were given up, the newest `limit`; how many.
    ///
    /// # Errors
    /// The database is away; some may be sent.
    pub async fn retry_all(&self, limit: u32) -> Result<u64, StoreError> {
        let mut revived = 0;
        for letter in self.dead(limit).await? {
            revived += u64::from(self.retry(&letter).await?);
        }
        Ok(revived)
    }

    /// Forgets what was given up long ago, at most so many.
    ///
    /// # Errors
    /// The database is away.
    pub async fn sweep(&self, now: Timestamp, max: u32) -> Result<u64, StoreError> {
        self.store.forget_webhooks(now - KEPT_FOR, now - KNOWN_FOR, max).await
    }
}
