//! A scripted client: talks at random, loses its connection, resumes elsewhere, leaves and comes back, and keeps the protocol
//! (`docs/protocol.md`): nothing is sent between a `hello` that resumes and its answer; after `resumed` everything that was
//! neither acknowledged nor refused is sent again, in order and under its old number; after a close with 44xx it does not
//! reconnect by itself, but its user does.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actors::{messages::socket::Disconnect, ports::SeededEntropy};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::{
    history::{End, History, Kind, What},
    plan::Losses,
    world::World,
};
use line::{Frame, Line};
use session::Session;

mod line;
mod session;

/// A client of one user.
pub(crate) struct Client {
    user: String,
    room: String,
    world: Arc<World>,
    history: History,
    random: SeededEntropy,
    line: Option<Line>,
    /// The connection of before, while the session moves to another.
    old: Option<Line>,
    /// When the client surely was connected, by a node that reached the ledger, for the last time.
    heard_at: Instant,
    session: Option<Session>,
    /// When a heartbeat is due.
    heartbeat_at: Instant,
    /// When the user comes back, after the server has closed for good.
    back_at: Instant,
    /// Messages without a number sent so far, in any session.
    plain: u64,
}

/// How long a client waits for a node that takes nothing.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest pause between two actions, in milliseconds.
const PAUSE_MAX: u64 = 400;

impl Client {
    pub(crate) fn new(world: &Arc<World>, user: String, room: String, seed: u64) -> Self {
        Self {
            user,
            room,
            world: Arc::clone(world),
            history: world.history.clone(),
            random: SeededEntropy::new(seed),
            line: None,
            old: None,
            heard_at: Instant::now(),
            session: None,
            heartbeat_at: Instant::now(),
            back_at: Instant::now(),
            plain: 0,
        }
    }

    /// Acts at random until the world calms down, then stays connected and listens until it ends.
    pub(crate) async fn run(mut self) {
        while !self.world.over.load(Ordering::Relaxed) {
            if self.line.is_none() {
                tokio::time::sleep_until(self.back_at).await; // paused
                self.connect().await;
                continue;
            }
            let calm = self.world.calm.load(Ordering::Relaxed);
            let pause = if calm { 1_000 } else { 1 + self.random.next() % PAUSE_MAX };
            self.listen(Duration::from_millis(pause)).await;
            if Instant::now() >= self.heartbeat_at {
                self.heartbeat_at = Instant::now() + Duration::from_secs(15);
                self.say(r#"{"type":"heartbeat"}"#.to_owned()).await;
            }
            if !calm {
                self.act().await;
            }
        }
    }

    async fn act(&mut self) {
        if self.line.as_ref().is_none_or(|line| line.resuming) {
            return;
        }
        if self.session.is_none() {
            return self.join().await;
        }
        match self.random.next() % 100 {
            0..3 => self.lose_connection().await,
            3 => self.leave().await,
            4 => self.close().await,
            5 | 6 if self.world.plan.losses == Losses::None => self.switch().await,
            9 if self.world.plan.slow => self.read_slowly().await,
            7..9 => self.acknowledge().await,
            10..38 => self.chat().await,
            _ => self.signal().await,
        }
    }

    /// The connection breaks; the client comes back after a while, mostly within the window.
    async fn lose_connection(&mut self) {
        if let Some(mut line) = self.line.take() {
            let how =
                if self.random.next().is_multiple_of(2) { Disconnect::Lost } else { Disconnect::Closed(Some(4000)) };
            line.handle.disconnect(how);
            self.away(&format!("disconnects: {how:?}"));
        }
        let long = if self.random.next().is_multiple_of(10) { 9_000 } else { 1_500 };
        sleep(Duration::from_millis(self.random.next() % long)).await; // paused
    }

    /// The client changes its network: resumes over a new connection, and closes the old one after that.
    async fn switch(&mut self) {
        let Some(host) = self.world.some_host(self.random.next()) else { return };
        let Some(line) = Line::open(host, true) else { return };
        self.old = self.line.replace(line);
        self.hello().await;
    }

    async fn leave(&mut self) {
        self.say(r#"{"type":"leave_room"}"#.to_owned()).await;
        self.ended(End::Left);
    }

    async fn close(&mut self) {
        if let Some(mut line) = self.line.take() {
            let code = [None, Some(1000), Some(1001)][(self.random.next() % 3) as usize];
            line.handle.disconnect(Disconnect::Closed(code));
        }
        self.ended(End::Left);
        sleep(Duration::from_millis(self.random.next() % 2_000)).await; // paused
    }

    /// Reads nothing for a while, as a page that hangs.
    async fn read_slowly(&mut self) {
        let long = Duration::from_millis(self.random.next() % 16_000);
        self.note(|| format!("reads nothing for {long:?}"));
        let (Some(line), Some(session)) = (&self.line, &self.session) else { return };
        self.history.record(&session.id, What::Away);
        line.block();
        sleep(long).await; // paused
        line.unblock();
        self.here();
    }

    async fn acknowledge(&mut self) {
        let Some(session) = &self.session else { return };
        let text = json!({ "type": "ack", "seq": session.seq }).to_string();
        self.say(text).await;
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

    /// Sends a message whose payload says whose it is, mostly under the next number.
    async fn send(&mut self, kind: &'static str, to: Option<String>, data: impl FnOnce(String) -> Value) {
        let is_plain = self.random.next() % 100 < self.world.plan.unnumbered;
        let Some(session) = &mut self.session else { return };
        if is_plain {
            self.plain += 1;
            let text = json!({ "type": kind, "data": data(format!("{}/plain {}", session.id, self.plain)) });
            return self.say(text.to_string()).await;
        }
        let cid = session.next_cid;
        session.next_cid += 1;
        let text = json!({ "type": kind, "cid": cid, "data": data(format!("{}/{cid}", session.id)) }).to_string();
        session.unacked.push_back((cid, text.clone()));
        let kind = Kind::of(kind).expect("a kind that is sent");
        self.history.record(&session.id, What::Sent { cid, kind, to });
        self.say(text).await;
    }

    async fn say(&mut self, text: String) {
        let Some(line) = &mut self.line else { return };
        let user = &self.user[30..];
        self.world.note(self.session.as_ref().map_or("-", |session| &session.id), || format!("{user} > {text}"));
        // A node that is dead or stuck never accepts it: the client's timeout comes first.
        let said = timeout(PATIENCE, line.handle.text(&text)).await;
        line.handle.flush_batch();
        if said.is_err() {
            self.away("the node takes nothing");
        }
    }

    async fn connect(&mut self) {
        sleep(Duration::from_millis(self.random.next() % 300)).await; // paused
        let Some(host) = self.world.some_host(self.random.next()) else { return };
        let Some(line) = Line::open(host, self.session.is_some()) else { return };
        self.line = Some(line);
        self.hello().await;
        if self.session.is_none() {
            self.join().await;
        }
    }

    /// Presents itself, and resumes the session if there is one.
    async fn hello(&mut self) {
        let resume = self.session.as_ref().map(|it| json!({ "resumeToken": it.resume_token, "seq": it.seq }));
        let mut hello = json!({ "type": "hello", "data": { "token": self.user } });
        if let (Some(resume), Some(session)) = (resume, &self.session) {
            self.history.record(&session.id, What::Resuming);
            hello["data"]["resume"] = resume;
        }
        self.say(hello.to_string()).await;
    }

    async fn join(&mut self) {
        self.say(json!({ "type": "join_room", "data": { "roomId": self.room } }).to_string()).await;
        // Until it is answered nothing else is done; a refused client tries again later.
        let until = Instant::now() + Duration::from_secs(5);
        while self.session.is_none() && self.line.is_some() && Instant::now() < until {
            self.listen(Duration::from_millis(200)).await;
        }
    }

    /// Takes what comes for so long.
    async fn listen(&mut self, span: Duration) {
        let until = Instant::now() + span;
        loop {
            let Some(line) = &mut self.line else { return tokio::time::sleep_until(until).await }; // paused
            if line.host.is_dead() {
                return self.away("the machine is gone, and with it the line");
            }
            match tokio::time::timeout_at(until, line.frames.recv()).await {
                Err(_) => return,
                Ok(None) => return self.away("the line is gone"),
                Ok(Some(Frame::Ping(payload))) => line.handle.pong(payload),
                Ok(Some(Frame::Closed(code))) => {
                    self.closed(code);
                    return;
                }
                Ok(Some(Frame::Text(text, at))) => {
                    if text["seq"].is_u64() || text["type"] == "room_joined" {
                        self.heard_at = at;
                    }
                    self.hears(&text).await;
                }
            }
        }
    }

    /// The server has closed the connection.
    fn closed(&mut self, code: Option<u16>) {
        self.away(&format!("closed with {code:?}"));
        if code.is_some_and(|code| (4400..4500).contains(&code)) {
            self.ended(End::Closed(code.unwrap_or_default()));
            self.back_at = Instant::now() + Duration::from_millis(self.random.next() % 6_000);
        }
    }

    /// The connection is lost.
    fn away(&mut self, why: &str) {
        self.line = None;
        self.note(|| why.to_owned());
        if let Some(session) = &self.session {
            self.history.record(&session.id, What::Away);
        }
    }

    /// The client listens.
    fn here(&self) {
        if let (Some(line), Some(session)) = (&self.line, &self.session) {
            self.history.record(&session.id, What::Here(line.host.node.id().to_string()));
        }
    }

    fn ended(&mut self, end: End) {
        if let Some(session) = self.session.take() {
            self.history.record(&session.id, What::Ended(end));
        }
    }

    /// Notes something for a reader of the history.
    fn note(&self, what: impl FnOnce() -> String) {
        let session = self.session.as_ref().map_or("-", |session| &session.id);
        self.world.note(session, || format!("{} {}", &self.user[30..], what()));
    }
}
