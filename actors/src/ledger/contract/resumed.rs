//! Who comes back, and what they are told.

use super::{
    Make,
    world::{LEASE, WINDOW, World, message},
};
use crate::{
    ledger::{Limits, Said},
    protocol::{LeaveReason, cluster::MessageKind, server::ResumeFailure},
};

pub(super) async fn a_resume_within_the_window_is_seen_by_nobody_else(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.pass(WINDOW / 2).await;
    let back = w.resume(&bob, "c", 0).await;
    assert_eq!((back.rev, back.members), (bob.rev, vec!["ann".to_owned()]));
    w.pass(WINDOW).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.pushed("a").await, ["ann 1 joined bob"]);
}

pub(super) async fn what_was_missed_is_replayed_in_order(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.say(&ann, &bob, 1, "one").await;
    let cem = w.join("cem", "a").await;
    w.say(&cem, &bob, 1, "two").await;
    w.leave(&cem, LeaveReason::Left).await;
    let back = w.resume(&bob, "b", 0).await;
    assert_eq!(back.replay, ["1 one", "2 joined cem", "3 two", "4 left cem left"]);
    assert_eq!(back.members, ["ann"]);
}

pub(super) async fn what_was_seen_is_not_replayed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    w.say(&ann, &bob, 2, "two").await;
    w.gone(&bob).await;
    w.say(&ann, &bob, 3, "three").await;
    assert_eq!(w.resume(&bob, "b", 2).await.replay, ["3 three"]);
    assert_eq!(w.resume(&bob, "b", 3).await.replay, [""; 0]);
}

pub(super) async fn a_resumed_seat_gets_its_pushes_on_the_new_node(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.resume(&bob, "c", 0).await;
    w.say(&ann, &bob, 1, "hi").await;
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.pushed("c").await, ["bob 1 hi"]);
}

pub(super) async fn a_seat_whose_socket_stands_can_move_without_a_word(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.resume(&bob, "c", 0).await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.pushed("b").await, [""; 0]);
}

pub(super) async fn after_a_move_the_older_node_has_no_say(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.resume(&ann, "b", 0).await;
    w.gone_on(&ann, "a").await;
    assert_eq!(w.members().await, ["ann"]);
    w.gone_on(&ann, "b").await;
    assert_eq!(w.members().await, ["ann (gone)"]);
}

pub(super) async fn the_wrong_secret_is_a_bad_token(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let mut thief = ann.clone();
    thief.secret ^= 1;
    assert_eq!(w.try_resume(&thief, "b", 0).await.expect_err("a thief"), ResumeFailure::BadToken);
}

pub(super) async fn another_users_stay_is_a_bad_token(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut thief = ann.clone();
    thief.user = bob.user;
    assert_eq!(w.try_resume(&thief, "b", 0).await.expect_err("a thief"), ResumeFailure::BadToken);
}

pub(super) async fn an_unknown_stay_is_gone(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let mut lost = ann.clone();
    lost.session = crate::protocol::SessionId::random();
    assert_eq!(w.try_resume(&lost, "a", 0).await.expect_err("no such stay"), ResumeFailure::SeatGone);
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("no such room"), ResumeFailure::SeatGone);
}

pub(super) async fn a_freed_seat_cannot_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    w.gone(&ann).await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("the window is past"), ResumeFailure::SeatGone);
    assert_eq!(w.members().await, ["bob"]);
}

pub(super) async fn a_replaced_stay_cannot_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("ann", "b").await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("somebody else sits there"), ResumeFailure::SeatGone);
}

pub(super) async fn a_stay_in_a_closed_room_is_gone(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.gone(&ann).await;
    w.close("b").await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("the room is closed"), ResumeFailure::SeatGone);
}

pub(super) async fn a_failed_resume_changes_nothing(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.gone(&ann).await;
    let mut thief = ann.clone();
    thief.secret ^= 1;
    w.try_resume(&thief, "b", 0).await.expect_err("a thief");
    w.try_resume(&ann, "b", 9).await.expect_err("never sent");
    assert_eq!(w.members().await, ["ann (gone)"]);
    w.pass(WINDOW).await;
    assert!(w.is_due().await);
}

pub(super) async fn what_is_no_longer_held_is_a_gap(make: Make) {
    let mut w = World::with(make, Limits { inbox_entries_max: 2, ..Limits::default() }).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    for cid in 1..=3 {
        w.say(&ann, &bob, cid, "hi").await;
    }
    assert_eq!(w.try_resume(&bob, "b", 0).await.expect_err("1 is lost"), ResumeFailure::Gap);
    assert_eq!(w.resume(&bob, "b", 1).await.replay, ["2 hi", "3 hi"]);
}

pub(super) async fn what_was_never_sent_is_a_gap(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    assert_eq!(w.try_resume(&ann, "a", 2).await.expect_err("2 was never sent"), ResumeFailure::Gap);
    assert_eq!(w.resume(&ann, "a", 1).await.replay, [""; 0]);
}

pub(super) async fn a_resume_tells_what_was_said_to_whom(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.send(&ann, &bob, Some(1), vec![message(MessageKind::Offer, "offer")]).await;
    w.say(&ann, &cem, 2, "hi").await;
    w.say_to_all(&ann, 3, "all").await;
    let mut said = w.resume(&ann, "b", 2).await.said;
    said.sort_by_key(|said| said.to != bob.session);
    let to_bob = Said { to: bob.session, cid: 3, described: true };
    assert_eq!(said, [to_bob, Said { to: cem.session, cid: 3, described: false }]);
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.resume(&ann, "b", 3).await.said.len(), 1, "what was said to an ended stay is forgotten");
}

pub(super) async fn a_resumed_seat_of_a_dead_node_is_not_reaped(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.renew("a").await;
    w.pass(LEASE).await;
    w.resume(&ann, "b", 0).await;
    w.reap("b").await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn a_stay_can_be_resumed_again_and_again(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    for node in ["b", "c", "b"] {
        assert_eq!(w.resume(&bob, node, 0).await.replay, ["1 one"], "an answer may be lost on its way");
        w.gone_on(&bob, node).await;
    }
}

pub(super) async fn who_resumes_on_a_node_with_a_dead_lease_is_reaped_with_it(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.renew("b").await;
    w.pass(LEASE).await;
    assert!(!w.is_due().await);
    w.resume(&ann, "b", 0).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann (gone)"]);
}
