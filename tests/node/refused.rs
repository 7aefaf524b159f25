//! A cluster that is configured wrongly: a node refuses to start, and says what is wrong, where, and what to do.

use std::process::Command;

use sqlx::{Connection as _, PgConnection};

use crate::{cluster::key_secret, postgres, pretender::Pretender, process::Node, redis_server::Server};

/// Starts a node that must not serve: its errors.
fn refusal(arguments: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("a directory");
    let mut command = Command::new("timeout"); // one that serves is stopped, and its log shown
    command
        .args(["30", env!("CARGO_BIN_EXE_aldis"), "serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"])
        .args(arguments);
    let ran = command.current_dir(dir.path()).output().expect("aldis runs");
    let errors = String::from_utf8(ran.stderr).expect("text");
    assert_eq!(ran.status.code(), Some(1), "{errors}");
    errors
}

#[tokio::test]
async fn a_redis_that_cannot_keep_the_ledger_is_refused_with_the_reason() {
    let evicts = Server::start_with(&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]);
    let why = refusal(&["--redis-url", &evicts.url()]);
    assert!(
        why.contains("maxmemory-policy evicts keys") && why.contains("CONFIG SET maxmemory-policy noeviction"),
        "{why}"
    );
    let taken = Node::start(&["--redis-url", &evicts.url(), "--set", "ledger.allow_eviction=true"]).await;
    drop(taken);

    let locked = Server::start_with(&["--requirepass", "canary-secret"]);
    let url = locked.url();
    let why = refusal(&["--redis-url", &url]);
    assert!(why.contains("NOAUTH") && why.contains(&url), "{why}");
    let why = refusal(&["--redis-url", &format!("{url}?pass=canary-wrong")]);
    assert!(why.contains("WRONGPASS") && !why.contains("canary"), "{why}");

    let nobody = tempfile::tempdir().expect("a directory");
    let url = format!("redis+unix://{}/s", nobody.path().display());
    let why = refusal(&["--redis-url", &url]);
    assert!(why.contains("Redis cannot be reached") && why.contains(&url), "{why}");
    let errors = found_by_probe(&["--redis-url", &url]);
    assert!(errors.contains("wrong value for `ledger.redis_url`") && errors.contains("cannot be reached"), "{errors}");
}

#[tokio::test]
async fn a_redis_that_is_too_old_evicts_or_has_another_clock_is_refused_at_the_start_and_found_by_the_probe() {
    let cases = [
        (
            Pretender { version: "6.2.14", ..Pretender::FIT },
            "it is Redis 6.2.14, older than 7.0",
            "→ run Redis 7.0 or newer",
        ),
        (Pretender { version: "unknown", ..Pretender::FIT }, "older than 7.0", "→ run Redis 7.0 or newer"),
        (
            Pretender { policy: "volatile-lru", ..Pretender::FIT },
            "maxmemory-policy evicts keys",
            "→ CONFIG SET maxmemory-policy noeviction",
        ),
        (
            Pretender { ahead: 3_000, ..Pretender::FIT },
            "its clock differs from this machine's by 3.0 s",
            "→ let both use NTP",
        ),
        (
            Pretender { ahead: -3_000, ..Pretender::FIT },
            "its clock differs from this machine's by 3.",
            "→ let both use NTP",
        ),
    ];
    for (server, what, advice) in cases {
        let url = server.url();
        let why = refusal(&["--redis-url", &url]);
        assert!([what, advice, &url].iter().all(|part| why.contains(part)), "{server:?}: {why}");
        let found = found_by_probe(&["--redis-url", &url]);
        let wrong = "wrong value for `ledger.redis_url`";
        assert!([what, advice, wrong].iter().all(|part| found.contains(part)), "{server:?}: {found}");
    }
    for ahead in [-1_000, 0, 1_000] {
        let url = Pretender { ahead, ..Pretender::FIT }.url();
        let (code, found) = probed(&["--redis-url", &url]);
        assert_eq!(code, Some(0), "a clock that is {ahead} ms ahead: {found}");
    }
}

/// What `aldis config check --probe` finds wrong.
fn found_by_probe(arguments: &[&str]) -> String {
    let (code, errors) = probed(arguments);
    assert_eq!(code, Some(2), "{errors}");
    errors
}

/// The exit code of `aldis config check --probe`, and its errors.
fn probed(arguments: &[&str]) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_aldis"));
    command
        .args(["config", "check", "--probe", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"])
        .args(arguments);
    let checked = command.current_dir(dir.path()).output().expect("aldis runs");
    (checked.status.code(), String::from_utf8(checked.stderr).expect("text"))
}

#[tokio::test]
async fn a_database_that_a_node_could_not_use_is_found_before_its_start() {
    let server = postgres::Server::start().await;
    let mut admin = PgConnection::connect(&postgres::url(server.port, "postgres")).await.expect("a connection");
    for change in [
        "CREATE DATABASE standby",
        "ALTER DATABASE standby SET default_transaction_read_only = on",
        "CREATE DATABASE foreign_one",
        "CREATE ROLE guest LOGIN",
        "CREATE ROLE locked LOGIN CONNECTION LIMIT 0",
    ] {
        sqlx::query(change).execute(&mut admin).await.expect("it is changed");
    }
    let (_folder, secret) = key_secret();
    let secret = format!("auth.key_secret_file={}", secret.display());
    let as_user = |user, database| postgres::url(server.port, database).replacen("aldis@", &format!("{user}@"), 1);
    for (url, told) in [
        (as_user("aldis", "nowhere"), "database \"nowhere\" does not exist"),
        (as_user("aldis", "standby"), "can only be read → name the primary server"),
        (as_user("guest", "foreign_one"), "may not create tables → GRANT CREATE ON SCHEMA public"),
        (as_user("locked", "postgres"), "too many connections for role"),
    ] {
        let errors = found_by_probe(&["--database-url", &url, "--set", &secret]);
        assert!(errors.contains("wrong value for `database.url`") && errors.contains(told), "{url}: {errors}");
    }
}

#[tokio::test]
async fn two_live_nodes_of_one_name_are_refused_and_a_killed_one_comes_back() {
    let redis = Server::start();
    let url = redis.url();
    let named = ["--redis-url", url.as_str(), "--set", "node.id=berlin-1"];
    let first = Node::start(&named).await;
    let why = refusal(&named);
    assert!(why.contains("a live node has the name `berlin-1`"), "{why}");
    let (status, errors) = probed(&named);
    let is_named = errors.contains("node.id") && errors.contains("a live node has the name `berlin-1`");
    assert!(status == Some(0) && is_named && errors.contains("that runs with this configuration"), "{errors}");
    let mut again = first.killed_and_restarted().await;
    again.signal("-TERM");
    again.log_at_end().await;
}

#[tokio::test]
async fn nodes_that_share_a_database_but_no_ledger_are_refused() {
    let server = postgres::Server::start().await;
    let url = postgres::url(server.port, "postgres");
    let (_folder, secret) = key_secret();
    let secret = format!("auth.key_secret_file={}", secret.display());
    let database = ["--database-url", url.as_str(), "--set", secret.as_str()];
    let alone = Node::start(&database).await;
    let why = refusal(&database);
    assert!(why.contains("another node uses this database") && why.contains("ledger.redis_url"), "{why}");
    let (status, errors) = probed(&database);
    assert!(status == Some(0) && errors.contains("that runs with this configuration"), "{errors}");
    let shared = Server::start();
    let redis = shared.url();
    let both = [&database[..], &["--redis-url", redis.as_str()]].concat();
    let why = refusal(&both);
    assert!(why.contains("a node without a ledger.redis_url uses this database"), "{why}");
    let (status, errors) = probed(&both);
    assert!(status == Some(2) && errors.contains("a node without a ledger.redis_url uses"), "{errors}");
    drop(alone);
    let beside = Node::start(&both).await;
    let (status, errors) = probed(&both);
    assert!(status == Some(0) && !errors.contains("uses this database"), "{errors}");
    let (status, errors) = probed(&database);
    assert!(status == Some(2) && errors.contains("another node uses this database"), "{errors}");
    let why = refusal(&database);
    assert!(why.contains("another node uses this database"), "{why}");
    drop(beside);
}

#[tokio::test]
async fn two_nodes_on_one_sqlite_file_are_refused() {
    let folder = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite://{}/shared.db", folder.path().display());
    let first = Node::start(&["--database-url", &url]).await;
    let why = refusal(&["--database-url", &url]);
    assert!(why.contains(&url) && why.contains("is in use by `aldis serve`"), "{why}");
    drop(first);
    drop(Node::start(&["--database-url", &url]).await);
}

#[tokio::test]
async fn redis_over_tls_is_verified_and_verifies() {
    let folder = tempfile::tempdir().expect("a directory");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let (cert, key) = (cert.to_str().expect("UTF-8"), key.to_str().expect("UTF-8"));
    let port = postgres::free_port().to_string();
    let files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
    let _redis = Server::start_with(&[&["--tls-port", &port, "--tls-auth-clients", "yes"], &files[..]].concat());
    let url = format!("rediss://localhost:{port}");
    let (ca, client) = (format!("ledger.redis_ca={cert}"), format!("ledger.redis_cert={cert}"));
    let client_key = format!("ledger.redis_key={key}");

    let why = refusal(&["--redis-url", &url]);
    assert!(why.contains("invalid peer certificate"), "{why}");
    let why = refusal(&["--redis-url", &url, "--set", &ca]);
    assert!(why.contains("Redis refused the handshake") || why.contains("Redis cannot be reached"), "{why}");
    let whole = ["--redis-url", &url, "--set", &ca, "--set", &client, "--set", &client_key];
    let node = Node::start(&whole).await;
    node.until_ready_is(200).await;
}
