//! The failures of a PostgreSQL server and of the way to it.

use std::{net::SocketAddr, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _};

use super::{
    super::by_our_clock,
    super::server::{self, Database},
    CHANGES, Change, Dump, TABLES, is_true, prepare,
    proxy::{NEVER, Proxy},
};
use crate::storage::{Postgres, Settings, Store, StoreError};

fn settings() -> Settings {
    Settings { query_within: Duration::from_secs(2), acquire_within: Duration::from_millis(500), ..by_our_clock() }
}

async fn template() -> (Database, Dump) {
    let database = server::database().await;
    let store = database.open(&settings()).await;
    prepare(store.as_ref()).await;
    store.close().await;
    let before = dump(&database).await;
    (database, before)
}

/// The state after a change when nothing fails.
async fn after(template: &Database, change: Change) -> Dump {
    let copy = template.copy().await;
    let store = copy.open(&settings()).await;
    change(store.as_ref()).await.expect("nothing fails");
    store.close().await;
    dump(&copy).await
}

async fn dump(database: &Database) -> Dump {
    let mut connection = database.connection().await;
    let mut rows = Vec::new();
    for table in TABLES {
        // A sequence does not go back: positions differ after a change that was undone.
        let sql = format!("SELECT '{table} ' || (to_jsonb(t) - 'position')::text FROM {table} t ORDER BY 1");
        rows.extend(
            sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows"),
        );
    }
    connection.close().await.expect("closed");
    rows
}

/// Waits until the server has ended what cut connections left behind, and dumps.
async fn settled(database: &Database) -> Dump {
    let mut connection = database.connection().await;
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                  AND state IS DISTINCT FROM 'idle'";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut connection).await.expect("a count") > 0 {
        tokio::task::yield_now().await;
    }
    connection.close().await.expect("closed");
    dump(database).await
}

async fn works_again(what: &str, store: &Postgres, database: &Database, change: Change, states: (&Dump, &Dump)) {
    if dump(database).await == *states.0 {
        succeeds(what, store, change).await;
    }
    store.close().await;
    assert_eq!(&dump(database).await, states.1, "{what}, once more");
}

/// The failure is over. The pool finds out connection by connection that they were cut.
async fn succeeds(what: &str, store: &Postgres, change: Change) {
    let mut again = change(store).await;
    for _ in 0..settings().connections_max {
        if again.is_err() {
            again = change(store).await;
        }
    }
    assert!(again.is_ok(), "{what}: the failure is over, but {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn a_refused_commit_is_never_answered_as_done() {
    let (template, before) = template().await;
    for (name, change) in CHANGES {
        let after = after(&template, *change).await;
        let database = template.copy().await;
        let store = database.open(&settings()).await;
        database.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '53100'; END $$").await;
        for table in TABLES {
            database.run(&format!("CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE OR DELETE ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()")).await;
        }
        let answer = change(store.as_ref()).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{name}: {answer:?}");
        for table in TABLES {
            database.run(&format!("DROP TRIGGER refuse ON {table}")).await;
        }
        is_true(name, &answer, &dump(&database).await, (&before, &after));
        works_again(name, &store, &database, *change, (&before, &after)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn a_server_that_may_only_be_read_or_whose_tables_are_locked_is_away() {
    let (template, before) = template().await;
    for (name, change) in CHANGES {
        let after = after(&template, *change).await;
        let database = template.copy().await;
        database.run(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name)).await;
        // A standby cannot be migrated: it was the primary when the node started.
        let store = Postgres::open_migrated(&database.url(), &settings()).await.expect("a database");
        let answer = change(&store).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{name}: {answer:?}");
        store.close().await;
        let mut operator = database.connection().await;
        server::run(&mut operator, "SET default_transaction_read_only = off").await;
        server::run(&mut operator, &format!("ALTER DATABASE {} RESET default_transaction_read_only", database.name))
            .await;
        operator.close().await.expect("closed");
        is_true(name, &answer, &dump(&database).await, (&before, &after));

        let store = database.open(&Settings { query_within: Duration::from_millis(200), ..settings() }).await;
        let mut theirs = database.connection().await;
        server::run(&mut theirs, &format!("BEGIN; LOCK TABLE {} IN EXCLUSIVE MODE", TABLES.join(", "))).await;
        let answer = change(store.as_ref()).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{name}, locked: {answer:?}");
        theirs.close().await.expect("closed");
        is_true(name, &answer, &settled(&database).await, (&before, &after));
        works_again(name, &store, &database, *change, (&before, &after)).await;
    }
}

/// Keeps the content of the tables aside, for `restore`.
async fn save(database: &Database) {
    database.run("CREATE SCHEMA saved").await;
    for table in TABLES {
        database.run(&format!("CREATE TABLE saved.{table} AS TABLE {table}")).await;
    }
}

/// Gives the tables the content that was saved: much faster than a new copy of the database.
async fn restore(database: &Database) {
    let inserts = TABLES.map(|table| format!("INSERT INTO {table} SELECT * FROM saved.{table}"));
    database.run(&format!("TRUNCATE {}; {}", TABLES.join(", "), inserts.join("; "))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
async fn a_connection_that_is_cut_at_any_byte_leaves_what_was_answered() {
    let (template, before) = template().await;
    let mut unknown = 0;
    for (name, change) in CHANGES {
        let after = after(&template, *change).await;
        let database = template.copy().await;
        save(&database).await;
        let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], database.port))).await;
        let url = database.url().replace(&database.port.to_string(), &proxy.address.port().to_string());
        // One store through all cuts, as a node has.
        let store = Postgres::open(&url, &settings()).await.expect("a database");
        for cut in (0..24).map(|nth| if nth < 12 { (nth * 60, NEVER) } else { (NEVER, (nth - 12) * 20) }) {
            let what = format!("{name}, cut after {cut:?}");
            restore(&database).await;
            proxy.cut_after(cut.0, cut.1);
            let answer = change(&store).await;
            unknown += usize::from(matches!(answer, Err(StoreError::Unknown(_))));
            assert!(!matches!(answer, Err(StoreError::Broken(_))), "{what}: {answer:?}");
            proxy.cut_after(NEVER, NEVER);
            let found = settled(&database).await;
            is_true(&what, &answer, &found, (&before, &after));
            if found == before {
                succeeds(&what, &store, *change).await;
                assert_eq!(dump(&database).await, after, "{what}, once more");
            }
        }
        store.close().await;
    }
    assert!(unknown > 0, "no cut met a commit");
}
