//! The failures of a SQLite file.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::{CHANGES, Change, Dump, TABLES, is_true, prepare};
use crate::storage::{Settings, Sqlite, Store, StoreError, Users as _};

/// Short waits: the tests wait for them.
fn settings() -> Settings {
    Settings {
        busy_within: Duration::from_millis(20),
        query_within: Duration::from_secs(2),
        acquire_within: Duration::from_secs(2),
        ..Settings::default()
    }
}

/// The prepared file, and its content after each change.
struct Template {
    _folder: TempDir,
    path: PathBuf,
    before: Dump,
}

async fn template() -> Template {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("aldis.db");
    let store = Sqlite::open(&path, &settings()).await.expect("a database");
    prepare(&store).await;
    store.close().await;
    let before = dump(&path).await;
    Template { _folder: folder, path, before }
}

impl Template {
    /// A copy of the file, opened.
    async fn copy(&self, settings: &Settings) -> (TempDir, PathBuf, Arc<Sqlite>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("aldis.db");
        std::fs::copy(&self.path, &path).expect("copied");
        let store = Arc::new(Sqlite::open(&path, settings).await.expect("a database"));
        (folder, path, store)
    }

    /// The state after a change when nothing fails.
    async fn after(&self, change: Change) -> Dump {
        let (_folder, path, store) = self.copy(&settings()).await;
        change(store.as_ref()).await.expect("nothing fails");
        store.close().await;
        dump(&path).await
    }
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("a connection")
}

async fn run(connection: &mut SqliteConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|why| panic!("{why}: {sql}"));
}

async fn dump(path: &Path) -> Dump {
    let mut connection = raw(path).await;
    let mut rows = Vec::new();
    for table in TABLES {
        // Each start writes the probe.
        let skipped = if table == "probe" { "WHERE at > 1000" } else { "" };
        let columns =
            format!("SELECT group_concat('quote(' || name || ')', '||'' ''||') FROM pragma_table_info('{table}')");
        let columns: String =
            sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut connection).await.expect("columns");
        let sql = format!("SELECT '{table} ' || {columns} FROM {table} {skipped} ORDER BY 1");
        rows.extend(
            sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows"),
        );
    }
    connection.close().await.expect("closed");
    rows
}

/// Makes every commit of a change fail, as a disk that is full or broken does: not the statement, its end.
async fn refuse_commits(path: &Path) {
    let mut connection = raw(path).await;
    run(&mut connection, "CREATE TABLE refused (x BLOB REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)").await;
    for table in TABLES {
        for operation in ["INSERT", "UPDATE", "DELETE"] {
            let body = "BEGIN INSERT INTO refused VALUES (randomblob(16)); END";
            run(
                &mut connection,
                &format!("CREATE TRIGGER refuse_{table}_{operation} AFTER {operation} ON {table} {body}"),
            )
            .await;
        }
    }
    connection.close().await.expect("closed");
}

async fn accept_commits(path: &Path) {
    let mut connection = raw(path).await;
    for table in TABLES {
        for operation in ["INSERT", "UPDATE", "DELETE"] {
            run(&mut connection, &format!("DROP TRIGGER refuse_{table}_{operation}")).await;
        }
    }
    connection.close().await.expect("closed");
}

/// After the failure is over, the same store makes the change, unless it was made already.
async fn works_again(what: &str, store: &Sqlite, path: &Path, change: Change, (before, after): (&Dump, &Dump)) {
    let found = dump(path).await;
    if found == *before {
        let again = change(store).await;
        assert!(again.is_ok(), "{what}: the failure is over, but {again:?}");
    }
    store.close().await;
    assert_eq!(&dump(path).await, after, "{what}, once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_commit_is_never_answered_as_done() {
    let template = template().await;
    for (name, change) in CHANGES {
        let after = template.after(*change).await;
        let (_folder, path, store) = template.copy(&settings()).await;
        refuse_commits(&path).await;
        let answer = change(store.as_ref()).await;
        assert!(answer.is_err(), "{name}: {answer:?}");
        accept_commits(&path).await;
        is_true(name, &answer, &dump(&path).await, (&template.before, &after));
        works_again(name, &store, &path, *change, (&template.before, &after)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_or_read_only_database_is_never_answered_as_done() {
    let template = template().await;
    for pragma in ["PRAGMA max_page_count = 1", "PRAGMA query_only = ON"] {
        for (name, change) in CHANGES {
            let after = template.after(*change).await;
            let (_folder, path, store) = template.copy(&settings()).await;
            run(&mut store.writer.acquire().await.expect("the writer"), pragma).await;
            let answer = change(store.as_ref()).await;
            is_true(&format!("{name}, {pragma}"), &answer, &dump(&path).await, (&template.before, &after));
            assert!(matches!(answer, Ok(()) | Err(StoreError::Unavailable(_))), "{name}, {pragma}: {answer:?}");
            let healed = "PRAGMA max_page_count = 1073741823; PRAGMA query_only = OFF";
            run(&mut store.writer.acquire().await.expect("the writer"), healed).await;
            works_again(name, &store, &path, *change, (&template.before, &after)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_process_holds_the_lock_nothing_is_changed() {
    let template = template().await;
    // Refused by SQLite in time, or not answered in time.
    let hanging =
        Settings { busy_within: Duration::from_secs(1), query_within: Duration::from_millis(50), ..settings() };
    for settings in [settings(), hanging] {
        for (name, change) in CHANGES {
            let after = template.after(*change).await;
            let (_folder, path, store) =
                template.copy(&Settings { query_within: Duration::from_secs(2), ..settings.clone() }).await;
            let mut store = Sqlite::clone(&store);
            store.query_within = settings.query_within;
            let mut theirs = raw(&path).await;
            run(&mut theirs, "BEGIN IMMEDIATE").await;
            let answer = change(&store).await;
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{name}: {answer:?}");
            run(&mut theirs, "ROLLBACK").await;
            theirs.close().await.expect("closed");
            is_true(name, &answer, &dump(&path).await, (&template.before, &after));
            store.query_within = Duration::from_secs(2);
            works_again(name, &store, &path, *change, (&template.before, &after)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_deleted_or_replaced_is_noticed_by_every_change_and_by_readiness() {
    let template = template().await;
    for replaced in [false, true] {
        for (name, change) in CHANGES {
            let (folder, path, store) = template.copy(&settings()).await;
            let moved = folder.path().join("moved.db");
            std::fs::rename(&path, &moved).expect("moved");
            if replaced {
                std::fs::copy(&template.path, &path).expect("copied");
            }
            let answer = change(store.as_ref()).await;
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{name}: {answer:?}");
            assert!(store.ping().await.is_err(), "{name}");
            assert!(replaced || !path.exists(), "{name}: an empty database was made in its place");
            if replaced {
                // As bytes: opened under this name, it would take the log of the first file for its own.
                let bytes = |path: &Path| std::fs::read(path).expect("a file");
                assert!(bytes(&path) == bytes(&template.path), "{name}: the other file was written");
            }
            std::fs::rename(&moved, &path).expect("moved back");
            store.ping().await.expect("the file is back");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_dropped_at_any_point_is_made_or_is_not() {
    let template = template().await;
    for (name, change) in CHANGES {
        let after = template.after(*change).await;
        for polls in 1.. {
            let (_folder, path, store) = template.copy(&settings()).await;
            let mut running = change(store.as_ref());
            let mut done = false;
            for _ in 0..polls {
                done = futures_util::poll!(&mut running).is_ready();
                if done {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(running);
            // Waits for the connection that was dropped, whatever it was doing.
            while store.probe(super::at(0)).await.is_err() {
                tokio::task::yield_now().await;
            }
            store.close().await;
            let without_probe = |dump: &Dump| dump.iter().filter(|row| !row.starts_with("probe")).cloned().collect();
            let [found, before, after]: [Dump; 3] = [&dump(&path).await, &template.before, &after].map(without_probe);
            assert!(found == before || found == after, "{name}, dropped after {polls} polls: {found:#?}");
            if done || polls > 60 {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/er/aldis.db");
    let first = Sqlite::open(&path, &settings()).await.expect("a database");
    prepare(&first).await;
    let user = first.user_by_id(super::ANN).await.expect("an answer");
    first.close().await;
    let second = Sqlite::open(&path, &settings()).await.expect("the same database");
    assert_eq!(second.user_by_id(super::ANN).await.expect("an answer"), user);
}
