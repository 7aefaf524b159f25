//! Lost sockets, and seats past their window.

use super::{
    Make,
    world::{WINDOW, World},
};

pub(super) async fn a_disconnected_seat_is_listed_so_and_nobody_is_told(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    assert_eq!(w.members().await, ["ann", "bob (disconnected)"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    assert_eq!(w.join("cem", "a").await.before, ["ann", "bob (disconnected)"]);
}

pub(super) async fn a_disconnected_seat_gets_entries_but_no_push(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    assert_eq!(w.say(&ann, &bob, 1, "hi").await, "appended");
    w.join("cem", "b").await;
    assert_eq!(w.pushed("b").await, [""; 0]);
    assert_eq!(w.inbox(&bob).await, ["1 hi", "2 joined cem"]);
}

pub(super) async fn a_fact_is_accepted_from_any_node_that_knows_the_fence(make: Make) {
    let mut w = World::new(make).await;
    let mut ann = w.join("ann", "a").await;
    ann.node = "b";
    w.disconnect(&ann).await;
    assert_eq!(w.members().await, ["ann (disconnected)"]);
}

pub(super) async fn an_ended_session_cannot_be_disconnected(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("ann", "a").await;
    w.disconnect(&ann).await;
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn a_second_disconnect_does_not_lengthen_the_window(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.disconnect(&ann).await;
    w.pass(WINDOW * 2 / 3).await;
    w.disconnect(&ann).await;
    w.pass(WINDOW * 2 / 3).await;
    assert!(w.is_due().await);
}

pub(super) async fn a_seat_past_its_window_is_freed_and_the_others_are_told(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.pass(WINDOW).await;
    assert_eq!(w.reap("c").await, [bob.id], "a reaping names what it frees");
    assert_eq!(w.members().await, ["ann"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob lost"]);
    assert_eq!(w.pushed("a").await, ["ann 1 joined bob", "ann 2 left bob lost"]);
}

pub(super) async fn a_seat_within_its_window_is_not_freed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.pass(WINDOW / 3).await;
    w.disconnect(&ann).await;
    w.pass(WINDOW * 2 / 3).await;
    w.reap("c").await;
    assert_eq!(w.members().await, ["ann (disconnected)"]);
}

pub(super) async fn reaping_twice_tells_once(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.pass(WINDOW).await;
    w.reap("a").await;
    assert_eq!(w.reap("b").await, []);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 left bob lost"]);
}

pub(super) async fn a_room_is_due_when_a_window_is_past_and_not_before(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert!(!w.is_due().await);
    w.disconnect(&ann).await;
    w.pass(WINDOW / 2).await;
    assert!(!w.is_due().await);
    w.pass(WINDOW / 2).await;
    assert!(w.is_due().await);
    assert!(w.is_due().await, "asking changes nothing");
}

pub(super) async fn a_room_is_not_due_once_it_was_reaped_or_the_seat_is_resumed(make: Make) {
    let mut w = World::new(make).await;
    let (mut ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.disconnect(&bob).await;
    w.disconnect(&ann).await;
    w.pass(WINDOW / 2).await;
    w.resume(&mut ann, "a", 0).await;
    w.pass(WINDOW / 2).await;
    w.reap("a").await;
    assert!(!w.is_due().await);
    assert_eq!(w.members().await, ["ann"]);
}

pub(super) async fn what_is_due_comes_in_pages(make: Make) {
    let mut w = World::new(make).await;
    let rooms: Vec<_> = (0..3).map(|_| crate::protocol::RoomId::random()).collect();
    for room in &rooms {
        let join = async |w: &mut World| {
            let ann = w.join("ann", "a").await;
            w.disconnect(&ann).await;
        };
        w.in_room(*room, join).await;
    }
    w.pass(WINDOW).await;
    let mut seen = Vec::new();
    for more in [true, false] {
        let due = w.ask(w.stand.ledger.due(2)).await;
        assert_eq!(due.more, more);
        for room in due.rooms {
            w.in_room(room, async |w| w.reap("b").await).await;
            seen.push(room);
        }
    }
    seen.sort();
    let mut expected = rooms;
    expected.sort();
    assert_eq!(seen, expected);
}
