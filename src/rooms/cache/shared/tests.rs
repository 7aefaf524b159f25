//! Two nodes over one Redis: each sees the other's changes, and what happens while it is away.

use std::{sync::Arc, time::Instant};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    super::known::FRESH_FOR, Asked, Cached, Duration, Looked, RoomCache as _, SharedCache, Stored, TTL, key, read,
};
use crate::{
    ledger::{Values, connection, raw, server::Server},
    storage::{Meeting, Mode, RoomId},
};

fn node(server: &Server) -> Arc<SharedCache> {
    Arc::new(SharedCache::new(Arc::new(Values::new(&server.url().into(), "aldis:").expect("an address")), 100))
}

fn room(room_id: RoomId, revision: u64) -> Cached {
    Cached::Room(Meeting {
        room_id,
        host_id: Uuid::from_u128(7).into(),
        active: revision % 2 == 1,
        max_participants: 9,
        seat_window_seconds: 5,
        mode: Mode::Sfu,
        revision,
        created_at: jiff::Timestamp::from_millisecond(1_800_000_000_123).expect("a time"),
        name: String::new(),
        guests: crate::storage::Guests::No,
        locked: false,
        bans: Vec::new(),
    })
}

/// Waits until it is so; ten seconds at most.
async fn until(is_so: impl AsyncFn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !is_so().await {
        assert!(Instant::now() < patience, "it never was so");
        tokio::task::yield_now().await;
    }
}

/// What the cache knows, if it does.
async fn known(cache: &SharedCache, room_id: RoomId) -> Option<Cached> {
    match cache.look(room_id).await {
        Looked::Known(state) => Some(state),
        Looked::Ask(_) => None,
    }
}

/// The database is asked, and says this.
async fn database_says(cache: &SharedCache, room_id: RoomId, state: Cached) {
    match cache.look(room_id).await {
        Looked::Ask(asked) => cache.fill(room_id, asked, state.meeting()).await,
        known @ Looked::Known(_) => panic!("{known:?}"),
    }
}

#[tokio::test]
async fn a_node_sees_what_another_one_has_changed_and_keeps_its_copy_until_it_is_told() {
    let (server, id) = (Server::start(), RoomId::random());
    let (one, two) = (node(&server), node(&server));
    assert_eq!(known(&two, id).await, None);
    one.put(id, room(id, 1)).await;
    assert_eq!(known(&two, id).await, Some(room(id, 1)), "whole");
    one.put(id, room(id, 2)).await;
    assert_eq!(known(&two, id).await, Some(room(id, 1)), "its copy, for five seconds");
    two.changed(id);
    assert_eq!(known(&two, id).await, None, "the database is asked, because Redis may not have it yet");
    assert_eq!(two.last(id).await, Some(room(id, 2)), "but Redis is, while the database is away");
    database_says(&two, id, room(id, 2)).await;
    assert_eq!(known(&two, id).await, Some(room(id, 2)));
    database_says(&node(&server), RoomId::random(), room(id, 1)).await;
    let three = node(&server);
    three.fill(id, Asked(0), room(id, 1).meeting()).await;
    assert_eq!(known(&node(&server), id).await, Some(room(id, 2)), "what was read earlier is older");
    one.put(id, Cached::Removed).await;
    three.put(id, room(id, 3)).await;
    assert_eq!(known(&node(&server), id).await, Some(Cached::Removed));
}

#[tokio::test]
async fn a_copy_that_nobody_has_confirmed_for_a_minute_is_only_for_the_time_when_the_database_is_away() {
    let (server, id) = (Server::start(), RoomId::random());
    node(&server).put(id, room(id, 1)).await; // and is killed after the next commit, before it writes here
    let mut connection = connection(&server.url()).await;
    let left = (TTL.saturating_sub(FRESH_FOR)).as_millis().to_string();
    let age = raw::cmd("PEXPIRE").arg(format!("aldis:{}", key(id))).arg(left).take();
    let aged: u64 = age.query_async(&mut connection).await.expect("an answer");
    assert_eq!(aged, 1);
    let two = node(&server);
    assert_eq!((known(&two, id).await, two.last(id).await), (None, Some(room(id, 1))));
    database_says(&two, id, room(id, 2)).await;
    assert_eq!(known(&node(&server), id).await, Some(room(id, 2)), "confirmed for all");
}

#[tokio::test]
async fn a_change_made_while_redis_stands_still_is_owed_until_it_goes_on() {
    let (server, id, other) = (Server::start(), RoomId::random(), RoomId::random());
    let (one, two) = (node(&server), node(&server));
    one.put(id, room(id, 1)).await;
    let stop = CancellationToken::new();
    let settling = tokio::spawn(Arc::clone(&one).settle(stop.clone()));
    server.signal("STOP");
    one.put(id, room(id, 2)).await;
    one.put(id, room(id, 1)).await;
    one.fill(other, Asked(0), room(other, 1).meeting()).await;
    assert_eq!(known(&one, id).await, Some(room(id, 2)), "this node knows");
    one.changed(id);
    assert_eq!(known(&one, id).await, None, "unless another one has changed it since");
    assert_eq!(one.table().owing(), [id], "what is only a copy of the database is not owed");
    assert_eq!(known(&two, id).await, None, "an empty cache");
    server.signal("CONT");
    until(async || one.table().owing().is_empty()).await;
    until(async || known(&node(&server), id).await == Some(room(id, 2))).await;
    stop.cancel();
    settling.await.expect("it ends");
}

#[tokio::test]
async fn a_forgotten_room_is_asked_of_the_database() {
    let (server, id) = (Server::start(), RoomId::random());
    let (one, two) = (node(&server), node(&server));
    one.put(id, room(id, 2)).await;
    one.forget(id).await;
    assert_eq!((known(&one, id).await, known(&two, id).await), (None, None));
    two.put(id, room(id, 1)).await;
    database_says(&one, id, room(id, 1)).await;
    assert_eq!(known(&one, id).await, Some(room(id, 1)), "what is forgotten does not count");
}

#[test]
fn what_another_version_wrote_is_read_if_it_can_be_and_else_ignored() {
    let id = RoomId::random();
    let text = serde_json::to_string(&Stored::Removed { removed: true }).expect("JSON");
    assert_eq!((text.as_str(), read(id, &text)), (r#"{"removed":true}"#, Some(Cached::Removed)));
    let known = r#"{"hostId":"00000000-0000-0000-0000-000000000007","active":true,"maxParticipants":9,"seatWindowSeconds":5,
                    "mode":"sfu","revision":3,"createdAt":1800000000123,"colour":"a newer version's"}"#;
    assert_eq!(read(id, known), Some(room(id, 3)));
    for unknown in ["", "[]", "{}", r#"{"removed":false}"#, &known.replace("sfu", "smoke signals"), &known[1..]] {
        assert_eq!(read(id, unknown), None, "{unknown}");
    }
    assert!(key(id).starts_with("room:"));
}
