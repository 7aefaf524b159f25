//! The adapter against the stub of the contract in this process, over real HTTP, and against servers that keep no contract.

mod calling;
mod canned;
mod choosing;
mod deleting;
mod failing;
mod hearing;
mod listing;
mod relay;
mod samples;
mod secured;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actors::{
    ports::{
        MediaError, MediaEvent, MediaListener, MediaServers as _, Placement,
        media::{Call, Direction, Json},
    },
    protocol::{RoomId, SessionId},
};
use media_server::stub::Stub;
use serde_json::Value;
use tokio::{sync::Notify, time::timeout};

use super::{Address, Limits, Media};

/// The secret of all stubs.
const SECRET: &str = "a-secret-of-these-tests";
/// Timeout of every wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// Limits with which a test need not wait for long, and a busy machine is not taken for a broken server.
fn limits() -> Limits {
    Limits { request_within: Duration::from_secs(1), ..Limits::default() }
}

fn address(url: &str) -> Address {
    Address { name: url.trim_start_matches("http://").to_owned(), base: url.to_owned() }
}

async fn stub() -> Stub {
    Stub::start(SECRET, media_server::limits::Limits::default()).await.expect("a stub")
}

/// What was told, in its order.
#[derive(Debug, Clone, PartialEq)]
enum Word {
    Heard(Placement, bool),
    Lost(Placement),
    Happened(Placement, RoomId, MediaEvent),
}

/// A listener that remembers.
#[derive(Default)]
struct Ear {
    words: Mutex<Vec<Word>>,
    more: Notify,
}

impl Ear {
    fn hears(&self, word: Word) {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).push(word);
        self.more.notify_one();
    }

    fn words(&self) -> Vec<Word> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was told.
    fn forgets(&self) {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Waits until such a word is told; its place and itself.
    async fn until(&self, is: impl Fn(&Word) -> bool) -> Word {
        let told = async {
            loop {
                if let Some(word) = self.words().into_iter().find(|word| is(word)) {
                    return word;
                }
                self.more.notified().await;
            }
        };
        timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("not told; but {:?}", self.words()))
    }

    async fn until_heard(&self) -> Placement {
        match self.until(|word| matches!(word, Word::Heard(..))).await {
            Word::Heard(at, _) => at,
            Word::Lost(_) | Word::Happened(..) => unreachable!("asked for"),
        }
    }

    fn losses(&self) -> usize {
        self.words().iter().filter(|word| matches!(word, Word::Lost(_))).count()
    }
}

impl MediaListener for Ear {
    fn heard(&self, at: &Placement, draining: bool) {
        self.hears(Word::Heard(at.clone(), draining));
    }

    fn lost(&self, at: &Placement) {
        self.hears(Word::Lost(at.clone()));
    }

    fn happened(&self, at: &Placement, room: RoomId, event: MediaEvent) {
        self.hears(Word::Happened(at.clone(), room, event));
    }
}

/// A node's media servers, and what they told.
struct Bench {
    media: Media,
    ear: Arc<Ear>,
}

impl Bench {
    /// Servers at these URLs, which are listened to.
    async fn of(urls: &[String], limits: Limits) -> Self {
        let bench = Self::deaf(urls, limits);
        bench.media.listen(Arc::clone(&bench.ear) as _).await.expect("actors");
        bench
    }

    /// The same; nobody listens yet.
    fn deaf(urls: &[String], limits: Limits) -> Self {
        let addresses: Vec<_> = urls.iter().map(|url| address(url)).collect();
        let media = Media::new(&addresses, &SECRET.into(), limits).expect("a secret that fits");
        Self { media, ear: Arc::default() }
    }

    /// One stub that is heard.
    async fn heard() -> (Stub, Self) {
        let stub = stub().await;
        let bench = Self::of(&[stub.url()], limits()).await;
        bench.ear.until_heard().await;
        (stub, bench)
    }

    /// A room on a server.
    async fn room(&self) -> (RoomId, Placement) {
        let room = RoomId::random();
        (room, self.media.open(room, None).await.expect("a server takes it"))
    }
}

/// Waits until something is so that nobody tells.
async fn until(is: impl Fn() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let looking = async {
        while !is() {
            look.tick().await;
        }
    };
    timeout(PATIENCE, looking).await.expect("it becomes so");
}

fn new_transport(direction: Direction) -> Call {
    Call::CreateTransport { direction }
}

/// The `id` of an answer.
fn id(answer: &Json) -> Arc<str> {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    answer["id"].as_str().expect("an id").into()
}

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, MediaError>) -> Duration {
    match answer {
        Err(MediaError::Unavailable { why, retry_after }) => {
            assert!(why.starts_with("Media Server Unavailable: "), "{why}");
            assert!(!why.contains("127.0.0.1") && !why.contains(SECRET), "clients are told: {why}");
            assert!(!retry_after.is_zero());
            retry_after
        }
        other => panic!("not unavailable: {other:?}"),
    }
}

/// A member of a room.
struct Peer<'a> {
    bench: &'a Bench,
    room: RoomId,
    at: Placement,
    session: SessionId,
    /// The epoch that it asks in.
    epoch: u64,
}

impl<'a> Peer<'a> {
    fn of(bench: &'a Bench, (room, at): &(RoomId, Placement)) -> Self {
        Self { bench, room: *room, at: at.clone(), session: SessionId::random(), epoch: 1 }
    }

    async fn asks(&self, rid: u64, call: Call) -> Result<Json, MediaError> {
        self.bench.media.call(self.room, (self.at.clone(), self.epoch), self.session, rid, call).await
    }
}
