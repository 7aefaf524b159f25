//! Leases: dead nodes, nodes that stop cleanly, and nodes that were only suspended.

use super::{
    Make,
    world::{LEASE, WINDOW, World},
};
use crate::{ledger::Lease, protocol::LeaveReason};

pub(super) async fn a_dead_nodes_seats_are_kept_for_their_window_and_then_lost(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let old = bob.clone();
    w.renew("b").await;
    w.pass_a_lease(&["a"]).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    w.resume(&mut bob, "a", 0).await;
    w.disconnect(&old).await;
    assert_eq!(w.members().await, ["ann", "bob"], "the dead node has no say any more");
    w.disconnect(&bob).await;
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
    w.pass_a_lease(&["b"]).await;
    assert!(w.due().await.dead.contains(&node));
    assert!(w.is_due().await, "whoever was told may have died since");
    w.reap("b").await;
    assert!(!w.is_due().await);
    assert!(!w.due().await.dead.contains(&node), "it holds nothing any more");
    w.pass(WINDOW).await;
    assert!(w.is_due().await);
    w.reap("b").await;
    assert!(!w.is_due().await);
    assert_eq!(w.members().await, [""; 0]);
}

pub(super) async fn a_dead_nodes_room_is_not_due_once_its_seats_have_moved(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.renew("a").await;
    w.pass_a_lease(&["b"]).await;
    assert!(w.is_due().await);
    w.resume(&mut ann, "b", 0).await;
    assert!(!w.is_due().await);
}

pub(super) async fn a_node_that_renews_is_not_dead(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    assert_eq!(w.renew("a").await, Lease::Kept);
    for _ in 0..3 {
        w.pass_a_lease(&["a", "b"]).await;
        assert_eq!(w.renew("a").await, Lease::Kept);
        assert!(!w.is_due().await);
    }
}

pub(super) async fn a_node_that_renews_late_is_told_that_its_lease_lapsed(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.renew("a").await;
    w.pass(LEASE).await;
    assert_eq!(w.renew("a").await, Lease::Lapsed);
    assert_eq!(w.renew("a").await, Lease::Kept);
}

pub(super) async fn a_node_that_never_had_a_lease_is_not_judged(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.pass_a_lease(&["b"]).await;
    assert!(!w.is_due().await);
}

pub(super) async fn nobody_is_dead_while_no_node_at_all_renews(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.renew("a").await;
    w.renew("b").await;
    w.pass(LEASE * 3).await;
    assert!(!w.is_due().await, "the ledger was away, not the nodes");
    w.renew("b").await;
    assert!(!w.is_due().await, "the other node has a lease's time to come back");
    w.pass_a_lease(&["b"]).await;
    assert!(w.is_due().await);
}

pub(super) async fn a_live_nodes_seats_outlive_a_dead_neighbour(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.renew("b").await;
    w.pass_a_lease(&["a"]).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"], "the node lived after all");
}

pub(super) async fn a_join_on_a_node_with_a_lapsed_lease_is_reaped_with_it(make: Make) {
    let mut w = World::new(make).await;
    w.renew("a").await;
    w.pass_a_lease(&["b"]).await;
    assert!(!w.is_due().await);
    w.join("ann", "a").await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann (disconnected)"]);
}

pub(super) async fn a_resume_on_a_node_with_a_lapsed_lease_is_reaped_with_it(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.renew("b").await;
    w.pass_a_lease(&["a"]).await;
    assert!(!w.is_due().await);
    w.resume(&mut ann, "b", 0).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann (disconnected)"]);
}

pub(super) async fn a_resumed_seat_of_a_dead_node_is_not_reaped(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.renew("a").await;
    w.pass_a_lease(&["b"]).await;
    w.resume(&mut ann, "b", 0).await;
    w.reap("b").await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn a_window_begins_once_however_often_the_node_is_found_dead(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.pass(WINDOW / 2).await;
    w.reap_nodes("b", &["a"]).await;
    w.pass(WINDOW / 2).await;
    assert!(w.is_due().await, "its window began when its socket was lost");
    w.reap_nodes("b", &["a"]).await;
    assert_eq!(w.members().await, [""; 0]);
}

pub(super) async fn a_released_lease_counts_as_run_out(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.renew("a").await;
    w.renew("b").await;
    w.release("a").await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann (disconnected)"]);
}

// C6
pub(super) async fn a_node_that_was_only_asleep_gets_its_seats_back_with_its_next_operation(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.renew("a").await;
    w.pass_a_lease(&["b"]).await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann (disconnected)", "bob"]);
    assert_eq!(w.renew("a").await, Lease::Lapsed);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.members().await, ["ann", "bob"], "an audit shows that it lives");
    w.pass(WINDOW).await;
    assert!(!w.is_due().await);
    w.reap_nodes("b", &["a"]).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.members().await, ["ann", "bob"], "so does a message");
}

pub(super) async fn a_node_that_was_asleep_too_long_is_told_that_its_seats_are_lost(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let _joins = w.pushed("a").await;
    w.reap_nodes("b", &["a"]).await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    assert_eq!(w.pushed("a").await, ["ann 1 ended lost"]);
    assert_eq!(w.inbox_after(&ann, 0).await, None);
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "fenced");
}
