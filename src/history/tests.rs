//! The history on a database that comes and goes.

mod in_redis;

use std::time::Duration;

use actors::{
    ports::History as _,
    protocol::{UserId, encode::chat_data},
};
use jiff::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::storage::{self, Meeting, Mode, NewSession, NewUser};

const ANN: Uuid = Uuid::from_u128(0xa);

struct Bench {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    room: RoomId,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let store = storage::open(None, folder.path(), &storage::Settings::default()).await.expect("a database");
    let user = NewUser {
        id: ANN,
        email: "ann@example.org".to_owned(),
        name: "Ann".to_owned(),
        password_hash: "x".to_owned(),
        created_at: now(),
        invite: None,
    };
    let expires_at = now() + SignedDuration::from_hours(1);
    let session = NewSession {
        id: Uuid::new_v4(),
        client: String::new(),
        token: [0; 32],
        started_at: now(),
        expires_at,
        device: None,
    };
    store.add_user(&user, &session).await.expect("an account");
    let room = RoomId::random();
    let meeting = Meeting {
        room_id: room,
        host_id: ANN.into(),
        active: true,
        max_participants: 4,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        revision: 1,
        created_at: now(),
        name: String::new(),
        guests: crate::storage::Guests::No,
        locked: false,
        bans: Vec::new(),
    };
    store.add_meeting(&meeting, meeting.host_id.as_uuid(), 9).await.expect("a room");
    Bench { folder, store, room }
}

impl Bench {
    fn history(&self, limits: Limits) -> Arc<History> {
        Arc::new(History::new(Arc::clone(&self.store), None, limits))
    }

    fn said(&self, number: i64) -> Said {
        let message = chat_data(&format!("s-{number}"), UserId::from_u128(ANN.as_u128()), "Hi", at(number));
        Said { room: self.room, name: "Ann".into(), data: message.data }
    }

    /// The numbers that are stored, oldest first, without asking the history.
    async fn stored(&self) -> Vec<String> {
        let page = self.store.messages_of(self.room, MessagePage { before: None, limit: 1_000 }).await;
        let mut ids: Vec<_> = page.expect("a page").into_iter().map(|stored| stored.message.id).collect();
        ids.reverse();
        ids
    }

    async fn until_stored(&self, count: usize) {
        let until = tokio::time::Instant::now() + Duration::from_secs(60);
        while self.stored().await.len() < count {
            assert!(tokio::time::Instant::now() < until, "{:?}", self.stored().await);
        }
    }

    /// The database is away until its file is moved back.
    fn moves(&self, from: &str, to: &str) {
        std::fs::rename(self.folder.path().join(from), self.folder.path().join(to)).expect("moved");
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

/// When this message was said, in milliseconds since 1970: the first one a thousand seconds ago.
fn at(number: i64) -> u64 {
    (now() - SignedDuration::from_secs(1_000 - number)).as_millisecond().unsigned_abs()
}

fn ids(numbers: impl Iterator<Item = i64>) -> Vec<String> {
    numbers.map(|number| format!("s-{number}")).collect()
}

#[tokio::test]
async fn what_is_said_is_stored_by_itself_and_at_the_end() {
    let bench = bench().await;
    let history = bench.history(Limits { batch_max: 7, ..Limits::default() });
    let stop = CancellationToken::new();
    let running = tokio::spawn(Arc::clone(&history).run(stop.clone()));
    (0..20).for_each(|number| history.said(bench.said(number)));
    bench.until_stored(20).await;
    (20..30).for_each(|number| history.said(bench.said(number)));
    stop.cancel();
    running.await.expect("it ends");
    assert_eq!(bench.stored().await, ids(0..30));
}

#[tokio::test]
async fn while_the_database_is_away_messages_wait_up_to_the_bound_and_nobody_waits_for_them() {
    let bench = bench().await;
    let limits = Limits { queued_max: 10, retry_every_max: Duration::from_millis(400), ..Limits::default() };
    let history = bench.history(limits);
    let running = tokio::spawn(Arc::clone(&history).run(CancellationToken::new()));
    bench.moves("aldis.db", "elsewhere.db");
    (0..25).for_each(|number| history.said(bench.said(number)));
    let page = MessagePage { before: None, limit: 9 };
    let readers = (0..20).map(|_| history.page(bench.room, page));
    for read in futures_util::future::join_all(readers).await {
        assert!(matches!(read, Err(HistoryError::Store(StoreError::Unavailable(_)))), "{read:?}");
    }
    bench.moves("elsewhere.db", "aldis.db");
    bench.until_stored(10).await;
    assert_eq!(bench.stored().await, ids(15..25), "the oldest were dropped");
    let read = history.page(bench.room, page).await.expect("a page");
    assert!(read.is_whole && read.messages.iter().all(|stored| stored.missing == 0), "this page has no gap: {read:?}");
    let all = history.page(bench.room, MessagePage { before: None, limit: 10 }).await.expect("a page").messages;
    assert_eq!(all.last().map(|oldest| oldest.missing), Some(15), "it is told where they are missing");
    running.abort();
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_left_out_and_the_others_are_stored() {
    let bench = bench().await;
    let history = bench.history(Limits::default());
    history.said(bench.said(1));
    history.said(Said { data: "{\"id\":7}".into(), ..bench.said(2) });
    history.said(bench.said(3));
    let page = history.page(bench.room, MessagePage { before: None, limit: 9 }).await.expect("a page");
    assert_eq!(page.messages.into_iter().map(|stored| stored.message.id).collect::<Vec<_>>(), ["s-3", "s-1"]);
}

#[tokio::test]
async fn messages_that_are_too_old_or_too_many_are_swept() {
    let bench = bench().await;
    let (keep_for, keep_per_room_max, sweeps_max) = (SignedDuration::from_secs(960), 50, 2);
    let limits = Limits { keep_for, keep_per_room_max, sweeps_max, ..Limits::default() };
    let history = bench.history(limits);
    (0..150).for_each(|number| history.said(bench.said(number)));
    history.page(bench.room, MessagePage { before: None, limit: 1 }).await.expect("stored");
    history.sweep(now(), 30).await.expect("swept");
    assert_eq!(bench.stored().await, ids(40..150), "40 are too old; two statements");
    history.sweep(now(), 30).await.expect("swept");
    assert_eq!(bench.stored().await, ids(70..150), "one statement finds none too old, one finds too many");
    bench.moves("aldis.db", "elsewhere.db");
    assert!(matches!(history.sweep(now(), 30).await, Err(StoreError::Unavailable(_))));
    bench.moves("elsewhere.db", "aldis.db");
    let whole = Limits { sweeps_max: 100, ..limits };
    let other = bench.history(whole);
    other.said(bench.said(150));
    other.page(bench.room, MessagePage { before: None, limit: 1 }).await.expect("stored");
    other.sweep(now(), 30).await.expect("swept");
    assert_eq!(bench.stored().await, ids(101..151), "the room is looked at until it has no more than that");
}

#[tokio::test]
async fn a_database_that_stays_away_is_told_and_so_is_its_return_with_all_that_waited() {
    let bench = bench().await;
    let history = bench.history(Limits::default());
    let mut is_away = history.is_away();
    let running = tokio::spawn(Arc::clone(&history).run(CancellationToken::new()));
    assert!(!*is_away.borrow_and_update());
    for (from, to, away) in [("aldis.db", "elsewhere.db", true), ("elsewhere.db", "aldis.db", false)] {
        bench.moves(from, to);
        history.said(bench.said(i64::from(away)));
        let changed = timeout(Duration::from_secs(60), is_away.changed()).await;
        changed.expect("in time").expect("it runs");
        assert_eq!(*is_away.borrow_and_update(), away);
    }
    assert_eq!(bench.stored().await, ["s-1", "s-0"].map(str::to_owned), "in the order in which they were said");
    running.abort();
}
