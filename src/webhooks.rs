//! Webhooks: a backend is told what happens in rooms, signed as [Standard Webhooks](https://www.standardwebhooks.com) describes.
//!
//! The ledger writes a log of each room (`actors::ledger::EventLog`). One node, the holder of a lease in the database, collects new
//! events into an outbox there (`collecting.rs`), and sends them, one event of a room at a time and in order (`sending.rs`), until the
//! receiver confirms each; it also logs the start and end of calls (`calls.rs`), which is all that it does without a receiver. So
//! nothing is lost with a node, and an event that is sent twice has the same id. Memory holds only the events that are being sent.
//! Must not know how the log and the outbox are stored.

mod address;
mod backoff;
mod calls;
mod collecting;
pub mod event;
mod holding;
mod long_calls;
mod metrics;
mod outage;
pub mod outbox;
mod post;
mod sending;
mod signing;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actors::ledger::EventLog;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use event::{EventBody, Wanted};
pub use metrics::describe as describe_metrics;
pub use outbox::Outbox;

use self::{long_calls::LongCalls, outage::Outage, post::Endpoint, signing::Signer};
use crate::storage::Store;

/// An operator's settings.
#[derive(Clone)]
pub struct Settings {
    /// Where events are posted to.
    pub url: Url,
    /// The keys that sign; each event has a signature of every one of them.
    pub keys: Vec<Vec<u8>>,
    /// Whether the receiver may be on a private network.
    pub allow_private: bool,
    /// Timeout of one delivery.
    pub answer_within: Duration,
    /// How long an event is retried.
    pub give_up_after: Duration,
    /// Which events are told.
    pub wanted: Wanted,
}

/// Whom to tell, and what.
struct Receiver {
    endpoint: Endpoint,
    signer: Signer,
    give_up_after: Duration,
    wanted: Wanted,
}

/// The time of day.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Collects and sends.
pub struct Webhooks {
    store: Arc<dyn Store>,
    events: Arc<dyn EventLog>,
    /// `None`: only the log is told.
    receiver: Option<Receiver>,
    /// `None`: there is no other node.
    holder: Option<String>,
    now: Now,
    /// Until when this node collects and sends.
    held_until: Mutex<Option<Instant>>,
    /// Told when something was queued.
    queued: Notify,
    /// Whether the receiver was away.
    outage: Mutex<Outage>,
    /// What is remembered of long calls.
    long_calls: Mutex<LongCalls>,
}

impl Webhooks {
    /// Of the node named `holder`: no two that share the database have the same name at a time.
    ///
    /// # Errors
    /// The URL names no server, or no certificate authority is trusted.
    pub fn new(
        (store, events): (Arc<dyn Store>, Arc<dyn EventLog>),
        settings: &Settings,
        holder: String,
        now: Now,
    ) -> anyhow::Result<Arc<Self>> {
        let receiver = Receiver {
            endpoint: Endpoint::new(&settings.url, settings.allow_private, settings.answer_within)?,
            signer: Signer::new(&settings.keys),
            give_up_after: settings.give_up_after,
            wanted: settings.wanted.clone(),
        };
        Ok(Self::of((store, events), Some(receiver), Some(holder), now))
    }

    /// Without a receiver: what is new is told to the log alone. `holder`: as above; `None` if there is no other node.
    #[must_use]
    pub fn logging(
        (store, events): (Arc<dyn Store>, Arc<dyn EventLog>),
        holder: Option<String>,
        now: Now,
    ) -> Arc<Self> {
        Self::of((store, events), None, holder, now)
    }

    fn of(
        (store, events): (Arc<dyn Store>, Arc<dyn EventLog>),
        receiver: Option<Receiver>,
        holder: Option<String>,
        now: Now,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            events,
            receiver,
            holder,
            now,
            held_until: Mutex::default(),
            queued: Notify::new(),
            outage: Mutex::default(),
            long_calls: Mutex::default(),
        })
    }

    /// Collects and sends until `stop`, while this node holds the lease; collects once more then.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        tokio::join!(self.hold(&stop), self.collect(&stop), self.send(&stop), self.count(&stop));
        self.let_go().await;
    }

    fn now(&self) -> Timestamp {
        (self.now)()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
