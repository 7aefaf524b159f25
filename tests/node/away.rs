//! Redis and PostgreSQL, both frozen at once: sockets stay, and afterwards everything goes on.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
    member::Member,
    process::Node,
};

/// Longer than a node's lease.
const FROZEN_FOR: Duration = Duration::from_secs(8);

/// The texts of a room's history, and whether it is complete.
async fn history(node: &Node, token: &str, room: &str) -> (Vec<String>, bool) {
    let url = format!("http://{}/api/rooms/{room}/messages", node.http);
    let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
    let body: Value = answer.json().await.expect("JSON");
    let texts = body["messages"].as_array().expect("a list").iter();
    let text = |message: &Value| message["content"].as_str().expect("a text").to_owned();
    (texts.map(text).collect(), body["complete"] == true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_stay_while_redis_and_postgresql_are_both_frozen_and_everything_goes_on_afterwards() {
    let cluster = Cluster::start(2, &[]).await;
    let (ann, bob) = (cluster.nodes[0].sign_up("ann").await, cluster.nodes[1].sign_up("bob").await);
    let (room, mut members) = (cluster.nodes[0].room(&ann).await, Vec::new());
    for (place, token) in cluster.nodes[0].tokens(4).iter().enumerate() {
        members.push(Member::join(&cluster.node(place).http, token, &room).await);
    }
    join_all(members.iter_mut().map(|member| member.meets(3))).await;
    all_say(&mut members).await;
    all_hear(&mut members, 1).await;
    cluster.redis.signal("STOP");
    cluster.signal_postgres("STOP");
    join_all(members.iter_mut().map(|member| member.listen(FROZEN_FOR))).await;
    for node in &cluster.nodes {
        assert_eq!(node.get(&node.admin, "/health/live").await.0, 200);
        assert_eq!(node.get(&node.admin, "/health/ready").await.0, 503);
    }
    cluster.signal_postgres("CONT");
    cluster.redis.signal("CONT");
    for node in &cluster.nodes {
        node.until_ready_is(200).await;
    }
    all_say(&mut members).await;
    all_hear(&mut members, 2).await;
    nobody_has_left(&members);
    // Joins, sign-ups and the history are answered again; the room is as full as before.
    let mut socket = cluster.nodes[1].socket(&bob).await;
    socket.says(json!({ "type": "join_room", "data": { "roomId": room } }));
    assert_eq!(socket.hears("error").await["data"]["code"], "room_full");
    cluster.nodes[1].sign_up("carl").await;
    let (mut texts, is_complete) = history(&cluster.nodes[1], &bob, &room).await;
    texts.sort();
    assert_eq!((texts.join(" "), is_complete), ("1 1 1 1 2 2 2 2".to_owned(), true));
}
