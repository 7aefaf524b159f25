//! Generations of a seat: an operation with an old fence changes nothing; a kick needs no fence.

use super::{
    Make,
    world::{WINDOW, World},
};
use crate::{
    ledger::{Audited, Ended},
    protocol::LeaveReason,
};

pub(super) async fn the_fence_begins_at_one_and_rises_with_each_resume(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    assert_eq!(ann.id.fence, 1);
    for fence in 2..5 {
        let order = ann.order();
        w.resume(&mut ann, "b", 0).await;
        assert_eq!((ann.id.fence, ann.order()), (fence, order));
    }
}

// C9
pub(super) async fn the_node_that_held_the_seat_is_told_that_it_moved(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.resume(&mut bob, "c", 0).await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"], "the others are told nothing");
    assert_eq!(w.pushed("b").await, ["bob 1 moved"]);
    assert_eq!(w.pushed("c").await, [""; 0]);
}

pub(super) async fn a_node_is_told_that_a_seat_moved_between_its_own_sockets(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.resume(&mut ann, "a", 0).await;
    assert_eq!(w.pushed("a").await, ["ann 1 moved"]);
}

pub(super) async fn a_node_reclaims_a_seat_that_has_not_moved_and_may_ask_twice(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let asked_before = (ann.id, ann.node);
    assert!(w.reclaim(&mut ann, 0).await);
    (ann.id, ann.node) = asked_before; // the answer was lost
    assert!(w.reclaim(&mut ann, 0).await);
    w.disconnect(&bob).await;
    assert!(w.reclaim(&mut bob, 0).await, "disconnected, and by nobody else resumed");
    assert_eq!(w.members().await, ["ann", "bob"]);
}

pub(super) async fn a_node_cannot_reclaim_a_seat_that_was_resumed_elsewhere(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    let before = (ann.id, ann.node);
    w.resume(&mut ann, "b", 0).await;
    let (now, there) = (ann.id, ann.node);
    (ann.id, ann.node) = before;
    assert!(!w.reclaim(&mut ann, 0).await);
    (ann.id, ann.node) = (now, there);
    assert_eq!(w.pushed("b").await, [""; 0], "it stays where it is");
    w.disconnect(&ann).await;
    (ann.id, ann.node) = before;
    assert!(!w.reclaim(&mut ann, 0).await, "the client is expected on its newer connection");
}

pub(super) async fn a_disconnected_seat_moves_without_a_word(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.resume(&mut ann, "b", 0).await;
    assert_eq!((w.pushed("a").await, w.pushed("b").await), (Vec::new(), Vec::new()));
}

// C1
pub(super) async fn a_leave_with_an_old_fence_has_no_effect(make: Make) {
    let mut w = World::new(make).await;
    let (ann, old) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut bob = old.clone();
    w.resume(&mut bob, "c", 0).await;
    w.leave(&old, LeaveReason::Left).await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"]);
}

// C1
pub(super) async fn a_disconnect_with_an_old_fence_has_no_effect(make: Make) {
    let mut w = World::new(make).await;
    let old = w.join("ann", "a").await;
    let mut ann = old.clone();
    w.resume(&mut ann, "b", 0).await;
    w.disconnect(&old).await;
    assert_eq!(w.members().await, ["ann"]);
    w.disconnect(&ann).await;
    assert_eq!(w.members().await, ["ann (disconnected)"]);
}

// C9
pub(super) async fn a_send_with_an_old_fence_is_fenced(make: Make) {
    let mut w = World::new(make).await;
    let (old, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut ann = old.clone();
    w.resume(&mut ann, "b", 0).await;
    assert_eq!(w.say(&old, &bob, 1, "old").await, "fenced");
    assert_eq!(w.say_to_all(&old, 1, "old").await, "fenced");
    assert_eq!(w.say(&ann, &bob, 1, "new").await, "appended", "its number was not used");
    assert_eq!(w.say_to_all(&ann, 1, "all").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 new", "2 all"]);
}

pub(super) async fn an_audit_with_an_old_fence_is_told_that_the_seat_moved(make: Make) {
    let mut w = World::new(make).await;
    let (old, _bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut ann = old.clone();
    w.resume(&mut ann, "b", 0).await;
    assert_eq!(w.audit(&old, 0, 1).await, Audited::Ended(Ended::Moved));
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"], "nor does it trim");
}

pub(super) async fn a_kick_frees_a_seat_whatever_its_fence(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.resume(&mut ann, "a", 1).await;
    let _moves = w.pushed("a").await;
    w.evict(&ann, LeaveReason::Kicked, "c").await;
    assert_eq!(w.pushed("a").await, ["ann 2 ended kicked"]);
    assert_eq!(w.inbox(&bob).await, ["1 left ann kicked"]);
    assert_eq!(w.members().await, ["bob"]);
}

pub(super) async fn a_kick_on_the_seats_own_node_is_told_with_the_answer(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.unsubscribe("a");
    w.evict(&ann, LeaveReason::Kicked, "a").await;
    assert_eq!(w.pushed("a").await, ["ann 1 ended kicked"]);
}

pub(super) async fn a_kick_of_somebody_who_is_not_there_changes_nothing(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.evict(&bob, LeaveReason::Kicked, "a").await;
    w.evict(&bob, LeaveReason::Kicked, "a").await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob kicked"]);
}

pub(super) async fn a_kick_that_is_repeated_frees_no_seat_taken_since(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.evict(&ann, LeaveReason::Kicked, "c").await;
    w.join("ann", "a").await;
    w.evict(&ann, LeaveReason::Kicked, "c").await;
    assert_eq!(w.inbox(&bob).await, ["1 left ann kicked", "2 joined ann"]);
    assert_eq!(w.members().await, ["bob", "ann"]);
}

pub(super) async fn a_kicked_disconnected_seat_cannot_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.evict(&ann, LeaveReason::Kicked, "b").await;
    assert!(w.try_resume(&ann, "a", 0).await.is_err());
    w.pass(WINDOW).await;
    assert!(!w.is_due().await);
}
