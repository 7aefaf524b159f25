//! What is kept of what happens in rooms, and the backend that is told of it, if one is configured.

use std::sync::Arc;

use actors::{ledger::EventLog, ports};
use anyhow::Context as _;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{ledger, settings};
use crate::{
    config::{Config, DatabaseKind},
    history::{History, Noting},
    storage::Store,
    webhooks::{Now, Outbox, Webhooks},
};

/// What is said in rooms, and with timelines what else is noted of them.
pub(super) fn noting(config: &Config, history: &Arc<History>, ledger: &ledger::Opened) -> Arc<dyn ports::History> {
    if settings::keeps_events(config) {
        Noting::start(Arc::clone(history) as _, ledger.events())
    } else {
        Arc::clone(history) as _
    }
}

/// See the module.
pub(super) struct Told {
    /// What happened in rooms, if that is kept.
    pub(super) events: Option<Arc<dyn EventLog>>,
    /// What waits for the backend.
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
        // With a database of its own a node is the only one, under whatever name it runs.
        let holder = if is_shared { id } else { "the only node" };
        let begin = |settings| {
            let parts = (Arc::clone(store), ledger.events());
            Webhooks::new(parts, &settings, holder.to_owned(), Arc::clone(&now)).context("cannot send webhooks")
        };
        let webhooks = settings::webhooks(config).map(begin).transpose()?;
        let events = settings::keeps_events(config).then(|| ledger.events());
        Ok(Self { events, outbox: Outbox::new(Arc::clone(store), now), webhooks })
    }

    /// Tells the backend, until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        if let Some(webhooks) = self.webhooks {
            Box::pin(webhooks.run(stop)).await;
        }
    }
}
