//! A scripted client: it says one numbered message after the other, resumes elsewhere when its node is silent, closed or
//! degraded, joins again where its session has ended, and notes whatever contradicts the protocol's promises.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use client::Session;
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep, timeout};

use super::life::{Gap, Life, Phase, World};
use crate::socket::Socket;

/// A node that says nothing for so long, or is degraded, is given up.
const SILENT_MAX: Duration = Duration::from_secs(4);
const DEGRADED_MAX: Duration = Duration::from_secs(3);
/// A loss is told at the latest so long after a message that shows it.
const LOSS_TOLD_WITHIN: Duration = Duration::from_secs(10);
/// How long a step of connecting may take.
const STEP_WITHIN: Duration = Duration::from_secs(5);
/// What is shown of a client that waits.
const RECENT_MAX: usize = 24;
/// Messages of its own under way.
const UNDER_WAY_MAX: usize = 8;

/// One client.
pub(super) struct Client {
    world: Arc<World>,
    random: SmallRng,
    token: String,
    room: String,
    /// Its messages under way, by their own numbers.
    session: Session<u64>,
    said: u64,
    /// The last number of all, once it is said.
    last: Option<u64>,
    /// The last number heard of each other member; none before the first.
    roster: BTreeMap<String, Option<u64>>,
    /// Whose last number was heard, or accepted.
    finished: BTreeSet<String>,
    is_done: bool,
    /// What was sent and received last, with the seconds of the run: shown if something is missing in the end.
    recent: VecDeque<String>,
    begun: Instant,
    life: Life,
}

/// Why a connection is given up.
struct GivenUp;

impl Client {
    pub(super) fn new(world: Arc<World>, seed: u64, token: String, room: String) -> Self {
        Self {
            world,
            random: SmallRng::seed_from_u64(seed),
            token,
            room,
            session: Session::default(),
            said: 0,
            last: None,
            roster: BTreeMap::new(),
            finished: BTreeSet::new(),
            is_done: false,
            recent: VecDeque::new(),
            begun: Instant::now(),
            life: Life::default(),
        }
    }

    /// Lives until the end of the run.
    pub(super) async fn live(mut self, others: usize) -> Life {
        loop {
            let socket = self.connect().await;
            let is_connected = socket.is_some();
            let is_over = match socket {
                Some(socket) => self.talk(socket, others).await.is_ok(),
                None => *self.world.phase.borrow() == Phase::End,
            };
            if is_over {
                self.life.undone = (!self.is_done).then(|| self.lacks(is_connected));
                return self.life;
            }
            let pause = self.random.random_range(50..600);
            sleep(Duration::from_millis(pause)).await;
        }
    }

    /// What it waits for.
    fn lacks(&self, is_connected: bool) -> String {
        let (user, room, finished, last) = (&self.life.user, &self.room, &self.finished, self.last);
        let (under_way, others) = (self.session.sent.unacknowledged(), self.roster.keys());
        format!(
            "{user} in {room}, connected: {is_connected}, last number {last:?}, under way {:?}, has heard the last \
             of {finished:?}, sees {:?}; {:.1} s: {:?}",
            under_way.collect::<Vec<_>>(),
            others.collect::<Vec<_>>(),
            self.begun.elapsed().as_secs_f64(),
            self.recent
        )
    }

    /// Remembers what was sent or received for [`Self::lacks`]; heartbeats say nothing.
    fn remember(&mut self, way: char, message: &Value) {
        let kind = text(message, "type");
        if kind.starts_with("heartbeat") {
            return;
        }
        let (cid, seq, last) = (&message["cid"], &message["seq"], &message["data"]["lastCid"]);
        self.recent.push_back(format!("{:.1} {way} {kind} {cid} {seq} {last}", self.begun.elapsed().as_secs_f64()));
        if self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
    }

    async fn connect(&mut self) -> Option<Socket> {
        let node = self.random.random_range(0..self.world.nodes.len());
        let opening = Socket::open(&self.world.nodes[node], self.session.may_resume());
        let mut socket = timeout(STEP_WITHIN, opening).await.ok()?.ok()?;
        socket.tries_to_say(&self.session.hello(&self.token));
        let until = Instant::now() + STEP_WITHIN;
        let mut has_joined = false;
        while let Ok(Ok(message)) = tokio::time::timeout_at(until, socket.next()).await {
            let kind = message["type"].as_str().unwrap_or_default().to_owned();
            match kind.as_str() {
                "welcome" if !self.session.may_resume() && !has_joined => {
                    let user = message["data"]["userId"].as_str().unwrap_or_default();
                    self.life.user = user.to_owned();
                    has_joined = true;
                    socket.tries_to_say(&self.join());
                }
                "resumed" => {
                    self.remember('<', &message);
                    self.resumed(&message["data"]);
                    let unacknowledged: Vec<_> = self.session.sent.unacknowledged().copied().collect();
                    for (cid, number) in unacknowledged {
                        socket.tries_to_say(&self.message(cid, number));
                    }
                    return Some(socket);
                }
                "resume_failed" => {
                    self.session.end();
                    has_joined = true;
                    socket.tries_to_say(&self.join());
                }
                "room_joined" => {
                    self.entered(&message["data"]);
                    return Some(socket);
                }
                "error" => return None, // refused for now
                _ => self.note(&message),
            }
        }
        None
    }

    fn join(&mut self) -> String {
        self.life.joins += 1;
        json!({ "type": "join_room", "data": { "roomId": self.room } }).to_string()
    }

    fn message(&mut self, cid: u64, number: u64) -> String {
        let last = if self.last == Some(number) { " last" } else { "" };
        let content = format!("{number} {}{last}", self.life.user);
        let message = json!({ "type": "chat_message", "cid": cid, "data": { "content": content } });
        self.remember('>', &message);
        message.to_string()
    }

    fn entered(&mut self, data: &Value) {
        self.last = None;
        self.life.untold.extend(self.session.begin(text(data, "resumeToken")));
        let others = data["existingPeers"].as_array().into_iter().flatten().filter_map(Value::as_str);
        self.roster = others.map(|user| (user.to_owned(), None)).collect();
        self.is_not_over_full();
    }

    fn resumed(&mut self, data: &Value) {
        self.life.resumed += 1;
        if data["fromSeq"].as_u64() != Some(self.session.seq() + 1) {
            self.violated(format!("resumed after {} with {data}", self.session.seq()));
        }
        if data["lost"] == true {
            self.lost();
            let others = data["peers"].as_array().into_iter().flatten().filter_map(|peer| peer["userId"].as_str());
            self.roster = others.map(|user| (user.to_owned(), None)).collect();
        }
    }

    fn lost(&mut self) {
        self.life.told_lost += 1;
        self.life.gaps.retain(|gap| gap.seen_at.elapsed() > LOSS_TOLD_WITHIN);
        self.roster.values_mut().for_each(|last| *last = None);
    }

    fn violated(&mut self, what: String) {
        self.life.violations.push(format!("{}: {what}", self.life.user));
    }

    fn is_not_over_full(&mut self) {
        if self.roster.len() > 3 {
            self.violated(format!("a room for four has {} others", self.roster.len()));
        }
    }

    /// Talks and listens until the connection is given up, or the run ends.
    async fn talk(&mut self, mut socket: Socket, others: usize) -> Result<(), GivenUp> {
        let (mut says, mut beats) = (interval(self.world.say_every), interval(Duration::from_secs(1)));
        let (mut heard_at, mut degraded_at) = (Instant::now(), None::<Instant>);
        loop {
            let phase = *self.world.phase.borrow();
            if phase == Phase::End {
                return Ok(());
            }
            let under_way = self.session.sent.unacknowledged().len();
            let is_finished = under_way == 0 && self.finished.len() > others;
            if phase == Phase::Finish && is_finished && !std::mem::replace(&mut self.is_done, true) {
                self.world.done.fetch_add(1, Ordering::Relaxed);
            }
            tokio::select! {
                message = socket.next() => {
                    let message = message.map_err(|_| GivenUp)?;
                    heard_at = Instant::now();
                    if message["type"] == "degraded" {
                        let without = message["data"]["without"].as_array();
                        let without = without.is_some_and(|what| what.iter().any(|name| name == "signaling"));
                        degraded_at = without.then_some(heard_at);
                    }
                    if self.hear(&message) {
                        return Err(GivenUp);
                    }
                }
                _ = says.tick() => {
                    let is_over = phase == Phase::Finish && self.last.is_some();
                    if under_way < UNDER_WAY_MAX && !is_over {
                        self.said += 1;
                        self.last = (phase == Phase::Finish).then_some(self.said);
                        let cid = self.session.sent.number();
                        self.session.sent.keep(self.said);
                        socket.tries_to_say(&self.message(cid, self.said));
                    }
                }
                _ = beats.tick() => {
                    let is_degraded = degraded_at.is_some_and(|at| at.elapsed() > DEGRADED_MAX);
                    if heard_at.elapsed() > SILENT_MAX || is_degraded {
                        return Err(GivenUp);
                    }
                    socket.tries_to_say(r#"{"type":"heartbeat","data":{}}"#);
                }
            }
        }
    }

    /// Notes a message; whether the session or the connection has ended with it.
    fn hear(&mut self, message: &Value) -> bool {
        self.note(message);
        match message["type"].as_str().unwrap_or_default() {
            "ack" => {
                let acked = message["cid"].as_u64().unwrap_or_default();
                for number in self.session.sent.settle(acked) {
                    self.life.accepted.insert(number);
                    if self.last == Some(number) {
                        self.finished.insert(self.life.user.clone());
                    }
                }
            }
            "error" => self.refused(message),
            "resume_failed" => {
                self.session.end();
                return true;
            }
            _ => {}
        }
        false
    }

    fn refused(&mut self, message: &Value) {
        let data = &message["data"];
        let Some(number) = data["cid"].as_u64().and_then(|cid| self.session.sent.refuse(cid)) else { return };
        if !["unavailable", "rate_limited", "draining", "overloaded"].contains(&text(data, "code")) {
            self.violated(format!("refused: {message}"));
        }
        self.life.refused.insert(number);
        self.last = self.last.filter(|last| *last != number); // another one will be the last
    }

    /// Notes what concerns the session, whenever it comes.
    fn note(&mut self, message: &Value) {
        self.remember('<', message);
        if let Some(Err(gap)) = message["seq"].as_u64().map(|seq| self.session.received(seq)) {
            self.violated(format!("{gap}: {message}"));
        }
        let data = &message["data"];
        match message["type"].as_str().unwrap_or_default() {
            "user_joined" => {
                self.roster.insert(text(data, "userId").to_owned(), None);
                self.is_not_over_full();
            }
            "user_left" => {
                let user = text(data, "userId").to_owned();
                self.roster.remove(&user);
                *self.life.lefts.entry(user).or_default() += 1;
            }
            "degraded" if data["lost"] == true => self.lost(),
            "chat_message" => self.chat(data),
            _ => {}
        }
    }

    fn chat(&mut self, data: &Value) {
        let (sender, content) = (text(data, "senderId").to_owned(), text(data, "content"));
        let number: u64 = content.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        self.life.heard.entry(sender.clone()).or_default().insert(number);
        self.life.order.push((sender.clone(), number));
        self.world.heard.fetch_add(1, Ordering::Relaxed);
        if content.ends_with("last") {
            self.finished.insert(sender.clone());
        }
        match self.roster.insert(sender.clone(), Some(number)) {
            None => self.violated(format!("heard {sender}, who is not there: {data}")),
            Some(Some(last)) if number <= last => self.violated(format!("heard {number} of {sender} after {last}")),
            Some(Some(last)) if number > last + 1 => {
                self.life.gaps.push(Gap { sender, last, next: number, seen_at: Instant::now() });
            }
            Some(_) => {}
        }
    }
}

fn text<'a>(data: &'a Value, name: &str) -> &'a str {
    data[name].as_str().unwrap_or_default()
}
