//! Deletions: done at once where that is possible, retried where not, and given up in time.

use std::time::Duration;

use actors::{
    ports::{MediaServers as _, Placement, media::Direction},
    protocol::SessionId,
};
use media_server::stub::Fault;

use super::{Bench, Limits, PATIENCE, Peer, limits, new_transport, relay::Relay, stub, until};

const DELETE_PEER: &str = "DELETE /v1/rooms/{room}/peers/{peer}";
const DELETE_ROOM: &str = "DELETE /v1/rooms/{room}";

#[tokio::test]
async fn peers_and_rooms_are_deleted_without_anybody_waiting() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let ann = Peer::of(&bench, &room);
    ann.asks(1, new_transport(Direction::Send)).await.expect("a transport");
    bench.media.delete_peer(room.0, room.1.clone(), ann.session);
    bench.media.delete_room(room.0, room.1.clone(), None);
    assert!(bench.media.finish(PATIENCE).await);
    assert_eq!((stub.calls(DELETE_PEER), stub.calls(DELETE_ROOM)), (1, 1));
}

#[tokio::test]
async fn a_deletion_is_retried_until_the_server_is_back() {
    let stub = stub().await;
    let relay = Relay::to(&stub.url()).await;
    let bench = Bench::of(std::slice::from_ref(&relay.url), limits()).await;
    bench.ear.until_heard().await;
    let room = bench.room().await;
    relay.kill();
    bench.media.delete_peer(room.0, room.1.clone(), SessionId::random());
    bench.ear.until(|word| matches!(word, super::Word::Lost(_))).await;
    assert_eq!(stub.calls(DELETE_PEER), 0);
    relay.leads_to(&stub.url());
    until(|| stub.calls(DELETE_PEER) == 1).await;
    assert!(bench.media.finish(PATIENCE).await);
    assert_eq!(stub.calls(DELETE_PEER), 1);
}

#[tokio::test]
async fn what_another_run_of_the_server_never_had_needs_no_deletion() {
    let (stub, bench) = Bench::heard().await;
    let (room, at) = bench.room().await;
    let before = Placement { instance: "before".into(), ..at };
    bench.media.delete_peer(room, before, SessionId::random());
    assert!(bench.media.finish(PATIENCE).await);
    assert_eq!(stub.calls(DELETE_PEER), 1, "asked once, told that it is another");
}

#[tokio::test]
async fn deletions_are_bounded_in_number_and_do_not_take_the_turns_of_calls() {
    let stub = stub().await;
    let few = Limits { deletions_max: 3, deleting_max: 1, request_within: PATIENCE, ..limits() };
    let bench = Bench::of(&[stub.url()], few).await;
    bench.ear.until_heard().await;
    let room = bench.room().await;
    stub.fault(Some(Fault::Late(Duration::from_secs(1))));
    for _ in 0..10 {
        bench.media.delete_peer(room.0, room.1.clone(), SessionId::random());
    }
    let ann = Peer::of(&bench, &room);
    ann.asks(1, new_transport(Direction::Send)).await.expect("its turn is not behind theirs");
    assert!(stub.calls(DELETE_PEER) < 3, "one at a time");
    assert!(bench.media.finish(PATIENCE).await);
    assert_eq!(stub.calls(DELETE_PEER), 3, "the others are left to the server");
}

#[tokio::test]
async fn a_node_that_ends_gives_up_retries() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    stub.fault(Some(Fault::Answer(500, String::new())));
    bench.media.delete_peer(room.0, room.1.clone(), SessionId::random());
    until(|| stub.calls(DELETE_PEER) == 1).await;
    assert!(bench.media.finish(PATIENCE).await);
    assert!(stub.calls(DELETE_PEER) <= 2, "at most one more attempt");
}
