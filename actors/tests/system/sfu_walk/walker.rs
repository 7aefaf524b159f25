//! A member who comes and goes, asks at random, and asks again what was not answered; it judges all that it hears.

mod asking;
mod hearing;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use actors::{
    messages::socket::Disconnect,
    ports::SeededEntropy,
    protocol::{RoomId, SessionId},
};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::super::{
    browser::{Browser, Heard},
    media::Media,
    world::{World, name},
};
use super::checker::Checker;

/// How long an answer to `hello` or `join_room` is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The member.
pub(super) struct Walker<'a> {
    world: &'a World,
    checker: &'a Checker,
    room: RoomId,
    user: u128,
    random: SeededEntropy,
    line: Option<Browser>,
    session: Option<Session>,
    heartbeat_at: Instant,
    pub(super) habit: Habit,
    /// It has left, and comes back then.
    away_until: Instant,
}

/// How a member behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// It leaves now and then, and is back at once.
    Restless,
    /// It leaves often, and stays away for a while.
    ComesAndGoes,
    /// It never leaves, so that the room never ends.
    Stays,
}

/// What it knows in its session.
#[derive(Default)]
struct Session {
    id: String,
    resume_token: String,
    seq: u64,
    /// The epoch of the numbered news, and the greatest that was heard of in whatever way.
    told_epoch: u64,
    greatest_epoch: u64,
    is_mesh: bool,
    /// The epoch in which it has begun again, at rest.
    caught_up: u64,
    /// What others send in the epoch of the news: whose, and whether it is paused.
    others: BTreeMap<String, (String, bool)>,
    /// What it sends itself: of which epoch, and whether it is paused.
    own: BTreeMap<String, (u64, bool)>,
    /// A transport, and its epoch.
    transport: Option<(u64, String)>,
    rids: u64,
    open: BTreeMap<u64, Ask>,
}

/// A request that is not answered.
struct Ask {
    kind: &'static str,
    data: Value,
    /// Whether it was asked on this connection, and is owed an answer there.
    is_asked: bool,
    /// It was refused for now.
    again_at: Option<Instant>,
}

impl<'a> Walker<'a> {
    pub(super) fn new((world, checker): (&'a World, &'a Checker), room: RoomId, (user, seed): (u128, u64)) -> Self {
        let random = SeededEntropy::new(seed * 100 + u64::try_from(user).expect("few"));
        let heartbeat_at = Instant::now();
        let (line, session, habit, away_until) = (None, None, Habit::Restless, heartbeat_at);
        Self { world, checker, room, user, random, line, session, heartbeat_at, habit, away_until }
    }

    /// Whether media flows between browsers, as it was told.
    pub(super) fn is_between_browsers(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.is_mesh)
    }

    pub(super) fn session_id(&self) -> Option<String> {
        self.session.as_ref().map(|session| session.id.clone())
    }

    /// Does something at random until then.
    pub(super) async fn walk(&mut self, until: Instant) {
        while Instant::now() < until {
            if self.enters().await {
                self.acts();
            }
            self.listens(Duration::from_millis(self.random.next() % 700)).await;
        }
    }

    /// Stays where it is, and has everything answered.
    pub(super) async fn rest(&mut self, until: Instant) {
        while Instant::now() < until {
            if self.enters().await {
                self.catches_up();
                self.asks_again();
            }
            self.listens(Duration::from_millis(500)).await;
        }
        if self.session.is_none() {
            self.broken("it cannot enter, although all is well");
        }
        let open: Vec<_> =
            self.session.iter().flat_map(|session| &session.open).map(|(rid, ask)| (*rid, ask.kind)).collect();
        if !open.is_empty() {
            self.broken(&format!("these are never answered: {open:?}"));
        }
    }

    fn broken(&self, what: &str) {
        let session = self.session.as_ref().map_or("-", |session| &session.id);
        self.checker.broken(format!("user {}, session {session}: {what}", self.user));
    }

    /// Connects and enters the room, if it is not there; whether it is.
    async fn enters(&mut self) -> bool {
        if self.line.is_none() {
            self.connects().await;
        }
        if self.line.is_some() && self.session.is_none() && self.away_until <= Instant::now() {
            self.joins().await;
        }
        self.line.is_some() && self.session.is_some()
    }

    async fn connects(&mut self) {
        sleep(Duration::from_millis(self.random.next() % 600)).await; // paused
        let node = &self.world.nodes[usize::from(self.random.next().is_multiple_of(2))];
        let mut line = Browser::connect(node, None);
        (line.user, line.is_patient) = (name(self.user), true);
        let mut hello = serde_json::json!({ "type": "hello", "data": { "token": name(self.user) } });
        if let Some(session) = &self.session {
            hello["data"]["resume"] = serde_json::json!({ "resumeToken": session.resume_token, "seq": session.seq });
            line.seq = session.seq;
        }
        line.says(&hello.to_string());
        self.line = Some(line);
        let wanted = if self.session.is_some() { "resumed" } else { "welcome" };
        self.awaits(&[wanted, "resume_failed"]).await;
    }

    async fn joins(&mut self) {
        let Some(line) = &mut self.line else { return };
        line.seq = 0;
        line.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{}"}}}}"#, self.room));
        self.awaits(&["room_joined", "error"]).await;
    }

    /// Listens until one of these has come, or the connection is given up.
    async fn awaits(&mut self, kinds: &[&str]) {
        let until = Instant::now() + PATIENCE;
        while self.line.is_some() && Instant::now() < until {
            if self.next(until).await.is_some_and(|kind| kinds.contains(&kind.as_str())) {
                return;
            }
        }
        self.loses_line();
    }

    /// Takes what comes for so long.
    pub(super) async fn listens(&mut self, long: Duration) {
        let until = Instant::now() + long;
        if self.line.is_none() {
            return sleep(long).await; // paused
        }
        if let Some(line) = self.line.as_ref().filter(|_| self.heartbeat_at <= Instant::now()) {
            line.says(r#"{"type":"heartbeat"}"#);
            self.heartbeat_at = Instant::now() + Duration::from_secs(10);
        }
        while self.line.is_some() && Instant::now() < until {
            self.next(until).await;
        }
    }

    /// The next message until then: its type.
    async fn next(&mut self, until: Instant) -> Option<String> {
        let line = self.line.as_mut()?;
        let heard = line.next_within(until.saturating_duration_since(Instant::now())).await;
        match heard {
            Some(Heard::Text(message)) => {
                let kind = message["type"].as_str().unwrap_or_default().to_owned();
                self.hears(&kind, &message);
                Some(kind)
            }
            Some(Heard::Closed(code)) => {
                self.loses_line();
                if code.is_some_and(|code| (4_400..4_500).contains(&code)) {
                    self.session = None;
                }
                None
            }
            Some(Heard::Ping(_) | Heard::Pong(_)) | None => None,
        }
    }

    /// The connection is gone: whatever was asked on it is owed no answer any more, and is asked again on the next one.
    fn loses_line(&mut self) {
        if let Some(line) = self.line.take() {
            line.disconnects(Disconnect::Lost);
            if let Some(session) = &mut self.session {
                session.seq = line.seq;
                session.open.values_mut().for_each(|ask| ask.is_asked = false);
            }
        }
    }

    /// At rest it knows what a newcomer is told, and the media servers have what it sends.
    pub(super) fn agrees(
        &mut self,
        peers: &Value,
        shown: &BTreeMap<String, BTreeMap<SessionId, Vec<String>>>,
        media: &Media,
    ) {
        let Some(session) = &self.session else { return };
        let own = name(self.user);
        let (mut mine, mut theirs) = (BTreeMap::new(), BTreeMap::new());
        for peer in peers.as_array().into_iter().flatten() {
            let user = peer["userId"].as_str().unwrap_or_default();
            for producer in peer["producers"].as_array().into_iter().flatten() {
                let id = producer["producerId"].as_str().unwrap_or_default().to_owned();
                let is_paused = producer["paused"] == true;
                if user == own {
                    mine.insert(id, is_paused)
                } else {
                    theirs.insert(id, is_paused)
                };
            }
        }
        let others: BTreeMap<_, _> = session.others.iter().map(|(id, (_, paused))| (id.clone(), *paused)).collect();
        let own: BTreeMap<_, _> = session.own.iter().map(|(id, (_, paused))| (id.clone(), *paused)).collect();
        if mine != own {
            self.broken(&format!("it sends {own:?}, and others are told {mine:?}"));
        }
        if theirs != others {
            self.broken(&format!("others send {theirs:?}, and it was told {others:?}"));
        }
        let made = shown.values().flatten().filter(|(id, _)| id.to_string() == session.id);
        let made: BTreeSet<_> = made.flat_map(|(_, ids)| ids).filter(|id| id.starts_with('p')).cloned().collect();
        if made != own.keys().cloned().collect() {
            self.broken(&format!("it sends {own:?}, and the media server has {made:?}"));
        }
        let paused: BTreeMap<_, _> = made.into_iter().map(|id| (id.clone(), media.is_paused(&id))).collect();
        if paused != own {
            self.broken(&format!("it has paused {own:?}, and the media server {paused:?}"));
        }
    }
}
