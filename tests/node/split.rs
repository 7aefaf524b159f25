//! A node that is cut off from Redis while it holds sockets: their sessions go on through another node, and it delivers
//! nothing stale, neither while it is alone nor afterwards.

use std::time::Duration;

use client::Session;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{chaos::proxy::Proxy, cluster::Cluster, postgres::free_port, process::PATIENCE, socket::Socket};

/// Until a node that cannot renew its lease of six seconds has fenced itself, on a slow machine.
const FENCED_WITHIN: Duration = Duration::from_secs(6);
/// Longer than that lease.
const CUT_FOR: Duration = Duration::from_secs(9);
/// How long one listens that nothing comes.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// Somebody in a room.
struct Person {
    socket: Socket,
    session: Session<String>,
    token: String,
    /// Texts that came while they listened.
    heard: Vec<String>,
}

impl Person {
    async fn join(node: &str, token: &str, room: &str) -> Self {
        let mut socket = Socket::open(node, false).await.expect("a socket");
        let mut session = Session::default();
        socket.tries_to_say(&session.hello(token));
        let joined = socket.joins(room).await;
        session.begin(joined["resumeToken"].as_str().expect("a token")).for_each(drop);
        Self { socket, session, token: token.to_owned(), heard: Vec::new() }
    }

    /// Goes on through this node; answers the socket of before, which stays open.
    async fn moves(&mut self, node: &str) -> Socket {
        let socket = Socket::open(node, true).await.expect("a socket");
        socket.tries_to_say(&self.session.hello(&self.token));
        std::mem::replace(&mut self.socket, socket)
    }

    /// The next message of this type, no number before which is missing.
    async fn hears(&mut self, kind: &str) -> Value {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await;
            let message = message.unwrap_or_else(|_| panic!("{kind} does not come")).expect("the connection stays");
            self.notes(&message);
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Nobody leaves, and nothing is missing.
    fn notes(&mut self, message: &Value) {
        assert_ne!(message["type"], "user_left", "{message}");
        if let Some(seq) = message["seq"].as_u64() {
            self.session.received(seq).expect("no gap");
        }
    }

    fn says(&mut self, text: &str) {
        let cid = self.session.sent.number();
        let message = json!({ "type": "chat_message", "cid": cid, "data": { "content": text } });
        self.socket.tries_to_say(&message.to_string());
    }

    async fn hears_text(&mut self, text: &str) {
        assert_eq!(self.hears("chat_message").await["data"]["content"], text);
    }
}

/// All that comes until then, and the close code if the connection ends before.
async fn heard(socket: &mut Socket, until: Instant) -> (Vec<Value>, Option<Option<u16>>) {
    let mut heard = Vec::new();
    loop {
        match timeout_at(until, socket.next()).await {
            Ok(Ok(message)) => heard.push(message),
            Ok(Err(code)) => return (heard, Some(code)),
            Err(_) => return (heard, None),
        }
    }
}

/// Everybody listens until then; what the socket hears that somebody has left behind.
async fn all_listen(
    before: &mut Socket,
    people: &mut [Person; 3],
    until: Instant,
) -> (Vec<Value>, Option<Option<u16>>) {
    let listening = people.iter_mut().map(async |person| {
        let (messages, end) = heard(&mut person.socket, until).await;
        assert_eq!(end, None, "the connection stays");
        for message in messages {
            person.notes(&message);
            if message["type"] == "chat_message" {
                person.heard.push(message["data"]["content"].as_str().expect("a text").to_owned());
            }
        }
    });
    tokio::join!(heard(before, until), join_all(listening)).0
}

/// Asserts that none of these tells of anything that happened in the room.
fn are_not_stale(heard: &[Value]) {
    let of_a_room = ["chat_message", "user_joined", "user_left", "offer", "answer"];
    let stale = heard.iter().find(|message| of_a_room.iter().any(|kind| message["type"] == *kind));
    assert_eq!(stale, None, "of {heard:?}");
}

fn is_degraded(message: &Value) -> bool {
    message["type"] == "degraded" && message["data"]["without"] == json!(["signaling"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_cut_off_from_redis_delivers_nothing_stale_to_sockets_whose_sessions_went_on_elsewhere() {
    let port = free_port();
    let mut cluster = Cluster::start_on(&["--port", &port.to_string()], 0, &[]).await;
    let proxy = Proxy::start(port).await;
    cluster.add(&["--redis-url", &format!("redis://127.0.0.1:{}", proxy.port)]).await;
    cluster.add(&["--redis-url", &format!("redis://127.0.0.1:{port}")]).await;
    let [alone, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let (host, tokens) = (alone.sign_up("host").await, alone.tokens(3));
    let room = alone.room(&host).await;
    let mut ann = Person::join(&alone.http, &tokens[0], &room).await;
    let mut carl = Person::join(&alone.http, &tokens[1], &room).await;
    ann.hears("user_joined").await;
    let mut bob = Person::join(&other.http, &tokens[2], &room).await;
    ann.hears("user_joined").await;
    carl.hears("user_joined").await;

    proxy.hold();
    let cut = Instant::now();
    // This is published to the node that is cut off, and waits on the way to it.
    bob.says("one");
    bob.hears("ack").await;
    let mut before = ann.moves(&other.http).await;
    assert_eq!(ann.hears("resumed").await["data"]["fromSeq"], ann.session.seq() + 1);
    ann.hears_text("one").await;
    bob.says("two");
    ann.hears_text("two").await;
    ann.says("three");
    bob.hears_text("three").await;

    let mut people = [ann, bob, carl];
    for (until, is_fenced) in [(cut + FENCED_WITHIN, true), (cut + CUT_FOR, false)] {
        let (told, end) = all_listen(&mut before, &mut people, until).await;
        assert!(!is_fenced || told.iter().any(is_degraded), "it fences itself: {told:?}");
        are_not_stale(&told);
        assert_eq!(end, None, "it closes no socket");
        assert!(people.iter().all(|person| person.heard.is_empty()), "nobody says anything");
    }
    proxy.pass();
    let back = Instant::now();
    let (told, end) = all_listen(&mut before, &mut people, back + AFTERWARDS).await;
    eprintln!("the socket of before was told {told:?}, and ended with {end:?}");
    are_not_stale(&told);
    assert!(end.is_some(), "its session is elsewhere");

    // Who stayed has missed nothing, and is heard.
    let [ann, bob, carl] = &mut people;
    assert_eq!(carl.heard, ["one", "two", "three"]);
    carl.says("four");
    ann.hears_text("four").await;
    bob.hears_text("four").await;
}
