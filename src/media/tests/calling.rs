//! Every call of the port against a server that keeps the contract.

use actors::{
    ports::{
        MediaError, MediaServers as _,
        media::{Call, Direction, TrackKind},
    },
    protocol::RoomId,
};
use serde_json::Value;

use super::{Bench, Peer, Word, id, limits, new_transport, samples, stub};

const PUT: &str = "PUT /v1/rooms/{room}";
const NEW_TRANSPORT: &str = "POST /v1/rooms/{room}/peers/{peer}/transports";

fn produce(transport: std::sync::Arc<str>) -> Call {
    Call::Produce { transport, kind: TrackKind::Audio, paused: false, rtp_parameters: samples::voice() }
}

#[tokio::test]
async fn a_track_goes_from_one_member_to_another_with_every_call_of_the_port() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    assert_eq!(*room.1.instance, stub.instance());
    let capabilities = bench.media.capabilities(room.0, (room.1.clone(), 1)).await.expect("capabilities");
    assert!(serde_json::from_str::<Value>(&capabilities).expect("JSON")["codecs"].is_array(), "{capabilities}");

    let (ann, bob) = (Peer::of(&bench, &room), Peer::of(&bench, &room));
    let send = id(&ann.asks(1, new_transport(Direction::Send)).await.expect("a transport"));
    let connect = Call::ConnectTransport { transport: send.clone(), dtls_parameters: samples::dtls() };
    assert_eq!(&*ann.asks(2, connect.clone()).await.expect("connected"), "{}");
    let again = ann.asks(3, connect).await;
    assert!(matches!(again, Err(MediaError::Rejected(_))), "another request connects it again: {again:?}");
    let restarted = ann.asks(4, Call::RestartIce { transport: send.clone() }).await.expect("restarted");
    assert!(restarted.contains("iceParameters"), "{restarted}");
    let producer = id(&ann.asks(5, produce(send.clone())).await.expect("a producer"));

    let receive = id(&bob.asks(1, new_transport(Direction::Receive)).await.expect("a transport"));
    let consume = Call::Consume { transport: receive, producer: producer.clone(), rtp_capabilities: capabilities };
    let consumer = id(&bob.asks(2, consume).await.expect("a consumer"));
    for (rid, call) in (3..).zip([
        Call::PauseConsumer { consumer: consumer.clone(), paused: false },
        Call::RequestKeyFrame { consumer: consumer.clone() },
        Call::SetPreferredLayers { consumer: consumer.clone(), spatial: 1, temporal: Some(2) },
        Call::PauseConsumer { consumer: consumer.clone(), paused: true },
        Call::CloseConsumer { consumer },
    ]) {
        assert_eq!(bob.asks(rid, call.clone()).await.as_deref(), Ok("{}"), "{call:?}");
    }
    for (rid, call) in (6..).zip([
        Call::PauseProducer { producer: producer.clone(), paused: true },
        Call::PauseProducer { producer: producer.clone(), paused: false },
        Call::CloseProducer { producer },
        Call::CloseTransport { transport: send },
    ]) {
        assert_eq!(ann.asks(rid, call.clone()).await.as_deref(), Ok("{}"), "{call:?}");
    }
}

#[tokio::test]
async fn the_same_rid_gets_the_first_answer_again_and_another_makes_another() {
    let (_stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let ann = Peer::of(&bench, &room);
    let first = ann.asks(1, new_transport(Direction::Send)).await.expect("a transport");
    assert_eq!(ann.asks(1, new_transport(Direction::Send)).await, Ok(first.clone()));
    assert_ne!(ann.asks(2, new_transport(Direction::Send)).await, Ok(first));
}

#[tokio::test]
async fn a_refusal_is_told_as_what_it_is() {
    let (_stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let (ann, bob) = (Peer::of(&bench, &room), Peer::of(&bench, &room));
    let transport = id(&ann.asks(1, new_transport(Direction::Send)).await.expect("a transport"));
    let of_ann = bob.asks(1, Call::RestartIce { transport: transport.clone() }).await;
    assert_eq!(of_ann, Err(MediaError::NotFound), "what others have is not there");
    for name in ["nothing", "..", "a/b"] {
        let nothing = ann.asks(2, Call::CloseTransport { transport: name.into() }).await;
        assert_eq!(nothing, Err(MediaError::NotFound), "{name}");
    }
    let connect = Call::ConnectTransport { transport, dtls_parameters: r#"{"role":7}"#.into() };
    let Err(MediaError::Rejected(why)) = ann.asks(3, connect).await else { panic!("accepted") };
    assert!(why.starts_with("dtlsParameters"), "{why}");
    for rid in 4..7 {
        ann.asks(rid, new_transport(Direction::Send)).await.expect("four are allowed");
    }
    let fifth = ann.asks(7, new_transport(Direction::Send)).await;
    assert!(matches!(&fifth, Err(MediaError::Limit(why)) if why.contains('4')), "{fifth:?}");
}

#[tokio::test]
async fn a_room_that_has_expired_is_made_anew_by_the_next_transport_and_by_nothing_else() {
    let soon =
        media_server::limits::Limits { room_empty_for: std::time::Duration::from_millis(500), ..Default::default() };
    let stub = media_server::stub::Stub::start(super::SECRET, soon).await.expect("a stub");
    let bench = Bench::of(&[stub.url()], limits()).await;
    bench.ear.until_heard().await;
    let room = bench.room().await;
    let expired = Word::Happened(room.1.clone(), room.0, actors::ports::MediaEvent::RoomExpired);
    bench.ear.until(|word| *word == expired).await;
    let ann = Peer::of(&bench, &room);
    let restart = Call::RestartIce { transport: "t".into() };
    assert_eq!(ann.asks(1, restart).await, Err(MediaError::NotFound));
    assert_eq!(stub.calls(PUT), 1, "a wrong id makes no room");
    ann.asks(2, new_transport(Direction::Send)).await.expect("a transport in the room that is made again");
    assert_eq!((stub.calls(PUT), stub.calls(NEW_TRANSPORT)), (2, 2));
}

#[tokio::test]
async fn another_run_of_the_process_is_told_from_the_placed_one_and_no_room_is_made_there() {
    let (stub, bench) = Bench::heard().await;
    let (room, at) = bench.room().await;
    let of_before = (room, actors::ports::Placement { instance: "before".into(), ..at });
    let ann = Peer::of(&bench, &of_before);
    let before = stub.calls(PUT);
    // A room that is not there, in the wrong run: 404, but of another.
    let elsewhere = Peer { room: RoomId::random(), ..Peer::of(&bench, &of_before) };
    for peer in [ann, elsewhere] {
        let answer = peer.asks(1, new_transport(Direction::Send)).await;
        assert_eq!(answer, Err(MediaError::OtherInstance));
    }
    assert_eq!(stub.calls(PUT), before);
    let (room, at) = of_before;
    assert_eq!(bench.media.capabilities(room, (at, 1)).await, Err(MediaError::OtherInstance));
}

#[tokio::test]
async fn who_stops_waiting_leaves_nothing_half_done() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let ann = Peer::of(&bench, &room);
    drop(ann.asks(1, new_transport(Direction::Send))); // never polled: nothing is asked
    let later = bench.media.call(room.0, (room.1.clone(), 1), ann.session, 2, new_transport(Direction::Send));
    drop(later);
    // It was under way when it was dropped, and has its answer under its rid.
    let again = ann.asks(2, new_transport(Direction::Send)).await.expect("a transport");
    assert_eq!(ann.asks(2, new_transport(Direction::Send)).await, Ok(again));
    assert!((2..=3).contains(&stub.calls(NEW_TRANSPORT)));
}

#[tokio::test]
async fn a_server_that_this_node_does_not_know_is_unavailable() {
    let (_stub, bench) = Bench::heard().await;
    let (room, at) = bench.room().await;
    let unknown = actors::ports::Placement { server: "elsewhere:4443".into(), ..at };
    super::assert_unavailable(bench.media.capabilities(room, (unknown.clone(), 1)).await);
    bench.media.delete_room(room, unknown, None);
    let _unused = stub().await; // a stub alone changes nothing
}
