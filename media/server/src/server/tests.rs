//! An engine that answers late or never, and callers that hang up. The clock is paused.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mediasoup_types::{
    data_structures::{DtlsParameters, IceParameters},
    rtp_parameters::{RtpCapabilities, RtpCapabilitiesFinalized},
};
use tokio::sync::Semaphore;

use super::{Ask, Calls, Keyed, PeerAsk, Server};
use crate::{
    answers::Answer,
    engine::{
        ConsumerAnswer, ConsumerAsk, Direction, Engine, EngineError, Fact, Handles, Hear, Of, Produce, TransportAnswer,
    },
    id::Id,
    limits::Limits,
    stub::Silence,
};

/// Transports are made when `may` allows; `open` counts those that are not dropped.
struct Late {
    silence: Silence,
    may: Arc<Semaphore>,
    open: Arc<AtomicUsize>,
    asked: AtomicUsize,
    dies: Mutex<Option<Hear>>,
}

#[derive(Clone)]
struct Counted(#[allow(dead_code, reason = "dropped with the handle")] Arc<Held>);

struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Handles for Late {
    type Router = ();
    type Transport = Counted;
    type Producer = ();
    type Consumer = ();
}

impl Engine for Late {
    fn watch(&self, hear: Hear) {
        *self.dies.lock().expect("no panic") = Some(hear);
    }

    async fn open_router(&self, _room: Id, _hear: Hear) -> Result<(), EngineError> {
        Ok(())
    }

    fn capabilities<'a>(&'a self, (): &'a ()) -> &'a RtpCapabilitiesFinalized {
        self.silence.capabilities(&())
    }

    async fn open_transport(&self, (): &(), of: Of, hear: Hear) -> Result<(Counted, TransportAnswer), EngineError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.may.acquire().await.expect("open").forget();
        self.open.fetch_add(1, Ordering::Relaxed);
        let held = Counted(Arc::new(Held(Arc::clone(&self.open))));
        let (_, answer) = self.silence.open_transport(&(), of, hear).await?;
        Ok((held, answer))
    }

    async fn connect(&self, _transport: &Counted, _dtls: DtlsParameters) -> Result<(), EngineError> {
        panic!("an engine with a fault")
    }

    async fn restart(&self, _transport: &Counted) -> Result<IceParameters, EngineError> {
        Err(EngineError::Unavailable("ending".to_owned()))
    }

    async fn produce(&self, (): &(), _on: &Counted, _produce: Produce) -> Result<((), Id), EngineError> {
        Err(EngineError::Gone)
    }

    async fn consume(
        &self,
        _on: &Counted,
        (): &(),
        _capabilities: RtpCapabilities,
        _told: (Of, Hear),
    ) -> Result<((), ConsumerAnswer), EngineError> {
        Err(EngineError::Gone)
    }

    async fn pause(&self, (): &(), _pause: bool) -> Result<(), EngineError> {
        Ok(())
    }

    async fn tell(&self, (): &(), _ask: ConsumerAsk) -> Result<(), EngineError> {
        Ok(())
    }
}

async fn server(may: usize) -> Arc<Server<Late>> {
    let late = Late {
        silence: Silence::at(([127, 0, 0, 1], 1).into()),
        may: Arc::new(Semaphore::new(may)),
        open: Arc::default(),
        asked: AtomicUsize::new(0),
        dies: Mutex::default(),
    };
    let server = Server::new(late, Limits::default());
    assert_eq!(call(&server, Ask::OpenRoom(id("r"))).await.status, 200);
    server
}

async fn call(server: &Arc<Server<Late>>, ask: Ask) -> Answer {
    Arc::clone(server).call(ask).await
}

fn id(text: &str) -> Id {
    Id::parse(text).expect("an id")
}

fn open(key: Option<&str>) -> Ask {
    let key = key.map(|key| Keyed { key: key.to_owned(), asked: [0; 32] });
    Ask::Peer(ann(), key, PeerAsk::OpenTransport(Direction::Send))
}

fn ann() -> Of {
    Of { room: id("r"), peer: id("ann") }
}

fn transports(server: &Server<Late>) -> (usize, usize) {
    (server.now().0.transports, server.engine.open.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_does_not_answer_is_not_waited_for_and_what_it_makes_later_is_closed() {
    let server = server(0).await;
    let may = Arc::clone(&server.engine.may);
    for _ in 0..6 {
        assert_eq!(call(&server, open(None)).await.status, 503, "no place is lost");
    }
    may.add_permits(6);
    while may.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    while transports(&server) != (0, 0) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_hangs_up_leaves_nothing_half_done_and_its_repetition_gets_the_answer() {
    let server = server(0).await;
    let hangs_up = tokio::time::timeout(Duration::from_secs(1), call(&server, open(Some("s-1")))).await;
    assert!(hangs_up.is_err());
    server.engine.may.add_permits(1);
    assert_eq!(call(&server, open(Some("s-1"))).await.status, 200);
    assert_eq!(transports(&server), (1, 1));
    assert_eq!(server.engine.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_worker_is_not_repeated_for_its_key() {
    let server = server(0).await;
    assert_eq!(call(&server, open(Some("s-1"))).await.status, 503);
    server.engine.may.add_permits(2);
    assert_eq!(call(&server, open(Some("s-1"))).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn what_was_made_for_a_peer_that_left_is_closed() {
    let server = server(0).await;
    let opening = tokio::spawn(Arc::clone(&server).call(open(None)));
    while server.engine.asked.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(call(&server, Ask::ClosePeer(ann())).await.status, 200);
    server.engine.may.add_permits(1);
    assert_eq!(opening.await.expect("no panic").status, 404);
    assert_eq!(transports(&server), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_its_call_alone() {
    let server = server(1).await;
    let answer: serde_json::Value = serde_json::from_slice(&call(&server, open(None)).await.body).expect("JSON");
    let transport = id(answer["id"].as_str().expect("an id"));
    let value = ["AB"; 20].join(":");
    let dtls = serde_json::json!({ "role": "client", "fingerprints": [{ "algorithm": "sha-1", "value": value }] });
    for _ in 0..2 {
        let dtls = serde_json::from_value(dtls.clone()).expect("parameters");
        let connect = Ask::Peer(ann(), None, PeerAsk::Connect(transport.clone(), dtls));
        assert_eq!(call(&server, connect).await.status, 500);
    }
    assert_eq!(transports(&server), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_peer_expires_and_its_handles_are_dropped() {
    let server = server(1).await;
    assert_eq!(call(&server, open(None)).await.status, 200);
    let mut events = server.listen().expect("a place");
    tokio::time::advance(Duration::from_secs(60)).await;
    server.reap();
    assert_eq!(transports(&server), (0, 0));
    assert_eq!(
        events.try_recv().expect("told"),
        "{\"type\":\"peer_expired\",\"room\":\"r\",\"peer\":\"ann\"}\n".as_bytes()
    );
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_worker_is_the_end_of_the_server() {
    let server = server(0).await;
    server.engine.watch(server.hear());
    let hear = server.engine.dies.lock().expect("no panic").take().expect("it watches");
    hear(Fact::Dead("aborted".to_owned()));
    assert_eq!(server.died().await, "aborted");
}
