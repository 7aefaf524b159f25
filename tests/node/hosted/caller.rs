//! A member of a room with a media server, as far as signaling goes: it asks, asks again what was not answered, and remembers
//! all numbered news. Its browser does not exist, so that no transport ever connects.

use std::time::{Duration, Instant};

use client::Session;
use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use crate::{process::PATIENCE, socket::Socket};

/// How long after a refusal it asks again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The member.
pub(super) struct Caller {
    token: String,
    socket: Socket,
    session: Session<()>,
    rids: u64,
    /// How many tracks it has described.
    tracks: u32,
    /// The epoch of the room's media, as it was told last.
    pub(super) epoch: u64,
    /// All numbered news, in their order.
    pub(super) news: Vec<Value>,
    /// What others send, as a newcomer is told.
    pub(super) peers: Value,
    heartbeat_at: Instant,
}

/// A microphone, as a browser describes it; a media server takes each `mid` and `ssrc` of a transport once.
fn voice(number: u32) -> Value {
    json!({
        "mid": number.to_string(), "rtcp": { "cname": "a browser", "reducedSize": true },
        "codecs": [{
            "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48_000, "channels": 2,
            "parameters": { "minptime": 10, "useinbandfec": 1 },
            "rtcpFeedback": [{ "type": "transport-cc", "parameter": "" }]
        }],
        "headerExtensions": [
            { "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4, "encrypt": false, "parameters": {} }
        ],
        "encodings": [{ "ssrc": 1_000 + number, "dtx": false }]
    })
}

impl Caller {
    /// Connects and joins.
    pub(super) async fn join(http: &str, token: &str, room: &str) -> Self {
        let (socket, session) = (Socket::open(http, false).await.expect("a socket"), Session::default());
        socket.tries_to_say(&session.hello(token));
        let (token, news, heartbeat_at) = (token.to_owned(), Vec::new(), Instant::now());
        let mut caller =
            Self { token, socket, session, rids: 0, tracks: 0, epoch: 0, news, peers: Value::Null, heartbeat_at };
        let joined = caller.is_seated(room).await;
        (caller.epoch, caller.peers) =
            (joined["data"]["media"]["epoch"].as_u64().expect("an epoch"), joined["data"]["peers"].clone());
        caller
    }

    /// Asks for a seat, again as long as too many ask at once.
    async fn is_seated(&mut self, room: &str) -> Value {
        let mut again = interval(AGAIN_AFTER);
        loop {
            again.tick().await;
            self.socket.says(json!({ "type": "join_room", "data": { "roomId": room } }));
            let is_answer = |message: &Value| message["type"] == "room_joined" || message["type"] == "error";
            let answer = self.until("an answer to the join", is_answer).await;
            if answer["type"] == "room_joined" {
                return answer;
            }
            assert_eq!(answer["data"]["code"], "rate_limited", "{answer}");
        }
    }

    pub(super) fn says(&self, message: Value) {
        self.socket.says(message);
    }

    /// Loses the connection, without a word to the node.
    pub(super) fn loses_connection(&self) {
        self.socket.abandon();
    }

    /// Connects to this node and resumes its session.
    pub(super) async fn resume(&mut self, http: &str) {
        self.socket = Socket::open(http, true).await.expect("a socket");
        self.socket.tries_to_say(&self.session.hello(&self.token));
        let is_answer = |message: &Value| message["type"] == "resumed" || message["type"] == "resume_failed";
        let answer = self.until("an answer to the resume", is_answer).await;
        assert_eq!(answer["type"], "resumed", "{answer}");
        self.epoch = self.epoch.max(answer["data"]["media"]["epoch"].as_u64().expect("an epoch"));
    }

    /// The next message, noted; it sends heartbeats meanwhile.
    async fn next(&mut self) -> Result<Value, Option<u16>> {
        if self.heartbeat_at.elapsed() > Duration::from_secs(10) {
            self.socket.tries_to_say(r#"{"type":"heartbeat"}"#);
            self.heartbeat_at = Instant::now();
        }
        let message = self.socket.next().await?;
        if let Some(seq) = message["seq"].as_u64() {
            self.session.received(seq).unwrap_or_else(|gap| panic!("{gap}: {message}"));
            if message["type"] == "media_changed" {
                let epoch = message["data"]["epoch"].as_u64().expect("an epoch");
                self.epoch = self.epoch.max(epoch);
            }
            self.news.push(message.clone());
        }
        if message["type"] == "room_joined" {
            let token = message["data"]["resumeToken"].as_str().expect("a token");
            self.session.begin(token).for_each(drop);
        }
        Ok(message)
    }

    async fn until(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let listening = async {
            loop {
                let message = self.next().await.unwrap_or_else(|code| panic!("closed with {code:?} before {what}"));
                if is_it(&message) {
                    return message;
                }
            }
        };
        timeout(PATIENCE, listening).await.unwrap_or_else(|_| panic!("{what} does not come"))
    }

    /// Listens until its news have such a one, and takes those up to it.
    pub(super) async fn hears(&mut self, kind: &str) -> Value {
        let is_it = |message: &Value| message["type"] == kind;
        if let Some(place) = self.news.iter().position(is_it) {
            return self.news.drain(..=place).next_back().expect("it is there")["data"].clone();
        }
        let heard = self.until(kind, is_it).await["data"].clone();
        self.news.clear();
        heard
    }

    /// Listens until it is sent a message of this type that has no number.
    pub(super) async fn is_sent(&mut self, kind: &str) -> Value {
        self.until(kind, |message| message["type"] == kind).await["data"].clone()
    }

    /// Listens for so long; the connection must not end.
    pub(super) async fn listens(&mut self, long: Duration) {
        let listening = async {
            loop {
                self.next().await.unwrap_or_else(|code| panic!("closed with {code:?}"));
            }
        };
        let _passed: Result<(), _> = timeout(long, listening).await;
    }

    /// Listens until the connection has ended.
    pub(super) async fn is_cut_off(&mut self) {
        let ending = async { while self.next().await.is_ok() {} };
        timeout(PATIENCE, ending).await.expect("the connection ends");
    }

    /// Sends a request; its number.
    pub(super) fn asks(&mut self, kind: &str, data: &Value) -> u64 {
        self.rids += 1;
        self.asks_again(self.rids, kind, data);
        self.rids
    }

    /// Sends a request once more.
    pub(super) fn asks_again(&self, rid: u64, kind: &str, data: &Value) {
        self.socket.tries_to_say(&json!({ "type": kind, "rid": rid, "data": data }).to_string());
    }

    /// The answer to a request, or the code of its error.
    pub(super) async fn is_answered(&mut self, rid: u64) -> Result<Value, String> {
        let is_it = |message: &Value| message["rid"] == rid || message["data"]["rid"] == rid;
        let answer = self.until("an answer", is_it).await;
        if answer["type"] == "error" {
            return Err(answer["data"]["code"].as_str().expect("a code").to_owned());
        }
        Ok(answer["data"].clone())
    }

    /// The same, asked again under its number as long as it is refused for now.
    pub(super) async fn is_answered_at_last(&mut self, rid: u64, kind: &str, data: &Value) -> Value {
        let (begun, mut again) = (Instant::now(), interval(AGAIN_AFTER));
        again.tick().await; // the first one comes at once
        loop {
            match self.is_answered(rid).await {
                Ok(answer) => return answer,
                Err(code) => {
                    let for_now = ["unavailable", "media_unavailable", "rate_limited"]; // a join of a large room costs others
                    assert!(for_now.contains(&code.as_str()), "{kind}: {code}");
                }
            }
            assert!(begun.elapsed() < PATIENCE, "{kind} is refused for {PATIENCE:?}");
            again.tick().await;
            self.asks_again(rid, kind, data);
        }
    }

    /// Asks until it is answered.
    pub(super) async fn gets(&mut self, kind: &str, data: Value) -> Value {
        let rid = self.asks(kind, &data);
        self.is_answered_at_last(rid, kind, &data).await
    }

    /// A transport, of the present epoch.
    pub(super) async fn opens(&mut self, direction: &str) -> String {
        let capable = self.gets("sfu_get_router_capabilities", json!({})).await;
        self.epoch = capable["epoch"].as_u64().expect("an epoch");
        let made = self.gets("sfu_create_transport", json!({ "epoch": self.epoch, "direction": direction })).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// What it asks for a track of its microphone.
    pub(super) fn track(&mut self, transport: &str) -> Value {
        self.tracks += 1;
        json!({
            "epoch": self.epoch, "transportId": transport, "kind": "audio", "source": "microphone",
            "rtpParameters": voice(self.tracks)
        })
    }

    /// Sends a track of its microphone: the producer.
    pub(super) async fn sends(&mut self) -> String {
        let transport = self.opens("send").await;
        let track = self.track(&transport);
        let made = self.gets("sfu_produce", track).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// The producers that others have been told to send, of the present epoch.
    pub(super) fn told_producers(&self) -> Vec<String> {
        let new = self.news.iter().filter(|news| news["type"] == "sfu_new_producer");
        let new = new.filter(|news| news["data"]["epoch"] == self.epoch);
        new.map(|news| news["data"]["producerId"].as_str().expect("an id").to_owned()).collect()
    }

    /// How often it was told of this.
    pub(super) fn heard(&self, kind: &str) -> usize {
        self.news.iter().filter(|news| news["type"] == kind).count()
    }
}
