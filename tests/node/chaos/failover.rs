//! A failover that loses the last second of what Redis had stored, under nodes and clients that go on talking.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;

use super::{
    crowd::{Crowd, told},
    judge::violations,
    stage::SETTINGS,
};
use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
    replicated::{NAME, Replicated},
};

const DOWN_AFTER: Duration = Duration::from_secs(1);
const ROOMS: usize = 3;
/// What is written in this time is lost.
const LOST: Duration = Duration::from_millis(1_200);
/// Nodes are ready so soon after the sentinel has promoted the replica.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// Joins are answered so soon after it: once nodes are ready, an epoch settles for three seconds.
const JOINS_WITHIN: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_that_loses_its_last_second_is_told_to_everybody_and_what_begins_then_is_kept() {
    let mut cluster = Cluster::start(0, &SETTINGS).await;
    let mut redis = Replicated::start(cluster.rights.path(), DOWN_AFTER).await;
    let url = format!("redis+sentinel://127.0.0.1:{}/{NAME}", redis.sentinel.port);
    for _ in 0..3 {
        cluster.add(&["--redis-url", &url]).await;
    }
    let addresses = cluster.nodes.iter().map(|node| node.http.clone()).collect();
    let mut crowd = Crowd::new(addresses, Duration::from_millis(150), 1);
    let rooms = crowd.fills(&cluster.nodes[0], ROOMS, 3, 1).await;
    let late = cluster.nodes[1].tokens(ROOMS + 1);
    crowd.hears(200).await;

    redis.lags().await;
    // The rooms become full in the second that is lost.
    for (token, room) in late.iter().zip(&rooms) {
        crowd.joins(token, room, 3);
    }
    sleep(LOST).await;
    let behind = redis.behind().await;
    redis.fails_over().await;
    let promoted = Instant::now();
    join_all(cluster.nodes.iter().map(|node| node.until_ready_is(200))).await;
    let ready = promoted.elapsed();
    eprintln!("the replica was {behind} bytes behind; nodes were ready {ready:?} after its promotion");
    assert!(behind > 0, "nothing was lost: what should be tested did not happen");
    assert!(ready <= READY_WITHIN, "after {ready:?}");

    // Joins wait while the epoch settles. Then the rooms are as full as before, and what begins is kept.
    let mut newcomer = cluster.nodes[2].socket(&late[ROOMS]).await;
    let refused = loop {
        newcomer.says(json!({ "type": "join_room", "data": { "roomId": rooms[0] } }));
        let refused = newcomer.hears("error").await["data"]["code"].clone();
        if refused != "unavailable" {
            break refused;
        }
    };
    assert_eq!(refused, "room_full");
    assert!(promoted.elapsed() < JOINS_WITHIN, "after {:?}", promoted.elapsed());
    let mut members = cluster.rooms(1, 4).await.remove(0);
    for number in 1..=3 {
        all_say(&mut members).await;
        all_hear(&mut members, number).await;
    }
    redis.returns().await;
    redis.is_whole().await;
    crowd.hears(200).await;
    all_say(&mut members).await;
    all_hear(&mut members, 4).await;
    nobody_has_left(&members);

    let lives = crowd.ends(|| cluster.logs()).await;
    eprintln!("{}", told(&lives));
    assert_eq!(violations(&lives), [""; 0]);
    let untold: Vec<_> = lives.iter().filter(|life| life.told_lost == 0).map(|life| &life.user).collect();
    assert!(untold.is_empty(), "were not told: {untold:?}");
    assert!(lives.iter().all(|life| life.joins == 1), "somebody had to join again");
}
