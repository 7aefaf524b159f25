//! A scripted client: talks at random, loses its connection, resumes elsewhere, leaves and comes back, and keeps the protocol.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actors::{
    messages::socket::{Credential, Disconnect},
    node::ConnectionHandle,
    ports::{CloseFrame, ConnectionGone, FrameSink, Later, SeededEntropy, Text},
};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

use super::{
    history::{History, Kind, What},
    world::World,
};

/// What comes out of a connection.
enum Frame {
    Text(Value),
    Ping(Vec<u8>),
    Closed(Option<u16>),
}

struct Sink(mpsc::UnboundedSender<Frame>);

impl FrameSink for Sink {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        for text in texts {
            let value = serde_json::from_str(&text.concat()).expect("the node sends JSON");
            self.0.send(Frame::Text(value)).map_err(|_| ConnectionGone)?;
        }
        Ok(0)
    }

    fn ping(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.0.send(Frame::Ping(payload.to_vec())).map(|()| 0).map_err(|_| ConnectionGone)
    }

    fn pong(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(0)
    }

    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move { Ok(self as Box<dyn FrameSink>) })
    }

    fn close(self: Box<Self>, frame: CloseFrame) -> Later<()> {
        let _ = self.0.send(Frame::Closed(frame.code)); // the client may be gone
        Box::pin(async {})
    }
}

/// One connection.
struct Connection {
    handle: ConnectionHandle,
    frames: mpsc::UnboundedReceiver<Frame>,
    node: usize,
    /// Whether a resume is under way: until it is answered nothing new is sent.
    resuming: bool,
}

/// A session, as its client knows it.
struct Session {
    id: String,
    resume_token: String,
    rev: u64,
    seq: u64,
    next_cid: u64,
    unacked: VecDeque<(u64, String)>,
    peers: BTreeMap<String, u64>,
}

/// A client of one user.
pub(crate) struct Client {
    user: String,
    room: String,
    world: Arc<World>,
    history: History,
    random: SeededEntropy,
    connection: Option<Connection>,
    session: Option<Session>,
    /// When a heartbeat is due.
    heartbeat_at: Instant,
    /// How much it talks: the pause between two actions, at most, in milliseconds.
    pause_max: u64,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Client {
    pub(crate) fn new(world: &Arc<World>, user: String, room: String, seed: u64) -> Self {
        Self {
            user,
            room,
            world: Arc::clone(world),
            history: world.history.clone(),
            random: SeededEntropy::new(seed),
            connection: None,
            session: None,
            heartbeat_at: Instant::now(),
            pause_max: 400,
        }
    }

    /// Acts at random until the world calms down, then stays connected and listens until it ends.
    pub(crate) async fn run(mut self) {
        while !self.world.over.load(Ordering::Relaxed) {
            if self.connection.is_none() {
                self.connect().await;
                continue;
            }
            let calm = self.world.calm.load(Ordering::Relaxed);
            let pause = if calm { 1_000 } else { 1 + self.random.next() % self.pause_max };
            self.listen(Duration::from_millis(pause)).await;
            if Instant::now() >= self.heartbeat_at {
                self.heartbeat_at = Instant::now() + Duration::from_secs(15);
                self.say(r#"{"type":"heartbeat"}"#.to_owned()).await;
            }
            if !calm {
                self.act().await;
            }
        }
        self.connection = None;
    }

    async fn act(&mut self) {
        if self.connection.as_ref().is_none_or(|connection| connection.resuming) {
            return;
        }
        if self.session.is_none() {
            return self.join().await;
        }
        match self.random.next() % 100 {
            0..3 => self.lose_connection().await,
            3 => self.leave().await,
            4 => self.close().await,
            5..35 => self.chat().await,
            _ => self.signal().await,
        }
    }

    /// The connection breaks; the client comes back after a while, mostly within the window.
    async fn lose_connection(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            if self.random.next() % 2 == 0 {
                connection.handle.disconnect(Disconnect::Lost);
            } else {
                connection.handle.disconnect(Disconnect::Closed(Some(4000)));
            }
        }
        let long = if self.random.next() % 10 == 0 { 9_000 } else { 1_500 };
        sleep(Duration::from_millis(self.random.next() % long)).await;
    }

    async fn leave(&mut self) {
        self.say(r#"{"type":"leave_room"}"#.to_owned()).await;
        self.ended("left");
    }

    async fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.handle.disconnect(Disconnect::Closed(Some(1001)));
        }
        self.ended("closed the page");
        sleep(Duration::from_millis(self.random.next() % 2_000)).await;
    }

    fn ended(&mut self, why: &str) {
        if let Some(session) = self.session.take() {
            self.history.record(&session.id, What::Ended(why.to_owned()));
        }
    }

    async fn chat(&mut self) {
        self.send("chat_message", None, |id| json!({ "content": id })).await;
    }

    async fn signal(&mut self) {
        let Some(session) = &self.session else { return };
        let peers: Vec<(String, u64)> = session.peers.iter().map(|(user, rev)| (user.clone(), *rev)).collect();
        if peers.is_empty() {
            return;
        }
        let (to, rev) = peers[(self.random.next() % peers.len() as u64) as usize].clone();
        let offers = session.rev < rev;
        let kind = match self.random.next() % 4 {
            0 if offers => "offer",
            0 => "answer",
            1 if !offers => "renegotiate",
            _ => "ice_candidate",
        };
        let data_of = |id: String| match kind {
            "ice_candidate" => json!({ "targetUserId": to, "candidate": { "candidate": id } }),
            "renegotiate" => json!({ "targetUserId": to, "reason": id }),
            _ => json!({ "targetUserId": to, "sdp": id }),
        };
        let target = to.clone();
        self.send(kind, Some(target), data_of).await;
    }

    async fn send(&mut self, kind: &'static str, to: Option<String>, data: impl FnOnce(String) -> Value) {
        let Some(session) = &mut self.session else { return };
        let cid = session.next_cid;
        session.next_cid += 1;
        let text = json!({ "type": kind, "cid": cid, "data": data(format!("{}/{cid}", session.id)) }).to_string();
        session.unacked.push_back((cid, text.clone()));
        let kind = kind_of(kind).expect("a kind that is sent");
        self.history.record(&session.id, What::Sent { cid, kind, to });
        self.say(text).await;
    }

    async fn say(&mut self, text: String) {
        let Some(connection) = &mut self.connection else { return };
        // A node that is dead or stuck takes nothing for ever: the client's patience ends first.
        let said = timeout(PATIENCE, connection.handle.text(&text)).await;
        connection.handle.flush_batch();
        if said.is_err() {
            self.connection = None;
        }
    }

    async fn connect(&mut self) {
        sleep(Duration::from_millis(self.random.next() % 300)).await;
        let node = self.world.some_node(self.random.next());
        let (to, frames) = mpsc::unbounded_channel();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let opened = self.world.nodes[node].open_socket(Box::new(Sink(to)), Credential::None, address);
        let Ok(handle) = opened else { return };
        self.connection = Some(Connection { handle, frames, node, resuming: self.session.is_some() });
        let resume =
            self.session.as_ref().map(|session| json!({ "resumeToken": session.resume_token, "seq": session.seq }));
        let mut hello = json!({ "type": "hello", "data": { "token": self.user } });
        if let Some(resume) = resume {
            hello["data"]["resume"] = resume;
        }
        self.say(hello.to_string()).await;
        if self.session.is_none() {
            self.join().await;
        }
    }

    async fn join(&mut self) {
        self.say(json!({ "type": "join_room", "data": { "roomId": self.room } }).to_string()).await;
        // Until it is answered nothing else is done; whoever is refused tries again later.
        let until = Instant::now() + Duration::from_secs(5);
        while self.session.is_none() && self.connection.is_some() && Instant::now() < until {
            self.listen(Duration::from_millis(200)).await;
        }
    }

    /// Takes what comes for so long.
    async fn listen(&mut self, span: Duration) {
        let until = Instant::now() + span;
        loop {
            let Some(connection) = &mut self.connection else { return sleep(until - Instant::now()).await };
            if self.world.is_dead(connection.node) {
                self.connection = None; // the machine is gone, and with it the line
                return;
            }
            match tokio::time::timeout_at(until, connection.frames.recv()).await {
                Err(_) => return,
                Ok(None) => {
                    self.connection = None;
                    return;
                }
                Ok(Some(Frame::Ping(payload))) => connection.handle.pong(payload),
                Ok(Some(Frame::Closed(code))) => {
                    self.connection = None;
                    if code.is_some_and(|code| (4400..4500).contains(&code)) {
                        self.ended(&format!("closed with {}", code.unwrap_or_default()));
                    }
                    return;
                }
                Ok(Some(Frame::Text(text))) => self.hears(&text).await,
            }
        }
    }

    async fn hears(&mut self, text: &Value) {
        let data = &text["data"];
        let kind = text["type"].as_str().unwrap_or_default();
        if matches!(kind, "resumed" | "resume_failed")
            && let Some(connection) = &mut self.connection
        {
            connection.resuming = false;
        }
        match kind {
            "room_joined" => self.joined(data),
            "resumed" => self.resumed(data).await,
            "resume_failed" => self.ended(&format!("resume_failed {}", data["reason"])),
            "degraded" if data["lost"] == true => self.record(What::Lost),
            "ack" => self.acked(text["cid"].as_u64().unwrap_or_default()),
            "error" => self.refused(data),
            _ if text["seq"].is_u64() => self.numbered(kind, text["seq"].as_u64().unwrap_or_default(), data),
            _ => {}
        }
    }

    fn record(&self, what: What) {
        if let Some(session) = &self.session {
            self.history.record(&session.id, what);
        }
    }

    fn joined(&mut self, data: &Value) {
        let text = |field: &str| data[field].as_str().unwrap_or_default().to_owned();
        let (peers, rev) = (peers(data), data["rev"].as_u64().unwrap_or_default());
        let session = Session {
            id: text("sessionId"),
            resume_token: text("resumeToken"),
            rev,
            seq: 0,
            next_cid: 1,
            unacked: VecDeque::new(),
            peers: peers.clone(),
        };
        let joined = What::Joined { user: self.user.clone(), room: self.room.clone(), rev, peers };
        self.history.record(&session.id, joined);
        self.session = Some(session);
    }

    async fn resumed(&mut self, data: &Value) {
        let last_cid = data["lastCid"].as_u64().unwrap_or_default();
        let Some(session) = &mut self.session else { return };
        session.peers = peers(data);
        self.history.record(&session.id, What::Resumed { peers: session.peers.clone(), last_cid });
        if data["lost"] == true {
            self.history.record(&session.id, What::Lost);
        }
        let again: Vec<String> = session.unacked.iter().map(|(_, text)| text.clone()).collect();
        for text in again {
            self.say(text).await;
        }
    }

    fn acked(&mut self, cid: u64) {
        self.record(What::Acked(cid));
        if let Some(session) = &mut self.session {
            session.unacked.retain(|(pending, _)| *pending > cid);
        }
    }

    fn refused(&mut self, data: &Value) {
        let Some(cid) = data["cid"].as_u64() else { return };
        let Some(session) = &mut self.session else { return };
        session.unacked.retain(|(pending, _)| *pending != cid);
        let code = data["code"].as_str().unwrap_or_default().to_owned();
        self.record(What::Refused(cid, code));
    }

    fn numbered(&mut self, kind: &str, seq: u64, data: &Value) {
        let Some(session) = &mut self.session else { return };
        session.seq = seq;
        let user = data["userId"].as_str().unwrap_or_default().to_owned();
        let what = match kind {
            "user_joined" => {
                let rev = data["rev"].as_u64().unwrap_or_default();
                session.peers.insert(user.clone(), rev);
                What::PeerJoined { seq, user, rev }
            }
            "user_left" => {
                session.peers.remove(&user);
                What::PeerLeft { seq, user, reason: data["reason"].as_str().unwrap_or_default().to_owned() }
            }
            other => {
                let payload = match other {
                    "chat_message" => &data["content"],
                    "ice_candidate" => &data["candidate"]["candidate"],
                    "renegotiate" => &data["reason"],
                    _ => &data["sdp"],
                };
                let (sender, cid) =
                    payload.as_str().and_then(|id| id.split_once('/')).expect("a message says whose it is");
                let origin = (sender.to_owned(), cid.parse().expect("a number"));
                What::Heard { seq, kind: kind_of(other).expect("a known kind"), origin }
            }
        };
        self.record(what);
    }
}

fn kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "chat_message" => Kind::Chat,
        "offer" => Kind::Offer,
        "answer" => Kind::Answer,
        "ice_candidate" => Kind::Candidate,
        "renegotiate" => Kind::Renegotiate,
        _ => return None,
    })
}

fn peers(data: &Value) -> BTreeMap<String, u64> {
    let peers = data["peers"].as_array().into_iter().flatten();
    let known = peers.filter_map(|peer| Some((peer["userId"].as_str()?.to_owned(), peer["rev"].as_u64()?)));
    known.collect()
}
