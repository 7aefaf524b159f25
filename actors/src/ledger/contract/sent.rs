//! Messages, inboxes, and pushes.

use super::{
    Make,
    world::{World, limits, message},
};
use crate::{
    ledger::Source,
    protocol::{Kind, LeaveReason, RoomId},
    settings::LedgerLimits,
};

pub(super) async fn a_message_reaches_its_receiver_and_nobody_else(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 joined cem"]);
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi"]);
    assert_eq!(w.inbox(&cem).await, [""; 0]);
}

pub(super) async fn entries_are_numbered_without_holes(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&bob, &ann, 1, "hi").await;
    let cem = w.join("cem", "b").await;
    w.say(&cem, &ann, 1, "ho").await;
    w.leave(&bob, LeaveReason::Left).await;
    w.say(&cem, &ann, 2, "he").await;
    let all = ["1 joined bob", "2 hi", "3 joined cem", "4 ho", "5 left bob left", "6 he"];
    assert_eq!(w.inbox(&ann).await, all);
    assert_eq!(w.inbox_after(&ann, 4).await.expect("stored"), all[4..]);
    assert_eq!(w.inbox_after(&ann, 6).await.expect("stored"), [""; 0]);
    assert_eq!(w.inbox_after(&ann, 7).await, None, "7 was never sent");
}

pub(super) async fn several_messages_are_one_step(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let messages = ["offer", "first", "second"].map(|text| message(Kind::IceCandidate, text));
    assert_eq!(w.send(&ann, &bob, Some(1), messages.to_vec()).await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 offer", "2 first", "3 second"]);
    assert_eq!(w.pushed("b").await, ["bob 1 offer", "bob 2 first", "bob 3 second"]);
}

pub(super) async fn a_push_goes_to_the_receivers_node_once(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("cem", "c").await;
    let _joins = (w.pushed("a").await, w.pushed("b").await);
    w.say(&ann, &bob, 1, "hi").await;
    assert_eq!(w.pushed("a").await, [""; 0]);
    assert_eq!(w.pushed("b").await, ["bob 2 hi"]);
    assert_eq!(w.pushed("c").await, [""; 0]);
}

pub(super) async fn a_push_to_the_asking_node_comes_with_the_answer(make: Make) {
    let mut w = World::new(make).await;
    w.unsubscribe("a");
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "a").await);
    w.say(&bob, &ann, 1, "hi").await;
    w.say_to_all(&ann, 1, "ho").await;
    w.leave(&bob, LeaveReason::Left).await;
    let told = ["ann 1 joined bob", "ann 2 hi", "ann 3 left bob left", "bob 1 ho"];
    assert_eq!(w.pushed("a").await, told);
}

pub(super) async fn a_push_names_the_source_of_a_numbered_message(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 7, "hi").await;
    w.say_to_all(&ann, 8, "ho").await;
    w.say(&ann, &bob, None, "he").await;
    w.leave(&ann, LeaveReason::Left).await;
    let source = |cid, broadcast| Some(Source { from: ann.order(), cid, broadcast });
    assert_eq!(w.sources("b").await, [source(7, false), source(8, true), None, None]);
}

pub(super) async fn an_announcement_reaches_every_seat(make: Make) {
    let mut w = World::new(make).await;
    assert_eq!(w.announce("a", "nobody hears it").await, "appended");
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    let _joins = (w.pushed("a").await, w.pushed("b").await);
    assert_eq!(w.announce("c", "deleted").await, "appended");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 deleted"]);
    assert_eq!(w.pushed("a").await, ["ann 2 deleted"]);
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.resume(&mut bob, "b", 0).await.replay, ["1 deleted"], "who was disconnected");
}

pub(super) async fn a_stranger_cannot_send(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let stranger = w.stranger(RoomId::random()).await;
    assert_eq!(w.say(&stranger, &ann, 1, "hi").await, "fenced");
    assert_eq!(w.inbox(&ann).await, [""; 0]);
}

pub(super) async fn an_ended_session_cannot_send(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("bob", "a").await;
    assert_eq!(w.say(&bob, &ann, 1, "hi").await, "fenced");
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "fenced");
}

pub(super) async fn nothing_is_sent_to_a_stranger_or_an_ended_session(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let stranger = w.stranger(RoomId::random()).await;
    assert_eq!(w.say(&ann, &stranger, 1, "hi").await, "receiver gone");
    let newer = w.join("bob", "a").await;
    assert_eq!(w.say(&ann, &bob, 2, "hi").await, "receiver gone");
    assert_eq!(w.inbox(&newer).await, [""; 0]);
}

pub(super) async fn nothing_is_sent_into_another_room(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let elsewhere = RoomId::random();
    let stranger = w.stranger(elsewhere).await;
    assert_eq!(w.say(&ann, &stranger, 1, "hi").await, "receiver gone");
    assert_eq!(w.inbox_after(&stranger, 0).await, None);
}

pub(super) async fn nobody_sends_to_themselves(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert_eq!(w.say(&ann, &ann, 1, "hi").await, "receiver gone");
    assert_eq!(w.inbox(&ann).await, [""; 0]);
}

pub(super) async fn a_disconnected_member_can_still_be_heard(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    assert_eq!(w.say(&bob, &ann, 1, "last words").await, "appended", "accepted before the socket was lost");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 last words"]);
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
}

pub(super) async fn a_broadcast_reaches_every_other_member(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "a").await);
    w.disconnect(&cem).await;
    let _joins = (w.pushed("a").await, w.pushed("b").await);
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 joined cem"]);
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi"]);
    assert_eq!(w.inbox(&cem).await, ["1 hi"]);
    assert_eq!(w.pushed("a").await, [""; 0]);
    assert_eq!(w.pushed("b").await, ["bob 2 hi"]);
}

pub(super) async fn a_broadcast_to_nobody_is_accepted(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
}

pub(super) async fn a_stranger_cannot_broadcast(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.say_to_all(&bob, 1, "hi").await, "fenced");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"]);
}

pub(super) async fn a_full_inbox_loses_its_oldest_entries(make: Make) {
    let mut w = World::with(make, LedgerLimits { inbox_entries_max: 3, ..limits() }).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    for cid in 1..=5 {
        assert_eq!(w.say(&ann, &bob, cid, "hi").await, "appended");
    }
    assert_eq!(w.inbox_after(&bob, 1).await, None);
    assert_eq!(w.inbox_after(&bob, 2).await.expect("stored"), ["3 hi", "4 hi", "5 hi"]);
    assert_eq!(w.pushed("b").await.len(), 5, "each was pushed all the same");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"], "others lose nothing");
}

pub(super) async fn a_heavy_inbox_loses_its_oldest_entries(make: Make) {
    let mut w = World::with(make, LedgerLimits { inbox_bytes_max: 10_000, ..limits() }).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let heavy = "x".repeat(3_000);
    for cid in 1..=5 {
        assert_eq!(w.say(&ann, &bob, cid, &heavy).await, "appended");
    }
    assert_eq!(w.inbox_after(&bob, 1).await, None);
    let stored = w.inbox_after(&bob, 2).await.expect("stored");
    assert_eq!(stored.len(), 3);
    assert!(stored[0].starts_with("3 xxx"));
}
