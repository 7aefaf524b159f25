//! Numbers that were used and not applied: refused, or of candidates that wait.

use super::{
    Make,
    world::{Claimant, Seat, World, message, waiting},
};
use crate::{
    ledger::{Fact, Send, Skipped},
    protocol::{Code, Kind, LeaveReason, client::Cid},
};

fn refused(cid: Cid) -> Skipped {
    Skipped { cid, refused: Some(Code::RateLimited) }
}

fn send(from: &Seat, to: &Seat, cid: Cid, skipped: Vec<Skipped>, released: Vec<Cid>) -> Send {
    let messages = released.iter().chain([&cid]).map(|cid| message(Kind::Offer, &format!("no {cid}"))).collect();
    Send { from: from.id, to: to.order(), cid: Some(cid), skipped, released, messages }
}

pub(super) async fn a_skipped_number_is_no_duplicate_until_it_is_applied(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.send_as(&ann, send(&ann, &bob, 2, vec![refused(1)], vec![])).await, "appended");
    assert_eq!(w.say(&ann, &bob, 1, "again").await, "appended");
    assert_eq!(w.say(&ann, &bob, 1, "again").await, "duplicate");
    assert_eq!(w.say(&ann, &bob, 2, "no 2").await, "duplicate", "the last number does not fall");
    assert_eq!(w.inbox(&bob).await, ["1 no 2", "2 again"]);
}

// T5
pub(super) async fn a_resume_tells_which_numbers_were_skipped(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.send_as(&ann, send(&ann, &bob, 4, vec![refused(3), waiting(1)], vec![])).await;
    assert_eq!(w.resume(&mut ann, "b", 1).await.seat.skipped, [waiting(1), refused(3)]);
    assert_eq!(w.say(&ann, &bob, 3, "again").await, "appended");
    assert_eq!(w.resume(&mut ann, "b", 1).await.seat.skipped, [waiting(1)]);
}

pub(super) async fn a_released_number_is_applied_with_the_message_that_it_waited_for(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.send_as(&ann, send(&ann, &cem, 2, vec![waiting(1)], vec![])).await;
    assert_eq!(w.send_as(&ann, send(&ann, &bob, 3, vec![], vec![1])).await, "appended");
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 no 1", "3 no 3"]);
    w.epoch = 0;
    assert_eq!(w.resume(&mut ann, "b", 2).await.seat.skipped, []);
    assert_eq!(w.say(&ann, &bob, 1, "again").await, "duplicate");
}

pub(super) async fn a_number_sent_to_a_receiver_who_has_left_waits_no_more(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.send_as(&ann, send(&ann, &cem, 3, vec![waiting(1), waiting(2)], vec![])).await;
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.send_as(&ann, send(&ann, &bob, 4, vec![], vec![1])).await, "receiver gone");
    assert_eq!(w.resume(&mut ann, "b", 3).await.seat.skipped, [waiting(2)], "who joins later does not receive it");
}

pub(super) async fn a_duplicate_changes_no_skipped_numbers(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.send_as(&ann, send(&ann, &bob, 4, vec![waiting(1), refused(2)], vec![])).await;
    assert_eq!(w.send_as(&ann, send(&ann, &bob, 4, vec![refused(3)], vec![1])).await, "duplicate");
    assert_eq!(w.resume(&mut ann, "b", 1).await.seat.skipped, [waiting(1), refused(2)]);
}

pub(super) async fn a_waiting_number_may_be_refused_later(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.send_as(&ann, send(&ann, &bob, 2, vec![waiting(1)], vec![])).await;
    w.send_as(&ann, send(&ann, &bob, 3, vec![refused(1)], vec![])).await;
    assert_eq!(w.resume(&mut ann, "b", 1).await.seat.skipped, [refused(1)]);
}

// T5
pub(super) async fn a_disconnect_remembers_skipped_numbers(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 2, "hi").await;
    w.disconnect_skipping(&ann, vec![refused(1)]).await;
    assert_eq!(w.resume(&mut ann, "b", 1).await.seat.skipped, [refused(1)]);
    assert_eq!(w.say(&ann, &bob, 1, "again").await, "appended");
}

pub(super) async fn what_was_applied_in_the_lost_moments_and_had_waited_before_is_a_duplicate(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "b").await);
    w.send_as(&ann, send(&ann, &cem, 2, vec![waiting(1)], vec![])).await;
    w.stand.loss.copy().await;
    w.send_as(&ann, send(&ann, &bob, 3, vec![], vec![1])).await;
    w.disconnect(&ann).await;
    w.go_back().await;
    let facts = vec![Fact::Skipped(ann.id, vec![])];
    let claimant = Claimant::received(3).heard(&ann, 3, false);
    w.claim_in(w.epoch, &bob, claimant, facts).await.expect("the ledger answers");
    w.epoch += 1; // as every node knows by now
    assert_eq!(w.resume(&mut ann, "b", 2).await.seat.skipped, []);
    assert_eq!(w.say(&ann, &bob, 1, "again").await, "duplicate");
}

pub(super) async fn a_broadcast_remembers_skipped_numbers_and_can_be_one(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.broadcast_skipping(&ann, Some(2), vec![refused(1)], "hi").await, "appended");
    assert_eq!(w.say_to_all(&ann, 1, "again").await, "appended");
    assert_eq!(w.say_to_all(&ann, 1, "again").await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 again"]);
    assert_eq!(w.resume(&mut ann, "b", 1).await.seat.skipped, []);
}
