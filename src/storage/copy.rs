//! A copy of a SQLite database that a node uses, and whether a copy is whole: for backups. Must not know what a backup is.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::sqlite::MIGRATIONS;

/// How long a copy waits for a lock; a node's own changes take milliseconds.
const BUSY_WITHIN: Duration = Duration::from_secs(10);

/// Copies the database `from` into the new or empty file `into`: all that is committed now, without the space that deleted
/// rows left. Nodes read and write meanwhile.
///
/// # Errors
/// There is no database, it cannot be read, or the disk is full.
pub async fn copy(from: &Path, into: &Path) -> anyhow::Result<()> {
    let into = into.to_str().with_context(|| format!("the path {} is not UTF-8", into.display()))?;
    let options = SqliteConnectOptions::new().filename(from).read_only(true).busy_timeout(BUSY_WITHIN);
    let copied = async {
        let mut database = options.connect().await?;
        sqlx::query("VACUUM INTO $1").bind(into).execute(&mut database).await?;
        database.close().await
    };
    copied.await.with_context(|| {
        format!(
            "cannot copy the database {} → is it there, may this user read it, and is there space for a copy?",
            from.display()
        )
    })
}

/// The version of the schema of a database that nobody uses, after reading all of it.
///
/// # Errors
/// It is damaged, or no database of a node.
pub async fn inspect(path: &Path) -> anyhow::Result<i64> {
    // Immutable: nothing is written beside it.
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    let inspected = async {
        let mut database = options.connect().await?;
        let found = read(&mut database).await;
        database.close().await?;
        found
    };
    inspected.await.with_context(|| format!("{} is not a whole database of a node", path.display()))
}

async fn read(database: &mut SqliteConnection) -> anyhow::Result<i64> {
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *database).await?;
    ensure!(verdict == "ok", "it is damaged: {verdict}");
    let version = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success");
    Ok(version.fetch_one(database).await?)
}

/// The newest schema that this program knows.
#[must_use]
pub fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{NewSession, NewUser, Settings, open};

    #[tokio::test]
    async fn a_copy_of_a_database_in_use_has_all_that_was_committed_and_both_stay_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(None, folder.path(), &Settings::default()).await.expect("a database");
        let ann = NewUser {
            id: uuid::Uuid::new_v4(),
            email: "ann@example.org".to_owned(),
            name: "Ann".to_owned(),
            password_hash: "x".to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            invite: None,
        };
        let session = NewSession {
            id: uuid::Uuid::new_v4(),
            client: String::new(),
            token: [0; 32],
            started_at: jiff::Timestamp::UNIX_EPOCH,
            expires_at: jiff::Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(60),
            device: None,
        };
        store.add_user(&ann, &session).await.expect("added");
        let (from, into) = (folder.path().join("aldis.db"), folder.path().join("copy"));
        copy(&from, &into).await.expect("copied");
        assert_eq!(inspect(&into).await.expect("whole"), newest_schema());
        assert!(!folder.path().join("copy-wal").exists(), "looking leaves nothing");
        assert!(copy(&from, &into).await.is_err(), "a copy never overwrites one");
        store.close().await;
        let offline = folder.path().join("offline");
        copy(&from, &offline).await.expect("copied without a node");
        let url = format!("sqlite://{}", offline.display());
        let copied = open(Some(&url), folder.path(), &Settings::default()).await.expect("it can be used");
        assert!(copied.user_by_email("ann@example.org").await.expect("read").is_some());
    }

    #[tokio::test]
    async fn what_is_no_whole_database_of_a_node_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("aldis.db");
        let why = copy(&path, &folder.path().join("copy")).await.expect_err("none there").to_string();
        assert!(why.contains("cannot copy the database") && why.contains("→ is it there"), "{why}");
        std::fs::write(&path, "rubbish, not a database, and longer than a header of one hundred bytes".repeat(9))
            .expect("written");
        assert!(inspect(&path).await.is_err());
        let foreign = folder.path().join("foreign");
        let mut other =
            SqliteConnectOptions::new().filename(&foreign).create_if_missing(true).connect().await.expect("made");
        sqlx::query("CREATE TABLE things (id)").execute(&mut other).await.expect("made");
        other.close().await.expect("closed");
        assert!(format!("{:#}", inspect(&foreign).await.expect_err("foreign")).contains("_sqlx_migrations"));

        let url = format!("sqlite://{}", folder.path().join("node.db").display());
        open(Some(&url), folder.path(), &Settings::default()).await.expect("a database").close().await;
        let whole = folder.path().join("whole");
        copy(&folder.path().join("node.db"), &whole).await.expect("copied");
        let mut bytes = std::fs::read(&whole).expect("read");
        let length = bytes.len();
        bytes.truncate(length / 2);
        std::fs::write(&whole, bytes).expect("written");
        assert!(inspect(&whole).await.is_err(), "half of it is missing");
    }
}
