//! Repeats: each number counts once from one stay to one other.

use super::{
    Make,
    world::{World, message},
};
use crate::protocol::{LeaveReason, Message, cluster::MessageKind};

pub(super) async fn a_repeat_is_accepted_but_not_appended(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "repeat");
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
    assert_eq!(w.pushed("b").await, ["bob 1 hi"]);
}

pub(super) async fn an_older_number_is_a_repeat(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say(&ann, &bob, 7, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 3, "hi").await, "repeat");
    assert_eq!(w.say(&ann, &bob, 8, "ho").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 ho"]);
}

pub(super) async fn without_a_number_nothing_is_a_repeat(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say(&ann, &bob, None, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 5, "ho").await, "appended");
    assert_eq!(w.say(&ann, &bob, None, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 5, "ho").await, "repeat");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 ho", "3 hi"]);
}

pub(super) async fn numbers_are_judged_for_each_receiver(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    assert_eq!(w.say(&ann, &bob, 2, "hi").await, "appended");
    assert_eq!(w.say(&ann, &cem, 1, "hi").await, "appended");
    assert_eq!(w.say(&bob, &cem, 1, "ho").await, "appended");
    assert_eq!(w.say(&cem, &ann, 1, "he").await, "appended");
    assert_eq!(w.inbox(&cem).await, ["1 hi", "2 ho"]);
}

pub(super) async fn numbers_may_skip(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let largest = crate::protocol::decode::NUMBER_MAX;
    for cid in [1, 4, 1 << 33, largest] {
        assert_eq!(w.say(&ann, &bob, cid, "hi").await, "appended");
        assert_eq!(w.say(&ann, &bob, cid, "hi").await, "repeat");
    }
    assert_eq!(w.say(&ann, &bob, largest - 1, "hi").await, "repeat", "large numbers are exact");
}

pub(super) async fn several_messages_share_one_number(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let both = || ["x", "y"].map(|text| message(MessageKind::IceCandidate, text)).to_vec();
    assert_eq!(w.send(&ann, &bob, Some(1), both()).await, "appended");
    assert_eq!(w.send(&ann, &bob, Some(1), both()).await, "repeat");
    assert_eq!(w.inbox(&bob).await, ["1 x", "2 y"]);
}

pub(super) async fn a_new_stay_of_the_sender_starts_afresh(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 5, "old").await;
    let newer = w.join("ann", "a").await;
    assert_eq!(w.say(&newer, &bob, 1, "new").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 old", "2 left ann replaced", "3 joined ann", "4 new"]);
}

pub(super) async fn a_new_stay_of_the_receiver_starts_afresh(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 5, "old").await;
    w.leave(&bob, LeaveReason::Left).await;
    let newer = w.join("bob", "b").await;
    assert_eq!(w.say(&ann, &newer, 1, "new").await, "appended");
    assert_eq!(w.inbox(&newer).await, ["1 new"]);
}

pub(super) async fn a_repeated_broadcast_reaches_only_who_has_not_got_it(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    let cem = w.join("cem", "b").await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 joined cem"]);
    assert_eq!(w.inbox(&cem).await, ["1 hi"]);
}

pub(super) async fn a_broadcast_that_all_have_got_is_a_repeat(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("cem", "b").await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "repeat");
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi"]);
}

pub(super) async fn sends_and_broadcasts_share_their_numbers(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    assert_eq!(w.say(&ann, &bob, 2, "hi").await, "appended");
    assert_eq!(w.say_to_all(&ann, 2, "ho").await, "appended");
    assert_eq!(w.say(&ann, &cem, 2, "he").await, "repeat");
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi"]);
    assert_eq!(w.inbox(&cem).await, ["1 ho"]);
}

pub(super) async fn numbers_outlive_a_resume(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "hi").await;
    w.gone(&ann).await;
    w.gone(&bob).await;
    w.resume(&ann, "b", 1).await;
    w.resume(&bob, "a", 0).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "repeat");
    assert_eq!(w.say(&ann, &bob, 2, "ho").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 ho"]);
}

pub(super) async fn only_a_description_makes_a_pair_described(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    for (cid, kind) in (1..).zip([MessageKind::IceCandidate, MessageKind::Renegotiate, MessageKind::ChatMessage]) {
        w.send(&ann, &bob, Some(cid), vec![message(kind, "x")]).await;
    }
    assert!(!w.resume(&ann, "a", 1).await.said[0].described);
    let of = |kinds: &[MessageKind]| -> Vec<Message> { kinds.iter().map(|kind| message(*kind, "x")).collect() };
    w.send(&ann, &bob, None, of(&[MessageKind::Offer, MessageKind::IceCandidate])).await;
    let said = w.resume(&ann, "a", 1).await.said[0];
    assert!(said.described && said.cid == 3);
    w.send(&bob, &ann, Some(1), of(&[MessageKind::Answer])).await;
    assert!(w.resume(&bob, "b", 0).await.said[0].described);
}
