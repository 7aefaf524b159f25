//! Duplicates: each number of a session counts once, towards each receiver and among its broadcasts.

use super::{
    Make,
    world::{World, message},
};
use crate::protocol::{Kind, LeaveReason, Message};

pub(super) async fn a_duplicate_is_accepted_but_not_appended(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
    assert_eq!(w.pushed("b").await, ["bob 1 hi"]);
}

pub(super) async fn an_older_number_is_a_duplicate(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say(&ann, &bob, 7, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 3, "hi").await, "duplicate");
    assert_eq!(w.say(&ann, &bob, 8, "ho").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 ho"]);
}

pub(super) async fn without_a_number_nothing_is_a_duplicate(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say(&ann, &bob, None, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 5, "ho").await, "appended");
    assert_eq!(w.say(&ann, &bob, None, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 5, "ho").await, "duplicate");
    assert_eq!(w.say_to_all(&ann, None, "hu").await, "appended");
    assert_eq!(w.say_to_all(&ann, None, "hu").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 ho", "3 hi", "4 hu", "5 hu"]);
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

pub(super) async fn numbers_may_leave_gaps(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let largest = crate::protocol::decode::NUMBER_MAX;
    for cid in [1, 4, 1 << 33, largest] {
        assert_eq!(w.say(&ann, &bob, cid, "hi").await, "appended");
        assert_eq!(w.say(&ann, &bob, cid, "hi").await, "duplicate");
    }
    assert_eq!(w.say(&ann, &bob, largest - 1, "hi").await, "duplicate", "large numbers are exact");
}

pub(super) async fn several_messages_share_one_number(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let both = || ["x", "y"].map(|text| message(Kind::IceCandidate, text)).to_vec();
    assert_eq!(w.send(&ann, &bob, Some(1), both()).await, "appended");
    assert_eq!(w.send(&ann, &bob, Some(1), both()).await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 x", "2 y"]);
}

pub(super) async fn a_new_session_of_the_sender_starts_afresh(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 5, "old").await;
    let newer = w.join("ann", "a").await;
    assert_eq!(w.say(&newer, &bob, 1, "new").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 old", "2 left ann replaced", "3 joined ann", "4 new"]);
}

pub(super) async fn a_new_session_of_the_receiver_starts_afresh(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 5, "old").await;
    w.leave(&bob, LeaveReason::Left).await;
    let newer = w.join("bob", "b").await;
    assert_eq!(w.say(&ann, &newer, 1, "new").await, "appended");
    assert_eq!(w.inbox(&newer).await, ["1 new"]);
}

pub(super) async fn a_number_stays_used_when_its_receiver_has_left(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.say(&ann, &cem, 4, "hi").await;
    w.say(&ann, &bob, 5, "hi").await;
    w.leave(&bob, LeaveReason::Left).await;
    let seat = w.resume(&mut ann, "b", 2).await.seat;
    assert_eq!((seat.applied, seat.sent.len()), (5, 1), "what is resent to Bob's next seat is a duplicate");
}

pub(super) async fn a_broadcast_is_judged_once_for_all_receivers(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    let cem = w.join("cem", "b").await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 joined cem"]);
    assert_eq!(w.inbox(&cem).await, [""; 0], "who joined since was not meant");
}

pub(super) async fn a_resent_broadcast_is_a_duplicate(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("cem", "b").await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi"]);
}

pub(super) async fn a_broadcast_to_nobody_uses_its_number(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "duplicate");
}

pub(super) async fn sends_and_broadcasts_are_judged_apart(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    assert_eq!(w.say(&ann, &bob, 2, "hi").await, "appended");
    assert_eq!(w.say_to_all(&ann, 2, "ho").await, "appended");
    assert_eq!(w.say(&ann, &cem, 2, "he").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi", "3 ho"]);
    assert_eq!(w.inbox(&cem).await, ["1 ho", "2 he"]);
}

pub(super) async fn numbers_outlive_a_resume(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "hi").await;
    w.say_to_all(&ann, 2, "all").await;
    w.disconnect(&ann).await;
    w.disconnect(&bob).await;
    w.resume(&mut ann, "b", 1).await;
    w.resume(&mut bob, "a", 0).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "duplicate");
    assert_eq!(w.say_to_all(&ann, 2, "all").await, "duplicate");
    assert_eq!(w.say(&ann, &bob, 3, "ho").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 all", "3 ho"]);
}

// C3
pub(super) async fn a_message_of_unknown_outcome_can_be_repeated(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    // Its answer was lost: the node repeats it, and if its socket is lost too, the client resends it elsewhere.
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "duplicate");
    w.disconnect(&ann).await;
    w.resume(&mut ann, "c", 0).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
}

pub(super) async fn only_a_description_makes_a_pair_described(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    for (cid, kind) in (1..).zip([Kind::IceCandidate, Kind::Renegotiate, Kind::ChatMessage]) {
        w.send(&ann, &bob, Some(cid), vec![message(kind, "x")]).await;
    }
    assert!(!w.resume(&mut ann, "a", 1).await.seat.sent[0].described);
    let of = |kinds: &[Kind]| -> Vec<Message> { kinds.iter().map(|kind| message(*kind, "x")).collect() };
    w.send(&ann, &bob, None, of(&[Kind::Offer, Kind::IceCandidate])).await;
    let sent = w.resume(&mut ann, "a", 1).await.seat.sent[0];
    assert!(sent.described && sent.cid == 3);
    w.send(&bob, &ann, Some(1), of(&[Kind::Answer])).await;
    assert!(w.resume(&mut bob, "b", 0).await.seat.sent[0].described);
}
