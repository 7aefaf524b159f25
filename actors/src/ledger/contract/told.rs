//! Attributes of members, announcements for one member, and rooms that admit no new members.

use super::{
    Make,
    world::{Claimant, World},
};
use crate::protocol::LeaveReason;

pub(super) async fn a_newcomer_is_told_what_others_tell_of_themselves_and_they_of_the_newcomer(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann+", "a").await;
    assert_eq!(w.tell_of(&ann, Some(1), &[("hand", Some("up \"\n\u{1}\té"))]).await, "appended");
    let bob = w.join("bob+", "b").await;
    assert_eq!(bob.before, ["ann+ hand=up \"\n\u{1}\té metadata=token"]);
    let cem = w.join("cem", "b").await;
    assert_eq!(cem.before, ["ann+ hand=up \"\n\u{1}\té metadata=token", "bob+ metadata=token"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob+ metadata=token", "2 joined cem"]);
    assert_eq!(w.members().await.last().map(String::as_str), Some("cem"));
}

pub(super) async fn a_change_reaches_the_others_once_and_stays(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.tell_of(&ann, Some(1), &[("hand", Some("up")), ("role", Some(""))]).await, "appended");
    assert_eq!(w.tell_of(&ann, Some(1), &[("hand", None)]).await, "duplicate");
    assert_eq!(w.inbox(&bob).await, ["1 hand role"]);
    assert_eq!(w.members().await, ["ann hand=up role=", "bob"]);
    assert_eq!(w.tell_of(&ann, Some(2), &[("hand", None), ("absent", None)]).await, "appended");
    assert_eq!(w.tell_of(&ann, None, &[("b", Some("2")), ("role", Some("chair"))]).await, "appended");
    assert_eq!(w.members().await, ["ann b=2 role=chair", "bob"]);
    assert_eq!(w.tell_of(&ann, Some(3), &[("b", None), ("role", None)]).await, "appended");
    assert_eq!(w.members().await, ["ann", "bob"]);
    let gone = w.join("gus", "a").await;
    w.leave(&gone, LeaveReason::Left).await;
    assert_eq!(w.tell_of(&gone, Some(1), &[("hand", Some("up"))]).await, "fenced");
}

pub(super) async fn what_is_too_much_changes_nothing(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann+", "a").await, w.join("bob", "b").await);
    let long = "x".repeat(1_000);
    assert_eq!(w.tell_of(&ann, Some(1), &[("a", Some(&long)), ("b", Some(&long))]).await, "appended");
    assert_eq!(w.tell_of(&ann, Some(2), &[("a", Some("y")), ("b", Some(&"x".repeat(2_042)))]).await, "too many");
    assert_eq!(w.members().await, [format!("ann+ a={long} b={long} metadata=token"), "bob".to_owned()]);
    assert_eq!(w.tell_of(&ann, Some(2), &[("a", Some("y")), ("b", Some(&"x".repeat(2_041)))]).await, "appended");
    let names: Vec<String> = (0..31).map(|number| format!("n{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), Some(""))).collect();
    assert_eq!(w.tell_of(&ann, Some(3), &[("a", None), ("b", None)]).await, "appended");
    assert_eq!(w.tell_of(&ann, Some(4), &many).await, "appended");
    assert_eq!(w.tell_of(&ann, Some(5), &[("one", Some(""))]).await, "appended");
    assert_eq!(w.tell_of(&ann, Some(6), &[("two", Some(""))]).await, "too many");
    assert_eq!(w.inbox(&bob).await.len(), 5, "nobody hears of what was refused");
}

pub(super) async fn a_resumed_session_knows_what_it_tells(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, mut bob) = (w.join("ann+", "a").await, w.join("bob", "b").await);
    w.tell_of(&ann, Some(1), &[("hand", Some("up"))]).await;
    w.disconnect(&ann).await;
    let told = w.resume(&mut ann, "b", 0).await;
    assert_eq!(World::tells(&told.seat.attributes), " hand=up metadata=token");
    w.disconnect(&bob).await;
    w.tell_of(&ann, Some(2), &[("hand", None)]).await;
    let told = w.resume(&mut bob, "a", 0).await;
    assert_eq!(
        (told.replay, told.members),
        (vec!["1 hand".to_owned(), "2 hand".to_owned()], vec!["ann+ metadata=token".to_owned()])
    );
    assert_eq!(World::tells(&told.seat.attributes), "");
}

pub(super) async fn what_is_told_ends_with_the_seat(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.tell_of(&ann, Some(1), &[("hand", Some("up"))]).await;
    w.join("ann", "b").await;
    assert_eq!(w.inbox(&bob).await, ["1 hand", "2 left ann replaced", "3 joined ann"]);
    assert_eq!(w.members().await, ["bob", "ann"]);
}

pub(super) async fn what_a_holder_claims_is_told_where_it_was_forgotten(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann+", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    w.claim_all(&[(&ann, Claimant::received(1)), (&bob, Claimant::received(0))]).await;
    assert_eq!(w.members().await, ["ann+ metadata=token", "bob"]);
}

pub(super) async fn an_announcement_may_be_for_one(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.announce_to(Some(&bob), "c", "for bob").await, "appended");
    assert_eq!(
        (w.inbox(&ann).await, w.inbox(&bob).await),
        (vec!["1 joined bob".to_owned()], vec!["1 for bob".to_owned()])
    );
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.announce_to(Some(&bob), "c", "for nobody").await, "appended");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"]);
}

pub(super) async fn where_nobody_new_may_join_a_seat_is_taken_again(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert!(w.join_of("cem", "a", 0).await.is_none(), "somebody new");
    w.disconnect(&bob).await;
    assert!(w.join_of("bob", "b", 0).await.is_some(), "who lost the connection, within the window");
    assert!(w.join_of("ann", "b", 0).await.is_some(), "who is connected");
    let evicted = w.join_of("dan", "b", 9).await.expect("a place");
    w.evict(&evicted, LeaveReason::Banned, "a").await;
    assert!(w.join_of("dan", "b", 0).await.is_none(), "who has none any more");
    assert!(w.inbox_after(&ann, 0).await.is_none(), "that seat has ended");
}
