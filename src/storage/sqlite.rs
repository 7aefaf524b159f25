//! `Store` on one SQLite file: write-ahead log, one connection that writes, a few that read.

use std::{future::Future, path::Path, time::Duration};

use anyhow::Context as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::{Settings, Store, StoreError};

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The embedded database.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    reader: SqlitePool,
    query_within: Duration,
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
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With a write-ahead log NORMAL survives a crash of the process; a power cut may cost the last commits,
            // never the file.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(settings.busy_within)
            .optimize_on_close(true, None);
        let pool = || {
            let pool = SqlitePoolOptions::new().acquire_timeout(settings.acquire_within);
            pool.idle_timeout(None).max_lifetime(None).test_before_acquire(false) // a file does not disconnect
        };
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Settings, Sqlite, Store as _, StoreError};
    use crate::storage::{NewUser, Users as _};

    fn ann() -> NewUser {
        NewUser {
            id: uuid::Uuid::new_v4(),
            email: "ann@example.org".to_owned(),
            name: "Ann".to_owned(),
            password_hash: "x".to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn a_file_locked_by_another_process_can_be_read_but_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("aldis.db");
        let short = Settings { busy_within: Duration::from_millis(20), ..Settings::default() };
        let ours = Sqlite::open(&path, &short).await.expect("a database");
        let theirs = Sqlite::open(&path, &short).await.expect("the same database");
        let mut writing = theirs.writer().begin().await.expect("begun");
        sqlx::query("UPDATE users SET name = name").execute(&mut *writing).await.expect("holds the lock");
        assert!(matches!(ours.add_user(&ann()).await, Err(StoreError::Unavailable(_))));
        ours.ping().await.expect("readers do not wait for writers");
        writing.rollback().await.expect("ended");
        ours.add_user(&ann()).await.expect("now it is ours to write");
    }

    #[tokio::test]
    async fn what_was_stored_is_there_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/er/aldis.db");
        let first = Sqlite::open(&path, &Settings::default()).await.expect("a database");
        let user = first.add_user(&ann()).await.expect("an account");
        first.close().await;
        let second = Sqlite::open(&path, &Settings::default()).await.expect("the same database");
        assert_eq!(second.user_by_id(user.id).await.expect("an answer"), Some(user));
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
