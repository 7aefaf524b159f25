//! Shared values on a real Redis: one state of many nodes, and what is answered while it is away.

use std::time::{Duration, Instant};

use redis::cmd;

use super::{Away, Values, WITHIN};
use crate::{
    ledger::{connection, server::Server},
    net::rate::{Counts as _, Rate},
};

const TTL: Duration = Duration::from_secs(60);

fn values(server: &Server) -> Values {
    Values::new(&server.url().into(), "aldis:").expect("an address")
}

async fn text(values: &Values, key: &str) -> Result<Option<String>, Away> {
    Ok(values.get(key).await?.map(|(text, _)| text))
}

fn state(revision: u64) -> String {
    format!(r#"{{"revision":{revision}}}"#)
}

const REMOVED: &str = r#"{"removed":true}"#;

#[tokio::test]
async fn an_older_state_never_replaces_a_newer_one_and_nothing_replaces_a_removal() {
    let server = Server::start();
    let (one, two) = (values(&server), values(&server));
    assert_eq!(text(&one, "room:a").await, Ok(None));
    assert_eq!(one.put("room:a", &state(2), Some(2), TTL).await, Ok(true));
    assert_eq!(two.put("room:a", &state(1), Some(1), TTL).await, Ok(false));
    assert_eq!(text(&two, "room:a").await, Ok(Some(state(2))));
    assert_eq!(two.put("room:a", &state(10), Some(10), TTL).await, Ok(true), "as numbers, not as text");
    assert_eq!(one.put("room:a", REMOVED, None, TTL).await, Ok(true));
    assert_eq!(two.put("room:a", &state(11), Some(11), TTL).await, Ok(false));
    assert_eq!(text(&two, "room:a").await, Ok(Some(REMOVED.to_owned())));
    two.forget("room:a").await.expect("forgotten");
    assert_eq!(one.put("room:a", &state(1), Some(1), TTL).await, Ok(true));
    let mut connection = connection(&server.url()).await;
    let left: i64 = cmd("PTTL").arg("aldis:room:a").query_async(&mut connection).await.expect("an answer");
    assert!((1..=60_000).contains(&left), "{left}");
    let (_, left) = one.get("room:a").await.expect("an answer").expect("the state");
    assert!(left > TTL / 2 && left <= TTL, "{left:?}");
    let () = cmd("SET").arg("aldis:room:b").arg("for ever").query_async(&mut connection).await.expect("set");
    assert_eq!(one.get("room:b").await, Ok(Some(("for ever".to_owned(), Duration::ZERO))));
    let () = cmd("SET").arg("aldis:room:a").arg("not JSON").query_async(&mut connection).await.expect("damaged");
    assert_eq!(one.put("room:a", &state(1), Some(1), TTL).await, Ok(true), "what nobody can read is replaced");
}

#[tokio::test]
async fn a_burst_is_counted_over_all_nodes_and_refills() {
    let server = Server::start();
    let (one, two) = (values(&server), values(&server));
    let rate = Rate { burst: 4, per: Duration::from_secs(3600) };
    for node in [&one, &two, &one, &two] {
        assert_eq!(node.take("rate:login:x", rate).await, Some(Ok(())));
    }
    let wait = one.take("rate:login:x", rate).await.expect("an answer").expect_err("the fifth");
    assert!(wait > Duration::from_secs(890) && wait <= Duration::from_secs(900), "a quarter of an hour: {wait:?}");
    assert_eq!(one.take("rate:login:y", rate).await, Some(Ok(())), "another key is not concerned");
    let quick = Rate { burst: 2, per: Duration::from_millis(2) };
    while two.take("rate:login:z", quick).await != Some(Ok(())) {}
    let smaller = Rate { burst: 1, per: Duration::from_secs(2) };
    let wait = two.take("rate:login:x", smaller).await.expect("an answer").expect_err("used up");
    assert!(wait <= Duration::from_secs(2), "another limit counts from now on: {wait:?}");
}

#[tokio::test]
async fn a_server_that_is_away_or_stands_still_delays_one_question_and_not_the_next() {
    let mut server = Server::start();
    let values = values(&server);
    values.put("room:a", &state(1), Some(1), TTL).await.expect("stored");
    server.signal("STOP");
    let begun = Instant::now();
    assert_eq!(values.get("room:a").await, Err(Away));
    assert!(begun.elapsed() < WITHIN * 20, "{:?}", begun.elapsed());
    let begun = Instant::now();
    for _ in 0..1_000 {
        assert_eq!(values.get("room:a").await, Err(Away));
    }
    assert!(begun.elapsed() < WITHIN * 50, "not each of them waits: {:?}", begun.elapsed());
    assert_eq!(values.take("x", Rate::per_minute(1)).await, None);
    server.signal("CONT");
    until(async || text(&values, "room:a").await == Ok(Some(state(1)))).await;
    server.kill();
    until(async || values.get("room:a").await == Err(Away)).await;
    server.restart();
    until(async || text(&values, "room:a").await == Ok(None)).await;
}

#[tokio::test]
async fn nothing_is_dialed_before_it_is_needed_and_a_wrong_address_is_refused() {
    assert!(
        Values::new(&"redis+unix:///nowhere/s".to_owned().into(), "aldis:")
            .expect("an address")
            .get("x")
            .await
            .is_err()
    );
    assert!(
        Values::new(&"http://:canary@host".to_owned().into(), "aldis:")
            .is_err_and(|why| !why.to_string().contains("canary"))
    );
}

#[tokio::test]
async fn a_replica_is_not_asked() {
    let replica = Server::start_with(&["--replicaof", "127.0.0.1 1"]);
    let values = values(&replica);
    assert_eq!(values.get("room:a").await, Err(Away));
    let mut connection = connection(&replica.url()).await;
    let () = cmd("REPLICAOF").arg("NO").arg("ONE").query_async(&mut connection).await.expect("it is promoted");
    until(async || text(&values, "room:a").await == Ok(None)).await;
}

/// Waits until it is so; ten seconds at most.
async fn until(is_so: impl AsyncFn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !is_so().await {
        assert!(Instant::now() < patience, "it never was so");
        tokio::task::yield_now().await;
    }
}
