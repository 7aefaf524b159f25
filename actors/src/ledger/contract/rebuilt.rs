//! After the ledger came back empty: rooms are entered again from the live sockets.

use super::{Make, world::World};
use crate::protocol::LeaveReason;

pub(super) async fn reasserted_seats_keep_their_order_and_their_numbers(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.close("a").await;
    assert_eq!(w.reassert("a", vec![ann.claim(7)]).await, ["ann"]);
    assert_eq!(w.reassert("b", vec![bob.claim(0)]).await, ["ann", "bob"]);
    w.say(&bob, &ann, 1, "hi").await;
    assert_eq!(w.inbox_after(&ann, 7).await.expect("held"), ["8 hi"]);
    assert_eq!(w.inbox_after(&ann, 6).await, None, "what was before is not held");
}

pub(super) async fn reasserting_tells_nobody(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.close("c").await;
    let _closing = (w.pushed("a").await, w.pushed("b").await);
    w.reassert("a", vec![ann.claim(1)]).await;
    w.reassert("b", vec![bob.claim(0)]).await;
    assert_eq!(w.inbox_after(&ann, 1).await.expect("held"), [""; 0], "they knew each other before");
    assert_eq!((w.pushed("a").await, w.pushed("b").await), (Vec::new(), Vec::new()));
}

pub(super) async fn a_seat_that_is_there_stays_as_it_is(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.gone(&bob).await;
    assert_eq!(w.reassert("c", vec![ann.claim(9), bob.claim(9)]).await, ["ann", "bob (gone)"]);
    assert_eq!(w.inbox(&ann).await, ["1 joined bob"]);
    w.say(&bob, &ann, 1, "hi").await;
    assert_eq!(w.pushed("c").await, [""; 0], "it stands where it stood");
}

pub(super) async fn a_user_who_joined_anew_is_not_reasserted(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.close("a").await;
    let newer = w.join("ann", "b").await;
    assert_eq!(w.reassert("a", vec![ann.claim(0)]).await, ["ann"]);
    assert_eq!(w.inbox_after(&ann, 0).await, None);
    assert_eq!(w.inbox(&newer).await, [""; 0]);
}

pub(super) async fn who_joins_after_a_rebuild_comes_last(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    let bob = w.join("bob", "b").await;
    w.leave(&ann, LeaveReason::Left).await;
    w.close("a").await;
    w.reassert("b", vec![bob.claim(0)]).await;
    let cem = w.join("cem", "a").await;
    assert!(cem.rev > bob.rev);
    assert_eq!(w.inbox(&bob).await, ["1 joined cem"]);
}

pub(super) async fn a_reasserted_seat_can_be_resumed(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.close("a").await;
    w.reassert("a", vec![ann.claim(3), bob.claim(0)]).await;
    w.gone(&ann).await;
    w.say(&bob, &ann, 1, "hi").await;
    let back = w.resume(&ann, "b", 3).await;
    assert_eq!((back.rev, back.replay), (ann.rev, vec!["4 hi".to_owned()]));
}

pub(super) async fn reasserted_seats_may_come_in_any_order(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob, cem) = (w.join("ann", "a").await, w.join("bob", "b").await, w.join("cem", "a").await);
    w.close("a").await;
    w.reassert("a", vec![cem.claim(0), ann.claim(2)]).await;
    assert_eq!(w.reassert("b", vec![bob.claim(1)]).await, ["ann", "bob", "cem"]);
    assert_eq!(w.members().await, ["ann", "bob", "cem"]);
}
