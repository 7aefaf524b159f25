//! What a server has, for a comparison with what it should have; and what it has of an earlier epoch.

use std::collections::BTreeSet;

use actors::{
    ports::{MediaError, MediaServers as _, Placement, media::Direction},
    protocol::RoomId,
};

use super::{Bench, Peer, address, assert_unavailable, canned::Canned, id, limits, new_transport};

#[tokio::test]
async fn rooms_are_listed_with_their_peers() {
    let (_stub, bench) = Bench::heard().await;
    let (one, other) = (bench.room().await, bench.room().await);
    let peers = [Peer::of(&bench, &one), Peer::of(&bench, &one)];
    for peer in &peers {
        peer.asks(1, new_transport(Direction::Send)).await.expect("a transport");
    }
    let listed = bench.media.rooms(one.1.clone()).await.expect("rooms");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([one.0, other.0]));
    let there = bench.media.peers(one.0, one.1.clone()).await.expect("peers");
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), peers.iter().map(|peer| peer.session).collect());
    assert_eq!(bench.media.peers(RoomId::random(), one.1.clone()).await, Ok(vec![]), "no such room");
    let before = Placement { instance: "before".into(), ..one.1 };
    assert_eq!(bench.media.rooms(before).await, Err(MediaError::OtherInstance));
}

#[tokio::test]
async fn many_rooms_are_listed_page_by_page() {
    let (_stub, bench) = Bench::heard().await;
    let mut made = BTreeSet::new();
    let (first, at) = bench.room().await;
    made.insert(first);
    while made.len() < 600 {
        let room = RoomId::random();
        bench.media.capabilities(room, (at.clone(), 1)).await.expect("it is made");
        made.insert(room);
    }
    let listed = bench.media.rooms(at).await.expect("rooms");
    assert_eq!((listed.len(), listed.into_iter().collect::<BTreeSet<_>>()), (600, made));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_or_leads_nowhere_is_no_list() {
    let mark = "aldis-media-instance: one\r\n";
    for (body, is_read) in [
        (r#"{"rooms":[],"more":true}"#, true),
        (r#"{"rooms":["../x"],"more":true}"#, true),
        (r#"{"rooms":["abc-defg-hij","abc-defg-hij"],"more":true}"#, true),
        (r#"{"rooms":7,"more":true}"#, false),
        ("{}", false),
        ("[]", false),
    ] {
        let server = Canned::answering(200, mark, body).await;
        let bench = Bench::deaf(std::slice::from_ref(&server.url), limits());
        let at = Placement { server: address(&server.url).name.into(), instance: "one".into() };
        let listed = bench.media.rooms(at).await;
        match is_read {
            true => assert!(listed.is_ok() && server.asked() <= 2, "{body}: {listed:?}"),
            false => drop(assert_unavailable(listed)),
        }
    }
}

#[tokio::test]
async fn what_was_made_in_an_earlier_epoch_is_gone_in_the_next_one() {
    let (_stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let mut ann = Peer::of(&bench, &room);
    for epoch in 1..=5 {
        ann.epoch = epoch;
        // Two transports each time: without the epoch the fifth would be one too many.
        let made = ann.asks(epoch * 10, new_transport(Direction::Send)).await.expect("a transport");
        ann.asks(epoch * 10 + 1, new_transport(Direction::Receive)).await.expect("a transport");
        assert_eq!(bench.media.peers(room.0, room.1.clone()).await.map(|peers| peers.len()), Ok(1), "{}", id(&made));
    }
}
