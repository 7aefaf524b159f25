//! Slow readers: they only hurt themselves, not their room.

use std::time::Duration;

use actors::{protocol::Close, settings::Settings};

use super::{
    browser::{Browser, Heard},
    world::World,
};

fn settings(outbox_bytes_max: usize) -> Settings {
    let mut settings = Settings::default();
    settings.socket.outbox_bytes_max = outbox_bytes_max;
    (settings.budget.socket_per_second, settings.budget.socket_burst) = (10_000, 10_000);
    settings
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_catches_up_receives_everything_in_order() {
    let world = World::of(1, settings(1 << 20)).await;
    let mut members = world.members(2, world.room(4)).await;
    *members[1].clogged.lock().expect("never poisoned") = true;
    for cid in 1..=50 {
        members[0].chats(cid, "line");
    }
    members[0].hears_nothing_for(Duration::from_secs(2)).await;
    *members[1].clogged.lock().expect("never poisoned") = false;
    for _ in 1..=50 {
        members[1].hears("chat_message").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_too_slow_for_its_outbox_is_closed_and_resumes_without_loss() {
    let world = World::of(1, settings(2_000)).await;
    let mut members = world.members(2, world.room(4)).await;
    let mut slow = members.pop().expect("two");
    *slow.clogged.lock().expect("never poisoned") = true;
    for cid in 1..=50 {
        members[0].chats(cid, "line");
    }
    assert!(matches!(slow.next().await, Heard::Text(_)), "the one that the wire took");
    let mut back = Browser::connect(&world.nodes[0], None);
    assert_eq!(back.resumes(&slow).await["type"], "resumed");
    for _ in 2..=50 {
        back.hears("chat_message").await;
    }
    slow.goes().await;
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_blocked_for_too_long_closes_the_socket() {
    let world = World::of(1, settings(1 << 20)).await;
    let mut members = world.members(2, world.room(4)).await;
    let slow = members.pop().expect("two");
    *slow.clogged.lock().expect("never poisoned") = true;
    members[0].chats(1, "line");
    members[0].hears_nothing_for(Duration::from_secs(9)).await;
    let left = members[0].hears("user_left").await;
    assert_eq!(left["reason"], "lost");
    assert_eq!(Close::SlowReader.number(), 4530);
    slow.goes().await;
}
