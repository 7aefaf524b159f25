//! Messages that wait in Redis: gaps, messages of other versions, and what is read while the database is away.

use super::{ANN, Arc, Bench, History, HistoryError, Limits, MessagePage, StoreError, at, bench};
use crate::{
    ledger::{
        WaitingChat, connection,
        raw::{AsyncCommands as _, MultiplexedConnection, cmd},
        server::Server,
    },
    storage::RoomId,
};

const PAGE: MessagePage = MessagePage { before: None, limit: 9 };

struct Stage {
    bench: Bench,
    server: Server,
    redis: MultiplexedConnection,
    history: Arc<History>,
}

impl Stage {
    async fn new(limits: Limits) -> Self {
        let (bench, server) = (bench().await, Server::start());
        let waiting = WaitingChat::new(&server.url().into(), "aldis:").expect("an address");
        let history = Arc::new(History::new(Arc::clone(&bench.store), Some(waiting), limits));
        let redis = connection(&server.url()).await;
        Self { bench, server, redis, history }
    }

    /// The list of the room's messages, as the ledger names it.
    fn key(&self) -> String {
        let waiting = WaitingChat::new(&self.server.url().into(), "aldis:").expect("an address");
        waiting.list_of(self.bench.room)
    }

    async fn waits(&mut self, texts: &[String]) {
        let key = self.key();
        let _: usize = self.redis.rpush(key, texts).await.expect("appended");
    }

    async fn waiting(&mut self) -> Vec<String> {
        let key = self.key();
        self.redis.lrange(key, 0, -1).await.expect("the list")
    }

    /// How often the list was read.
    async fn scripts(&mut self) -> u64 {
        let stats: String = cmd("INFO").arg("commandstats").query_async(&mut self.redis).await.expect("statistics");
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_lrange:calls="));
        line.and_then(|line| line.split(',').next()?.parse().ok()).unwrap_or(0)
    }

    async fn ids(&self) -> Vec<String> {
        let page = self.history.page(self.bench.room, PAGE).await.expect("a page");
        page.messages.into_iter().rev().map(|stored| stored.message.id).collect()
    }
}

fn said(number: i64) -> String {
    let user = actors::protocol::UserId::from_u128(ANN.as_u128());
    format!("{}\nAnn", actors::protocol::encode::chat_data(&format!("s-{number}"), user, "Hi", at(number)).data)
}

#[tokio::test]
async fn a_message_of_a_newer_version_waits_for_a_node_of_that_version_and_keeps_no_other_from_being_stored() {
    let mut stage = Stage::new(Limits::default()).await;
    let newer = "{\"parts\":[\"Hi\"]}\nAnn".to_owned();
    stage.waits(&[said(1), newer.clone(), said(2)]).await;
    assert_eq!(stage.ids().await, ["s-1", "s-2"]);
    assert_eq!(stage.waiting().await, [newer.clone(), said(2)]);
    stage.waits(&[said(3)]).await;
    assert_eq!(stage.ids().await, ["s-1", "s-2", "s-3"]);
    let page = stage.history.page(stage.bench.room, PAGE).await.expect("a page");
    assert!(!page.is_whole, "one is missing that waits");
    let key = stage.key();
    let _: usize = stage.redis.lrem(key, 1, newer).await.expect("the other node has stored it");
    let page = stage.history.page(stage.bench.room, PAGE).await.expect("a page");
    assert!(page.is_whole && stage.waiting().await.is_empty());
}

#[tokio::test]
async fn a_damaged_message_is_dropped_and_the_others_are_stored() {
    let mut stage = Stage::new(Limits::default()).await;
    stage.waits(&[said(1), "no JSON\nAnn".to_owned(), said(2)]).await;
    assert_eq!((stage.ids().await, stage.waiting().await.len()), (vec!["s-1".to_owned(), "s-2".to_owned()], 0));
}

#[tokio::test]
async fn what_redis_has_dropped_is_told_until_it_is_noted_and_then_by_the_message_after_it() {
    let mut stage = Stage::new(Limits::default()).await;
    let bytes = stage.key().replace("chat:", "chat-bytes:").replace(&format!(":{}", stage.bench.room), "");
    let _: usize = stage.redis.hset(bytes, format!("dropped:{}", stage.bench.room), 3).await.expect("dropped");
    let page = stage.history.page(stage.bench.room, PAGE).await.expect("a page");
    assert!(!page.is_whole && page.messages.is_empty());
    stage.waits(&[said(4), said(5)]).await;
    for _ in 0..2 {
        let page = stage.history.page(stage.bench.room, PAGE).await.expect("a page");
        let missing: Vec<_> = page.messages.iter().map(|stored| stored.missing).collect();
        assert_eq!((page.is_whole, missing), (true, vec![0, 3]));
    }
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_read_from_redis() {
    let mut stage = Stage::new(Limits::default()).await;
    stage.waits(&[said(1)]).await;
    stage.bench.moves("aldis.db", "elsewhere.db");
    let away = stage.history.page(stage.bench.room, PAGE).await;
    assert!(matches!(away, Err(HistoryError::Store(StoreError::Unavailable(_)))), "{away:?}");
    let before = stage.scripts().await;
    for _ in 0..20 {
        stage.history.page(stage.bench.room, PAGE).await.expect_err("it is away");
    }
    assert_eq!(stage.scripts().await, before);
    stage.bench.moves("elsewhere.db", "aldis.db");
    assert_eq!(stage.ids().await, ["s-1"]);
}

#[tokio::test]
async fn many_readers_at_once_read_redis_once_or_twice_and_in_bounded_pieces() {
    let limits = Limits { batch_bytes_max: 2 * said(40).len() + 1, batches_max: 64, ..Limits::default() };
    let mut stage = Stage::new(limits).await;
    stage.waits(&(1..=40).map(said).collect::<Vec<_>>()).await;
    let readers = (0..50).map(|_| stage.history.page(stage.bench.room, MessagePage { before: None, limit: 50 }));
    for read in futures_util::future::join_all(readers).await {
        assert_eq!(read.expect("a page").messages.len(), 40);
    }
    let scripts = stage.scripts().await;
    assert!(scripts < 60, "20 pieces, each read and removed, and not for each reader: {scripts}");
    stage.server.kill();
    let away = stage.history.page(stage.bench.room, PAGE).await;
    assert!(matches!(away, Err(HistoryError::Away)), "{away:?}");
    let other = stage.history.page(RoomId::random(), MessagePage { before: Some(1), limit: 1 }).await;
    assert!(other.expect("a page").messages.is_empty(), "older pages need no Redis");
}
