//! Many nodes: members of one room on different nodes, nodes that are killed, paused and stopped, a Redis that goes away.
//! Nothing is lost, repeated or reordered, and nobody is declared gone who came back.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{cluster::Cluster, member::Member};

/// Long enough for a node's lease, the window of a seat, and a slow machine.
const LEFT_WITHIN: Duration = Duration::from_secs(30);

pub(super) async fn all_say(members: &mut [Member]) {
    for member in members {
        member.say();
    }
}

pub(super) async fn all_hear(members: &mut [Member], last: u64) {
    join_all(members.iter_mut().map(|member| member.hears(last))).await;
}

pub(super) fn nobody_has_left(members: &[Member]) {
    for member in members {
        assert_eq!(member.left, Vec::<Value>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_on_different_nodes_hear_each_other_in_order() {
    let cluster = Cluster::start(3, &[]).await;
    let mut rooms = cluster.rooms(2, 4).await;
    for members in &mut rooms {
        for _ in 0..20 {
            all_say(members).await;
        }
        all_hear(members, 20).await;
        nobody_has_left(members);
    }
    let mut epochs = BTreeSet::new();
    for node in &cluster.nodes {
        let metrics = node.get(&node.admin, "/metrics").await.1;
        assert!(metrics.contains("aldis_ledger_up 1\n"), "{metrics}");
        let (_, epoch) = metrics.split_once("\naldis_ledger_epoch ").expect("the epoch is told");
        epochs.insert(epoch.lines().next().expect("a number").to_owned());
        let answered = "aldis_ledger_operations_total{operation=\"broadcast\",outcome=\"answered\"} ";
        let (_, count) = metrics.split_once(answered).expect("broadcasts are counted");
        assert!(!count.starts_with("0\n"), "{metrics}");
    }
    assert_eq!(epochs.len(), 1, "all nodes are in one epoch: {epochs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_a_killed_node_resume_on_others_and_only_who_never_returns_has_left() {
    let cluster = Cluster::start(3, &[]).await;
    let mut rooms = cluster.rooms(6, 4).await;
    for members in &mut rooms {
        all_say(members).await;
        all_hear(members, 1).await;
    }
    for members in &mut rooms {
        all_say(members).await; // some of these are under way when the node is killed
    }
    cluster.nodes[0].signal("-KILL");
    // Of the last room, the member on that node never returns.
    let gone = (0..4).find(|place| (5 + place) % 3 == 0).expect("a member on the node");
    for (number, members) in rooms.iter_mut().enumerate() {
        for (place, member) in members.iter_mut().enumerate() {
            if (number + place) % 3 == 0 && (number, place) != (5, gone) {
                assert_eq!(member.is_closed().await, None, "the node is dead");
                assert!(member.resume(&cluster.nodes[1 + place % 2].http).await, "the session continues elsewhere");
            }
        }
    }
    let mut last = rooms.pop().expect("six rooms");
    for members in &mut rooms {
        all_hear(members, 2).await;
        all_say(members).await;
        all_hear(members, 3).await;
        nobody_has_left(members);
    }
    drop(last.remove(gone));
    let told = Instant::now();
    for member in &mut last {
        member.hears_of_a_leave().await;
        assert_eq!(member.left.len(), 1, "once: {:?}", member.left);
        assert_eq!(member.left[0]["data"]["reason"], "lost");
    }
    assert!(told.elapsed() < LEFT_WITHIN, "after {:?}", told.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_a_paused_node_resume_elsewhere_and_it_delivers_nothing_stale_when_it_wakes() {
    let cluster = Cluster::start(2, &[]).await;
    let mut members = cluster.rooms(1, 4).await.remove(0);
    all_say(&mut members).await;
    all_hear(&mut members, 1).await;
    cluster.nodes[0].signal("-STOP");
    // Those of the paused node resume on the other one within their window; their old connections stay open.
    for place in [0, 2] {
        assert!(members[place].resume(&cluster.nodes[1].http).await, "the session continues elsewhere");
    }
    all_say(&mut members).await;
    all_hear(&mut members, 2).await;
    // Longer than its lease.
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(9)))).await;
    cluster.nodes[0].signal("-CONT");
    all_say(&mut members).await;
    all_hear(&mut members, 3).await;
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(3)))).await;
    nobody_has_left(&members);
    // The node that woke is of use again.
    members[0].loses_connection();
    assert!(members[0].resume(&cluster.nodes[0].http).await, "the session continues on the node that woke");
    all_say(&mut members).await;
    all_hear(&mut members, 4).await;
    nobody_has_left(&members);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_is_not_seen() {
    let mut cluster = Cluster::start(3, &[]).await;
    let mut rooms = cluster.rooms(3, 4).await;
    let mut last = 0;
    for stopped in 0..3 {
        last += 1;
        for members in &mut rooms {
            all_say(members).await;
        }
        cluster.nodes[stopped].signal("-TERM");
        let next = cluster.nodes[(stopped + 1) % 3].http.clone();
        for member in rooms.iter_mut().flatten() {
            if member.is_on(&cluster.nodes[stopped].http) {
                assert_eq!(member.is_closed().await, Some(1001));
                assert!(member.resume(&next).await, "the session continues elsewhere");
            }
        }
        cluster.nodes[stopped].again().await;
        for members in &mut rooms {
            all_hear(members, last).await;
            nobody_has_left(members);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_stay_while_redis_is_paused_killed_and_emptied_and_everything_is_there_afterwards() {
    let mut cluster = Cluster::start(2, &[]).await;
    let mut members = cluster.rooms(1, 4).await.remove(0);
    all_say(&mut members).await;
    all_hear(&mut members, 1).await;
    // Paused for longer than a lease: nobody is declared gone.
    cluster.redis.signal("STOP");
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(10)))).await;
    for node in &cluster.nodes {
        assert_eq!(node.get(&node.admin, "/health/live").await.0, 200);
        assert_eq!(node.get(&node.admin, "/health/ready").await.0, 503);
    }
    cluster.redis.signal("CONT");
    for node in &cluster.nodes {
        node.until_ready_is(200).await;
    }
    all_say(&mut members).await;
    all_hear(&mut members, 2).await;
    // Killed, and empty when it is back: the rooms are built again from what the nodes know.
    cluster.redis.kill();
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(3)))).await;
    cluster.redis.restart();
    for node in &cluster.nodes {
        node.until_ready_is(200).await;
    }
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(6)))).await;
    all_say(&mut members).await;
    all_hear(&mut members, 3).await;
    nobody_has_left(&members);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_on_one_node_holds_on_all_within_a_second() {
    const WITHIN: Duration = Duration::from_secs(1);
    let cluster = Cluster::start(2, &[]).await;
    let (one, other) = (&cluster.nodes[0], &cluster.nodes[1]);
    let (ann, bob) = (one.sign_up("ann").await, one.sign_up("bob").await);
    let (room, second) = (one.room(&ann).await, one.room(&ann).await);
    let ask = async |node: &str, method: Method, path: &str, token: &str, body: Value| {
        let asked = Client::new().request(method, format!("http://{node}{path}")).bearer_auth(token).json(&body).send();
        asked.await.expect("an answer")
    };
    // A room's settings.
    let path = format!("/api/rooms/{room}");
    assert_eq!(ask(&other.http, Method::GET, &path, &bob, json!({})).await.status(), 200);
    let changed = ask(&one.http, Method::PATCH, &path, &ann, json!({ "maxParticipants": 2 })).await;
    assert_eq!(changed.status(), 200);
    let seen: Value = ask(&other.http, Method::GET, &path, &bob, json!({})).await.json().await.expect("JSON");
    assert_eq!(seen["maxParticipants"], 2, "{seen}");
    // A room's end.
    let mut socket = other.socket(&bob).await;
    socket.joins(&room).await;
    let begun = Instant::now();
    assert_eq!(ask(&one.http, Method::DELETE, &path, &ann, json!({})).await.status(), 204);
    socket.hears("room_closed").await;
    assert!(begun.elapsed() < WITHIN, "after {:?}", begun.elapsed());
    // A session's end.
    let mut socket = other.socket(&bob).await;
    socket.joins(&second).await;
    let begun = Instant::now();
    let ended = ask(&one.http, Method::DELETE, "/api/account/sessions", &bob, json!({})).await;
    assert_eq!(ended.status(), 204);
    assert_eq!(socket.is_closed().await, Some(4401));
    assert!(begun.elapsed() < WITHIN, "after {:?}", begun.elapsed());
    assert_eq!(ask(&other.http, Method::GET, "/api/account/sessions", &bob, json!({})).await.status(), 401);
}
