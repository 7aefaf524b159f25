//! A node that is stopped or killed and started again on the same data: sessions continue, or their clients are told so.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use tokio::{sync::watch, task::JoinSet};

use crate::{member::Member, process::Node};

/// Long enough for many clients of a slow machine; limits per address are raised, because all have the same.
const MANY: [&str; 4] = ["--set", "room.seat_window=60s", "--set", "budget.address_factor=10000"];
const ROOMS: usize = 125;
const SEATS: usize = 4;

/// What each member is told by the test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Join,
    Talk,
    Stop,
}

/// One member's life across the restart.
async fn live(
    mut turn: watch::Receiver<Turn>,
    mut address: watch::Receiver<String>,
    (token, room): (String, String),
    ready: tokio::sync::mpsc::Sender<()>,
) -> Member {
    let http = address.borrow_and_update().clone();
    let mut member = Member::join(&http, &token, &room).await;
    member.meets(SEATS - 1).await;
    ready.send(()).await.expect("the test listens");
    turn.wait_for(|turn| *turn == Turn::Talk).await.expect("the test talks");
    member.say();
    member.hears(1).await;
    ready.send(()).await.expect("the test listens");
    turn.wait_for(|turn| *turn == Turn::Stop).await.expect("the test talks");
    member.say(); // some of these are in flight when the node stops
    assert_eq!(member.is_closed().await, Some(1001));
    address.changed().await.expect("the test starts the node again");
    let http = address.borrow().clone();
    assert!(member.resume(&http).await, "the session continues");
    member.say();
    member.hears(3).await;
    member
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_members_resume_after_a_restart_and_nobody_is_told_that_anybody_left() {
    let mut node = Node::start(&MANY).await;
    let (tokens, host) = (node.tokens(ROOMS * SEATS), node.sign_up("host").await);
    let (turns, turn) = watch::channel(Turn::Join);
    let (addresses, address) = watch::channel(node.http.clone());
    let (ready, mut are_ready) = tokio::sync::mpsc::channel(ROOMS * SEATS);
    let mut lives = JoinSet::new();
    for tokens in tokens.chunks(SEATS) {
        let room = node.room(&host).await;
        for token in tokens {
            lives.spawn(live(turn.clone(), address.clone(), (token.clone(), room.clone()), ready.clone()));
        }
    }
    for next in [Turn::Talk, Turn::Stop] {
        for _ in 0..ROOMS * SEATS {
            are_ready.recv().await.expect("a member");
        }
        turns.send_replace(next);
    }
    node.signal("-TERM");
    node.again().await;
    addresses.send_replace(node.http.clone());
    let mut members = lives.join_all().await;
    assert_eq!(members.len(), ROOMS * SEATS);
    for member in &mut members {
        assert_eq!(member.left, Vec::<serde_json::Value>::new());
        assert!(member.heard.values().all(|last| *last == 3) && member.heard.len() == SEATS - 1);
    }
    assert!(node.log().contains("restored the sessions of the last run"), "{}", node.log());
    assert!(!node.data("ledger.snapshot").exists(), "a snapshot is used once");
}

#[tokio::test]
async fn after_a_kill_nobody_is_told_anything_false() {
    let mut node = Node::start(&[]).await;
    let (tokens, host) = (node.tokens(4), node.sign_up("host").await);
    let room = node.room(&host).await;
    let mut members = Vec::new();
    for token in &tokens {
        members.push(Member::join(&node.http, token, &room).await);
    }
    for member in &mut members {
        member.meets(3).await;
        member.say();
    }
    // A clean restart first: its snapshot must not come back after the kill.
    node.signal("-TERM");
    for member in &mut members {
        assert_eq!(member.is_closed().await, Some(1001));
    }
    node.again().await;
    for member in &mut members {
        assert!(member.resume(&node.http).await, "the session continues");
        member.say();
    }
    for member in &mut members {
        member.hears(2).await;
    }
    node.signal("-KILL");
    for member in &mut members {
        assert_eq!(member.is_closed().await, None, "no node speaks any more");
    }
    node.again().await;
    for (before, member) in members.iter_mut().enumerate() {
        assert!(!member.resume(&node.http).await, "no session continues where some of it is lost");
        member.enter().await;
        assert_eq!(member.heard.len(), before, "those are there who have joined again");
    }
    for member in &mut members {
        member.meets(3).await;
        member.say();
    }
    for member in &mut members {
        member.hears(3).await;
    }
    // Longer than the window of a seat, and than a lease: no seat of the killed node is freed later.
    let spans = members.iter_mut().map(|member| member.listen(Duration::from_secs(8)));
    futures_util::future::join_all(spans).await;
    for member in &members {
        assert_eq!(member.left, Vec::<serde_json::Value>::new());
    }
}

/// One member, a stop, a change to the snapshot, a start: the log after it.
async fn started_with(change: impl FnOnce(&std::path::Path)) -> String {
    let mut node = Node::start(&[]).await;
    let (tokens, host) = (node.tokens(1), node.sign_up("host").await);
    let room = node.room(&host).await;
    let mut member = Member::join(&node.http, &tokens[0], &room).await;
    node.signal("-TERM");
    assert_eq!(member.is_closed().await, Some(1001));
    node.log_at_end().await;
    let snapshot = node.data("ledger.snapshot");
    change(&snapshot);
    node.again().await;
    assert!(!member.resume(&node.http).await, "the snapshot is left out");
    member.enter().await;
    assert_eq!(member.heard.len(), 0);
    assert!(!snapshot.exists(), "it is not tried again");
    let log = node.log();
    assert!(log.contains("cannot restore the sessions of the last run") && log.contains("ledger.snapshot"), "{log}");
    log
}

fn date(snapshot: &std::path::Path, time: SystemTime) {
    let file = File::options().append(true).open(snapshot).expect("a snapshot");
    file.set_modified(time).expect("its time is set");
}

#[tokio::test]
async fn a_damaged_a_stale_and_a_future_snapshot_are_named_in_the_log_and_left_out() {
    let damaged = started_with(|snapshot| {
        let mut bytes = std::fs::read(snapshot).expect("a snapshot");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(snapshot, bytes).expect("it is written");
    });
    let hour = Duration::from_secs(3_600);
    let stale = started_with(|snapshot| date(snapshot, SystemTime::now() - hour));
    let future = started_with(|snapshot| date(snapshot, SystemTime::now() + hour));
    let (damaged, stale, future) = tokio::join!(damaged, stale, future);
    assert!(damaged.contains("checksum does not match"), "{damaged}");
    assert!(stale.contains("s old, and sessions are kept for 120 s"), "{stale}");
    assert!(future.contains("s ahead of this machine's clock"), "{future}");
}
