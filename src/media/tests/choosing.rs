//! Which server a room gets when there are several.

use actors::{
    ports::{MediaError, MediaServers as _},
    protocol::RoomId,
};
use media_server::stub::{Fault, Stub};

use super::{Bench, SECRET, Word, limits, stub};

/// Two servers, both heard.
async fn two() -> ([media_server::stub::Stub; 2], Bench) {
    let stubs = [stub().await, stub().await];
    let bench = Bench::of(&[stubs[0].url(), stubs[1].url()], limits()).await;
    for stub in &stubs {
        let instance = stub.instance();
        bench.ear.until(|word| matches!(word, Word::Heard(at, _) if *at.instance == *instance)).await;
    }
    (stubs, bench)
}

#[tokio::test]
async fn all_nodes_choose_the_same_server_for_a_room_and_rooms_are_spread() {
    let (stubs, one) = two().await;
    let other = Bench::of(&[stubs[1].url(), stubs[0].url()], limits()).await;
    for stub in &stubs {
        let instance = stub.instance();
        other.ear.until(|word| matches!(word, Word::Heard(at, _) if *at.instance == *instance)).await;
    }
    let mut chosen = std::collections::BTreeSet::new();
    for _ in 0..32 {
        let room = RoomId::random();
        let at = one.media.open(room, None).await.expect("a server");
        assert_eq!(other.media.open(room, None).await, Ok(at.clone()));
        chosen.insert(at.server);
    }
    assert_eq!(chosen.len(), 2);
}

#[tokio::test]
async fn a_room_never_gets_the_server_that_it_leaves() {
    let (stubs, bench) = two().await;
    for stub in &stubs {
        let room = RoomId::random();
        let leaves = super::address(&stub.url()).name;
        let at = bench.media.open(room, Some(leaves.as_str().into())).await.expect("the other");
        assert_ne!(*at.server, *leaves);
    }
    drop(stubs);
}

#[tokio::test]
async fn when_the_first_choice_fails_or_drains_the_room_gets_the_next() {
    let (stubs, bench) = two().await;
    let room = RoomId::random();
    let first = bench.media.open(room, None).await.expect("a server");
    let (failing, other) = if *first.instance == *stubs[0].instance() { (0, 1) } else { (1, 0) };
    stubs[failing].fault(Some(Fault::Answer(502, "a proxy's page".to_owned())));
    let next = bench.media.open(room, None).await.expect("the other");
    assert_eq!(*next.instance, *stubs[other].instance());
    stubs[failing].fault(None);
    stubs[failing].drain(); // a new room is refused there before the load tells
    let mut rooms = Vec::new();
    for _ in 0..16 {
        rooms.push(bench.media.open(RoomId::random(), None).await.expect("the other"));
    }
    assert!(rooms.iter().all(|at| *at.instance == *stubs[other].instance()));
}

#[tokio::test]
async fn a_server_that_is_full_is_told_from_one_that_is_away() {
    let full = media_server::limits::Limits { rooms_max: 0, ..Default::default() };
    let stub = Stub::start(SECRET, full).await.expect("a stub");
    let bench = Bench::of(&[stub.url()], limits()).await;
    bench.ear.until_heard().await;
    let answer = bench.media.open(RoomId::random(), None).await;
    assert!(matches!(answer, Err(MediaError::Full { .. })), "{answer:?}");
}
