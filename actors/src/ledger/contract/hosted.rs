//! Where a room's media is: one place, changed by compare and set; and what each member sends.

use super::{
    Make,
    world::{Claimant, SETTLE, WINDOW, World, host},
};
use crate::{
    ledger::{Fact, HOST_LEASE, Placing, TrackChange},
    protocol::{
        LeaveReason,
        media::{Hosting, PRODUCERS_MAX, ProducerEnd, RoomMedia, Track},
    },
};

pub(super) async fn a_room_is_placed_once_and_everybody_is_told(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    assert_eq!(w.media_text(w.media.as_deref()), [""; 0], "nobody has asked");
    assert_eq!(w.place_at("a", 0, "m").await, "won m1 in 1");
    assert_eq!(w.place_at("b", 0, "n").await, "lost m1 in 1", "the other adopts");
    assert_eq!(w.place_at("a", 0, "m").await, "won m1 in 1", "a repeated one is answered as the first");
    assert_eq!(w.inbox(&ann).await, ["1 joined bob", "2 media at m1 in 1 MediaMoved"]);
    assert_eq!(w.inbox(&bob).await, ["1 media at m1 in 1 MediaMoved"]);
    w.join("cem", "c").await;
    assert_eq!(w.media_text(w.media.as_deref()), ["m1 in 1"]);
}

pub(super) async fn a_room_without_seats_is_placed_nowhere(make: Make) {
    let mut w = World::new(make).await;
    assert_eq!(w.place_at("a", 0, "m").await, "lost nowhere in 0");
}

pub(super) async fn a_room_stays_while_its_media_server_is_heard(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert_eq!(w.place_at("a", 0, "m").await, "won m1 in 1");
    assert_eq!(w.place_at("a", 1, "n").await, "lost m1 in 1", "whoever placed it there has heard it");
    assert_eq!(w.place("a", 1, Placing::Mesh { below: 4 }).await, "lost m1 in 1");
    w.hears("b", &host("m"), true).await;
    assert_eq!(w.place_at("a", 1, "n").await, "won n1 in 2", "it drains");
    let mut restarted = host("n");
    restarted.instance = "n2".into();
    w.hears("b", &restarted, false).await;
    assert_eq!(w.place("a", 2, Placing::Host(restarted)).await, "won n2 in 3", "it was restarted");
    w.pass(HOST_LEASE + WINDOW).await;
    assert_eq!(w.place_at("a", 2, "m").await, "lost n2 in 3", "of an older epoch");
    assert_eq!(w.place_at("a", 3, "m").await, "won m1 in 4", "nobody hears it");
    let told = w.inbox(&ann).await;
    assert_eq!(told.len(), 4, "{told:?}");
}

pub(super) async fn media_falls_back_only_where_few_are(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.join("bob", "b").await;
    assert_eq!(w.place("a", 0, Placing::Mesh { below: 2 }).await, "lost nowhere in 0");
    assert_eq!(w.place("a", 0, Placing::Mesh { below: 3 }).await, "won mesh in 1");
    assert_eq!(w.produce(&ann, 1, "x").await, "stale in 1", "there is no media server");
    assert_eq!(w.place_at("b", 1, "m").await, "won m1 in 2");
}

pub(super) async fn what_a_member_sends_is_told_to_the_others(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.place_at("a", 0, "m").await;
    let _before = (w.pushed("a").await, w.pushed("b").await);
    assert_eq!(w.produce(&ann, 1, "x").await, "done");
    assert_eq!(w.produce(&ann, 1, "x").await, "done", "once");
    assert_eq!(w.publish(&ann, 1, TrackChange::Pause("x".into(), true)).await, "done");
    assert_eq!(w.publish(&ann, 1, TrackChange::Pause("x".into(), true)).await, "done");
    assert_eq!(w.publish(&ann, 1, TrackChange::Pause("y".into(), true)).await, "unknown producer");
    assert_eq!(w.publish(&bob, 1, TrackChange::Pause("x".into(), false)).await, "unknown producer", "it is hers");
    assert_eq!(
        (w.pushed("a").await, w.pushed("b").await),
        (vec![], vec!["bob 2 new x in 1".to_owned(), "bob 3 x paused true".to_owned()])
    );
    w.join("cem", "c").await;
    assert_eq!(w.media_text(w.media.as_deref()), ["m1 in 1", "ann sends x paused"]);
    assert_eq!(w.publish(&ann, 1, TrackChange::End("x".into(), ProducerEnd::Media)).await, "done");
    assert_eq!(w.end_track(&ann, 1, "x").await, "done", "once");
    assert_eq!(w.inbox_after(&bob, 4).await.expect("stored"), ["5 x ended Media"]);
}

pub(super) async fn a_repeated_join_is_told_how_media_flowed_at_the_first(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    let bob = w.join("bob", "b").await;
    w.place_at("a", 0, "m").await;
    w.join_again(&bob, 4).await.expect("the ledger answers");
    assert_eq!(w.media_text(w.media.as_deref()), [""; 0], "the change is in his inbox");
    assert_eq!(w.inbox(&bob).await, ["1 media at m1 in 1 MediaMoved"]);
    let cem = w.join("cem", "c").await;
    w.produce(&bob, 1, "x").await;
    w.join_again(&cem, 4).await.expect("the ledger answers");
    assert_eq!(w.media_text(w.media.as_deref()), ["m1 in 1"], "that he sends is in their inbox");
}

pub(super) async fn a_resumed_member_is_told_what_all_send(make: Make) {
    let mut w = World::new(make).await;
    let (ann, mut bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.place_at("a", 0, "m").await;
    w.produce(&bob, 1, "y").await;
    w.disconnect(&bob).await;
    w.produce(&ann, 1, "x").await;
    let told = w.resume(&mut bob, "c", 1).await;
    assert_eq!(told.replay, ["2 new x in 1"]);
    assert_eq!(w.media_text(told.seat.media.as_deref()), ["m1 in 1", "ann sends x", "bob sends y"], "her own, too");
}

pub(super) async fn tracks_end_with_their_epoch(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    assert_eq!(w.produce(&ann, 0, "x").await, "stale in 0", "not placed yet");
    w.place_at("a", 0, "m").await;
    w.produce(&ann, 1, "x").await;
    w.hears("a", &host("m"), true).await;
    w.place_at("a", 1, "n").await;
    assert_eq!(w.produce(&ann, 1, "z").await, "stale in 2");
    assert_eq!(w.publish(&ann, 2, TrackChange::Pause("x".into(), true)).await, "unknown producer");
    w.join("bob", "b").await;
    assert_eq!(w.media_text(w.media.as_deref()), ["n1 in 2"]);
}

pub(super) async fn a_member_sends_only_so_many_tracks(make: Make) {
    let mut w = World::new(make).await;
    let ann = w.join("ann", "a").await;
    w.place_at("a", 0, "m").await;
    for number in 0..PRODUCERS_MAX {
        assert_eq!(w.produce(&ann, 1, &format!("x{number}")).await, "done");
    }
    assert_eq!(w.produce(&ann, 1, "more").await, "full");
    assert_eq!(w.produce(&ann, 1, "x0").await, "done", "one of them again");
    w.end_track(&ann, 1, "x3").await;
    assert_eq!(w.produce(&ann, 1, "more").await, "done");
}

pub(super) async fn an_ended_session_sends_nothing(make: Make) {
    let mut w = World::new(make).await;
    let (old, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.place_at("a", 0, "m").await;
    let mut ann = old.clone();
    w.resume(&mut ann, "b", 1).await;
    assert_eq!(w.produce(&old, 1, "x").await, "fenced");
    w.leave(&bob, LeaveReason::Left).await;
    assert_eq!(w.produce(&bob, 1, "x").await, "fenced");
}

pub(super) async fn whoever_frees_a_seat_is_told_to_delete_its_peer(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    let cem = w.join("cem", "c").await;
    w.place_at("a", 0, "m").await;
    let _before = (w.pushed("a").await, w.pushed("b").await, w.pushed("c").await);
    w.evict(&bob, LeaveReason::Kicked, "a").await;
    assert!(w.pushed("a").await.contains(&"delete bob at m1".to_owned()));
    assert!(!w.pushed("b").await.iter().any(|push| push.contains("delete")), "once");
    let newer = w.join("ann", "c").await;
    assert!(w.pushed("c").await.contains(&"delete ann at m1".to_owned()), "she was replaced");
    w.disconnect(&cem).await;
    w.pass(WINDOW).await;
    w.reap("d").await;
    assert!(w.pushed("d").await.contains(&"delete cem at m1".to_owned()), "he was lost");
    w.leave(&newer, LeaveReason::Left).await;
    let told = w.pushed("c").await;
    assert!(told.contains(&"delete ann at m1".to_owned()), "she has left: {told:?}");
    assert!(ann.order() < newer.order());
}

pub(super) async fn closing_a_room_deletes_it_at_its_media_server(make: Make) {
    let mut w = World::new(make).await;
    w.join("ann", "a").await;
    w.join("bob", "b").await;
    w.place_at("a", 0, "m").await;
    let _before = w.pushed("a").await;
    w.close("a").await;
    assert!(w.pushed("a").await.contains(&"delete the room at m1".to_owned()));
    w.join("ann", "a").await;
    assert_eq!(w.media_text(w.media.as_deref()), [""; 0], "it starts afresh");
}

pub(super) async fn media_is_claimed_after_a_loss(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.place_at("a", 0, "m").await;
    w.produce(&ann, 1, "x").await;
    w.wipe().await;
    let known = |epoch, tracks| {
        Fact::Media(Box::new(RoomMedia {
            hosting: Hosting { epoch, host: Some(host("m")), ..Hosting::default() },
            tracks,
        }))
    };
    let own = Track { seat: ann.order(), session: ann.session, producer: super::world::producer("x") };
    let old = w.epoch;
    w.claim_in(old, &bob, Claimant::received(2), vec![known(1, vec![])]).await.expect("the ledger answers");
    let claimed = w.claim_in(old, &ann, Claimant::received(2), vec![known(1, vec![own])]).await;
    w.epoch = claimed.expect("the ledger answers").epoch;
    assert_eq!(w.produce(&ann, 1, "y").await, "not applied", "while the epoch settles");
    assert_eq!(w.place_at("a", 1, "n").await, "not applied");
    w.pass(SETTLE).await;
    assert_eq!(w.produce(&bob, 1, "y").await, "done");
    w.join("cem", "c").await;
    assert_eq!(w.media_text(w.media.as_deref()), ["m1 in 1", "ann sends x", "bob sends y"]);
}

pub(super) async fn whoever_claims_an_older_media_epoch_is_told_the_newer(make: Make) {
    let mut w = World::new(make).await;
    let (ann, bob) = (w.join("ann", "a").await, w.join("bob", "b").await);
    w.wipe().await;
    let known = |epoch, name: &str| {
        let hosting = Hosting { epoch, host: Some(host(name)), ..Hosting::default() };
        vec![Fact::Media(Box::new(RoomMedia { hosting, tracks: vec![] }))]
    };
    let old = w.epoch;
    w.claim_in(old, &ann, Claimant::received(1), known(2, "n")).await.expect("the ledger answers");
    let claimed = w.claim_in(old, &bob, Claimant::received(0), known(1, "m")).await.expect("the ledger answers");
    w.epoch = claimed.epoch;
    assert_eq!(w.inbox(&bob).await, ["1 media at n1 in 2 MediaMoved"]);
    assert_eq!(w.inbox_after(&ann, 1).await.expect("stored"), [""; 0]);
}
