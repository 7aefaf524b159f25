//! What is heard of servers: events, drains, kills, restarts, silence.

use std::time::Duration;

use actors::ports::{
    MediaError, MediaEvent, MediaServers as _,
    media::{Call, Direction, TrackKind},
};
use media_server::{engine::Fact, id::Id};

use super::{Bench, Limits, Peer, Word, canned::Canned, id, limits, new_transport, relay::Relay, samples, stub, until};

#[tokio::test]
async fn a_server_is_heard_each_second_with_its_name_and_its_run() {
    let (stub, bench) = Bench::heard().await;
    let at = bench.ear.until_heard().await;
    assert_eq!((&*at.server, &*at.instance), (stub.url().trim_start_matches("http://"), &*stub.instance()));
    bench.ear.forgets();
    for _ in 0..2 {
        bench.ear.until_heard().await;
        bench.ear.forgets();
    }
    assert_eq!(bench.media.problem(), None);
    let described = bench.media.describe();
    let server = &described["servers"][0];
    assert_eq!((&server["breaker"], &server["heard"]), (&"closed".into(), &true.into()), "{described}");
    assert_eq!((&server["instance"], &server["consumersMax"]), (&stub.instance().into(), &400.into()), "{described}");
    assert!(!described.to_string().contains(super::SECRET));
}

#[tokio::test]
async fn what_happens_in_a_room_is_told_with_the_placement() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let (ann, bob) = (Peer::of(&bench, &room), Peer::of(&bench, &room));
    let send = id(&ann.asks(1, new_transport(Direction::Send)).await.expect("a transport"));
    let produce = Call::Produce {
        transport: send.clone(),
        kind: TrackKind::Audio,
        paused: false,
        rtp_parameters: samples::voice(),
    };
    let producer = id(&ann.asks(2, produce).await.expect("a producer"));
    let receive = id(&bob.asks(1, new_transport(Direction::Receive)).await.expect("a transport"));
    let capabilities = bench.media.capabilities(room.0, (room.1.clone(), 1)).await.expect("capabilities");
    let consume = Call::Consume { transport: receive, producer: producer.clone(), rtp_capabilities: capabilities };
    let consumer = id(&bob.asks(2, consume).await.expect("a consumer"));
    let named = |text: &str| Id::parse(text).expect("an id");
    stub.tell(Fact::Speaker { room: named(room.0.as_str()), producer: named(&producer) });
    let speaks = Word::Happened(room.1.clone(), room.0, MediaEvent::Speaker { peer: Some(ann.session) });
    bench.ear.until(|word| *word == speaks).await;
    ann.asks(3, Call::CloseTransport { transport: send }).await.expect("closed");
    let ended = MediaEvent::ConsumerClosed { peer: bob.session, consumer };
    bench.ear.until(|word| *word == Word::Happened(room.1.clone(), room.0, ended.clone())).await;
    let ended = MediaEvent::ProducerClosed { peer: ann.session, producer };
    bench.ear.until(|word| *word == Word::Happened(room.1.clone(), room.0, ended.clone())).await;
}

#[tokio::test]
async fn a_killed_server_is_lost_at_once_and_told_once_and_the_next_run_is_another() {
    let (first, second) = (stub().await, stub().await);
    let relay = Relay::to(&first.url()).await;
    let bench = Bench::of(std::slice::from_ref(&relay.url), limits()).await;
    bench.ear.until_heard().await;
    let room = bench.room().await;
    relay.kill();
    drop(first);
    assert_eq!(bench.ear.until(|word| matches!(word, Word::Lost(_))).await, Word::Lost(room.1.clone()));
    let ann = Peer::of(&bench, &room);
    super::assert_unavailable(ann.asks(1, new_transport(Direction::Send)).await);
    super::assert_unavailable(bench.media.open(room.0, None).await);
    bench.ear.forgets();

    relay.leads_to(&second.url());
    let again = bench.ear.until_heard().await;
    assert_eq!((&again.server, &*again.instance), (&room.1.server, &*second.instance()));
    assert_eq!(bench.ear.losses(), 0, "it was told before");
    assert_eq!(ann.asks(2, new_transport(Direction::Send)).await, Err(MediaError::OtherInstance));
    assert_eq!(bench.media.open(room.0, None).await, Ok(again));
}

#[tokio::test]
async fn a_stopped_server_is_lost_although_no_connection_breaks_and_heard_again_when_it_goes_on() {
    let stub = stub().await;
    let relay = Relay::to(&stub.url()).await;
    let soon = Limits { silent_max: Duration::from_millis(2_500), ..limits() };
    let bench = Bench::of(std::slice::from_ref(&relay.url), soon).await;
    let at = bench.ear.until_heard().await;
    relay.stop();
    assert_eq!(bench.ear.until(|word| matches!(word, Word::Lost(_))).await, Word::Lost(at.clone()));
    bench.ear.forgets();
    relay.leads_to(&stub.url());
    assert_eq!(bench.ear.until_heard().await, at, "it is the same run");
    assert_eq!(bench.ear.losses(), 0);
}

#[tokio::test]
async fn a_stream_that_breaks_alone_loses_nothing() {
    let stub = stub().await;
    let relay = Relay::to(&stub.url()).await;
    let bench = Bench::of(std::slice::from_ref(&relay.url), limits()).await;
    let at = bench.ear.until_heard().await;
    for _ in 0..3 {
        let before = relay.taken();
        relay.leads_to(&stub.url()); // what was open is cut
        until(|| relay.taken() > before).await;
        bench.ear.forgets();
        assert_eq!(bench.ear.until_heard().await, at);
    }
    assert_eq!(bench.ear.losses(), 0);
}

#[tokio::test]
async fn a_stream_that_is_not_of_the_contract_is_opened_again_and_loses_no_server_that_is_well() {
    let pad = "x".repeat(20_000); // more than a line, less than an answer
    for body in [
        r#"{"type":"hello","instance":"one","consumersMax":400}"#.to_owned() + "\n",
        r#"{"type":7}"#.to_owned() + "\n",
        format!("{{\"type\":\"hello\",\"instance\":\"one\",\"consumersMax\":400,\"pad\":\"{pad}\"}}\n"),
        "{}".to_owned(), // ends before a line
    ] {
        let server = Canned::answering(200, "aldis-media-instance: one\r\n", &body).await;
        let bench = Bench::of(std::slice::from_ref(&server.url), limits()).await;
        until(|| server.asked() >= 6).await; // three streams, each with a probe after it
        assert!(bench.media.problem().is_some(), "nothing is known of its load");
        super::assert_unavailable(bench.media.open(actors::protocol::RoomId::random(), None).await);
        assert_eq!(bench.ear.words(), [], "it is well, and has told nothing");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_found_when_it_comes() {
    let stub = stub().await;
    let relay = Relay::to(&stub.url()).await;
    relay.kill();
    let bench = Bench::of(std::slice::from_ref(&relay.url), limits()).await;
    until(|| relay.taken() >= 2).await;
    let room = actors::protocol::RoomId::random();
    super::assert_unavailable(bench.media.open(room, None).await);
    assert!(bench.media.problem().is_some_and(|problem| problem.starts_with("1 of 1 media servers are away: ")));
    relay.leads_to(&stub.url());
    bench.ear.until_heard().await;
    bench.media.open(room, None).await.expect("it takes rooms");
    assert_eq!(bench.ear.losses(), 0, "who was never heard is not lost");
}

#[tokio::test]
async fn a_draining_server_is_heard_as_such() {
    let (stub, bench) = Bench::heard().await;
    stub.drain();
    bench.ear.until(|word| matches!(word, Word::Heard(_, true))).await;
    super::assert_unavailable(bench.media.open(actors::protocol::RoomId::random(), None).await);
}

#[tokio::test]
async fn when_the_node_is_done_with_them_nobody_listens_any_more() {
    let (stub, bench) = Bench::heard().await;
    let Bench { media, ear } = bench;
    drop(media);
    until(|| std::sync::Arc::strong_count(&ear) == 1).await; // the actors hold it until they have ended
    drop(stub);
}
