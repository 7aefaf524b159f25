//! Explicit transactions: every write is one, so that its commit is answered before the caller is.
//!
//! Until `COMMIT` is sent, a failure or a deadline means that nothing was written. After it, a lost answer means that
//! nobody knows: `StoreError::Unknown`. A connection that was dropped in a transaction is closed, never reused.

use std::{future::Future, time::Duration};

use sqlx::{Database, Executor, pool::PoolConnection};
use tokio::time::error::Elapsed;

use super::StoreError;

/// How often a transaction that lost against another one is repeated (PostgreSQL's deadlocks, SQLSTATE 40).
pub(super) const TRIES_MAX: u32 = 3;

/// A transaction that was begun. Dropped before its end, it closes its connection, and the database rolls it back.
pub(super) struct Transaction<DB: Database>(Option<PoolConnection<DB>>);

impl<DB: Database> Transaction<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pub(super) async fn begin(pool: &sqlx::Pool<DB>, statement: &'static str) -> Result<Self, sqlx::Error> {
        let mut begun = Self(Some(pool.acquire().await?));
        begun.run(statement).await?;
        Ok(begun)
    }

    /// # Errors
    /// `PoolClosed` when it has ended.
    pub(super) fn connection(&mut self) -> Result<&mut DB::Connection, sqlx::Error> {
        self.0.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Commits, and waits for the answer at most `within`.
    pub(super) async fn commit(mut self, within: Duration) -> Result<(), StoreError> {
        match tokio::time::timeout(within, self.run("COMMIT")).await {
            Ok(Ok(())) => {
                drop(self.0.take()); // back to its pool
                Ok(())
            }
            Ok(Err(why)) => Err(StoreError::of_commit(why)),
            Err(_) => Err(StoreError::Unknown(format!("no answer to COMMIT within {within:?}"))),
        }
    }

    /// Undoes everything, at most `within`; if that fails, the connection is closed, which does the same.
    pub(super) async fn roll_back(mut self, within: Duration) {
        if let Ok(Ok(())) = tokio::time::timeout(within, self.run("ROLLBACK")).await {
            drop(self.0.take());
        }
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(statement).execute(self.connection()?).await.map(drop)
    }
}

impl<DB: Database> Drop for Transaction<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

/// Waits for an answer at most `within`.
pub(super) async fn within<T, E>(within: Duration, query: impl Future<Output = Result<T, E>>) -> Result<T, StoreError>
where
    StoreError: From<E>,
{
    in_time(within, tokio::time::timeout(within, query).await)
}

/// What the answer says that was waited for so long.
pub(super) fn in_time<T, E>(within: Duration, answered: Result<Result<T, E>, Elapsed>) -> Result<T, StoreError>
where
    StoreError: From<E>,
{
    match answered {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {within:?}"))),
    }
}

/// Runs `$work` in a transaction of `$store`, with `$tx` as its connection: `Ok` is committed, `Err` is rolled back.
/// A conflict with another transaction is repeated. (A macro, since a closure that borrows its arguments and the
/// connection cannot be proven `Send`.)
macro_rules! transact {
    ($store:expr, |$tx:ident| $work:block) => {{
        let mut tries = 1;
        loop {
            let tried: Result<_, StoreError> = async {
                let mut transaction = $crate::storage::transaction::within($store.query_within, $store.begin()).await?;
                let work = async {
                    let $tx = transaction.connection()?;
                    $work
                };
                let worked: Result<Result<_, StoreError>, _> = tokio::time::timeout($store.query_within, work).await;
                if worked.is_err() {
                    $store.is_silent();
                }
                match $crate::storage::transaction::in_time($store.query_within, worked) {
                    Ok(value) => {
                        transaction.commit($store.query_within).await?;
                        $store.committed()?;
                        Ok(value)
                    }
                    Err(why) => {
                        transaction.roll_back($store.query_within).await;
                        Err(why)
                    }
                }
            }
            .await;
            match tried {
                Err(StoreError::Conflict(_)) if tries < $crate::storage::transaction::TRIES_MAX => tries += 1,
                ended => break ended,
            }
        }
    }};
}

pub(super) use transact;
