//! Whether a node may use a database beside others: nodes that share one must share the ledger, too, else each would seat
//! half of every room. PostgreSQL keeps the answer as an advisory lock of a connection: one node that is alone, or any
//! number of those that are not; it ends with the connection, however that ends.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::postgres::Hosts;

/// The lock's number: "aldis" in ASCII.
const LOCK: i64 = 0x61_6c64_6973;
/// How often the connection is checked, and taken again once it is lost: nodes that may not share the database both write no longer.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How long the server may take to answer.
const WITHIN: Duration = Duration::from_secs(5);

/// Why changes are refused meanwhile.
const LOST: &str = "the lock that keeps nodes with another ledger from the database is lost, and may be another node's";

/// How a node uses a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// Its ledger is its own memory: no other node may use the database.
    Alone,
    /// Its ledger is shared, as those of the others are.
    Shared,
}

impl Tenancy {
    /// Why such a node is refused where nodes use the database in the other way, or where each must be alone.
    #[must_use]
    pub const fn refusal(self) -> &'static str {
        match self {
            Self::Alone => {
                "another node uses this database, and this one would keep its rooms in its own memory, so that members of one \
             room would not meet → give all nodes the same ledger.redis_url, or this one a database of its own"
            }
            Self::Shared => {
                "a node without a ledger.redis_url uses this database: members of one room would not meet → stop it, or give \
             it the same ledger.redis_url"
            }
        }
    }
}

/// The lock, while this is kept.
#[derive(Debug)]
pub struct Held(JoinHandle<()>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Takes the lock of the PostgreSQL at this URL, and keeps it on a connection of its own. `tell` is told why it is not held, from
/// then on, and when it is held again.
///
/// # Errors
/// Nodes with another ledger use the database, or it cannot be reached.
pub async fn hold(
    url: &str,
    tenancy: Tenancy,
    tell: impl Fn(Option<&'static str>) + Send + 'static,
) -> anyhow::Result<Held> {
    let hosts = Hosts::parse(url)?;
    let connection = take(&hosts, tenancy).await?;
    Ok(Held(tokio::spawn(keep(hosts, tenancy, connection, tell))))
}

async fn take(hosts: &Hosts, tenancy: Tenancy) -> anyhow::Result<PgConnection> {
    let taking = async {
        // A server that is told nothing of a machine's end keeps its locks for hours.
        let options = hosts.writable().await?.options([
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
        ]);
        let mut connection = options.connect().await?;
        let statement = match tenancy {
            Tenancy::Alone => "SELECT pg_try_advisory_lock($1)",
            Tenancy::Shared => "SELECT pg_try_advisory_lock_shared($1)",
        };
        let is_taken: bool = sqlx::query_scalar(statement).bind(LOCK).fetch_one(&mut connection).await?;
        anyhow::Ok((connection, is_taken))
    };
    let (connection, is_taken) = timeout(WITHIN, taking).await.context("the database does not answer")??;
    ensure!(is_taken, "{}", tenancy.refusal());
    Ok(connection)
}

/// How nodes that run use the PostgreSQL at this URL; `None`: there are none. Takes no lock, so that no node is refused because
/// somebody has asked.
///
/// # Errors
/// The database cannot tell.
pub async fn in_use(url: &str) -> anyhow::Result<Option<Tenancy>> {
    let hosts = Hosts::parse(url)?;
    // The halves of the number are two columns (PostgreSQL's manual, `pg_locks`).
    let question = "SELECT mode FROM pg_locks JOIN pg_database ON pg_database.oid = database \
         WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 1 AND granted \
         AND (classid::bigint << 32) | objid::bigint = $1 LIMIT 1";
    let asking = async {
        let mut connection = hosts.writable().await?.connect().await?;
        let mode: Option<String> = sqlx::query_scalar(question).bind(LOCK).fetch_optional(&mut connection).await?;
        connection.close().await?;
        anyhow::Ok(mode)
    };
    let mode = timeout(WITHIN, asking).await.context("the database does not answer")??;
    Ok(mode.map(|mode| if mode == "ExclusiveLock" { Tenancy::Alone } else { Tenancy::Shared }))
}

/// Keeps the connection. Once it is lost, another node may have the lock: `tell` is told so, until it is taken again.
async fn keep(hosts: Hosts, tenancy: Tenancy, mut connection: PgConnection, tell: impl Fn(Option<&'static str>)) {
    loop {
        loop {
            sleep(CHECK_EVERY).await;
            if !matches!(timeout(WITHIN, connection.ping()).await, Ok(Ok(()))) {
                break;
            }
        }
        tell(Some(LOST));
        let mut last = String::new();
        connection = loop {
            match take(&hosts, tenancy).await {
                Ok(connection) => break connection,
                Err(why) => {
                    let why = format!("{why:#}");
                    if why != last {
                        tracing::error!(
                            why,
                            "the lock that keeps nodes with another ledger from this database is lost: changes are refused"
                        );
                    }
                    last = why;
                }
            }
            sleep(CHECK_EVERY).await;
        };
        tell(None);
        tracing::info!("the lock that keeps nodes with another ledger from this database is held again");
    }
}

#[cfg(test)]
mod postgres {
    use std::sync::Arc;

    use super::*;
    use crate::storage::{Messages as _, Settings, Store as _, StoreError, contract::server};

    fn now() -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    async fn until(is_so: impl AsyncFn() -> bool) {
        let patience = tokio::time::Instant::now() + Duration::from_secs(60);
        while !is_so().await {
            assert!(tokio::time::Instant::now() < patience, "it never was so");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn a_node_whose_lock_another_one_has_taken_writes_nothing_until_it_has_it_back() {
        let database = server::own_database().await;
        let store = database.open(&Settings::default()).await;
        let told = Arc::clone(&store);
        let _held =
            hold(&database.url(), Tenancy::Shared, move |why| told.refuse_changes(why)).await.expect("it is free");
        store.probe(now()).await.expect("it writes");
        // The connection is lost, and before the node has noticed a node with another ledger takes the lock.
        let mut other = database.connection().await;
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted";
        let waits = "SELECT pg_advisory_lock($1)";
        let cut: i64 = sqlx::query_scalar(cut).fetch_one(&mut other).await.expect("cut");
        sqlx::query(waits).bind(LOCK).execute(&mut other).await.expect("taken");
        assert_eq!(cut, 1);
        until(async || store.probe(now()).await.is_err()).await;
        let refused = store.probe(now()).await;
        assert!(matches!(&refused, Err(StoreError::Unavailable(why)) if why == LOST), "{refused:?}");
        assert!(store.ping().await.is_err(), "it is not ready");
        let page =
            store.messages_of(crate::storage::RoomId::random(), crate::storage::MessagePage { before: None, limit: 1 });
        assert_eq!(page.await.expect("it reads"), []);
        other.close().await.expect("the other one stops");
        until(async || store.probe(now()).await.is_ok()).await;
        store.ping().await.expect("it is ready");
    }
}
