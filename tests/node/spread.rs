//! What is changed on one node reaches all others in the time that the documents name, and no good token is refused meanwhile.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::time::interval;

use crate::{cluster::Cluster, process::Node, socket::Socket};

const TOLD_WITHIN: Duration = Duration::from_secs(1);
/// Nodes read the keys every ten seconds; reading them takes a moment.
const KEYS_SEEN_WITHIN: Duration = Duration::from_millis(10_500);
/// A key that is to sign "now" signs so long after all nodes can know it.
const SIGNS_WITHIN: Duration = Duration::from_secs(80);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A request of an operator to a node: the status.
async fn operate(node: &Node, method: Method, path: &str, body: Value) -> u16 {
    let request = Client::new().request(method, format!("http://{}{path}", node.admin)).bearer_auth(node.operator());
    request.json(&body).send().await.expect("an answer").status().as_u16()
}

/// A socket that is in the room, on each node.
async fn joined(cluster: &Cluster, tokens: &[String], room: &str) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for (node, token) in cluster.nodes.iter().zip(tokens) {
        let mut socket = node.socket(token).await;
        socket.joins(room).await;
        sockets.push(socket);
    }
    sockets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kick_and_a_disabled_account_hold_on_all_nodes_within_a_second() {
    let cluster = Cluster::start(3, &[]).await;
    let mut tokens = Vec::new();
    for (node, name) in cluster.nodes.iter().zip(["ann", "bob", "cem"]) {
        tokens.push(node.sign_up(name).await);
    }
    let room = cluster.nodes[0].room(&tokens[0]).await;
    let mut sockets = joined(&cluster, &tokens, &room).await;
    let mut ids = Vec::new();
    for token in &tokens {
        ids.push(cluster.nodes[0].me(token).await.1["id"].as_str().expect("an id").to_owned());
    }

    // On the first node, of whom is on the last.
    let begun = Instant::now();
    let path = format!("/internal/rooms/{room}/participants/{}", ids[2]);
    assert_eq!(operate(&cluster.nodes[0], Method::DELETE, &path, json!({})).await, 204);
    assert_eq!(sockets[2].is_closed().await, Some(4403));
    for socket in &mut sockets[..2] {
        assert_eq!(socket.hears("user_left").await["data"]["reason"], "kicked");
    }
    assert!(begun.elapsed() <= TOLD_WITHIN, "a kick: after {:?}", begun.elapsed());

    let begun = Instant::now();
    let path = format!("/internal/users/{}", ids[1]);
    assert_eq!(operate(&cluster.nodes[0], Method::PATCH, &path, json!({ "disabled": true })).await, 204);
    assert_eq!(sockets[1].is_closed().await, Some(4401));
    for node in &cluster.nodes {
        while node.me(&tokens[1]).await.0 != 401 {
            assert!(begun.elapsed() <= TOLD_WITHIN, "a disabled account: after {:?}", begun.elapsed());
        }
        assert_eq!(node.me(&tokens[0]).await.0, 200, "another account is not concerned");
    }
    assert!(begun.elapsed() <= TOLD_WITHIN, "a disabled account: after {:?}", begun.elapsed());
    sockets[0].is_alive().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_of_keys_is_seen_by_all_nodes_within_ten_seconds_and_no_token_is_refused_meanwhile() {
    let limits = ["auth_per_address", "requests_per_address", "requests_per_user"];
    let limits = limits.map(|name| format!("rate_limits.{name}=100000/1m"));
    let settings: Vec<&str> = limits.iter().flat_map(|limit| ["--set", limit]).collect();
    let cluster = Cluster::start(3, &settings).await;
    let mut tokens = vec![cluster.nodes[0].sign_up("ann").await];
    let old = cluster.nodes[0].keys().await;
    let rotate = [&["keys", "rotate", "--now"][..], &cluster.arguments()].concat();
    let (code, _, err) = cluster.nodes[0].aldis(&rotate);
    assert_eq!(code, Some(0), "{err}");
    let (begun, mut seen, mut look) = (Instant::now(), None, interval(LOOK_EVERY));
    let mut signs = false;
    while !signs {
        look.tick().await;
        assert!(begun.elapsed() < SIGNS_WITHIN, "the new key does not sign");
        let published = join_all(cluster.nodes.iter().map(Node::keys)).await;
        if published.iter().all(|keys| keys.len() == 2) {
            seen.get_or_insert_with(|| begun.elapsed());
        }
        assert!(seen.is_some() || begun.elapsed() <= KEYS_SEEN_WITHIN, "the nodes publish {published:?}");
        // Every token is good on every node, whichever key has signed it.
        let number = tokens.len();
        if begun.elapsed() > Duration::from_secs(4) * u32::try_from(number).expect("few") {
            tokens.push(cluster.node(number).sign_up(&format!("user{number}")).await);
        }
        for (node, keys) in cluster.nodes.iter().zip(published) {
            for token in tokens.iter().rev().take(3).chain(&tokens[..1]) {
                assert_eq!(node.me(token).await.0, 200, "{:?} after the rotation", begun.elapsed());
            }
            signs |= keys[0] != old[0];
        }
    }
    // The first token that it has signed is good on all nodes at once.
    for node in &cluster.nodes {
        let fresh = node.sign_up(&format!("fresh{}", node.http.replace([':', '.'], ""))).await;
        for (status, _) in join_all(cluster.nodes.iter().map(|node| node.me(&fresh))).await {
            assert_eq!(status, 200);
        }
    }
    eprintln!("seen by all after {seen:?}, signs after {:?}; {} tokens", begun.elapsed(), tokens.len());
}
