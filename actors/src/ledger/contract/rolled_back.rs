//! The ledger went back in time: its data is older than the state of holders and clients.

use super::{
    Make,
    world::{Claimant, SETTLE, Seat, WINDOW, World},
};
use crate::{
    ledger::Fact,
    protocol::{LeaveReason, server::ResumeFailure},
};

/// Ann and Bob in a room that is copied after Bob has received "one".
async fn copied(make: Make) -> (World, Seat, Seat) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    w.stand.loss.copy().await;
    (w, ann, bob)
}

pub(super) async fn what_a_client_has_received_is_never_numbered_again(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.say(&ann, &bob, 2, "two").await;
    w.go_back().await;
    let receiver = Claimant::received(2).heard(&ann, 2, false);
    w.claim_all(&[(&ann, Claimant::received(1).sent(Some(&bob), 2)), (&bob, receiver)]).await;
    assert_eq!(w.say(&ann, &bob, 2, "two").await, "duplicate");
    assert_eq!(w.say(&ann, &bob, 3, "three").await, "appended");
    assert_eq!(w.inbox_after(&bob, 2).await.expect("stored"), ["3 three"]);
}

pub(super) async fn what_came_before_a_late_claim_is_numbered_after_what_was_received(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "c").await);
    w.disconnect(&bob).await;
    w.stand.loss.copy().await;
    w.say(&ann, &bob, 1, "lost").await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(2)), (&cem, Claimant::received(0))]).await;
    assert_eq!(w.say(&cem, &bob, 1, "new").await, "appended", "a disconnected seat needs no claim");
    // Bob's client had received "joined cem" and "lost"; "new" got the number of "lost".
    assert_eq!(w.resume(&mut bob, "b", 2).await.replay, ["3 new"]);
}

pub(super) async fn messages_wait_for_connected_seats_to_be_claimed(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.go_back().await;
    let old = w.epoch;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    assert_eq!(w.say(&ann, &bob, 2, "two").await, "not applied");
    assert_eq!(w.say(&bob, &ann, 1, "two").await, "not applied");
    w.claim_in(old, &bob, Claimant::received(1), Vec::new()).await.expect("the ledger answers");
    assert_eq!(w.say(&ann, &bob, 2, "two").await, "appended");
    assert_eq!(w.say(&bob, &ann, 1, "two").await, "appended");
}

pub(super) async fn a_claim_brings_what_was_not_received_yet(make: Make) {
    let (mut w, _ann, bob) = copied(make).await;
    w.go_back().await;
    assert_eq!(w.claim(&bob, Claimant::received(0)).await.expect("stored"), ["1 one"]);
}

pub(super) async fn a_seat_that_is_not_claimed_yet_is_told_of_no_entry_until_its_claim(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.join("cem", "a").await;
    w.stand.loss.copy().await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(2))]).await;
    let _before = (w.pushed("a").await, w.pushed("b").await);
    w.evict(&ann, LeaveReason::Kicked, "d").await;
    assert_eq!(w.pushed("b").await, [""; 0], "it would be numbered anew");
    let pushes = w.pushes("a").await;
    assert_eq!((pushes.len(), pushes[0].epoch), (1, w.epoch), "a push says in which epoch it is numbered");
    w.epoch -= 1;
    assert_eq!(w.claim(&bob, Claimant::received(4)).await.expect("stored"), ["5 left ann kicked"]);
}

pub(super) async fn a_claim_with_a_newer_fence_restores_a_forgotten_resume(make: Make) {
    let (mut w, _ann, old) = copied(make).await;
    let mut bob = old.clone();
    w.resume(&mut bob, "c", 1).await;
    w.go_back().await;
    let epoch = w.epoch;
    w.claim_all(&[(&bob, Claimant::received(1))]).await;
    assert_eq!(w.held("c").await, ["bob 2"]);
    assert_eq!(w.held("b").await, [""; 0]);
    w.epoch = epoch;
    assert_eq!(w.claim(&old, Claimant::received(1)).await, Err("moved".to_owned()));
}

pub(super) async fn a_claim_connects_a_seat_whose_resume_was_forgotten(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.stand.loss.copy().await;
    w.resume(&mut ann, "b", 0).await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(0))]).await;
    assert_eq!(w.held("b").await, ["ann 2"]);
    w.pass(WINDOW.max(SETTLE)).await;
    w.reap("b").await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn a_forgotten_leave_is_told_again_to_the_ledger_and_not_to_the_members(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.leave(&bob, LeaveReason::Left).await;
    w.go_back().await;
    w.claim_in(w.epoch, &ann, Claimant::received(2), vec![]).await.expect("the ledger answers");
    w.tell_facts("b", vec![Fact::Freed(bob.id, LeaveReason::Left)]).await;
    w.tell_facts("b", vec![Fact::Freed(bob.id, LeaveReason::Left)]).await;
    assert_eq!(w.members().await, ["ann"]);
    w.epoch = 0;
    assert_eq!(w.inbox_after(&ann, 2).await, Some(vec![]), "who does not know it is told by its own node");
}

pub(super) async fn a_seat_that_had_left_before_somebody_came_who_claims_is_freed(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.leave(&bob, LeaveReason::Lost).await;
    let cem = w.join("cem", "a").await;
    w.go_back().await;
    let old = w.epoch;
    let known = Fact::Known(vec![ann.order(), cem.order()]);
    w.claim_in(old, &cem, Claimant::received(0), vec![known]).await.expect("the ledger answers");
    assert_eq!(w.members().await, ["ann", "cem"]);
    w.epoch = old;
    assert_eq!(w.claim(&bob, Claimant::received(1)).await, Err("lost".to_owned()));
}

pub(super) async fn who_was_past_their_window_does_not_come_back_before_those_have_claimed_who_took_their_place(
    make: Make,
) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.pass(WINDOW * 7 / 8).await;
    w.stand.loss.copy().await;
    w.pass(WINDOW / 8).await;
    w.reap("a").await;
    let cem = w.try_join("cem", "a", 2).await.expect("it is applied").expect("there is a place");
    w.go_back().await;
    let old = std::mem::take(&mut w.epoch);
    w.pass(WINDOW / 8).await; // windows in memory do not go on while the ledger is away
    assert_eq!(w.try_resume(&bob, "b", 0).await.map(|_| ()), Err(ResumeFailure::SeatGone));
    w.epoch = old;
    w.claim_all(&[(&ann, Claimant::received(3)), (&cem, Claimant::received(0))]).await;
    w.pass(SETTLE).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "cem"]);
}

pub(super) async fn who_is_not_known_is_not_freed_if_it_may_have_come_later_or_is_claimed(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.go_back().await;
    w.tell_facts("a", vec![Fact::Known(vec![ann.order()])]).await;
    w.claim_all(&[(&ann, Claimant::received(1)), (&bob, Claimant::received(1))]).await;
    w.tell_facts("b", vec![Fact::Known(vec![bob.order()])]).await;
    assert_eq!(w.members().await, ["ann", "bob"]);
}

pub(super) async fn a_join_waits_until_seats_that_nobody_has_claimed_are_freed(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    w.pass(SETTLE).await;
    w.renew("b").await;
    assert_eq!(w.members().await, ["ann"], "nobody has claimed Bob's");
    assert!(w.try_join("cem", "a", 4).await.is_err());
    w.reap("a").await;
    let cem = w.join("cem", "a").await;
    assert_eq!(cem.before, ["ann"]);
    assert_eq!(w.inbox_after(&ann, 1).await.expect("stored"), ["2 joined cem"]);
    assert!(bob.order() < cem.order());
}

pub(super) async fn the_leave_of_a_claimed_seat_is_told_while_the_epoch_settles(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1)), (&bob, Claimant::received(1))]).await;
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.inbox_after(&ann, 1).await.expect("stored"), ["2 left bob left"]);
}

pub(super) async fn a_forgotten_disconnect_is_told_again(make: Make) {
    let (mut w, _ann, bob) = copied(make).await;
    w.disconnect(&bob).await;
    w.go_back().await;
    w.tell_facts("b", vec![Fact::Disconnected(bob.id, WINDOW)]).await;
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
}

pub(super) async fn a_fact_of_an_older_fence_changes_nothing(make: Make) {
    let (mut w, _ann, old) = copied(make).await;
    let mut bob = old.clone();
    w.resume(&mut bob, "c", 1).await;
    w.go_back().await;
    let facts = vec![Fact::Disconnected(old.id, WINDOW), Fact::Freed(old.id, LeaveReason::Left)];
    w.claim_in(w.epoch, &bob, Claimant::received(1), vec![]).await.expect("the ledger answers");
    w.tell_facts("b", facts).await;
    assert_eq!(w.members().await, ["ann", "bob"]);
}

pub(super) async fn a_fact_of_a_newer_fence_overrides_an_older_disconnect(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.stand.loss.copy().await;
    w.pass(WINDOW / 2).await;
    w.resume(&mut ann, "b", 0).await;
    w.disconnect(&ann).await;
    w.go_back().await;
    w.pass(WINDOW / 4).await;
    w.tell_facts("b", vec![Fact::Disconnected(ann.id, WINDOW)]).await;
    w.pass(WINDOW * 7 / 8).await;
    w.reap("c").await;
    assert_eq!(w.members().await, ["ann (disconnected)"], "its window began with the second disconnect");
}

pub(super) async fn an_unclaimed_seat_of_a_live_node_is_freed_once_the_epoch_has_settled(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.leave(&bob, LeaveReason::Left).await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(2))]).await;
    w.renew("b").await;
    w.pass(SETTLE - SETTLE / 8).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    w.pass(SETTLE / 8).await;
    w.renew("b").await;
    assert!(w.is_due().await);
    assert_eq!(w.reap("a").await, [bob.id], "its node lives and has not claimed it");
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn an_unclaimed_seat_of_a_dead_node_is_kept_for_its_window(make: Make) {
    let (mut w, ann, mut bob) = copied(make).await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    w.pass(SETTLE).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
    w.pass(WINDOW / 2).await;
    assert_eq!(w.resume(&mut bob, "a", 0).await.replay, ["1 one"]);
}

pub(super) async fn a_node_that_claims_and_dies_before_it_renews_its_lease_is_dead(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    w.renew("a").await;
    w.renew("b").await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1)), (&bob, Claimant::received(1))]).await;
    w.pass_a_lease(&["a"]).await;
    let dead = w.node("b");
    assert!(w.due().await.dead.contains(&dead));
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
}

pub(super) async fn a_disconnected_seat_is_kept_for_what_is_left_of_its_window(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.stand.loss.copy().await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    w.pass(WINDOW.max(SETTLE)).await;
    assert_eq!(w.reap("a").await, [bob.id]);
}

pub(super) async fn a_seat_of_a_node_that_was_found_dead_may_be_claimed_until_the_epoch_has_settled(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.reap_nodes("a", &["b"]).await;
    w.pass(WINDOW / 2).await;
    w.stand.loss.copy().await;
    w.go_back().await;
    let old = w.epoch;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    w.say(&ann, &bob, 1, "one").await;
    w.pass(WINDOW * 5 / 8).await;
    assert_eq!(w.reap("a").await, [], "its window is over, but its node may live");
    w.epoch = old;
    assert_eq!(w.claim(&bob, Claimant::received(0)).await.expect("stored"), ["1 one"]);
}

pub(super) async fn after_two_losses_a_seat_is_settled_from_the_first(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    w.disconnect(&bob).await;
    w.stand.loss.copy().await;
    w.say(&ann, &bob, 2, "two").await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1).sent(Some(&bob), 2))]).await;
    w.say(&ann, &bob, 3, "three").await;
    w.stand.loss.copy().await;
    w.go_back().await;
    w.claim_all(&[(&ann, Claimant::received(1).sent(Some(&bob), 3))]).await;
    w.say(&ann, &bob, 4, "four").await;
    // Bob's client had received "one" and "two" before the first loss.
    assert_eq!(w.resume(&mut bob, "b", 2).await.replay, ["3 three", "4 four"]);
}

pub(super) async fn after_two_losses_a_claim_settles_from_the_first_that_its_holder_does_not_know(make: Make) {
    let (mut w, ann, bob) = copied(make).await;
    let cem = w.join("cem", "c").await;
    w.go_back().await;
    // Ann has claimed, Bob has not, when a copy is taken that the second loss goes back to.
    let old = w.epoch;
    w.claim_all(&[(&ann, Claimant::received(2))]).await;
    let left = Fact::Freed(cem.id, LeaveReason::Left);
    w.evict(&ann, LeaveReason::Kicked, "d").await;
    w.stand.loss.copy().await;
    let claimed = w.claim_in(old, &bob, Claimant::received(2), vec![left]).await.expect("the ledger answers");
    assert_eq!(w.claimed_text(&claimed).expect("stored"), ["3 left ann kicked"]);
    w.go_back().await;
    assert_eq!(w.claim(&bob, Claimant::received(3)).await.expect("stored"), [""; 0], "it has received that");
}

pub(super) async fn a_seat_of_whom_the_ledger_has_an_older_one_is_entered_and_that_freed(make: Make) {
    let (mut w, ann, old) = copied(make).await;
    let bob = w.join("bob", "c").await;
    w.go_back().await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    let _before = w.pushed("b").await;
    w.claim_all(&[(&ann, Claimant::received(3)), (&bob, Claimant::received(0))]).await;
    assert_eq!(w.held("c").await, ["bob 1"]);
    assert_eq!(w.pushed("b").await, ["bob 1 ended replaced"]);
    assert_eq!(w.inbox_after(&ann, 3).await, Some(vec![]), "she may know the newer one only");
    assert_eq!(w.say(&ann, &old, 2, "hi").await, "not applied", "until the epoch has settled");
}
