//! Lost sockets, dead nodes, and seats past their window.

use super::{
    Make,
    world::{LEASE, WINDOW, World},
};
use crate::protocol::LeaveReason;

pub(super) async fn a_gone_seat_is_listed_as_gone_and_nobody_is_told(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    assert_eq!(w.members().await, ["ann", "bob (gone)"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.join("cem", "a").await.before, ["ann", "bob (gone)"]);
}

pub(super) async fn a_gone_seat_gets_entries_but_no_push(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    w.join("cem", "b").await;
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 joined cem"]);
}

pub(super) async fn another_node_cannot_say_that_a_seat_is_gone(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.gone_on(&ann, "b").await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn an_ended_stay_cannot_be_gone(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("ann", "a").await;
    w.gone(&ann).await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn a_second_gone_does_not_lengthen_the_window(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.gone(&ann).await;
    w.pass(WINDOW * 2 / 3).await;
    w.gone(&ann).await;
    w.pass(WINDOW * 2 / 3).await;
    assert!(w.is_due().await);
}

pub(super) async fn a_seat_past_its_window_is_freed_and_the_others_are_told(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.pass(WINDOW).await;
    w.reap("c").await;
    assert_eq!(w.members().await, ["ann"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob lost"]);
    assert_eq!(w.pushed("a").await, ["ann 1 joined bob", "ann 2 left bob lost"]);
}

pub(super) async fn a_seat_within_its_window_is_not_freed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.pass(WINDOW / 3).await;
    w.gone(&ann).await;
    w.pass(WINDOW * 2 / 3).await;
    w.reap("c").await;
    assert_eq!(w.members().await, ["ann (gone)"]);
}

pub(super) async fn reaping_twice_tells_once(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.pass(WINDOW).await;
    w.reap("a").await;
    w.reap("b").await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob lost"]);
}

pub(super) async fn a_room_is_due_when_a_window_is_past_and_not_before(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert!(!w.is_due().await);
    w.gone(&ann).await;
    w.pass(WINDOW / 2).await;
    assert!(!w.is_due().await);
    w.pass(WINDOW / 2).await;
    assert!(w.is_due().await);
    assert!(w.is_due().await, "asking changes nothing");
}

pub(super) async fn a_room_is_not_due_once_it_was_reaped_or_the_seat_is_back(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    w.gone(&ann).await;
    w.pass(WINDOW / 2).await;
    w.resume(&ann, "a", 0).await;
    w.pass(WINDOW / 2).await;
    w.reap("a").await;
    assert!(!w.is_due().await);
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn a_dead_nodes_seats_are_kept_for_their_window_and_then_lost(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.renew("b").await;
    w.pass(LEASE).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob (gone)"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    w.resume(&bob, "a", 0).await;
    w.gone(&bob).await;
    assert_eq!(w.members().await, ["ann", "bob"], "the dead node has no say any more");
    w.gone_on(&bob, "a").await;
    w.pass(WINDOW).await;
    w.reap("a").await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob lost"]);
}

pub(super) async fn a_dead_nodes_rooms_are_due_until_reaped(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    let node = w.node("a");
    w.renew("a").await;
    assert!(!w.is_due().await);
    w.pass(LEASE).await;
    assert!(w.due().await.dead.contains(&node));
    assert!(w.is_due().await, "whoever was told may have died since");
    w.reap("b").await;
    assert!(!w.is_due().await);
    w.pass(WINDOW).await;
    assert!(w.is_due().await);
    w.reap("b").await;
    assert!(!w.is_due().await);
    assert_eq!(w.members().await, [""; 0]);
}

pub(super) async fn a_node_that_renews_is_not_dead(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.renew("a").await;
    for _ in 0..3 {
        w.pass(LEASE / 2).await;
        w.renew("a").await;
        assert!(!w.is_due().await);
    }
}

pub(super) async fn a_node_that_never_had_a_lease_is_not_judged(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.pass(LEASE * 2).await;
    assert!(!w.is_due().await);
}

pub(super) async fn a_live_nodes_seats_outlive_a_dead_neighbour(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.renew("a").await;
    w.renew("b").await;
    w.pass(LEASE / 2).await;
    w.renew("a").await;
    w.pass(LEASE / 2).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob (gone)"]);
    w.renew("a").await;
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"]);
}

pub(super) async fn who_joins_on_a_node_with_a_dead_lease_is_reaped_with_it(make: Make) {
    let mut w = World::new(make).await;
    w.renew("a").await;
    w.pass(LEASE).await;
    assert!(!w.is_due().await);
    w.join("ann", "a").await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann (gone)"]);
}

pub(super) async fn a_seat_is_gone_once_however_often_its_node_is_found_dead(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.gone(&ann).await;
    w.pass(WINDOW / 2).await;
    w.reap_nodes("b", &["a"]).await;
    w.pass(WINDOW / 2).await;
    assert!(w.is_due().await, "its window began when its socket was lost");
    w.reap_nodes("b", &["a"]).await;
    assert_eq!(w.members().await, [""; 0]);
}
