//! Audits: holders' state is compared with the ledger's, and missed entries are found.

use super::{
    Make,
    world::{WINDOW, World},
};
use crate::{
    ledger::{Audit, Audited, Ended, Source},
    protocol::LeaveReason,
};

pub(super) async fn an_audit_finds_what_no_push_has_brought(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.unsubscribe("b");
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
    assert_eq!(w.audit(&bob, 1, 0).await, Audited::Held(vec![], vec![]), "now it has all");
}

pub(super) async fn an_audit_tells_whom_a_seat_has_heard_with_what_was_missed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 3, "hi").await;
    w.say_to_all(&ann, 4, "all").await;
    let Audited::Held(entries, heard) = w.audit(&bob, 1, 0).await else { panic!("the seat is its holder's") };
    let source = |cid, broadcast| Source { from: ann.order(), cid, broadcast };
    assert_eq!((entries.len(), heard), (1, vec![source(3, false), source(4, true)]));
}

pub(super) async fn an_audit_answers_each_seat_in_the_order_asked(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "a").await);
    w.leave(&ann, LeaveReason::Left).await;
    let node = w.node("a");
    let of = |seat: &super::world::Seat, last_seq| Audit { seat: seat.id, last_seq, acked: 0 };
    let asked = vec![of(&bob, 0), of(&ann, 0), of(&bob, 9), of(&bob, 1)];
    let answer = w.ask(w.stand.ledger.audit(w.at(&node), asked)).await;
    let Audited::Held(entries, _) = &answer[0] else { panic!("the seat is its holder's") };
    assert_eq!(entries.len(), 1);
    assert!(matches!(answer[1], Audited::Ended(Ended::Freed(_))));
    assert_eq!(answer[2..], [Audited::Gap, Audited::Held(vec![], vec![])]);
}

pub(super) async fn what_was_acknowledged_is_not_stored(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    for cid in 1..=3 {
        w.say(&ann, &bob, cid, "hi").await;
    }
    w.acknowledge(&bob, 2).await;
    w.acknowledge(&bob, 1).await;
    assert_eq!(w.inbox_after(&bob, 2).await.expect("stored"), ["3 hi"]);
    assert_eq!(w.audit(&bob, 1, 0).await, Audited::Gap);
    assert_eq!(w.resume(&mut bob, "b", 2).await.replay, ["3 hi"]);
}

pub(super) async fn acknowledging_more_than_was_sent_takes_nothing_from_the_future(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.say(&ann, &bob, 1, "one").await;
    w.acknowledge(&bob, 1_000).await;
    w.say(&ann, &bob, 2, "two").await;
    assert_eq!(w.inbox_after(&bob, 1).await.expect("stored"), ["2 two"]);
}

// C5
pub(super) async fn an_audit_tells_why_a_seat_has_ended_of_which_no_push_has_told(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("cem", "c").await;
    w.unsubscribe("a");
    w.unsubscribe("b");
    w.evict(&ann, LeaveReason::Kicked, "c").await;
    w.join("bob", "c").await;
    assert_eq!(w.audit(&ann, 0, 0).await, Audited::Ended(Ended::Freed(LeaveReason::Kicked)));
    assert_eq!(w.audit(&bob, 0, 0).await, Audited::Ended(Ended::Freed(LeaveReason::Replaced)));
}

pub(super) async fn a_seat_that_nothing_is_remembered_of_was_lost(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&ann).await;
    w.pass(WINDOW).await;
    w.reap("b").await;
    let lost = Audited::Ended(Ended::Freed(LeaveReason::Lost));
    assert_eq!(w.audit(&ann, 0, 0).await, lost);
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.audit(&bob, 0, 0).await, lost, "nor of a room without seats");
}

pub(super) async fn a_disconnected_seat_is_still_its_holders(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.say(&ann, &bob, 1, "hi").await;
    assert_eq!(w.inbox(&bob).await, ["1 hi"]);
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"], "an audit does not connect it");
}

pub(super) async fn a_node_finds_the_seat_of_a_join_whose_answer_was_lost(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    let cem = w.join("cem", "a").await;
    assert_eq!(w.held("a").await, ["ann 1", "cem 1"]);
    w.disconnect(&cem).await;
    w.resume(&mut ann, "b", 0).await;
    assert_eq!(w.held("a").await, [""; 0]);
    assert_eq!(w.held("b").await, ["ann 2", "bob 1"]);
}

pub(super) async fn a_repair_reaches_the_seats_own_inbox_only(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let _joins = w.pushed("a").await;
    let left = crate::protocol::Entry::Left { user: bob.user.clone(), order: bob.order(), reason: LeaveReason::Lost };
    w.repair(&ann, vec![left.clone()]).await;
    assert_eq!(w.pushed("a").await, ["ann 2 left bob lost"]);
    assert_eq!(w.inbox(&bob).await, [""; 0]);
    let mut old = ann.clone();
    old.id.fence = 0;
    w.repair(&old, vec![left]).await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob lost"], "with an old fence: nothing");
}
