//! One hostile client: it sends what it is told to as fast as the node reads, and counts what it is answered. It answers
//! pings, so that only what it sends can be a reason to close it. Must not know the purpose of an attack.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use actors::protocol::{RoomId, client::Cid};
use anyhow::{Context as _, bail};
use tokio::time::{sleep, timeout};

use crate::limits::{ATTACKER_WAITING_MAX, OPEN_WITHIN};
use client::messages::{self, Body};
use client::wire::{self, Cut, Ending, Listen, Opcode, Reader, Upgrade, Way, Writer, WriterClosed};

/// How often an attacker checks for an answer, or for room in its send buffer.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A signed-in user, and an address.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) token: Arc<str>,
    pub(crate) way: Way,
}

/// A hostile client whose socket is open.
pub(crate) struct Attacker {
    line: Arc<Writer<Cid>>,
    seen: Arc<Seen>,
}

/// What it was answered.
#[derive(Default)]
struct Seen {
    is_welcome: AtomicBool,
    is_seated: AtomicBool,
    /// Whether the last join was answered, or another message after it refused.
    is_answered: AtomicBool,
    /// Whether it reads no more.
    is_deaf: AtomicBool,
    /// The last retry delay that it was given, in milliseconds; 0 once it was read.
    retry_after_ms: AtomicU64,
    refusals: Mutex<BTreeMap<String, u64>>,
    ending: OnceLock<Ending>,
}

/// The reading side.
struct Ear {
    line: Arc<Writer<Cid>>,
    seen: Arc<Seen>,
}

impl Attacker {
    /// Connects and sends hello, without waiting for an answer.
    pub(crate) async fn open(account: &Account) -> anyhow::Result<Self> {
        let opened = timeout(OPEN_WITHIN, wire::open(account.way.clone(), &Upgrade::aldis())).await;
        let opened = opened.with_context(|| format!("no answer to the handshake within {OPEN_WITHIN:?}"))??;
        let (read, write) = opened.stream.into_split();
        let line = Writer::new(write, 7, 0);
        let seen = Arc::new(Seen::default());
        let mut ear = Ear { line: Arc::clone(&line), seen: Arc::clone(&seen) };
        tokio::spawn(async move {
            let mut reader = Reader::new(read, opened.early);
            if let Some(ending) = reader.read(&mut ear).await {
                let _ = ear.seen.ending.set(ending); // set once: there is one reader
            }
        });
        let _ = line.send(|_, text| messages::hello(text, &account.token)); // a closed socket is seen at the next step
        Ok(Self { line, seen })
    }

    /// Joins a room; asks again while it is told to wait.
    pub(crate) async fn join(&self, room: RoomId) -> anyhow::Result<()> {
        self.until("welcome", |seen| seen.is_welcome.load(Relaxed)).await?;
        loop {
            self.ask_to_join(room).await.ok().context("the socket was closed before the join")?;
            let is_answered = |seen: &Seen| seen.is_seated.load(Relaxed) || seen.retry_after_ms.load(Relaxed) > 0;
            self.until("room_joined", is_answered).await?;
            match self.retry_after() {
                Some(wait) if !self.is_seated() => sleep(wait).await,
                _ => return Ok(()),
            }
        }
    }

    /// Sends `join_room`, without waiting for an answer.
    pub(crate) async fn ask_to_join(&self, room: RoomId) -> Result<(), WriterClosed> {
        self.seen.is_answered.store(false, Relaxed);
        self.send(|cid, text| {
            *cid = 0; // numbers begin anew with a session
            messages::join(text, room);
        })
        .await
    }

    /// Sends `leave_room`.
    pub(crate) async fn leave(&self) -> Result<(), WriterClosed> {
        self.seen.is_seated.store(false, Relaxed);
        self.send(|_, text| messages::leave(text)).await
    }

    /// Sends a numbered message, once the node has read most of what was sent before.
    pub(crate) async fn send_numbered(&self, write: impl FnOnce(Cid, &mut String)) -> Result<(), WriterClosed> {
        self.send(|cid, text| {
            *cid += 1;
            write(*cid, text);
        })
        .await
    }

    /// Sends a message, once the node has read most of what was sent before.
    pub(crate) async fn send(&self, write: impl FnOnce(&mut Cid, &mut String)) -> Result<(), WriterClosed> {
        self.has_room().await?;
        self.line.send(write).1
    }

    /// Sends a control frame, once the node has read most of what was sent before.
    pub(crate) async fn control(&self, opcode: Opcode) -> Result<(), WriterClosed> {
        self.has_room().await?;
        self.line.control(opcode, b"x")
    }

    /// Reads nothing any more; the connection stays open.
    pub(crate) fn stall(&self) {
        self.seen.is_deaf.store(true, Relaxed);
    }

    /// Drops the connection without a word.
    pub(crate) fn cut(&self) {
        self.line.cut(Cut::Reset);
    }

    /// Closes as a page that is closed (RFC 6455 §7.4.1): its seat is freed.
    pub(crate) fn close(&self) {
        let _: Result<(), WriterClosed> = self.line.control(Opcode::Close, &1_001_u16.to_be_bytes());
    }

    /// Whether it has a seat.
    pub(crate) fn is_seated(&self) -> bool {
        self.seen.is_seated.load(Relaxed)
    }

    /// The last retry delay, once.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let wait = self.seen.retry_after_ms.swap(0, Relaxed);
        (wait > 0).then(|| Duration::from_millis(wait))
    }

    /// How its connection ended, if it has.
    pub(crate) fn ending(&self) -> Option<&Ending> {
        self.seen.ending.get()
    }

    /// How many of its messages were refused with this code; `None`: all that were refused.
    pub(crate) fn refused(&self, code: Option<&str>) -> u64 {
        let refusals = self.seen.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.iter().filter(|(name, _)| code.is_none_or(|code| code == *name)).map(|(_, n)| n).sum()
    }

    /// Waits until the join is answered, or the connection has ended.
    pub(crate) async fn is_answered(&self) {
        let _ = self.until("an answer", |seen| seen.is_answered.load(Relaxed)).await; // else: the connection has ended
    }

    /// Waits until the connection has ended.
    pub(crate) async fn ends(&self) -> Option<&Ending> {
        let _ = self.until("the end", |seen| seen.ending.get().is_some()).await; // else: it has not ended
        self.ending()
    }

    async fn has_room(&self) -> Result<(), WriterClosed> {
        while self.line.waiting().ok_or(WriterClosed)? > ATTACKER_WAITING_MAX {
            sleep(LOOK_EVERY).await;
        }
        if self.ending().is_some() { Err(WriterClosed) } else { Ok(()) }
    }

    async fn until(&self, what: &str, is_there: impl Fn(&Seen) -> bool) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !is_there(&self.seen) {
            if let Some(ending) = self.ending() {
                bail!("an attacker waited for {what}: {ending}");
            }
            if begun.elapsed() > OPEN_WITHIN {
                bail!("an attacker waited for {what} for {OPEN_WITHIN:?}");
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}

/// Its socket is closed with it.
impl Drop for Attacker {
    fn drop(&mut self) {
        self.line.cut(Cut::Drop);
    }
}

impl Listen for Ear {
    fn text(&mut self, text: &[u8]) {
        let Ok(heard) = messages::parse(text) else { return }; // members verify what the node sends
        if let Body::Welcome { .. } = heard.body {
            self.seen.is_welcome.store(true, Relaxed);
        }
        if let Body::Joined { .. } = heard.body {
            self.seen.is_seated.store(true, Relaxed);
            self.seen.is_answered.store(true, Relaxed);
        }
        if let Body::Refused { code, again_after_ms, .. } = heard.body {
            self.seen.retry_after_ms.store(again_after_ms.unwrap_or(0), Relaxed);
            *self.seen.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
            self.seen.is_answered.store(true, Relaxed);
        }
    }

    fn ping(&mut self, payload: &[u8]) {
        let _: Result<(), WriterClosed> = self.line.control(Opcode::Pong, payload);
    }

    fn begin(&mut self) {}

    fn pause(&mut self) {}

    fn listens(&self) -> bool {
        !self.seen.is_deaf.load(Relaxed)
    }
}
