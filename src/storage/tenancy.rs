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
/// How often the connection is checked, and taken again once it is lost.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// How long the server may take to answer.
const WITHIN: Duration = Duration::from_secs(5);

/// How a node uses a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// Its ledger is its own memory: no other node may use the database.
    Alone,
    /// Its ledger is shared, as those of the others are.
    Shared,
}

/// The lock, while this is kept.
#[derive(Debug)]
pub struct Held(JoinHandle<()>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Takes the lock of the PostgreSQL at this URL, and keeps it on a connection of its own.
///
/// # Errors
/// Nodes with another ledger use the database, or it cannot be reached.
pub async fn hold(url: &str, tenancy: Tenancy) -> anyhow::Result<Held> {
    let hosts = Hosts::parse(url)?;
    let connection = take(&hosts, tenancy).await?;
    Ok(Held(tokio::spawn(keep(hosts, tenancy, connection))))
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
    ensure!(
        is_taken,
        "{}",
        match tenancy {
            Tenancy::Alone => {
                "another node uses this database, and this one would keep its rooms in its own memory, so that members of one \
             room would not meet → give all nodes the same ledger.redis_url, or this one a database of its own"
            }
            Tenancy::Shared => {
                "a node without a ledger.redis_url uses this database: members of one room would not meet → stop it, or give \
             it the same ledger.redis_url"
            }
        }
    );
    Ok(connection)
}

/// Keeps the connection, and makes it again: a node that runs is not stopped for it.
async fn keep(hosts: Hosts, tenancy: Tenancy, connection: PgConnection) {
    let mut held = Some(connection);
    loop {
        sleep(CHECK_EVERY).await;
        if let Some(connection) = &mut held
            && !matches!(timeout(WITHIN, connection.ping()).await, Ok(Ok(())))
        {
            held = None;
        }
        if held.is_none() {
            held = match take(&hosts, tenancy).await {
                Ok(connection) => Some(connection),
                Err(why) => {
                    tracing::warn!(%why, "the lock that keeps nodes with another ledger from this database is lost");
                    None
                }
            };
        }
    }
}
