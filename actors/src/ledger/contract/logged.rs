//! Events of rooms are recorded in the same step, read in order, and kept until they are stored elsewhere.

use super::{
    Make,
    world::{Claimant, SETTLE, WINDOW, World, limits},
};
use crate::{
    ledger::{RoomNote, events::NOTES_MAX},
    ports::Noted,
    protocol::{Code, LeaveReason, UserId},
    settings::LedgerLimits,
};

/// A room whose ledger keeps so many of its events.
async fn keeping(make: Make, events_max: usize) -> World {
    World::with(make, LedgerLimits { events_max, ..limits() }).await
}

pub(super) async fn a_room_starts_with_its_first_member_and_ends_with_its_last(make: Make) {
    let mut w = keeping(make, 99).await;
    let ann = w.join("ann", "a").await;
    let bob = w.join("bob", "b").await;
    w.leave(&ann, LeaveReason::Left).await;
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(
        w.timeline().await,
        ["1 started", "2 joined ann on a", "3 joined bob on b", "4 left ann left", "5 left bob left", "6 ended"]
    );
    assert_eq!(w.lives().await, [ann.order()]);
}

pub(super) async fn a_leave_is_logged_with_its_reason(make: Make) {
    let mut w = keeping(make, 99).await;
    w.join("ann", "a").await;
    w.join("ann", "b").await;
    let bob = w.join("bob", "b").await;
    let cem = w.join("cem", "c").await;
    w.evict(&bob, LeaveReason::Kicked, "a").await;
    w.disconnect(&cem).await;
    w.pass(WINDOW).await;
    w.reap("a").await;
    w.close("c").await;
    let expected = [
        "1 started",
        "2 joined ann on a",
        "3 left ann replaced",
        "4 joined ann on b",
        "5 joined bob on b",
        "6 joined cem on c",
        "7 left bob kicked",
        "8 disconnected cem on c",
        "9 left cem lost",
        "10 left ann closed",
        "11 ended",
    ];
    assert_eq!(w.timeline().await, expected, "a replaced seat does not end the room");
}

pub(super) async fn a_disconnect_a_resume_and_a_loss_are_logged_with_their_nodes(make: Make) {
    let mut w = keeping(make, 99).await;
    let mut ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.disconnect(&ann).await;
    w.resume(&mut ann, "b", 0).await;
    w.resume(&mut ann, "c", 0).await;
    w.disconnect(&ann).await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    let expected = [
        "1 started",
        "2 joined ann on a",
        "3 disconnected ann on a",
        "4 resumed ann on b",
        "5 resumed ann on c",
        "6 disconnected ann on c",
        "7 left ann lost",
        "8 ended",
    ];
    assert_eq!(w.timeline().await, expected);
}

pub(super) async fn seats_of_a_dead_node_are_logged_as_disconnected(make: Make) {
    let mut w = keeping(make, 99).await;
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    w.reap_nodes("b", &["a"]).await;
    w.reap_nodes("b", &["a"]).await;
    w.audit(&ann, 0, 0).await;
    let expected =
        ["1 started", "2 joined ann on a", "3 joined bob on b", "4 disconnected ann on a", "5 resumed ann on a"];
    assert_eq!(w.timeline().await, expected, "the node lived after all, and asked");
}

pub(super) async fn what_changes_nothing_is_not_logged(make: Make) {
    let mut w = keeping(make, 99).await;
    let ann = w.join_of("ann", "a", 1).await.expect("there is a seat");
    w.join_again(&ann, 1).await.expect("the ledger answers");
    assert!(w.join_of("bob", "b", 1).await.is_none());
    let mut newer = ann.clone();
    w.resume(&mut newer, "b", 0).await;
    w.leave(&ann, LeaveReason::Left).await;
    w.disconnect(&ann).await;
    assert!(w.try_resume(&newer, "b", 7).await.is_err());
    w.reap_nodes("b", &["a"]).await;
    assert_eq!(w.say(&newer, &newer, 1, "nobody").await, "receiver gone");
    assert_eq!(w.timeline().await, ["1 started", "2 joined ann on a", "3 resumed ann on b"]);
    w.leave(&newer, LeaveReason::Left).await;
    w.leave(&newer, LeaveReason::Left).await;
    w.close("a").await;
    assert_eq!(w.timeline().await.split_off(3), ["4 left ann left", "5 ended"]);
}

pub(super) async fn a_room_that_comes_back_has_a_later_life(make: Make) {
    let mut w = keeping(make, 99).await;
    let mut lives = Vec::new();
    for _ in 0..3 {
        let ann = w.join("ann", "a").await;
        lives.push(ann.order());
        w.leave(&ann, LeaveReason::Left).await;
    }
    let once = ["1 started", "2 joined ann on a", "3 left ann left", "4 ended"];
    assert_eq!(w.timeline().await, [once, once, once].concat());
    assert_eq!(w.lives().await, lives, "also within the same millisecond");
}

pub(super) async fn news_stay_until_they_are_stored(make: Make) {
    let mut w = keeping(make, 99).await;
    assert!(!w.has_news().await);
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    assert!(w.has_news().await);
    let (first, through) = w.news(2).await;
    assert_eq!(first, ["1 started", "2 joined ann on a"]);
    assert_eq!(w.news(2).await.0, first, "nothing was stored");
    w.stored(through.expect("the place of the second")).await;
    w.leave(&ann, LeaveReason::Left).await;
    let (rest, through) = w.news(9).await;
    assert_eq!(rest, ["3 joined bob on b", "4 left ann left"]);
    let through = through.expect("the place of the fourth");
    w.stored(through).await;
    w.stored((through.0, 3)).await;
    w.stored((through.0, 99)).await;
    assert_eq!(w.news(9).await.0, [""; 0], "who stored the same, later, changes nothing");
    assert!(!w.has_news().await);
    w.close("b").await;
    assert!(w.has_news().await);
    assert_eq!(w.news(9).await.0, ["5 left bob closed", "6 ended"]);
    assert_eq!(w.timeline().await.len(), 6, "a timeline keeps what was stored");
}

pub(super) async fn a_log_is_bounded_and_its_numbers_tell_what_is_missing(make: Make) {
    let mut w = keeping(make, 3).await;
    let ann = w.join("ann", "a").await;
    let (_, second) = w.news(9).await;
    w.join("bob", "b").await;
    w.leave(&ann, LeaveReason::Left).await;
    w.join("cem", "c").await;
    assert_eq!(w.timeline().await, ["3 joined bob on b", "4 left ann left", "5 joined cem on c"]);
    w.stored(second.expect("the place of the second")).await;
    assert_eq!(w.news(1).await.0, ["3 joined bob on b"], "what is gone is not stored");
}

pub(super) async fn nothing_is_logged_unless_events_are_kept(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.resume(&mut ann, "b", 0).await;
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.timeline().await, [""; 0]);
    assert!(!w.has_news().await);
}

pub(super) async fn after_a_loss_a_room_begins_another_life_with_those_who_are_claimed(make: Make) {
    let mut w = keeping(make, 99).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.stand.loss.copy().await;
    w.leave(&bob, LeaveReason::Left).await;
    w.pass(SETTLE / 2).await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(2))]).await;
    w.pass(SETTLE).await;
    w.reap("a").await;
    let expected = [
        "1 started",
        "2 joined ann on a",
        "3 joined bob on b",
        "1 recovered",
        "2 resumed ann on a",
        "3 disconnected bob on b",
    ];
    assert_eq!(w.timeline().await, expected, "no number is given twice");
    assert_eq!(w.lives().await.len(), 2);
    w.pass(SETTLE).await;
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(2))]).await;
    assert_eq!(w.timeline().await, ["1 recovered", "2 resumed ann on a"]);
}

pub(super) async fn notes_are_kept_beside_the_events_and_bounded(make: Make) {
    let mut w = keeping(make, 2).await;
    let note = |at_ms| RoomNote { at_ms, noted: Noted::Refused { user: UserId::from_u128(7), code: Code::Glare } };
    w.note(vec![note(1)]).await;
    assert_eq!(
        (w.notes().await, w.timeline().await),
        (vec![note(1)], Vec::<String>::new()),
        "before anybody was there"
    );
    assert!(!w.has_news().await, "notes are no news");
    let ann = w.join("ann", "a").await;
    let described = RoomNote { at_ms: 3, noted: Noted::Described { from: ann.order(), to: 9, is_offer: true } };
    w.note(vec![described.clone()]).await;
    w.note(vec![note(2)]).await;
    assert_eq!(w.notes().await, [note(1), described, note(2)], "as they were added");
    w.note((0..NOTES_MAX as u64).map(note).collect()).await;
    assert_eq!(w.notes().await, (0..NOTES_MAX as u64).map(note).collect::<Vec<_>>());
    assert_eq!(w.timeline().await, ["1 started", "2 joined ann on a"], "they push out no event");
}
