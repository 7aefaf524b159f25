//! `Store` on PostgreSQL: one pool behind a circuit breaker, every statement with a timeout on both sides.

mod breaker;
mod examine;
mod hosts;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use actors::clock::monotonic;
use anyhow::Context as _;
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};
use tokio::sync::Notify;

use breaker::Breaker;
pub use examine::examine;
pub(super) use hosts::{Hosts, may_pass};

use super::{Settings, Store, StoreError, WhoseClock, transaction};

/// The database of a cluster.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
    breaker: Arc<Breaker>,
    /// Told when the present server gives no connections: of several, another one is looked for.
    turn: Arc<Notify>,
    judges_time: bool,
    /// Why changes are refused, if they are.
    refused: Arc<RwLock<Option<&'static str>>>,
    pub(super) query_within: Duration,
}

impl Postgres {
    /// Connects and migrates the schema (under PostgreSQL's advisory lock, so nodes may start at the same time).
    ///
    /// # Errors
    /// The url is malformed, the server cannot be reached, another node's migration does not end in time, or a
    /// migration fails.
    pub async fn open(url: &str, settings: &Settings) -> anyhow::Result<Self> {
        let hosts = Hosts::parse(url)?;
        let place = hosts.names();
        let opened = async {
            migrate(&hosts.writable().await?, settings).await?;
            Self::connect(hosts, settings).await
        };
        opened.await.with_context(|| format!("cannot open the PostgreSQL database at {place}: is it running, and may this user log in and create tables?"))
    }

    /// Connects to a database whose schema is there.
    pub(super) async fn open_migrated(url: &str, settings: &Settings) -> anyhow::Result<Self> {
        Self::connect(Hosts::parse(url)?, settings).await
    }

    async fn connect(hosts: Hosts, settings: &Settings) -> anyhow::Result<Self> {
        let options =
            PgPoolOptions::new().max_connections(settings.connections_max).acquire_timeout(settings.acquire_within);
        let (within, turn) = (settings.query_within, Arc::default());
        let pool = hosts.pool(options, move |host| bounded(host, within), &turn).await?;
        let judges_time = settings.clock == WhoseClock::Database;
        let (breaker, refused) = (Arc::default(), Arc::default());
        Ok(Self { pool, breaker, turn, judges_time, refused, query_within: within })
    }

    pub(super) fn reader(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn begin(&self) -> Result<transaction::Transaction<sqlx::Postgres>, StoreError> {
        if let Some(why) = *self.refused.read().unwrap_or_else(PoisonError::into_inner) {
            return Err(StoreError::Unavailable(why.to_owned()));
        }
        self.ask(Box::pin(transaction::Transaction::begin(&self.pool, "BEGIN"))).await
    }

    /// The answer to a query, which must ask the pool for its connection.
    pub(super) async fn ask<T>(&self, query: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
        if !self.breaker.admits(monotonic()) {
            return Err(StoreError::Unavailable("it did not answer a moment ago".to_owned()));
        }
        let answered = tokio::time::timeout(self.query_within, query).await;
        match &answered {
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => self.is_silent(),
            Ok(answer) => {
                if let Err(sqlx::Error::Io(_) | sqlx::Error::Tls(_)) = answer {
                    self.turn.notify_one();
                }
                self.breaker.close();
            }
        }
        transaction::in_time(self.query_within, answered)
    }

    /// The server did not answer in time, although it ends long statements by itself (`statement_timeout`, `lock_timeout`): it is
    /// frozen, or the network is. The next caller does not wait as long again.
    pub(super) fn is_silent(&self) {
        self.turn.notify_one();
        self.breaker.open(monotonic());
    }

    /// Whether the database's clock judges, and not that of the node that asks.
    pub(super) const fn judges_time(&self) -> bool {
        self.judges_time
    }

    /// A commit that the server confirmed is durable.
    #[expect(clippy::unnecessary_wraps, reason = "the other store looks at its files here")]
    pub(super) const fn committed(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Migrations that this version does not know are left alone: a newer one has made them, and by the rule for migrations (expand
/// first, contract a version later: `docs/operate.md`) this version runs on their schema.
fn migrations() -> sqlx::migrate::Migrator {
    let mut known = sqlx::migrate!("migrations/postgres");
    known.set_ignore_missing(true);
    known
}

/// On a connection of its own: a migration may take longer than a request, but not forever.
async fn migrate(options: &PgConnectOptions, settings: &Settings) -> anyhow::Result<()> {
    let connecting = tokio::time::timeout(settings.migrate_within, options.connect());
    let mut connection = connecting.await.context("the server does not answer")??;
    examine::is_new_enough(&mut connection).await?;
    let known = migrations();
    let migrating = tokio::time::timeout(settings.migrate_within, known.run(&mut connection));
    migrating.await.with_context(|| {
        format!("the schema is not migrated after {:?}: does another node migrate it?", settings.migrate_within)
    })??;
    Ok(())
}

/// The server ends what the node no longer waits for: a statement, a wait for a lock, an idle transaction.
fn bounded(options: PgConnectOptions, query_within: Duration) -> PgConnectOptions {
    let millis = |share: u32| (query_within * share / 4).as_millis().max(1).to_string();
    options.options([
        ("statement_timeout", millis(4)),
        ("lock_timeout", millis(3)),
        ("idle_in_transaction_session_timeout", millis(8)),
    ])
}

#[async_trait::async_trait]
impl Store for Postgres {
    async fn ping(&self) -> Result<(), StoreError> {
        if let Some(why) = *self.refused.read().unwrap_or_else(PoisonError::into_inner) {
            return Err(StoreError::Unavailable(why.to_owned())); // what cannot be written is not ready
        }
        let query = sqlx::query("SELECT 1 FROM probe").execute(&self.pool);
        self.ask(query).await.map(drop)
    }

    async fn probe(&self, now: jiff::Timestamp) -> Result<(), StoreError> {
        transaction::transact!(self, |tx| {
            let query = sqlx::query("UPDATE probe SET at = $1 WHERE id = 1").bind(super::millis(now));
            query.execute(&mut *tx).await?;
            Ok(())
        })
    }

    fn refuse_changes(&self, why: Option<&'static str>) {
        *self.refused.write().unwrap_or_else(PoisonError::into_inner) = why;
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
