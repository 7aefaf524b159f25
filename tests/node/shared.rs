//! What nodes share besides their rooms: signing keys, ends of sessions, limits; and a PostgreSQL that goes away.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Client;
use serde_json::json;

use crate::{cluster::Cluster, member::Member, process::Node};

/// Nodes look at the database every ten seconds; the rest is a slow machine's.
const SEEN_WITHIN: Duration = Duration::from_secs(20);

/// A login with a wrong password: the answer's status.
async fn login(node: &Node, name: &str) -> u16 {
    let body = json!({ "email": format!("{name}@example.org"), "password": "a wrong password" });
    let asked = Client::new().post(format!("http://{}/api/auth/login", node.http)).json(&body).send();
    asked.await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_sign_with_the_same_keys_and_a_rotation_on_one_is_seen_by_all() {
    let cluster = Cluster::start(2, &[]).await;
    let [one, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let token = one.sign_up("ann").await;
    assert_eq!((other.me(&token).await.0, one.keys().await), (200, other.keys().await));
    assert!(!one.data("keys").exists(), "none is in a file");
    let (code, out, err) = one.aldis(&[&["keys", "rotate"][..], &cluster.arguments()].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("  next      signs from "), "{out}");
    let begun = Instant::now();
    while one.keys().await.len() != 2 || one.keys().await != other.keys().await {
        assert!(begun.elapsed() < SEEN_WITHIN, "{:?} {:?}", one.keys().await, other.keys().await);
    }
    // Strangers have the keys: all nodes give them up, and a token of the new one is known as soon as it is seen.
    let (code, _, err) = one.aldis(&[&["keys", "rotate", "--leaked"][..], &cluster.arguments()].concat());
    assert_eq!(code, Some(0), "{err}");
    let begun = Instant::now();
    while one.me(&token).await.0 != 401 || other.me(&token).await.0 != 401 {
        assert!(begun.elapsed() < SEEN_WITHIN, "the old token is refused by both");
    }
    let fresh = one.sign_up("bob").await;
    assert_eq!(other.me(&fresh).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_while_redis_stands_still_is_out_on_all_nodes() {
    let cluster = Cluster::start(2, &[]).await;
    let [one, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let token = one.sign_up("ann").await;
    let mut socket = other.socket(&token).await;
    cluster.redis.signal("STOP");
    let url = format!("http://{}/api/account/sessions", one.http);
    let ended = Client::new().delete(url).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(ended.status(), 204);
    assert_eq!(socket.is_closed().await, Some(4401), "the database tells of it");
    assert_eq!(other.me(&token).await.0, 401);
    cluster.redis.signal("CONT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logins_are_counted_over_all_nodes() {
    let cluster = Cluster::start(2, &["--set", "rate_limits.auth_per_email=6/1h"]).await;
    let mut answers = Vec::new();
    for attempt in 0..8 {
        answers.push(login(&cluster.nodes[attempt % 2], "ann").await);
    }
    assert_eq!(answers, [401, 401, 401, 401, 401, 401, 429, 429]);
    assert_eq!(login(&cluster.nodes[1], "bob").await, 401, "another account is not concerned");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_while_postgresql_is_away_and_known_rooms_can_be_joined() {
    let mut cluster = Cluster::start(2, &[]).await;
    let (tokens, host) = (cluster.nodes[0].tokens(4), cluster.nodes[0].sign_up("host").await);
    let room = cluster.nodes[0].room(&host).await;
    let mut members = Vec::new();
    for (place, token) in tokens[..3].iter().enumerate() {
        members.push(Member::join(&cluster.node(place).http, token, &room).await);
    }
    for member in &mut members {
        member.meets(2).await;
    }
    cluster.postgres.kill();
    for last in 1..=3 {
        for member in &mut members {
            member.say();
        }
        join_all(members.iter_mut().map(|member| member.hears(last))).await;
    }
    members[1].loses_connection();
    assert!(members[1].resume(&cluster.nodes[0].http).await, "the session continues");
    // Longer than a node keeps its own copy: the room is in Redis.
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(6)))).await;
    let _newcomer = Member::join(&cluster.nodes[1].http, &tokens[3], &room).await;
    let began = Instant::now();
    let refused = join_all((0..12).map(|attempt| login(&cluster.nodes[attempt % 2], "ann"))).await;
    assert_eq!(refused, [503; 12]);
    assert!(began.elapsed() < Duration::from_secs(3), "all at once: {:?}", began.elapsed());
    for node in &cluster.nodes {
        node.until_ready_is(503).await;
    }
    cluster.postgres.restart().await;
    for node in &cluster.nodes {
        node.until_ready_is(200).await;
        assert_eq!(login(node, "ann").await, 401);
    }
}
