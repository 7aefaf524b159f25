//! Who takes and frees a seat, and who is told.

use super::{Make, world::World};
use crate::protocol::{LeaveReason, RoomId, UserId};

pub(super) async fn join_order_grows_and_the_newcomer_is_told_who_was_there(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "a").await);
    assert!(0 < ann.order() && ann.order() < bob.order() && bob.order() < cem.order());
    assert_eq!(ann.before, [""; 0]);
    assert_eq!(bob.before, ["ann"]);
    assert_eq!(cem.before, ["ann", "bob"]);
    assert_eq!(w.members().await, ["ann", "bob", "cem"]);
}

pub(super) async fn ids_are_opaque(make: Make) {
    let mut w = World::new(make).await;
    let long = "x".repeat(UserId::BYTES_MAX);
    let ids = ["1", "auth0|5f7c", "urn:a:b", "{a}", "50%25", "o'neill*?[a]", long.as_str()];
    let names = ["ann", "bob", "cem", "dan", "eve", "fay", "gil"];
    let mut seats = Vec::new();
    for (name, id) in names.into_iter().zip(ids) {
        w.call(name, id);
        seats.push(w.join_of(name, "a", 9).await.expect("there is a seat"));
    }
    assert_eq!(w.members().await, names);
    assert_eq!(w.say(&seats[1], &seats[6], 1, "hi").await, "appended");
    assert_eq!(w.inbox(&seats[6]).await, ["1 hi"]);
    assert_eq!(w.inbox(&seats[4]).await, ["1 joined fay", "2 joined gil"]);
    // The same id takes the seat, one that is alike does not.
    w.call("ann", "auth0|5F7C");
    w.join_of("ann", "b", 9).await.expect("there is a seat");
    assert_eq!(w.join_of("bob", "b", 9).await.expect("there is a seat").replaced, Some(seats[1].id));
    w.evict(&seats[2], LeaveReason::Kicked, "a").await;
    assert_eq!(
        w.inbox_after(&seats[6], 1).await.expect("stored"),
        ["2 joined ann", "3 left bob replaced", "4 joined bob", "5 left cem kicked"]
    );
}

pub(super) async fn a_newcomer_is_announced_to_those_who_were_there(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("cem", "a").await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 joined cem"]);
    assert_eq!(w.inbox(&bob).await, ["1 joined cem"]);
    assert_eq!(w.pushed("a").await, ["ann 1 joined bob", "ann 2 joined cem"]);
    assert_eq!(w.pushed("b").await, ["bob 1 joined cem"]);
}

pub(super) async fn a_full_room_refuses_and_nothing_changes(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join_of("ann", "a", 2).await.expect("the first gets a seat");
    w.join_of("bob", "b", 2).await.expect("the second gets a seat");
    assert!(w.join_of("cem", "a", 2).await.is_none());
    assert_eq!(w.members().await, ["ann", "bob"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
}

pub(super) async fn a_disconnected_seat_counts_against_the_limit(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join_of("ann", "a", 1).await.expect("the first gets a seat");
    w.disconnect(&ann).await;
    assert!(w.join_of("bob", "b", 1).await.is_none());
}

pub(super) async fn a_freed_seat_can_be_taken(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join_of("ann", "a", 1).await.expect("the first gets a seat");
    w.leave(&ann, LeaveReason::Left).await;
    assert!(w.join_of("bob", "b", 1).await.is_some());
    assert_eq!(w.members().await, ["bob"]);
}

pub(super) async fn a_join_order_is_never_used_twice(make: Make) {
    let mut w = World::new(make).await;
    let mut last = 0;
    for _ in 0..20 {
        let ann = w.join("ann", "a").await;
        assert!(ann.order() > last, "also in a room that was empty in between");
        last = ann.order();
        w.leave(&ann, LeaveReason::Left).await;
    }
}

pub(super) async fn a_second_join_of_a_user_replaces_the_older_seat(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let newer = w.join("bob", "a").await;
    assert_eq!(newer.before, ["ann"]);
    assert_eq!((newer.replaced, bob.replaced), (Some(bob.id), None));
    assert!(newer.order() > bob.order());
    assert_eq!(w.members().await, ["ann", "bob"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob replaced", "3 joined bob"]);
    assert_eq!(w.inbox_after(&bob, 0).await, None);
    assert_eq!(w.inbox(&newer).await, [""; 0]);
}

pub(super) async fn replacing_works_in_a_full_room(make: Make) {
    let mut w = World::new(make).await;
    w.join_of("ann", "a", 2).await.expect("the first gets a seat");
    w.join_of("bob", "b", 2).await.expect("the second gets a seat");
    assert!(w.join_of("ann", "b", 2).await.is_some());
    assert_eq!(w.members().await, ["bob", "ann"]);
}

pub(super) async fn the_replaced_seats_node_is_told(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.join("ann", "b").await;
    assert_eq!(w.pushed("a").await, ["ann 1 ended replaced"]);
    assert_eq!(w.pushed("b").await, [""; 0]);
    w.join("ann", "b").await;
    assert_eq!(w.pushed("b").await, ["ann 1 ended replaced"]);
}

pub(super) async fn a_replaced_disconnected_seat_is_not_told(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.join("ann", "b").await;
    assert_eq!(w.pushed("a").await, [""; 0]);
}

pub(super) async fn the_newcomer_does_not_see_its_own_join(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    let bob = w.join("bob", "a").await;
    assert_eq!(w.inbox(&bob).await, [""; 0]);
}

pub(super) async fn a_repeated_join_is_answered_as_the_first_and_told_once(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let older = w.join("bob", "b").await;
    let bob = w.join("bob", "b").await;
    w.join("cem", "a").await;
    let again = w.join_again(&bob, 3).await.expect("the ledger answers").expect("the seat is there");
    assert_eq!((again.id, again.before, again.replaced), (bob.id, bob.before.clone(), Some(older.id)));
    assert_eq!(w.members().await, ["ann", "bob", "cem"]);
    let told = ["1 joined bob", "2 left bob replaced", "3 joined bob", "4 joined cem"];
    assert_eq!(w.inbox(&ann).await, told);
    assert_eq!(w.inbox(&bob).await, ["1 joined cem"]);
}

pub(super) async fn a_repeated_join_names_who_was_there_and_has_left_since(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let cem = w.join("cem", "c").await;
    w.leave(&ann, LeaveReason::Left).await;
    w.join("bob", "a").await;
    let again = w.join_again(&cem, 4).await.expect("the ledger answers").expect("the seat is there");
    assert_eq!((again.before, again.replaced), (vec!["ann".to_owned(), "bob".to_owned()], None));
    let told = ["1 left ann left", "2 left bob replaced", "3 joined bob"];
    assert_eq!(w.inbox(&cem).await, told, "whoever is told to have left was there");
    assert!(bob.order() < cem.order());
}

pub(super) async fn a_join_repeated_after_a_resume_has_no_effect_on_it(make: Make) {
    let mut w = World::new(make).await;
    let (first, ann) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let mut resumed = first.clone();
    w.resume(&mut resumed, "c", 0).await;
    let again = w.join_again(&first, 4).await.expect("the ledger answers").expect("the seat is there");
    assert_eq!(again.id, first.id, "the first generation, which is fenced");
    assert_eq!(w.say(&again, &ann, 1, "hi").await, "fenced");
    assert_eq!(w.say(&resumed, &ann, 1, "hi").await, "appended");
    assert_eq!(w.members().await, ["ann", "bob"]);
}

pub(super) async fn leaving_tells_the_others_why(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "a").await);
    w.leave(&bob, LeaveReason::Left).await;
    w.leave(&cem, LeaveReason::Kicked).await;
    assert_eq!(w.inbox_after(&ann, 2).await.expect("stored"), ["3 left bob left", "4 left cem kicked"]);
    assert_eq!(w.members().await, ["ann"]);
    assert_eq!(w.pushed("b").await, ["bob 1 joined cem"], "who leaves knows");
}

pub(super) async fn leaving_twice_is_told_once(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.leave(&bob, LeaveReason::Left).await;
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob left"]);
}

pub(super) async fn an_ended_session_cannot_leave_for_its_successor(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("ann", "b").await;
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn closing_ends_every_seat_on_every_node(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    let cem = w.join("cem", "c").await;
    w.disconnect(&cem).await;
    let _joins = (w.pushed("a").await, w.pushed("b").await, w.pushed("c").await);
    w.close("a").await;
    assert_eq!(w.pushed("a").await, ["ann 1 ended closed"]);
    assert_eq!(w.pushed("b").await, ["bob 1 ended closed"]);
    assert_eq!(w.pushed("c").await, [""; 0]);
    assert_eq!(w.members().await, [""; 0]);
    assert_eq!(w.inbox_after(&ann, 0).await, None);
}

pub(super) async fn a_closed_room_starts_afresh(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.close("b").await;
    let bob = w.join("bob", "b").await;
    assert_eq!(bob.before, [""; 0]);
    assert_eq!(w.inbox(&bob).await, [""; 0]);
}

pub(super) async fn a_room_that_somebody_has_joined_by_newer_settings_is_not_closed(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.revision = 3;
    w.join("bob", "b").await;
    w.revision = 1;
    let _cem = w.join("cem", "b").await; // by settings that were read before
    let _joins = (w.pushed("a").await, w.pushed("b").await);
    w.close_at(2, "a").await;
    assert_eq!((w.pushed("a").await, w.pushed("b").await), (vec![], vec![]), "it was opened again since");
    assert_eq!(w.members().await, ["ann", "bob", "cem"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 joined cem"]);
    w.close_at(3, "a").await;
    assert_eq!(w.members().await, [""; 0]);
    w.revision = 1;
    w.join("ann", "a").await;
    w.close_at(2, "a").await;
    assert_eq!(w.members().await, [""; 0], "of a room that is gone nothing is known");
}

pub(super) async fn a_room_without_seats_has_no_members(make: Make) {
    let mut w = World::new(make).await;
    assert_eq!(w.members().await, [""; 0]);
    w.close("a").await;
    w.reap("a").await;
    assert!(!w.is_due().await);
}

pub(super) async fn rooms_do_not_see_each_other(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let elsewhere = RoomId::random();
    let same = w.in_room(elsewhere, async |w| w.join("ann", "a").await).await;
    assert_eq!(same.before, [""; 0]);
    w.in_room(elsewhere, async |w| w.close("a").await).await;
    assert_eq!(w.members().await, ["ann"]);
    assert_eq!(w.inbox(&ann).await, [""; 0]);
}

pub(super) async fn rooms_with_somebody_connected_are_listed_a_page_at_a_time(make: Make) {
    let mut w = World::new(make).await;
    let mut rooms = [[3; 10], [1; 10], [2; 10]].map(RoomId::from_letters);
    for room in rooms {
        w.in_room(room, async |w| drop((w.join("ann", "a").await, w.join("bob", "b").await))).await;
    }
    let ann = w.join("ann", "a").await;
    w.renew("a").await;
    w.renew("b").await;
    let mut all = [&rooms[..], &[w.room]].concat();
    all.sort_unstable();
    rooms.sort_unstable();
    assert_eq!(w.ask(w.stand.ledger.occupied(None, 9)).await, all);
    assert_eq!(w.ask(w.stand.ledger.occupied(Some(all[0]), 2)).await, all[1..3]);
    assert_eq!(w.ask(w.stand.ledger.occupied(Some(all[3]), 2)).await, []);
    w.disconnect(&ann).await;
    assert_eq!(w.ask(w.stand.ledger.occupied(None, 9)).await, rooms, "nobody is connected in the other one");
}
