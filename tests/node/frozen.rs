//! A PostgreSQL that is frozen for half a minute: sockets stay and members talk, and a hundred logins at once are answered
//! within a second each.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
    process::{Node, PATIENCE},
};

const FROZEN_FOR: Duration = Duration::from_secs(30);
const LOGINS: usize = 100;
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);

/// Asks to log in: the status, whether it says when to come back, and how long it took.
async fn login(client: &reqwest::Client, node: &Node, place: usize) -> (u16, bool, Duration) {
    let (url, begun) = (format!("http://{}/api/auth/login", node.http), Instant::now());
    let body = json!({ "email": format!("ann{place}@example.org"), "password": "a long enough password" });
    let answer = client.post(url).json(&body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.headers().contains_key("retry-after"), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_postgresql_keeps_no_login_waiting_and_no_socket_ends() {
    let limits = ["auth_per_address", "requests_per_address", "sockets_per_address"];
    let limits = limits.map(|name| format!("rate_limits.{name}=100000/1m"));
    let settings: Vec<&str> = limits.iter().flat_map(|limit| ["--set", limit]).collect();
    let cluster = Cluster::start(1, &settings).await;
    let mut members = cluster.rooms(1, 4).await.remove(0);
    let client = reqwest::Client::new();
    // The pool has connections that were used.
    join_all((0..8).map(|place| login(&client, &cluster.nodes[0], place))).await;
    cluster.signal_postgres("STOP");
    let (frozen, mut last) = (Instant::now(), 0);
    while frozen.elapsed() < FROZEN_FOR {
        let answers = join_all((0..LOGINS).map(|place| login(&client, &cluster.nodes[0], place))).await;
        for (status, says_when, took) in answers {
            assert!(status == 503 && says_when, "answered {status}, when to come back: {says_when}");
            assert!(took <= ANSWERED_WITHIN, "after {took:?}, {:?} after the freeze", frozen.elapsed());
        }
        last += 1;
        all_say(&mut members).await;
        all_hear(&mut members, last).await;
        join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(3)))).await;
    }
    cluster.signal_postgres("CONT");
    let back = Instant::now();
    while login(&client, &cluster.nodes[0], 0).await.0 != 401 {
        assert!(back.elapsed() < PATIENCE, "logins are not answered again");
    }
    nobody_has_left(&members);
}
