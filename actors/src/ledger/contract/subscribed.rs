//! Subscriptions, full queues, and notices.

use super::{
    Make,
    world::{LEASE, World},
};
use crate::{
    ledger::{ClosedRoom, Event, Notice, Recipient},
    ports::{Revocation, RevocationScope},
    protocol::media::Host,
};

pub(super) async fn the_first_event_of_a_subscription_says_so(make: Make) {
    let mut w = World::new(make).await;
    assert_eq!(w.events("a").await, ["subscribed"]);
}

pub(super) async fn without_a_subscription_a_node_is_told_nothing(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let _before = w.events("b").await;
    w.unsubscribe("b");
    w.say(&ann, &bob, 1, "hi").await;
    assert_eq!(w.events("b").await, [""; 0]);
}

// C4
pub(super) async fn lost_pushes_are_told_once_the_subscriber_takes_events_again(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let _before = w.events("b").await;
    w.set_full("b", true);
    w.say(&ann, &bob, 1, "one").await;
    w.say(&ann, &bob, 2, "two").await;
    assert_eq!(w.events("b").await, [""; 0]);
    w.set_full("b", false);
    w.say(&ann, &bob, 3, "three").await;
    assert_eq!(w.events("b").await, ["interrupted", "subscribed", "bob 3 three"]);
    assert_eq!(w.inbox(&bob).await, ["1 one", "2 two", "3 three"], "an audit finds them");
}

pub(super) async fn lost_pushes_are_told_with_the_next_lease_if_nothing_else_happens(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let _before = w.events("b").await;
    w.set_full("b", true);
    w.say(&ann, &bob, 1, "one").await;
    assert_eq!(w.events("b").await, [""; 0]);
    w.set_full("b", false);
    w.pass(LEASE / 3).await;
    w.renew("b").await;
    assert_eq!(w.events("b").await, ["interrupted", "subscribed"]);
}

pub(super) async fn a_full_node_does_not_keep_others_from_their_events(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.join("cem", "c").await;
    let _before = (w.events("b").await, w.events("c").await);
    w.set_full("b", true);
    w.say_to_all(&ann, 1, "hi").await;
    assert_eq!(w.events("c").await, ["cem 1 hi"]);
    assert_eq!(w.inbox(&bob).await, ["1 joined cem", "2 hi"]);
}

pub(super) async fn a_notice_reaches_one_node_or_every_node(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let b = w.node("b");
    let _before = (w.events("a").await, w.events("b").await);
    let moved = Notice::Move { user: ann.user.clone(), from: w.room, to: w.room };
    w.ask(w.stand.ledger.notify(Recipient::Node(b), moved)).await;
    w.ask(w.stand.ledger.notify(Recipient::All, Notice::RoomClosed(ClosedRoom { room: w.room, revision: 2 }))).await;
    assert_eq!(w.events("a").await, ["room closed"]);
    assert_eq!(w.events("b").await, ["move", "room closed"]);
    w.ask(w.stand.ledger.notify(Recipient::All, Notice::SettingsChanged(w.room))).await;
    assert_eq!(w.events("b").await, ["settings changed"]);
    let revocation = Revocation { user: ann.user, scope: RevocationScope::AllBefore(7) };
    w.ask(w.stand.ledger.notify(Recipient::All, Notice::Revoked(revocation))).await;
    assert_eq!(w.events("b").await, ["revoked AllBefore(7)"]);
    let lost = Host { server: "m".into(), instance: "1".into() };
    w.ask(w.stand.ledger.notify(Recipient::All, Notice::MediaServerLost(lost))).await;
    assert_eq!(w.events("b").await, ["lost m"]);
}

pub(super) async fn a_newer_subscription_takes_the_place_of_the_older(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let _before = w.events("b").await;
    let (tell, told) = std::sync::mpsc::channel();
    let node = w.node("b");
    w.stand.ledger.subscribe(&node, std::sync::Arc::new(move |event| tell.send(event).is_ok()));
    w.say(&ann, &bob, 1, "hi").await;
    assert_eq!(w.events("b").await, [""; 0]);
    let events: Vec<Event> = told.try_iter().collect();
    assert!(matches!(events[..], [Event::Subscribed, Event::Push(_)]), "{events:?}");
}
