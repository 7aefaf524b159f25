//! The ledger came back empty: a new epoch, in which live seats are claimed again.

use super::{
    Make,
    world::{Claimant, SETTLE, World, waiting},
};
use crate::{
    ledger::{ClosedRoom, Event, Failure, Lease, Notice, Recipient},
    protocol::{Entry, LeaveReason},
};

pub(super) async fn an_operation_in_an_old_epoch_is_answered_the_new_one_and_changes_nothing(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "epoch");
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "epoch");
    assert_eq!(w.join_outcome("cem", "a").await, "epoch");
    let (a, epoch) = (w.node("a"), w.epoch);
    let answer = w.stand.ledger.leave(w.at(&a), ann.id, LeaveReason::Left).await;
    assert!(matches!(answer, Err(Failure::Epoch(newer)) if newer > epoch), "{answer:?}");
    assert_eq!(w.members().await, [""; 0]);
}

pub(super) async fn nodes_are_told_of_a_new_epoch_and_learn_it_with_their_lease(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.renew("a").await;
    let _before = w.events("a").await;
    w.wipe().await;
    assert!(w.events("a").await.contains(&"epoch".to_owned()));
    let Lease::Rebuilt(epoch) = w.renew("a").await else { panic!("the epoch is a new one") };
    assert!(epoch > w.epoch);
    w.epoch = epoch;
    assert_eq!(w.renew("a").await, Lease::Kept);
}

pub(super) async fn claimed_seats_keep_their_order_and_their_numbers(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    w.claim_all(&[(&bob, Claimant::received(0)), (&ann, Claimant::received(7))]).await;
    assert_eq!(w.members().await, ["ann", "bob"], "in whatever order they were claimed");
    assert_eq!(w.say(&bob, &ann, 1, "hi").await, "appended");
    assert_eq!(w.inbox_after(&ann, 7).await.expect("stored"), ["8 hi"]);
    assert_eq!(w.inbox_after(&ann, 6).await, None, "what was before is not stored");
}

pub(super) async fn claiming_tells_nobody(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let _before = (w.pushed("a").await, w.pushed("b").await);
    w.claim_all(&[(&ann, Claimant::received(1)), (&bob, Claimant::received(0))]).await;
    assert_eq!(w.inbox_after(&ann, 1).await.expect("stored"), [""; 0], "they knew each other before");
    assert_eq!((w.pushed("a").await, w.pushed("b").await), (Vec::new(), Vec::new()));
}

pub(super) async fn a_claim_can_be_repeated(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let old = w.epoch;
    w.claim_all(&[(&ann, Claimant::received(1)), (&bob, Claimant::received(0))]).await;
    w.say(&bob, &ann, 1, "hi").await;
    for epoch in [old, w.epoch] {
        let again = w.claim_in(epoch, &ann, Claimant::received(1), Vec::new()).await.expect("the ledger answers");
        assert_eq!(w.claimed_text(&again).expect("still its holder's"), ["2 hi"]);
    }
    assert_eq!(w.members().await, ["ann", "bob"]);
}

// C10
pub(super) async fn a_join_waits_until_the_epoch_has_settled(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.wipe().await;
    w.epoch = 0;
    assert_eq!(w.join_outcome("cem", "b").await, "not applied", "also in a room that nobody has claimed");
    w.claim(&ann, Claimant::received(0)).await.expect_err("it is not known in this epoch");
    w.epoch = 1;
    w.claim_all(&[(&ann, Claimant::received(0))]).await;
    assert_eq!(w.join_outcome("cem", "b").await, "not applied", "also where all known seats are claimed");
    w.pass(SETTLE).await;
    let cem = w.join("cem", "b").await;
    assert!(cem.order() > ann.order());
    assert_eq!(w.inbox(&ann).await, ["1 joined cem"]);
}

pub(super) async fn the_first_epoch_needs_not_settle(make: Make) {
    let mut w = World::new(make).await;
    assert_eq!(w.join_outcome("ann", "a").await, "seated");
}

// C10
pub(super) async fn a_newcomer_never_gets_the_order_of_a_forgotten_seat(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.wipe().await;
    w.pass(SETTLE).await;
    w.epoch = 0;
    let bob = w.join("bob", "b").await;
    assert!(bob.order() > ann.order());
}

pub(super) async fn a_message_to_a_seat_that_is_not_claimed_yet_waits(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let old = w.epoch;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "not applied");
    assert_eq!(w.say(&bob, &ann, 1, "hi").await, "fenced", "its node has not claimed it");
    w.claim_in(old, &bob, Claimant::received(0), Vec::new()).await.expect("the ledger answers");
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    w.pass(SETTLE).await;
    let mut never = bob.clone();
    never.id.order += 1;
    assert_eq!(w.say(&ann, &never, 2, "hi").await, "receiver gone", "who has not claimed by then is gone");
}

pub(super) async fn a_broadcast_waits_until_the_epoch_has_settled(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "not applied", "a live seat may still be missing");
    w.epoch = 1;
    w.claim_all(&[(&bob, Claimant::received(0))]).await;
    w.pass(SETTLE).await;
    assert_eq!(w.say_to_all(&ann, 1, "hi").await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
}

// C10
pub(super) async fn what_was_sent_before_is_a_duplicate_after_a_claim(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 3, "hi").await;
    w.say_to_all(&ann, 4, "ho").await;
    w.wipe().await;
    let sender = Claimant::received(1).sent(Some(&bob), 3).sent(None, 4);
    w.claim_all(&[(&ann, sender), (&bob, Claimant::received(2))]).await;
    w.pass(SETTLE).await;
    assert_eq!(w.say(&ann, &bob, 3, "hi").await, "duplicate");
    assert_eq!(w.say_to_all(&ann, 4, "ho").await, "duplicate");
    assert_eq!(w.say(&ann, &bob, 5, "he").await, "appended");
}

pub(super) async fn what_a_receiver_has_heard_is_a_duplicate_whoever_claims_first(make: Make) {
    for receiver_first in [true, false] {
        let mut w = World::new(make.clone()).await;
        let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
        w.say(&ann, &bob, 3, "hi").await;
        w.wipe().await;
        // The sender's node never got the answer, and repeats the message after the claim.
        let receiver = Claimant::received(1).heard(&ann, 3, false);
        let mut claims = [(&bob, receiver), (&ann, Claimant::received(1))];
        if !receiver_first {
            claims.reverse();
        }
        w.claim_all(&claims).await;
        assert_eq!(w.say(&ann, &bob, 3, "hi").await, "duplicate");
        assert_eq!(w.say(&ann, &bob, 4, "ho").await, "appended");
        assert_eq!(w.inbox_after(&bob, 1).await.expect("stored"), ["2 ho"]);
    }
}

pub(super) async fn a_broadcast_that_was_heard_is_a_duplicate_after_a_claim(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say_to_all(&ann, 3, "hi").await;
    w.wipe().await;
    w.claim_all(&[(&bob, Claimant::received(1).heard(&ann, 3, true)), (&ann, Claimant::received(1))]).await;
    w.pass(SETTLE).await;
    assert_eq!(w.say_to_all(&ann, 3, "hi").await, "duplicate");
}

pub(super) async fn skipped_numbers_outlive_a_claim(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let sender = Claimant { skipped: vec![waiting(2)], ..Claimant::received(1).sent(Some(&bob), 3) };
    w.claim_all(&[(&ann, sender), (&bob, Claimant::received(0))]).await;
    assert_eq!(w.say(&ann, &bob, 2, "late").await, "appended");
    assert_eq!(w.resume(&mut ann, "a", 1).await.seat.skipped, []);
}

pub(super) async fn a_newer_seat_of_the_same_user_ends_the_claimed_one(make: Make) {
    let mut w = World::new(make).await;
    let old = w.join("ann", "a").await;
    let newer = w.join("ann", "b").await;
    w.wipe().await;
    let epoch = w.epoch;
    w.claim_all(&[(&newer, Claimant::received(0))]).await;
    w.epoch = epoch;
    assert_eq!(w.claim(&old, Claimant::received(0)).await, Err("replaced".to_owned()));
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn an_older_seat_of_the_same_user_is_freed_by_the_claim(make: Make) {
    let mut w = World::new(make).await;
    let old = w.join("ann", "a").await;
    let newer = w.join("ann", "b").await;
    let _before = w.pushed("a").await;
    w.wipe().await;
    let epoch = w.epoch;
    w.claim_all(&[(&old, Claimant::received(0))]).await;
    w.epoch = epoch;
    w.claim_all(&[(&newer, Claimant::received(0))]).await;
    assert_eq!(w.members().await, ["ann"]);
    assert_eq!(w.pushed("a").await, ["ann 1 ended replaced"]);
}

pub(super) async fn a_seat_that_is_said_to_be_freed_cannot_be_claimed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let epoch = w.epoch;
    let freed = vec![crate::ledger::Fact::Freed(bob.id, LeaveReason::Kicked)];
    w.claim_in(epoch, &ann, Claimant::received(1), freed).await.expect("the ledger answers");
    assert_eq!(w.claim(&bob, Claimant::received(0)).await, Err("kicked".to_owned()));
}

pub(super) async fn a_seat_claimed_too_late_is_lost(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let epoch = w.epoch;
    w.claim_all(&[(&ann, Claimant::received(1))]).await;
    w.pass(SETTLE).await;
    w.epoch = epoch;
    assert_eq!(w.claim(&bob, Claimant::received(0)).await, Err("lost".to_owned()), "others may have its place");
}

pub(super) async fn a_claim_says_when_the_epoch_will_have_settled(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.wipe().await;
    w.pass(SETTLE / 3).await;
    let epoch = w.epoch;
    let claimed = w.claim_in(epoch, &ann, Claimant::received(0), Vec::new()).await.expect("the ledger answers");
    assert!(claimed.epoch > epoch);
    assert!(claimed.settled_after > SETTLE / 3 && claimed.settled_after <= SETTLE * 2 / 3, "{claimed:?}");
}

pub(super) async fn a_loss_is_told_with_each_resume_until_the_client_has_received_what_follows(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, cem) = (w.join("ann", "a").await, w.join("cem", "a").await);
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(1)), (&cem, Claimant::received(0))]).await;
    assert!(w.resume(&mut ann, "b", 1).await.seat.lost);
    assert!(w.resume(&mut ann, "c", 1).await.seat.lost, "the answer may have been lost on its way");
    w.acknowledge(&ann, 1).await;
    w.disconnect(&ann).await;
    assert!(w.resume(&mut ann, "b", 1).await.seat.lost, "and so may what the node told its client");
    w.say(&cem, &ann, 1, "hi").await;
    w.acknowledge(&ann, 2).await;
    assert!(!w.resume(&mut ann, "b", 2).await.seat.lost);
    w.pass(SETTLE).await;
    let mut bob = w.join("bob", "b").await;
    assert!(!w.resume(&mut bob, "b", 0).await.seat.lost, "what came since lost nothing");
}

pub(super) async fn a_disconnected_seat_that_was_forgotten_cannot_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.wipe().await;
    w.epoch = 0;
    assert!(w.try_resume(&ann, "b", 0).await.is_err());
}

pub(super) async fn a_claimed_seat_can_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(3)), (&bob, Claimant::received(0))]).await;
    w.disconnect(&ann).await;
    w.say(&bob, &ann, 1, "hi").await;
    assert_eq!(w.resume(&mut ann, "b", 3).await.replay, ["4 hi"]);
    assert_eq!(ann.id.fence, 2);
}

pub(super) async fn a_roster_is_repaired_after_the_epoch_has_settled(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.disconnect(&cem).await;
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(2)), (&bob, Claimant::received(1))]).await;
    w.pass(SETTLE).await;
    w.reap("a").await;
    assert_eq!(w.members().await, ["ann", "bob"]);
    let left = Entry::Left { user: cem.user.clone(), order: cem.order(), reason: LeaveReason::Lost };
    w.repair(&ann, vec![left]).await;
    assert_eq!(w.inbox_after(&ann, 2).await.expect("stored"), ["3 left cem lost"]);
}

/// The join of the newer seat precedes the repair: behind it, the leave would tell of the user.
pub(super) async fn a_roster_is_not_repaired_with_the_leave_of_somebody_who_is_back(make: Make) {
    let mut w = World::new(make).await;
    let (ann, before) = (w.join("ann", "a").await, w.join("cem", "b").await);
    w.leave(&before, LeaveReason::Left).await;
    w.join("cem", "b").await;
    let left = Entry::Left { user: before.user.clone(), order: before.order(), reason: LeaveReason::Lost };
    w.repair(&ann, vec![left]).await;
    assert_eq!(w.inbox_after(&ann, 0).await.expect("stored"), ["1 joined cem", "2 left cem left", "3 joined cem"]);
}

pub(super) async fn subscriptions_outlive_a_new_epoch(make: Make) {
    let mut w = World::new(make).await;
    let a = w.node("a");
    w.wipe().await;
    let _before = w.events("a").await;
    w.ask(w.stand.ledger.notify(Recipient::Node(a), Notice::RoomClosed(ClosedRoom { room: w.room, revision: 2 })))
        .await;
    let events = w.events("a").await;
    assert!(events.contains(&"room closed".to_owned()), "{events:?} {:?}", Event::Subscribed);
}
