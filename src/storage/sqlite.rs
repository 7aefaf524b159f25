//! `Store` on one SQLite file: write-ahead log, one connection that writes, a few that read.

use std::{future::Future, path::Path, time::Duration};

use anyhow::Context as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::{Settings, Store, StoreError};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The embedded database.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    reader: SqlitePool,
    query_within: Duration,
}

impl Sqlite {
    /// Opens (or makes) the file and brings its schema up to date.
    ///
    /// # Errors
    /// When the file's folder cannot be made, the file not be opened, or a migration fails.
    pub async fn open(path: &Path, settings: &Settings) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            tokio::fs::create_dir_all(folder)
                .await
                .with_context(|| format!("cannot make the folder {} for the database", folder.display()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With a write-ahead log NORMAL survives a crash of the process; a power cut may cost the last commits, never the file.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(settings.busy_within)
            .optimize_on_close(true, None);
        let pool =
            || SqlitePoolOptions::new().acquire_timeout(settings.acquire_within).idle_timeout(None).max_lifetime(None);
        let opened = async {
            let writer = pool().max_connections(1).connect_with(options.clone()).await?;
            MIGRATIONS.run(&writer).await?;
            let reader = pool().max_connections(settings.connections_max).connect_with(options.read_only(true)).await?;
            anyhow::Ok(Self { writer, reader, query_within: settings.query_within })
        };
        opened.await.with_context(|| {
            format!(
                "cannot open the database {}: is it a SQLite file of this or an older Aldis, and may this user write to its folder?",
                path.display()
            )
        })
    }

    pub(super) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    pub(super) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    pub(super) async fn within<T>(&self, query: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
        match tokio::time::timeout(self.query_within, query).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {:?}", self.query_within))),
        }
    }
}

#[async_trait::async_trait]
impl Store for Sqlite {
    async fn ping(&self) -> Result<(), StoreError> {
        self.within(sqlx::query("SELECT 1 FROM users LIMIT 1").execute(&self.reader)).await.map(drop)
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
