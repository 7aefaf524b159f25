//! A node that is paused, as by a migration of its machine: the time it slept does not count against its clients.

use std::time::Duration;

use crate::{member::Member, process::Node};

/// How long members are listened to after the pause: longer than the window of a seat.
const AFTERWARDS: Duration = Duration::from_secs(8);

/// Pairs that talk, of which one loses its connection just before the pause and reconnects while the node is paused.
async fn pause(seconds: u32) {
    let mut node = Node::start(&[]).await;
    let tokens = node.tokens(6);
    let host = node.sign_up("host").await;
    let mut members = Vec::new();
    for pair in tokens.chunks(2) {
        let room = node.room(&host).await;
        for token in pair {
            members.push(Member::join(&node.http, token, &room).await);
        }
    }
    for member in &mut members {
        member.meets(1).await;
        member.say();
    }
    for member in &mut members {
        member.hears(1).await;
    }
    let mut lost = members.pop().expect("six members");
    lost.loses_connection();
    while !node.get(&node.admin, "/metrics").await.1.contains("aldis_sockets 5\n") {} // the node has noticed
    node.signal("-STOP");
    let http = node.http.clone();
    let resuming = tokio::spawn(async move {
        // Its connection waits in the kernel's queue until the node goes on.
        assert!(lost.resume(&http).await, "the seat was kept");
        lost
    });
    let mut second = tokio::time::interval(Duration::from_secs(1));
    for _ in 0..=seconds {
        second.tick().await; // the first one comes at once
        for member in &mut members {
            member.heartbeat();
        }
    }
    for member in &mut members {
        member.say();
    }
    node.signal("-CONT");
    let mut lost = resuming.await.expect("it resumes");
    lost.say();
    members.push(lost);
    for member in &mut members {
        member.hears(2).await;
    }
    futures_util::future::join_all(members.iter_mut().map(|member| member.listen(AFTERWARDS))).await;
    for member in &members {
        assert_eq!(member.left, Vec::<serde_json::Value>::new(), "nobody has left");
    }
    node.signal("-TERM");
    node.log_at_end().await;
}

#[tokio::test]
async fn a_pause_of_nine_seconds_closes_no_connection_and_no_seat() {
    pause(9).await;
}

/// Longer than a pong may take, and with it than a connection is kept that does not answer.
#[tokio::test]
async fn a_pause_of_forty_seconds_closes_no_connection_and_no_seat() {
    pause(40).await;
}
