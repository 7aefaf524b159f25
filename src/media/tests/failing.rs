//! Servers that fail: what people are told, when the breaker opens, and that nothing more leaves then.

use std::time::Duration;

use actors::ports::{MediaServers as _, media::Direction};
use media_server::stub::Fault;

use super::{
    Bench, Limits, Peer, Word, assert_unavailable,
    canned::{Canned, Then},
    limits, new_transport, stub, until,
};
use crate::media::rules::Position;

const NEW_TRANSPORT: &str = "POST /v1/rooms/{room}/peers/{peer}/transports";
const MARK: &str = "aldis-media-instance: one\r\n";

impl Bench {
    /// Waits until the breaker stands so.
    async fn until_it_stands(&self, position: Position) {
        until(|| self.media.servers[0].view().position == position).await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_costs_a_request_its_time_and_after_three_none_leaves() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let ann = Peer::of(&bench, &room);
    stub.fault(Some(Fault::Silent));
    for rid in 1..=3 {
        assert_unavailable(ann.asks(rid, new_transport(Direction::Send)).await);
    }
    bench.until_it_stands(Position::Open).await;
    let asked = stub.calls(NEW_TRANSPORT);
    assert_eq!(asked, 3);
    for rid in 4..100 {
        let retry_after = assert_unavailable(ann.asks(rid, new_transport(Direction::Send)).await);
        assert!(retry_after < Duration::from_secs(10));
    }
    assert_unavailable(bench.media.open(room.0, None).await);
    assert_eq!(stub.calls(NEW_TRANSPORT), asked, "no request leaves");
    assert!(bench.media.problem().is_some());
    assert_eq!(bench.ear.losses(), 0, "it is heard, so its rooms stay");

    stub.fault(None);
    bench.until_it_stands(Position::Closed).await;
    ann.asks(100, new_transport(Direction::Send)).await.expect("it answers again");
    assert_eq!(bench.media.problem(), None);
}

#[tokio::test]
async fn what_is_no_answer_of_the_contract_is_unavailable_and_five_of_them_open_the_breaker() {
    let (stub, bench) = Bench::heard().await;
    let room = bench.room().await;
    let ann = Peer::of(&bench, &room);
    for (rid, status) in (1..).zip([502, 200, 404, 302, 500]) {
        assert_eq!(bench.media.servers[0].view().position, Position::Closed, "status {status}");
        stub.fault(Some(Fault::Answer(status, "<html>a proxy's page</html>".to_owned())));
        assert_unavailable(ann.asks(rid, new_transport(Direction::Send)).await);
    }
    bench.until_it_stands(Position::Open).await;
    assert_eq!(bench.ear.losses(), 0);
}

#[tokio::test]
async fn answers_that_are_cut_endless_or_of_another_kind_are_unavailable() {
    let large = format!("{{\"id\":\"{}\"}}", "x".repeat(1 << 20));
    let cases = [
        Canned::answering(200, MARK, r#"{"id":"t""#).await,
        Canned::answering(200, MARK, "").await,
        Canned::answering(200, MARK, "[7]").await,
        Canned::answering(200, MARK, r#"{"id":"../.."}"#).await,
        Canned::answering(200, MARK, &large).await,
        Canned::answering(204, MARK, "").await,
        Canned::with(format!("HTTP/1.1 200 OK\r\n{MARK}content-length: 99\r\n\r\n{{\"id\""), Then::Closes).await,
        Canned::with(format!("HTTP/1.1 200 OK\r\n{MARK}content-length: 99\r\n\r\n{{\"id\""), Then::Stalls).await,
        Canned::with("SSH-2.0-OpenSSH\r\n", Then::Closes).await,
        Canned::with("", Then::Closes).await,
        Canned::with("", Then::Stalls).await,
    ];
    for (number, server) in cases.iter().enumerate() {
        let bench = Bench::deaf(std::slice::from_ref(&server.url), limits());
        let at = actors::ports::Placement { server: super::address(&server.url).name.into(), instance: "one".into() };
        let ann = Peer::of(&bench, &("abc-defg-hij".parse().expect("a room"), at.clone()));
        assert_unavailable(ann.asks(1, new_transport(Direction::Send)).await);
        assert_eq!(server.asked(), 1, "case {number}");
        assert_unavailable(bench.media.capabilities(ann.room, (at, 1)).await);
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let target = Canned::answering(200, MARK, r#"{"id":"t"}"#).await;
    let location = format!("{MARK}location: {}/v1/rooms/x\r\n", target.url);
    for status in [301, 302, 303, 307, 308] {
        let server = Canned::answering(status, &location, "").await;
        let bench = Bench::deaf(std::slice::from_ref(&server.url), limits());
        let at = actors::ports::Placement { server: super::address(&server.url).name.into(), instance: "one".into() };
        assert_unavailable(bench.media.capabilities("abc-defg-hij".parse().expect("a room"), (at, 1)).await);
    }
    assert_eq!(target.asked(), 0, "the secret would go with it");
}

#[tokio::test]
async fn requests_beyond_the_queue_are_refused_at_once_and_those_in_it_have_their_deadline() {
    let stub = stub().await;
    let few = Limits { in_flight_max: 1, waiting_max: 2, request_within: Duration::from_secs(5), ..limits() };
    let bench = Bench::of(&[stub.url()], few).await;
    bench.ear.until_heard().await;
    let room = bench.room().await;
    stub.fault(Some(Fault::Silent));
    let ann = Peer::of(&bench, &room);
    let call = |rid| bench.media.call(room.0, (room.1.clone(), 1), ann.session, rid, new_transport(Direction::Send));
    let mut waiting: Vec<_> = (1..=3).map(call).collect();
    until(|| bench.media.servers[0].in_flight() == 3).await;
    assert_unavailable(call(4).await);
    assert_eq!(bench.media.servers[0].in_flight(), 3, "it was refused while all of them still wait");
    for answer in waiting.drain(..) {
        assert_unavailable(answer.await);
    }
    assert_eq!(bench.media.servers[0].in_flight(), 0);
}

#[tokio::test]
async fn a_secret_that_is_not_accepted_is_told_to_operators_with_the_remedy() {
    let stub = stub().await;
    let address = super::address(&stub.url());
    assert_eq!(crate::media::probe(&address, &super::SECRET.into(), limits()).await, Ok(()));
    let refused = crate::media::probe(&address, &"another-secret-of-16".into(), limits()).await.expect_err("another");
    assert!(refused.contains("media.secret_file") && !refused.contains("another-secret"), "{refused}");
    let page = Canned::answering(200, "", "<html>").await;
    let refused = crate::media::probe(&super::address(&page.url), &super::SECRET.into(), limits()).await;
    assert!(refused.expect_err("a page").contains("no media server"));
    let media = crate::media::Media::new(&[address], &"another-secret-of-16".into(), limits()).expect("connections");
    media.listen(std::sync::Arc::new(super::Ear::default())).await.expect("actors");
    let room = "abc-defg-hij".parse().expect("a room");
    let at = actors::ports::Placement { server: media.servers[0].name.clone(), instance: stub.instance().into() };
    assert_unavailable(media.capabilities(room, (at, 1)).await);
}

#[tokio::test]
async fn an_actor_that_dies_is_started_again_and_hears_on() {
    let (_stub, bench) = Bench::heard().await;
    let died = bench.media.servers[0].actor().expect("an actor");
    assert!(died.send_message(crate::media::server::Message::Fault).is_ok());
    until(|| bench.media.servers[0].actor().is_some_and(|actor| actor.get_id() != died.get_id())).await;
    bench.ear.forgets();
    bench.ear.until(|word| matches!(word, Word::Heard(..))).await;
    assert_eq!(bench.ear.losses(), 0, "it is the same run of the server");
}
