//! Messages, inboxes, and pushes.

use super::{
    Make,
    world::{World, message},
};
use crate::{
    ledger::Limits,
    protocol::{LeaveReason, RoomId, cluster::MessageKind},
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
    assert_eq!(w.inbox_after(&ann, 4).await.expect("held"), all[4..]);
    assert_eq!(w.inbox_after(&ann, 6).await.expect("held"), [""; 0]);
    assert_eq!(w.inbox_after(&ann, 7).await, None, "7 was never sent");
}

pub(super) async fn several_messages_are_one_step(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let messages = ["offer", "first", "second"].map(|text| message(MessageKind::IceCandidate, text));
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
    w.deafen("a");
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "a").await);
    w.say(&bob, &ann, 1, "hi").await;
    w.say_to_all(&ann, 1, "ho").await;
    w.leave(&bob, LeaveReason::Left).await;
    let told = ["ann 1 joined bob", "ann 2 hi", "ann 3 left bob left", "bob 1 ho"];
    assert_eq!(w.pushed("a").await, told);
}

pub(super) async fn without_a_subscription_reading_fills_the_hole(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.deafen("b");
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
}

pub(super) async fn a_stranger_cannot_send(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let stranger = w.in_room(RoomId::random(), async |w| w.join("eve", "e").await).await;
    assert_eq!(w.say(&stranger, &ann, 1, "hi").await, "sender gone");
    assert_eq!(w.inbox(&ann).await, [""; 0]);
}

pub(super) async fn an_ended_stay_cannot_send(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("bob", "a").await;
    assert_eq!(w.say(&bob, &ann, 1, "hi").await, "sender gone");
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "sender gone");
}

pub(super) async fn nobody_sends_to_a_stranger_or_an_ended_stay(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let stranger = w.in_room(RoomId::random(), async |w| w.join("eve", "e").await).await;
    assert_eq!(w.say(&ann, &stranger, 1, "hi").await, "receiver gone");
    let newer = w.join("bob", "a").await;
    assert_eq!(w.say(&ann, &bob, 2, "hi").await, "receiver gone");
    assert_eq!(w.inbox(&newer).await, [""; 0]);
}

pub(super) async fn nobody_sends_into_another_room(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let elsewhere = RoomId::random();
    let bob = w.in_room(elsewhere, async |w| w.join("bob", "b").await).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "receiver gone");
    let said = w.in_room(elsewhere, async |w| (w.say(&ann, &bob, 1, "hi").await, w.inbox(&bob).await)).await;
    assert_eq!(said, ("sender gone", Vec::new()));
}

pub(super) async fn nobody_sends_to_themselves(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert_eq!(w.say(&ann, &ann, 1, "hi").await, "receiver gone");
    assert_eq!(w.inbox(&ann).await, [""; 0]);
}

pub(super) async fn a_gone_member_can_still_be_heard(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    assert_eq!(w.say(&bob, &ann, 1, "last words").await, "appended", "accepted before the socket was lost");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 last words"]);
}

pub(super) async fn a_broadcast_reaches_every_other_member(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "a").await);
    w.gone(&cem).await;
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
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
}

pub(super) async fn a_stranger_cannot_broadcast(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.say_to_all(&bob, 1, "hi").await, "sender gone");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"]);
}

pub(super) async fn only_the_stay_itself_reads_its_inbox(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut thief = ann.clone();
    thief.user = bob.user;
    assert_eq!(w.inbox_after(&thief, 0).await, None);
    w.acked(&thief, 1).await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.inbox_after(&ann, 0).await, None);
}

pub(super) async fn what_was_acknowledged_is_not_kept(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    for cid in 1..=3 {
        w.say(&ann, &bob, cid, "hi").await;
    }
    w.acked(&bob, 2).await;
    w.acked(&bob, 1).await;
    assert_eq!(w.inbox_after(&bob, 2).await.expect("held"), ["3 hi"]);
    assert_eq!(w.inbox_after(&bob, 1).await, None);
    assert_eq!(w.resume(&bob, "b", 2).await.replay, ["3 hi"]);
}

pub(super) async fn acknowledging_more_than_was_sent_takes_nothing_from_the_future(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    w.acked(&bob, 1_000).await;
    w.say(&ann, &bob, 2, "two").await;
    assert_eq!(w.inbox_after(&bob, 1).await.expect("held"), ["2 two"]);
}

pub(super) async fn a_full_inbox_loses_its_oldest_entries(make: Make) {
    let mut w = World::with(make, Limits { inbox_entries_max: 3, ..Limits::default() }).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    for cid in 1..=5 {
        assert_eq!(w.say(&ann, &bob, cid, "hi").await, "appended");
    }
    assert_eq!(w.inbox_after(&bob, 1).await, None);
    assert_eq!(w.inbox_after(&bob, 2).await.expect("held"), ["3 hi", "4 hi", "5 hi"]);
    assert_eq!(w.pushed("b").await.len(), 5, "each was pushed all the same");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"], "others lose nothing");
}

pub(super) async fn a_heavy_inbox_loses_its_oldest_entries(make: Make) {
    let mut w = World::with(make, Limits { inbox_bytes_max: 10_000, ..Limits::default() }).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let heavy = "x".repeat(3_000);
    for cid in 1..=5 {
        assert_eq!(w.say(&ann, &bob, cid, &heavy).await, "appended");
    }
    assert_eq!(w.inbox_after(&bob, 1).await, None);
    let held = w.inbox_after(&bob, 2).await.expect("held");
    assert_eq!(held.len(), 3);
    assert!(held[0].starts_with("3 xxx"));
}
