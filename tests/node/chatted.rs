//! The history of a room: every message that was acknowledged is in it once, in the order in which a member heard it, whichever
//! node or database goes away meanwhile.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::{cluster::Cluster, member::Member, postgres, process::Node};

/// Long enough for a database that recovers.
const BACK_WITHIN: Duration = Duration::from_secs(30);

async fn page(node: &Node, token: &str, room: &str, query: &str) -> (u16, Value) {
    let url = format!("http://{}/api/rooms/{room}/messages{query}", node.http);
    let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// All messages of a room, oldest first, read from the newest page on.
async fn history(node: &Node, token: &str, room: &str) -> Vec<Value> {
    let (mut all, mut query) = (Vec::new(), "?limit=33".to_owned());
    loop {
        let (status, page) = page(node, token, room, &query).await;
        assert_eq!(status, 200, "{page}");
        all.splice(0..0, page["messages"].as_array().expect("messages").clone());
        let Some(cursor) = page["nextCursor"].as_str() else { return all };
        query = format!("?limit=33&before={cursor}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_message_is_told_to_members_on_all_nodes_and_to_who_resumes() {
    let cluster = Cluster::start(2, &[]).await;
    let (one, host) = (&cluster.nodes[0], cluster.nodes[0].sign_up("host").await);
    let room = one.room(&host).await;
    let tokens = one.tokens(2);
    let mut ann = Member::join(&one.http, &tokens[0], &room).await;
    let mut bob = Member::join(&cluster.nodes[1].http, &tokens[1], &room).await;
    ann.meets(1).await;
    ann.say();
    bob.hears(1).await;
    bob.loses_connection();
    let id = &ann.said_ids[0].clone();
    let url = format!("http://{}/api/rooms/{room}/messages/{id}", one.http);
    let deleted = reqwest::Client::new().delete(url).bearer_auth(&host).send().await.expect("an answer");
    assert_eq!(deleted.status(), 204);
    assert_eq!(ann.hears_of_a_deletion().await, *id);
    assert!(bob.resume(&one.http).await, "within the window");
    assert_eq!(bob.hears_of_a_deletion().await, *id);
    assert_eq!(history(one, &host, &room).await, [Value::Null; 0]);
}

/// Waits until the history can be read.
async fn until_there(node: &Node, token: &str, room: &str) {
    let until = Instant::now() + BACK_WITHIN;
    while page(node, token, room, "").await.0 != 200 {
        assert!(Instant::now() < until, "the history does not come back");
    }
}

fn ids(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["id"].as_str().expect("an id")).collect()
}

/// That the history is what these members said and heard.
fn is_what_they_heard(history: &[Value], members: &[Member]) {
    let stored = ids(history);
    let said: BTreeSet<&str> = members.iter().flat_map(|member| &member.said_ids).map(String::as_str).collect();
    assert_eq!(stored.len(), said.len(), "each once");
    assert_eq!(stored.iter().copied().collect::<BTreeSet<_>>(), said);
    for member in members {
        let own: BTreeSet<&str> = member.said_ids.iter().map(String::as_str).collect();
        let others: Vec<_> = stored.iter().copied().filter(|id| !own.contains(id)).collect();
        assert_eq!(others, member.heard_ids, "in the order in which a member heard them");
        let stored_own: Vec<_> = stored.iter().copied().filter(|id| own.contains(id)).collect();
        assert_eq!(stored_own, member.said_ids, "and their own in the order in which they said them");
    }
}

async fn all_talk(members: &mut [Member], rounds: std::ops::RangeInclusive<u64>) {
    for round in rounds {
        for member in &mut *members {
            member.say();
        }
        join_all(members.iter_mut().map(|member| member.hears(round))).await;
    }
}

/// A room with so many members on each of these nodes.
async fn room(nodes: &[&Node], host: &str, members: usize) -> (String, Vec<Member>) {
    let room = nodes[0].room(host).await;
    let mut joined = Vec::new();
    for (place, token) in nodes[0].tokens(members).iter().enumerate() {
        joined.push(Member::join(&nodes[place % nodes.len()].http, token, &room).await);
    }
    for member in &mut joined {
        member.meets(members - 1).await;
    }
    (room, joined)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_killed_node_and_a_killed_database() {
    let mut cluster = Cluster::start(2, &[]).await;
    let host = cluster.nodes[0].sign_up("host").await;
    let (room, mut members) = room(&[&cluster.nodes[0], &cluster.nodes[1]], &host, 4).await;
    all_talk(&mut members, 1..=10).await;
    is_what_they_heard(&history(&cluster.nodes[1], &host, &room).await, &members);
    cluster.postgres.kill();
    all_talk(&mut members, 11..=20).await; // nobody waits for the database
    for member in &mut members {
        member.say(); // some of these are under way when the node is killed
    }
    cluster.nodes[0].signal("-KILL");
    for place in [0, 2] {
        assert_eq!(members[place].is_closed().await, None, "the node is dead");
        assert!(members[place].resume(&cluster.nodes[1].http).await, "the session continues elsewhere");
    }
    join_all(members.iter_mut().map(|member| member.hears(21))).await;
    all_talk(&mut members, 22..=25).await;
    let (status, problem) = page(&cluster.nodes[1], &host, &room, "").await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")), "{problem}");
    cluster.postgres.restart().await;
    until_there(&cluster.nodes[1], &host, &room).await;
    all_talk(&mut members, 26..=27).await;
    let late = cluster.nodes[1].sign_up("late").await;
    is_what_they_heard(&history(&cluster.nodes[1], &late, &room).await, &members);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_node_had_not_stored_is_stored_by_another_one() {
    let mut cluster = Cluster::start(2, &[]).await;
    let host = cluster.nodes[0].sign_up("host").await;
    // All on one node: the other one knows nothing of the room.
    let (room, mut members) = room(&[&cluster.nodes[0]], &host, 2).await;
    cluster.postgres.kill();
    all_talk(&mut members, 1..=5).await;
    cluster.nodes[0].signal("-KILL");
    cluster.postgres.restart().await;
    // By itself, before anybody asks for it.
    let url = postgres::url(cluster.postgres.port, "postgres");
    let mut database = PgConnection::connect(&url).await.expect("a connection");
    let until = Instant::now() + BACK_WITHIN;
    while sqlx::query_scalar::<_, i64>("SELECT count(*) FROM messages").fetch_one(&mut database).await.ok() != Some(10)
    {
        assert!(Instant::now() < until, "nobody stores what the node has left");
    }
    let other = &cluster.nodes[1];
    is_what_they_heard(&history(other, &host, &room).await, &members);
    // What was just said cannot be read while Redis is away, and an answer without it would not be the truth.
    cluster.redis.signal("STOP");
    let (status, problem) = page(other, &host, &room, "").await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")), "{problem}");
    cluster.redis.signal("CONT");
    until_there(other, &host, &room).await;
    is_what_they_heard(&history(other, &host, &room).await, &members);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_the_database_refuses_is_left_out_counted_and_logged_and_holds_up_no_other() {
    let node = Node::start(&[]).await;
    let host = node.sign_up("host").await;
    let (room, mut members) = room(&[&node], &host, 2).await;
    let path = node.data("aldis.db");
    let mut database = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("a connection");
    let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN NEW.content = '4'
                   BEGIN SELECT RAISE(ABORT, 'refused'); END";
    sqlx::query(trigger).execute(&mut database).await.expect("a trigger");
    all_talk(&mut members, 1..=6).await;
    let stored = history(&node, &host, &room).await;
    let refused = members.iter().map(|member| member.said_ids[3].as_str()).collect::<BTreeSet<_>>();
    let said = members.iter().flat_map(|member| &member.said_ids).map(String::as_str).collect::<BTreeSet<_>>();
    assert_eq!(ids(&stored).into_iter().collect::<BTreeSet<_>>(), &said - &refused);
    assert_eq!(stored.len(), 10);
    let metrics = node.get(&node.admin, "/metrics").await.1;
    assert!(metrics.lines().any(|line| line == "aldis_chat_dropped_total 2"), "{metrics}");
    assert!(node.log().contains("a chat message cannot be stored and is dropped"));
    // A database that can be read but not written: older pages are read.
    let cursor = page(&node, &host, &room, "?limit=1").await.1["nextCursor"].as_str().expect("a cursor").to_owned();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut database).await.expect("the lock");
    all_talk(&mut members, 7..=8).await;
    assert_eq!(page(&node, &host, &room, "").await.0, 503);
    let (status, older) = page(&node, &host, &room, &format!("?before={cursor}")).await;
    assert_eq!((status, older["messages"].as_array().map(Vec::len)), (200, Some(9)), "{older}");
    database.close().await.expect("closed");
    until_there(&node, &host, &room).await;
    assert_eq!(history(&node, &host, &room).await.len(), 14);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_node_keeps_the_history_over_a_restart_and_what_was_read_over_a_kill() {
    let mut node = Node::start(&[]).await;
    let host = node.sign_up("host").await;
    let (room, mut members) = room(&[&node], &host, 3).await;
    all_talk(&mut members, 1..=8).await;
    node.signal("-TERM"); // at once: the last ones are stored while it drains
    node.again().await;
    let late = node.sign_up("late").await;
    let before = history(&node, &late, &room).await;
    is_what_they_heard(&before, &members);
    let names: BTreeSet<_> = before.iter().map(|message| message["senderName"].as_str().expect("a name")).collect();
    assert_eq!(names.len(), 3, "{names:?}");

    for member in &mut members {
        assert!(member.resume(&node.http).await, "the session continues");
    }
    all_talk(&mut members, 9..=10).await;
    let read = history(&node, &late, &room).await;
    is_what_they_heard(&read, &members);
    node.signal("-KILL");
    node.again().await;
    assert_eq!(history(&node, &late, &room).await, read);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_told_when_the_history_is_away_and_when_it_is_back() {
    let mut cluster = Cluster::start(1, &[]).await;
    let tokens = cluster.nodes[0].tokens(2);
    let host = cluster.nodes[0].sign_up("host").await;
    let room = cluster.nodes[0].room(&host).await;
    let mut here = cluster.nodes[0].socket(&tokens[0]).await;
    here.joins(&room).await;
    cluster.postgres.kill();
    assert_eq!(here.hears("degraded").await["data"]["without"], json!(["history"]), "though nobody speaks");
    let mut late = cluster.nodes[0].socket(&tokens[1]).await;
    assert_eq!(late.hears("degraded").await["data"]["without"], json!(["history"]));
    late.joins(&room).await;
    cluster.postgres.restart().await;
    for socket in [&mut here, &mut late] {
        assert_eq!(socket.hears("degraded").await["data"]["without"], json!([]));
    }
}
