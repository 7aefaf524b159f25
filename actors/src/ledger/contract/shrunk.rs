//! Rooms that leave a media server because they have become small: compare and set, by the media epoch and by the seats taken.

use super::{
    Make,
    world::{Claimant, SETTLE, WINDOW, World, host},
};
use crate::{ledger::HOST_LEASE, protocol::LeaveReason};

pub(super) async fn a_small_room_leaves_a_media_server_that_is_heard(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.shrink("a", 0).await, "won mesh in 1", "it need not have been placed");
    assert_eq!(w.place_at("a", 1, "m").await, "won m1 in 2");
    w.hears("b", &host("m"), false).await;
    w.produce(&ann, 2, "x").await;
    assert_eq!(w.shrink("b", 1).await, "lost m1 in 2", "of an older epoch");
    assert_eq!(w.shrink("b", 3).await, "lost m1 in 2", "of none");
    assert_eq!(w.shrink("b", 2).await, "won mesh in 3");
    assert_eq!(w.shrink("b", 2).await, "won mesh in 3", "a repeated one is answered as the first");
    assert_eq!(w.produce(&ann, 2, "y").await, "stale in 3");
    let told = w.inbox_after(&bob, 1).await.expect("stored");
    assert_eq!(told, ["2 media at m1 in 2 MediaMoved", "3 new x in 2", "4 media at mesh in 3 Shrunk"]);
    w.join("cem", "c").await;
    assert_eq!(w.media_text(w.media.as_deref()), ["mesh in 3"], "nobody sends any more");
    assert_eq!(w.place_at("c", 3, "m").await, "won m1 in 4", "and it grows again");
}

pub(super) async fn a_third_who_has_joined_keeps_the_room_at_its_media_server(make: Make) {
    let mut w = World::new(make).await;
    let (ann, _) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.place_at("a", 0, "m").await;
    let cem = w.join("cem", "c").await;
    assert_eq!(w.shrink("a", 1).await, "lost m1 in 1");
    w.disconnect(&cem).await;
    assert_eq!(w.shrink("a", 1).await, "lost m1 in 1", "their seat is kept");
    w.pass(WINDOW).await;
    w.reap("d").await;
    assert_eq!(w.shrink("a", 1).await, "won mesh in 2");
    w.leave(&ann, LeaveReason::Left).await;
    assert_eq!(w.place_at("b", 2, "m").await, "won m1 in 3");
    assert_eq!(w.shrink("b", 3).await, "won mesh in 4", "one is few, too");
}

pub(super) async fn of_shrinking_and_a_lost_media_server_one_wins_and_the_other_adopts(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.join("bob", "b").await;
    w.place_at("a", 0, "m").await;
    w.pass(HOST_LEASE).await;
    assert_eq!(w.place_at("a", 1, "n").await, "won n1 in 2", "it was lost");
    assert_eq!(w.shrink("b", 1).await, "lost n1 in 2");
    w.pass(HOST_LEASE).await;
    assert_eq!(w.shrink("b", 2).await, "won mesh in 3");
    assert_eq!(w.place_at("a", 2, "m").await, "lost mesh in 3");
}

pub(super) async fn a_room_shrinks_only_once_the_epoch_has_settled(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.place_at("a", 0, "m").await;
    w.wipe().await;
    let claimed = w.claim_in(w.epoch, &ann, Claimant::received(1), vec![]).await;
    w.epoch = claimed.expect("the ledger answers").epoch;
    assert_eq!(w.shrink("a", 0).await, "not applied", "a third may not have come back yet");
    w.pass(SETTLE).await;
    assert_eq!(w.shrink("a", 0).await, "won mesh in 1");
}
