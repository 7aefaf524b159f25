//! Which events of rooms are kept; they are passed to the log, and to the backend if one is configured.

use std::sync::Arc;

use actors::{ledger::EventLog, node::NodeRef, ports};
use anyhow::Context as _;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{ledger, settings};
use crate::{
    config::{Config, DatabaseKind},
    history::{History, Noting},
    storage::Store,
    webhooks::{Now, Outbox, Webhooks},
};

/// Chat of rooms, and with timelines their notes.
pub(super) fn noting(config: &Config, history: &Arc<History>, ledger: &ledger::Opened) -> Arc<dyn ports::History> {
    if settings::keeps_events(config) {
        Noting::start(Arc::clone(history) as _, ledger.events())
    } else {
        Arc::clone(history) as _
    }
}

/// Tells clients when chat can be neither stored nor read, and when it can again, until `stop`.
pub(super) async fn of_history(mut is_away: watch::Receiver<bool>, node: NodeRef, stop: CancellationToken) {
    let telling = async {
        loop {
            let without = *is_away.borrow_and_update();
            node.lacks_history(without).await;
            if is_away.changed().await.is_err() {
                return; // nobody uses it any more
            }
        }
    };
    stop.run_until_cancelled(telling).await;
}

/// See the module.
pub(super) struct Told {
    /// Events of rooms, if they are kept.
    pub(super) events: Option<Arc<dyn EventLog>>,
    /// Events that wait for the backend.
    pub(super) outbox: Outbox,
    webhooks: Option<Arc<Webhooks>>,
}

impl Told {
    /// By the node with this name.
    ///
    /// # Errors
    /// The backend's URL is encrypted, and the system trusts no certificate authority.
    pub(super) fn new(
        config: &Config,
        (store, ledger): (&Arc<dyn Store>, &ledger::Opened),
        id: &str,
    ) -> anyhow::Result<Self> {
        let now: Now = Arc::new(Timestamp::now);
        let is_shared = config.database.url.as_ref().is_some_and(|url| url.kind() == DatabaseKind::Postgres);
        let is_kept = settings::keeps_events(config);
        // With a database of its own a node is the only one, under whatever name it runs.
        let holder = if is_shared { id } else { "the only node" };
        let begin = |settings| {
            let parts = (Arc::clone(store), ledger.events());
            Webhooks::new(parts, &settings, holder.to_owned(), Arc::clone(&now)).context("cannot send webhooks")
        };
        let log = || {
            let parts = (Arc::clone(store), ledger.events());
            Webhooks::logging(parts, is_shared.then(|| id.to_owned()), Arc::clone(&now))
        };
        let webhooks = settings::webhooks(config).map(begin).transpose()?.or_else(|| is_kept.then(log));
        let events = is_kept.then(|| ledger.events());
        Ok(Self { events, outbox: Outbox::new(Arc::clone(store), now), webhooks })
    }

    /// Tells the backend, until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        if let Some(webhooks) = self.webhooks {
            Box::pin(webhooks.run(stop)).await;
        }
    }
}
