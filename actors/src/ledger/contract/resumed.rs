//! Resumed sessions, and what they are told.

use super::{
    Make,
    world::{WINDOW, World, limits, message},
};
use crate::{
    ledger::{Sequence, Source},
    protocol::{Kind, LeaveReason, SessionId, server::ResumeFailure},
    settings::LedgerLimits,
};

pub(super) async fn a_resume_within_the_window_is_seen_by_nobody_else(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let order = bob.order();
    w.disconnect(&bob).await;
    w.pass(WINDOW / 2).await;
    let told = w.resume(&mut bob, "c", 0).await;
    assert_eq!((bob.order(), told.members), (order, vec!["ann".to_owned()]));
    w.pass(WINDOW).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.pushed("a").await, ["ann 1 joined bob"]);
}

pub(super) async fn what_was_missed_is_replayed_in_order(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.say(&ann, &bob, 1, "one").await;
    let cem = w.join("cem", "a").await;
    w.say(&cem, &bob, 1, "two").await;
    w.leave(&cem, LeaveReason::Left).await;
    let told = w.resume(&mut bob, "b", 0).await;
    assert_eq!(told.replay, ["1 one", "2 joined cem", "3 two", "4 left cem left"]);
    assert_eq!(told.members, ["ann"]);
}

pub(super) async fn what_was_received_is_not_replayed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    w.say(&ann, &bob, 2, "two").await;
    w.disconnect(&bob).await;
    w.say(&ann, &bob, 3, "three").await;
    assert_eq!(w.resume(&mut bob, "b", 2).await.replay, ["3 three"]);
    assert_eq!(w.resume(&mut bob, "b", 3).await.replay, [""; 0]);
}

pub(super) async fn a_resumed_seat_gets_its_pushes_on_the_new_node(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.resume(&mut bob, "c", 0).await;
    w.say(&ann, &bob, 1, "hi").await;
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.pushed("c").await, ["bob 1 hi"]);
}

pub(super) async fn the_wrong_secret_is_a_bad_token(make: Make) {
    let mut w = World::new(make).await;
    let mut thief = w.join("ann", "a").await;
    thief.secret ^= 1;
    assert_eq!(w.try_resume(&thief, "b", 0).await.expect_err("a thief"), ResumeFailure::BadToken);
}

pub(super) async fn another_users_or_another_session_is_a_bad_token(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut thief = ann.clone();
    thief.user = bob.user;
    assert_eq!(w.try_resume(&thief, "b", 0).await.expect_err("a thief"), ResumeFailure::BadToken);
    let mut lost = ann.clone();
    lost.session = SessionId::random();
    assert_eq!(w.try_resume(&lost, "a", 0).await.expect_err("another session"), ResumeFailure::BadToken);
}

pub(super) async fn an_unknown_seat_is_gone(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let mut unknown = ann.clone();
    unknown.id.order += 1;
    assert_eq!(w.try_resume(&unknown, "a", 0).await.expect_err("no such seat"), ResumeFailure::SeatGone);
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("no such room"), ResumeFailure::SeatGone);
}

pub(super) async fn a_freed_seat_cannot_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    w.disconnect(&ann).await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("the window is past"), ResumeFailure::SeatGone);
    assert_eq!(w.members().await, ["bob"]);
}

pub(super) async fn a_replaced_session_cannot_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("ann", "b").await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("the user sits elsewhere"), ResumeFailure::SeatGone);
}

pub(super) async fn a_session_in_a_closed_room_is_gone(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.close("b").await;
    assert_eq!(w.try_resume(&ann, "a", 0).await.expect_err("the room is closed"), ResumeFailure::SeatGone);
}

pub(super) async fn a_failed_resume_changes_nothing(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    let mut thief = ann.clone();
    thief.secret ^= 1;
    w.try_resume(&thief, "b", 0).await.expect_err("a thief");
    w.try_resume(&ann, "b", 9).await.expect_err("never sent");
    assert_eq!(w.members().await, ["ann (disconnected)"]);
    w.pass(WINDOW).await;
    assert!(w.is_due().await);
}

pub(super) async fn what_is_no_longer_stored_is_a_gap(make: Make) {
    let mut w = World::with(make, LedgerLimits { inbox_entries_max: 2, ..limits() }).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    for cid in 1..=3 {
        w.say(&ann, &bob, cid, "hi").await;
    }
    assert_eq!(w.try_resume(&bob, "b", 0).await.expect_err("1 is lost"), ResumeFailure::Gap);
    assert_eq!(w.resume(&mut bob, "b", 1).await.replay, ["2 hi", "3 hi"]);
}

pub(super) async fn what_was_never_sent_is_a_gap(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    assert_eq!(w.try_resume(&ann, "a", 2).await.expect_err("2 was never sent"), ResumeFailure::Gap);
    assert_eq!(w.resume(&mut ann, "a", 1).await.replay, [""; 0]);
}

pub(super) async fn a_resume_tells_what_was_sent_to_whom(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.send(&ann, &bob, Some(1), vec![message(Kind::Offer, "offer")]).await;
    w.say(&ann, &cem, 2, "hi").await;
    w.say_to_all(&ann, 3, "all").await;
    let sent = w.resume(&mut ann, "b", 2).await.seat.sent;
    let sequence = |to, cid, described| Sequence { to, cid, described };
    let to_bob = sequence(Some(bob.order()), 1, true);
    let to_cem = sequence(Some(cem.order()), 2, false);
    assert_eq!(sent, [sequence(None, 3, false), to_bob, to_cem]);
    w.leave(&bob, LeaveReason::Left).await;
    let sent = w.resume(&mut ann, "b", 3).await.seat.sent;
    assert_eq!(sent, [sequence(None, 3, false), to_cem], "what was sent to a freed seat is forgotten");
}

pub(super) async fn a_resume_tells_what_was_received_from_whom(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.resume(&mut bob, "b", 0).await.seat.heard, []);
    w.say(&ann, &bob, 4, "hi").await;
    w.say_to_all(&ann, 5, "all").await;
    let source = |cid, broadcast| Source { from: ann.order(), cid, broadcast };
    assert_eq!(w.resume(&mut bob, "b", 2).await.seat.heard, [source(4, false), source(5, true)]);
}

pub(super) async fn a_session_can_be_resumed_again_and_again(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    for node in ["b", "c", "b"] {
        assert_eq!(w.resume(&mut bob, node, 0).await.replay, ["1 one"], "an answer may be lost on its way");
        w.disconnect(&bob).await;
    }
}

pub(super) async fn without_a_new_epoch_nothing_is_said_to_be_lost(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    assert!(!w.resume(&mut ann, "b", 0).await.seat.lost);
}
