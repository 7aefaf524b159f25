//! Changes of rooms: database, cache and live room agree, whatever fails and even if clients hang up.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Hosting, NewRoom, Rooms, cache::MemoryCache};
use crate::{
    changes::Changes,
    live::told::Told,
    storage::{self, Guests, Meeting, MeetingChange, Mode, NewSession, NewUser, Store},
};

struct Bench {
    _folder: TempDir,
    store: Arc<dyn Store>,
    live: Arc<Told>,
    rooms: Rooms,
    hosting: Hosting,
    changes: Changes,
    host: Uuid,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let store = storage::open(None, folder.path(), &storage::Settings::default()).await.expect("a database");
    let (live, changes) = (Arc::new(Told::default()), Changes::default());
    let rooms = Rooms::new(Arc::clone(&store), Arc::new(MemoryCache::new(10, Duration::from_secs(30))));
    let hosting = Hosting::new(rooms.clone(), Arc::clone(&live) as _, changes.clone(), 10);
    let (host, now) = (Uuid::new_v4(), Timestamp::UNIX_EPOCH);
    let user = NewUser {
        id: host,
        email: "ann@example.org".to_owned(),
        name: "Ann".to_owned(),
        password_hash: "x".to_owned(),
        created_at: now,
        invite: None,
    };
    let expires_at = Timestamp::from_second(1).expect("a time");
    let session = NewSession {
        id: Uuid::new_v4(),
        client: String::new(),
        token: [0; 32],
        started_at: now,
        expires_at,
        device: None,
    };
    store.add_user(&user, &session).await.expect("an account");
    Bench { _folder: folder, store, live, rooms, hosting, changes, host }
}

impl Bench {
    async fn room(&self) -> Meeting {
        let new = NewRoom {
            host_id: self.host.into(),
            account: Some(self.host),
            max_participants: 4,
            seat_window_seconds: 5,
            mode: Mode::Mesh,
            name: String::new(),
            guests: Guests::No,
        };
        self.hosting.create(new, Timestamp::UNIX_EPOCH).await.expect("a room")
    }
}

const CLOSE: MeetingChange = MeetingChange {
    active: Some(false),
    max_participants: None,
    seat_window_seconds: None,
    name: None,
    guests: None,
    locked: None,
};
const OPEN: MeetingChange = MeetingChange { active: Some(true), ..CLOSE };

#[tokio::test]
async fn a_change_whose_client_hangs_up_reaches_database_cache_and_live_room() {
    let bench = bench().await;
    let room = bench.room().await;
    let mut change = Box::pin(bench.hosting.change(room.room_id, bench.host.into(), CLOSE));
    assert!(futures_util::poll!(&mut change).is_pending(), "it has begun");
    drop(change);
    assert!(bench.changes.finish(Duration::from_secs(10)).await);
    let stored = bench.store.meeting(room.room_id).await.expect("an answer").expect("the room");
    assert!(!stored.active);
    assert_eq!(bench.rooms.find(room.room_id).await.expect("an answer"), Some(stored));
    assert_eq!(bench.live.commands(), [format!("close {}", room.room_id)]);
}

#[tokio::test]
async fn a_live_room_that_could_not_be_told_is_told_later() {
    let bench = bench().await;
    let room = bench.room().await;
    bench.live.away.store(true, Ordering::SeqCst);
    assert!(bench.hosting.remove(room.room_id, bench.host.into()).await.expect("removed all the same"));
    assert!(bench.live.commands().is_empty());
    let stop = CancellationToken::new();
    let settling = tokio::spawn(bench.hosting.clone().settle(stop.clone()));
    bench.live.away.store(false, Ordering::SeqCst);
    let told = loop {
        let told = bench.live.commands();
        if !told.is_empty() {
            break told;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(told, [format!("close {}", room.room_id)]);
    stop.cancel();
    settling.await.expect("ended");
}

#[tokio::test]
async fn a_change_that_was_not_confirmed_is_looked_up_until_all_agree() {
    let bench = bench().await;
    let room = bench.room().await;
    assert!(bench.rooms.find(room.room_id).await.expect("an answer").expect("cached").active);
    // The commit whose answer was lost: only the database knows of it.
    bench.store.change_meeting(room.room_id, &bench.host.into(), CLOSE).await.expect("an answer").expect("the room");
    bench.hosting.in_doubt([room.room_id]).await;
    let stop = CancellationToken::new();
    let settling = tokio::spawn(bench.hosting.clone().settle(stop.clone()));
    while bench.live.commands().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!bench.rooms.find(room.room_id).await.expect("an answer").expect("the room").active);
    stop.cancel();
    settling.await.expect("ended");
}

#[tokio::test]
async fn a_room_whose_state_is_in_doubt_is_told_each_state_once() {
    let bench = bench().await;
    let room = bench.room().await;
    bench.hosting.in_doubt([room.room_id]).await;
    let stop = CancellationToken::new();
    let settling = tokio::spawn(bench.hosting.clone().settle(stop.clone()));
    let mut told = Vec::new();
    while told.is_empty() {
        tokio::task::yield_now().await;
        told = bench.live.commands();
    }
    stop.cancel(); // it looks a last time, at least
    settling.await.expect("ended");
    told.extend(bench.live.commands());
    assert_eq!(told, [format!("settings {}", room.room_id)]);
}

#[tokio::test]
async fn a_room_that_was_opened_again_meanwhile_is_not_closed() {
    let bench = bench().await;
    let room = bench.room().await;
    let open = MeetingChange { active: Some(true), ..MeetingChange::default() };
    let closing = bench.hosting.change(room.room_id, bench.host.into(), CLOSE);
    let opening = bench.hosting.change(room.room_id, bench.host.into(), open);
    let (closed, opened) = tokio::join!(closing, opening);
    let last =
        closed.expect("an answer").expect("the room").revision.max(opened.expect("an answer").expect("it").revision);
    let found = bench.rooms.find(room.room_id).await.expect("an answer").expect("the room");
    assert_eq!(found.revision, last);
    let expected = if found.active { "settings" } else { "close" };
    let commands = bench.live.commands();
    assert_eq!(commands.last(), Some(&format!("{expected} {}", room.room_id)), "{commands:?}");
}

#[tokio::test]
async fn an_expired_copy_is_used_only_while_the_database_is_away() {
    let bench = bench().await;
    let room = bench.room().await;
    let change = MeetingChange { max_participants: Some(9), ..OPEN };
    bench.store.change_meeting(room.room_id, &bench.host.into(), change).await.expect("an answer").expect("changed");
    assert_eq!(bench.rooms.find(room.room_id).await.expect("an answer"), Some(room.clone()), "its copy");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(30)).await;
    tokio::time::resume();
    bench.store.close().await;
    assert_eq!(bench.rooms.find(room.room_id).await.expect("an answer"), Some(room));
    let unknown = bench.rooms.find(storage::RoomId::random()).await;
    assert!(matches!(unknown, Err(storage::StoreError::Unavailable(_))), "{unknown:?}");
}
