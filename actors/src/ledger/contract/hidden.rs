//! Hidden members: their names in these cases end with a question mark.

use super::{
    Make,
    world::{Claimant, WINDOW, World},
};
use crate::{ledger::Fact, protocol::LeaveReason};

const EVE: &str = "eve? _hidden=true";
const NOTHING: [&str; 0] = [];

pub(super) async fn a_hidden_member_comes_and_goes_untold_and_hears_everything(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let mut eve = w.join("eve?", "b").await;
    assert_eq!(eve.before, ["ann"]);
    let bob = w.join("bob", "a").await;
    assert_eq!(bob.before, ["ann", EVE], "the node is told, so that it can tell its clients nothing");
    assert_eq!(w.say_to_all(&ann, 1, "hello").await, "appended");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.inbox(&eve).await, ["1 joined bob", "2 hello"]);
    w.disconnect(&eve).await;
    let told = w.resume(&mut eve, "a", 1).await;
    assert!(told.seat.attributes.are_hidden(), "wherever the session goes on");
    assert_eq!((told.replay, told.members), (vec!["2 hello".to_owned()], vec!["ann".to_owned(), "bob".to_owned()]));
    assert_eq!(w.members().await, ["ann", EVE, "bob"]);
    w.leave(&eve, LeaveReason::Left).await;
    assert_eq!((w.inbox(&ann).await.len(), w.inbox(&bob).await), (1, vec!["1 hello".to_owned()]));
    assert_eq!(w.members().await, ["ann", "bob"]);
}

pub(super) async fn a_hidden_member_takes_one_of_the_seats(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.join_of("eve?", "a", 2).await.expect("a place");
    assert!(w.join_of("bob", "b", 2).await.is_none(), "the room is full");
}

pub(super) async fn whoever_hides_seems_to_leave_and_whoever_appears_to_come(make: Make) {
    let mut w = World::new(make).await;
    for name in ["bob", "bob?"] {
        w.call(name, "bob");
    }
    let ann = w.join("ann", "a").await;
    for name in ["bob", "bob?", "bob?", "bob"] {
        w.join(name, "b").await;
    }
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob replaced", "3 joined bob"]);
}

pub(super) async fn a_hidden_member_is_removed_and_lost_untold(make: Make) {
    let mut w = World::new(make).await;
    let (ann, eve) = (w.join("ann", "a").await, w.join("eve?", "b").await);
    w.evict(&eve, LeaveReason::Kicked, "a").await;
    assert_eq!(w.pushed("b").await, ["eve? 1 ended kicked"], "their node is told");
    let eve = w.join("eve?", "b").await;
    w.disconnect(&eve).await;
    w.pass(WINDOW).await;
    assert_eq!(w.reap("a").await, [eve.id]);
    assert_eq!((w.members().await, w.inbox(&ann).await), (vec!["ann".to_owned()], Vec::new()));
}

pub(super) async fn a_hidden_member_whom_nobody_knows_has_not_left_for_that(make: Make) {
    let mut w = World::new(make).await;
    let (eve, ann) = (w.join("eve?", "b").await, w.join("ann", "a").await);
    w.stand.loss.copy().await;
    w.go_back().await;
    w.tell_facts("a", vec![Fact::Known(vec![ann.order()])]).await;
    w.claim_all(&[(&ann, Claimant::received(0)), (&eve, Claimant::received(1))]).await;
    assert_eq!(w.members().await, [EVE, "ann"]);
}

pub(super) async fn a_hidden_member_is_claimed_hidden(make: Make) {
    let mut w = World::new(make).await;
    let (ann, eve) = (w.join("ann", "a").await, w.join("eve?", "b").await);
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(0)), (&eve, Claimant::received(0))]).await;
    assert_eq!(w.members().await, ["ann", EVE]);
    w.leave(&eve, LeaveReason::Left).await;
    assert_eq!(w.inbox(&ann).await, NOTHING);
}
