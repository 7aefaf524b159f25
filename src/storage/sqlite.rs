//! `Store` on one SQLite file: write-ahead log, one connection that writes, a few that read.

mod files;

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use sqlx::{
    ConnectOptions as _, Connection as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use files::Files;

use super::{Settings, Store, StoreError, transaction};

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The embedded database.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pub(super) writer: SqlitePool,
    reader: SqlitePool,
    files: Files,
    pub(super) query_within: Duration,
}

impl Sqlite {
    /// Opens (or creates) the file and migrates its schema.
    ///
    /// # Errors
    /// The file's folder cannot be created, the file cannot be opened, or a migration fails.
    pub async fn open(path: &Path, settings: &Settings) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            tokio::fs::create_dir_all(folder)
                .await
                .with_context(|| format!("cannot create the folder {} for the database", folder.display()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk before it is answered, so that a power cut does not undo it.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(settings.busy_within)
            .optimize_on_close(true, None);
        let pool = || {
            let pool = SqlitePoolOptions::new().acquire_timeout(settings.acquire_within);
            pool.idle_timeout(None).max_lifetime(None).test_before_acquire(false) // a file does not disconnect
        };
        let opened = async {
            // Only now: a file that is deleted later is an error, not an empty database.
            options.clone().create_if_missing(true).connect().await?.close().await?;
            let writer = pool().max_connections(1).connect_with(options.clone()).await?;
            MIGRATIONS.run(&writer).await?;
            let reader = pool().max_connections(settings.connections_max).connect_with(options.read_only(true)).await?;
            // A first write, so that the write-ahead log exists and is watched too.
            let mut first = transaction::Transaction::begin(&writer, "BEGIN IMMEDIATE").await?;
            sqlx::query("UPDATE probe SET at = at + 1 WHERE id = 1").execute(first.connection()?).await?;
            first.commit(settings.query_within).await?;
            let files = Files::watch(path)?;
            anyhow::Ok(Self { writer, reader, files, query_within: settings.query_within })
        };
        opened.await.with_context(|| {
            format!(
                "cannot open the database {}: is it a SQLite file of this or an older Aldis, and may this user write to its folder?",
                path.display()
            )
        })
    }

    pub(super) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// The answer to a query.
    pub(super) async fn ask<T>(&self, query: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
        transaction::within(self.query_within, query).await
    }

    /// There is one node, and its clock judges.
    #[expect(clippy::unused_self, reason = "the other store is asked")]
    pub(super) const fn judges_time(&self) -> bool {
        false
    }

    /// A query was not answered in time: its file is on this machine, so there is nothing to spare.
    #[expect(clippy::unused_self, reason = "the other store opens its breaker")]
    pub(super) const fn is_silent(&self) {}

    /// Begins a transaction that may write: it waits for the lock now, not when it first writes.
    pub(super) async fn begin(&self) -> Result<transaction::Transaction<sqlx::Sqlite>, StoreError> {
        self.files.are_in_place()?;
        Ok(transaction::Transaction::begin(&self.writer, "BEGIN IMMEDIATE").await?)
    }

    /// Whether what was committed is in the file that the next start opens.
    ///
    /// # Errors
    /// `Unavailable` when the file was deleted or replaced: the change is lost with it.
    pub(super) fn committed(&self) -> Result<(), StoreError> {
        self.files.are_in_place()
    }
}

#[async_trait::async_trait]
impl Store for Sqlite {
    async fn ping(&self) -> Result<(), StoreError> {
        self.files.are_in_place()?;
        let query = sqlx::query("SELECT 1 FROM probe").execute(&self.reader);
        self.ask(query).await.map(drop)
    }

    async fn probe(&self, now: jiff::Timestamp) -> Result<(), StoreError> {
        transaction::transact!(self, |tx| {
            let query = sqlx::query("UPDATE probe SET at = $1 WHERE id = 1").bind(super::millis(now));
            query.execute(&mut *tx).await?;
            Ok(())
        })
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Settings, Sqlite, Store as _, StoreError};

    fn now() -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    #[tokio::test]
    async fn a_file_locked_by_another_process_can_be_read_but_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("aldis.db");
        let short = Settings { busy_within: Duration::from_millis(20), ..Settings::default() };
        let ours = Sqlite::open(&path, &short).await.expect("a database");
        let theirs = Sqlite::open(&path, &short).await.expect("the same database");
        let writing = theirs.begin().await.expect("holds the lock");
        assert!(matches!(ours.probe(now()).await, Err(StoreError::Unavailable(_))));
        ours.ping().await.expect("readers do not wait for writers");
        writing.roll_back(Duration::from_secs(1)).await;
        ours.probe(now()).await.expect("now it is ours to write");
    }

    #[tokio::test]
    async fn an_invalid_database_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("aldis.db");
        std::fs::write(&path, "no database at all, but long enough to look at".repeat(100)).expect("written");
        let why = Sqlite::open(&path, &Settings::default()).await.expect_err("refused");
        assert!(format!("{why:#}").contains("aldis.db: is it a SQLite file"), "{why:#}");
    }
}
