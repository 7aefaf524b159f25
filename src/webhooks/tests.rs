//! From a ledger in memory over a database file to a receiver on this machine.

mod receiver;

use std::sync::atomic::{AtomicI64, Ordering};

use actors::{
    bytes::BufferedBytes,
    ledger::{At, Join, Joined, Ledger as _, MemoryLedger},
    protocol::{Attributes, LeaveReason, NodeId, RoomId, SeatId, SessionId, UserId},
    settings::LedgerLimits,
};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

use super::*;
use crate::storage::{self, WebhookCounts};
use receiver::{Answer, Receiver, always, response};

const KEY: [u8; 32] = [7; 32];

/// What an event goes through.
struct Bench {
    _folder: TempDir,
    store: Arc<dyn Store>,
    ledger: Arc<MemoryLedger>,
    /// Seconds that the clock is ahead.
    ahead: Arc<AtomicI64>,
    receiver: Receiver,
    stop: CancellationToken,
}

impl Bench {
    async fn new(answer: Answer) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = storage::open(None, folder.path(), &storage::Settings::default()).await.expect("a database");
        let limits = LedgerLimits { events_max: 256, ..LedgerLimits::default() };
        let ledger = MemoryLedger::new(limits, Arc::default(), Arc::new(BufferedBytes::new(1 << 20)));
        let receiver = Receiver::start(answer).await;
        let (ahead, stop) = (Arc::default(), CancellationToken::new());
        Self { _folder: folder, store, ledger: Arc::new(ledger), ahead, receiver, stop }
    }

    fn settings(&self) -> Settings {
        Settings {
            url: self.receiver.url.parse().expect("a URL"),
            keys: vec![KEY.to_vec()],
            allow_private: true,
            answer_within: Duration::from_secs(5),
            give_up_after: Duration::from_secs(3_600),
            wanted: Wanted::default(),
        }
    }

    fn now(&self) -> Now {
        let ahead = Arc::clone(&self.ahead);
        Arc::new(move || Timestamp::now() + jiff::SignedDuration::from_secs(ahead.load(Ordering::SeqCst)))
    }

    /// A node that sends, until it is stopped.
    fn runs(&self, name: &str, settings: &Settings) -> tokio::task::JoinHandle<()> {
        let parts = (Arc::clone(&self.store), Arc::clone(&self.ledger) as _);
        let webhooks = Webhooks::new(parts, settings, name.to_owned(), self.now()).expect("webhooks");
        tokio::spawn(webhooks.run(self.stop.clone()))
    }

    fn outbox(&self) -> Outbox {
        Outbox::new(Arc::clone(&self.store), self.now())
    }

    async fn join(&self, room: RoomId, user: u128) -> SeatId {
        let (user, session, window) = (UserId::from_u128(user), SessionId::random(), Duration::from_secs(5));
        let join = Join {
            user,
            name: "Ann".into(),
            session,
            secret: 1,
            max: 9.into(),
            window,
            revision: 1,
            attributes: Attributes::default(),
        };
        let joined = self.ledger.join(At { room, node: &NodeId::new("a"), epoch: 0 }, join).await;
        let Ok(Joined::Seated { seat, .. }) = joined else { panic!("no seat: {joined:?}") };
        seat
    }

    async fn leave(&self, room: RoomId, seat: SeatId) {
        let at = At { room, node: &NodeId::new("a"), epoch: 0 };
        self.ledger.leave(at, seat, LeaveReason::Left).await.expect("memory answers");
    }

    /// Waits until the outbox holds so much.
    async fn until(&self, queued: u64, dead: u64) {
        let holds = async {
            while self.store.count_webhooks().await.expect("an answer") != (WebhookCounts { queued, dead }) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), holds).await.expect("the outbox holds that within half a minute");
    }
}

fn room(letter: u8) -> RoomId {
    RoomId::from_letters([letter; 10])
}

#[tokio::test]
async fn what_happens_in_a_room_is_told_once_in_order_and_signed() {
    let mut bench = Bench::new(always("204 No Content")).await;
    let seat = bench.join(room(0), 1).await;
    let running = bench.runs("a", &bench.settings());
    let first = bench.receiver.next().await;
    assert_eq!((first.told().as_str(), first.path.as_str()), ("1 room.started", "/hooks?from=aldis"));
    let (id, seconds) = (first.header("webhook-id").to_owned(), first.header("webhook-timestamp"));
    assert_eq!(id, event::id(room(0), seat.order, 1));
    let signed = Signer::new(&[KEY.to_vec()]).sign(&id, seconds.parse().expect("seconds"), &first.body);
    assert_eq!(first.header("webhook-signature"), signed);
    assert_eq!(first.header("content-type"), "application/json");
    assert!(bench.receiver.url.contains(first.header("host")));
    bench.leave(room(0), seat).await;
    assert_eq!(bench.receiver.told(3).await, ["2 participant.joined", "3 participant.left", "4 room.ended"]);
    bench.until(0, 0).await;
    bench.stop.cancel();
    running.await.expect("it stops");
    assert!(bench.receiver.is_quiet());
}

#[tokio::test]
async fn a_receiver_that_was_away_is_told_everything_in_order() {
    let mut bench = Bench::new(always("503 Service Unavailable")).await;
    let _running = bench.runs("a", &bench.settings());
    let seats = [bench.join(room(0), 1).await, bench.join(room(1), 1).await];
    for _ in 0..2 {
        assert_eq!(bench.receiver.next().await.told(), "1 room.started");
    }
    bench.leave(room(0), seats[0]).await;
    bench.until(6, 0).await;
    bench.receiver.answers(always("200 OK"));
    let mut told = Vec::new();
    while told.len() < 6 {
        let request = bench.receiver.next().await;
        let id = event::named(request.header("webhook-id")).expect("an id");
        if told.last() != Some(&id) {
            told.push(id); // one may have been refused just before
        }
    }
    for (letter, seat, numbers) in [(0, seats[0], vec![1, 2, 3, 4]), (1, seats[1], vec![1, 2])] {
        let of_room = told.iter().filter(|(of, ..)| *of == room(letter));
        assert_eq!(
            of_room.map(|id| (id.1, id.2)).collect::<Vec<_>>(),
            numbers.iter().map(|n| (seat.order, *n)).collect::<Vec<_>>()
        );
    }
    bench.until(0, 0).await;
}

#[tokio::test]
async fn what_was_not_confirmed_before_a_crash_is_sent_by_the_next_node_and_the_rest_follows() {
    let mut bench = Bench::new(Arc::new(|_| None)).await;
    let seat = bench.join(room(0), 1).await;
    let killed = bench.runs("the only node", &bench.settings());
    assert_eq!(bench.receiver.next().await.told(), "1 room.started");
    bench.leave(room(0), seat).await;
    bench.until(4, 0).await;
    killed.abort();
    let _ = killed.await; // it was aborted
    bench.receiver.answers(always("200 OK"));
    let _next = bench.runs("the only node", &bench.settings());
    let all = ["1 room.started", "2 participant.joined", "3 participant.left", "4 room.ended"];
    assert_eq!(bench.receiver.told(4).await, all);
    bench.until(0, 0).await;
}

#[tokio::test]
async fn of_two_nodes_one_sends_and_the_other_one_takes_over_when_it_stops() {
    let mut bench = Bench::new(always("200 OK")).await;
    let first = bench.runs("a", &bench.settings());
    bench.join(room(0), 1).await;
    assert_eq!(bench.receiver.told(2).await, ["1 room.started", "2 participant.joined"]);
    let stop = std::mem::replace(&mut bench.stop, CancellationToken::new());
    let _second = bench.runs("b", &bench.settings());
    bench.join(room(0), 2).await;
    assert_eq!(bench.receiver.told(1).await, ["3 participant.joined"]);
    stop.cancel();
    first.await.expect("it stops");
    bench.join(room(0), 3).await;
    assert_eq!(bench.receiver.told(1).await, ["4 participant.joined"]);
    bench.until(0, 0).await;
    assert!(bench.receiver.is_quiet(), "nothing was sent twice");
}

#[tokio::test]
async fn an_event_that_nobody_takes_is_given_up_and_can_be_sent_again() {
    let refuses_the_first: Answer = Arc::new(|request| {
        let is_first = request.told() == "1 room.started";
        Some(if is_first { response("500 Oh", "", "no\r\nthanks") } else { response("200 OK", "", "") })
    });
    let mut bench = Bench::new(refuses_the_first).await;
    let _running = bench.runs("a", &bench.settings());
    bench.join(room(0), 1).await;
    assert_eq!(bench.receiver.told(2).await, ["1 room.started", "1 room.started"], "it is tried again");
    bench.ahead.store(3_700, Ordering::SeqCst);
    bench.until(0, 1).await;
    let dead = bench.outbox().dead(9).await.expect("an answer").remove(0);
    assert_eq!(dead.webhook.failure, "answered 500 Internal Server Error: no  thanks");
    assert!(dead.webhook.attempts >= 2);
    while bench.receiver.next().await.told() != "2 participant.joined" {}
    bench.receiver.answers(always("200 OK"));
    assert!(bench.outbox().retry(&dead).await.expect("an answer"));
    assert_eq!(bench.receiver.next().await.header("webhook-id"), dead.id);
    bench.until(0, 0).await;
    assert_eq!(bench.outbox().find(&dead.id).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_receiver_that_says_gone_is_not_asked_again_and_redirects_are_not_followed() {
    let answers: Answer = Arc::new(|request| {
        Some(match request.told().as_str() {
            "1 room.started" => response("410 Gone", "", ""),
            "2 participant.joined" => response("302 Found", "location: http://127.0.0.1:1/secret\r\n", "over there"),
            _ => response("200 OK", "", ""),
        })
    });
    let mut bench = Bench::new(answers).await;
    let _running = bench.runs("a", &bench.settings());
    bench.join(room(0), 1).await;
    assert_eq!(bench.receiver.told(3).await, ["1 room.started", "2 participant.joined", "2 participant.joined"]);
    bench.until(1, 1).await;
    let id = event::id(room(0), bench.outbox().dead(9).await.expect("an answer")[0].webhook.life, 2);
    let waits = bench.outbox().find(&id).await.expect("an answer").expect("it waits");
    assert_eq!(waits.webhook.failure, "answered 302 Found: redirects are not followed");
}

#[tokio::test]
async fn private_addresses_are_refused_and_slow_or_endless_answers_cost_their_timeout_at_most() {
    let bench = Bench::new(Arc::new(|_| None)).await;
    let headers = post::Headers { id: "msg_1".to_owned(), seconds: 1, signatures: "v1,x".to_owned() };
    let url = bench.receiver.url.parse().expect("a URL");
    let post = async |endpoint: Endpoint| endpoint.post(&headers, "{}").await;
    let private = Endpoint::new(&url, false, Duration::from_secs(5)).expect("an endpoint");
    let refused = post(private).await.expect_err("it is this machine");
    assert_eq!(refused, post::Failed::Private([127, 0, 0, 1].into()));
    let named = bench.receiver.url.replace("127.0.0.1", "localhost").parse().expect("a URL");
    let named = Endpoint::new(&named, false, Duration::from_secs(5)).expect("an endpoint");
    assert_eq!(post(named).await.expect_err("it is this machine").reason(), "private");
    let slow = Endpoint::new(&url, true, Duration::from_secs(1)).expect("an endpoint");
    assert_eq!(post(slow).await, Err(post::Failed::Silent(Duration::from_secs(1))));
    let endless = format!("HTTP/1.1 500 Oh\r\n\r\n{}", "x".repeat(1 << 20));
    bench.receiver.answers(Arc::new(move |_| Some(endless.clone())));
    let endless = Endpoint::new(&url, true, Duration::from_secs(5)).expect("an endpoint");
    let why = post(endless).await.expect_err("refused");
    assert!(
        matches!(&why, post::Failed::Refused(status, text) if status.as_u16() == 500 && text.len() <= 200),
        "{why}"
    );
    bench.receiver.answers(Arc::new(|_| Some("SSH-2.0-OpenSSH_9\r\n".to_owned())));
    let rubbish = Endpoint::new(&url, true, Duration::from_secs(5)).expect("an endpoint");
    assert_eq!(post(rubbish).await.expect_err("not HTTP").reason(), "broken");
}

#[tokio::test]
async fn over_tls_only_a_receiver_whose_certificate_is_trusted_is_told() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let server = server.expect("versions").with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server.expect("a server")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("https://localhost:{}/", listener.local_addr().expect("an address").port());
    let (keep, mut requests) = tokio::sync::mpsc::channel(9);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                receiver::serve(stream, keep.clone(), Arc::new(Mutex::new(always("200 OK")))).await;
            }
        }
    });
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default(); // another test may have
    let (url, within) = (url.parse().expect("a URL"), Duration::from_secs(10));
    let headers = post::Headers { id: "msg_1".to_owned(), seconds: 1, signatures: "v1,x".to_owned() };
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a certificate");
    let trusting = Endpoint::trusting(&url, true, within, || roots).expect("an endpoint");
    assert_eq!(trusting.post(&headers, "{}").await, Ok(()));
    assert_eq!(requests.recv().await.expect("a request").header("webhook-id"), "msg_1");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(other.cert.der().clone()).expect("a certificate");
    let wary = Endpoint::trusting(&url, true, within, || roots).expect("an endpoint");
    let why = wary.post(&headers, "{}").await.expect_err("its certificate is another one");
    assert_eq!(why.reason(), "unreachable", "{why}");
    assert!(Endpoint::trusting(&url, true, within, rustls::RootCertStore::empty).is_err(), "nobody is trusted");
}
