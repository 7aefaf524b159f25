//! Every change against every failure: what was answered is compared with the database after it was opened again.
//!
//! `Ok` means that the change is there, `Unknown` that it is there or is not, any other error that nothing is changed.
//! Afterwards the same store works again.

mod postgres;
mod proxy;
mod sqlite;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{at, end, session};
use crate::storage::{
    Meeting, MeetingChange, Message, Mode, NewPassword, NewSession, NewUser, RoomId, Rotation, Store, StoreError,
};

/// A change of the database of `prepare`, always the same.
type Change = for<'a> fn(&'a dyn Store) -> BoxFuture<'a, Result<(), StoreError>>;

const ANN: Uuid = Uuid::from_u128(0xa);
const BOB: Uuid = Uuid::from_u128(0xb);
const OLD: &str = "$old";
/// Ann's sessions: one whose first token was used long ago, and one that was never used.
const USED: Uuid = Uuid::from_u128(0x51);
const FRESH: Uuid = Uuid::from_u128(0x52);

fn token(byte: u8) -> [u8; 32] {
    [byte; 32]
}

fn room_id() -> RoomId {
    "abc-defg-hij".parse().expect("a room id")
}

fn user(id: Uuid, email: &str) -> NewUser {
    NewUser { id, email: email.to_owned(), name: "Ann".to_owned(), password_hash: OLD.to_owned(), created_at: at(0) }
}

fn login(id: u128, byte: u8) -> NewSession {
    NewSession { id: Uuid::from_u128(id), ..session(token(byte)) }
}

fn using(byte: u8, successor: u8, second: i64) -> Rotation {
    Rotation {
        token: token(byte),
        nonce: token(0xee),
        successor: token(successor),
        expires_at: at(1_000),
        grace: jiff::SignedDuration::from_secs(10),
        end: end(second),
    }
}

fn room(id: &str) -> Meeting {
    Meeting {
        room_id: id.parse().expect("a room id"),
        host_id: ANN,
        active: true,
        max_participants: 4,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        revision: 1,
        created_at: at(0),
    }
}

fn said(number: i64) -> Message {
    Message {
        room_id: room_id(),
        id: format!("s-{number}"),
        sender_id: Some(ANN),
        sender_name: "Ann".to_owned(),
        content: "Hello".to_owned(),
        sent_at: at(number),
    }
}

/// Two users, three sessions, a room with three messages, a revocation.
async fn prepare(store: &dyn Store) {
    store.add_user(&user(ANN, "ann@example.org"), &login(0x51, 1)).await.expect("an account");
    store.add_user(&user(BOB, "bob@example.org"), &login(0x53, 3)).await.expect("an account");
    let begun = store.begin_session((ANN, OLD), &login(0x52, 2), 9, end(0)).await;
    begun.expect("an answer").expect("a session");
    store.use_token(&using(1, 0x11, 10)).await.expect("an answer");
    store.add_meeting(&room("abc-defg-hij"), 9).await.expect("a room");
    store.end_session(BOB, Uuid::from_u128(0x53), end(0)).await.expect("an answer");
    store.add_messages(&[said(1), said(2), said(3)]).await.expect("messages");
}

/// Every statement that writes.
const CHANGES: &[(&str, Change)] = &[
    ("add a user", |store| {
        Box::pin(async {
            store.add_user(&user(Uuid::from_u128(0xc), "c@example.org"), &login(0x54, 4)).await.map(drop)
        })
    }),
    ("rehash", |store| Box::pin(async { store.rehash(ANN, OLD, "$new").await.map(drop) })),
    ("change a password", |store| {
        let new = NewPassword { user: ANN, from: Some(OLD.to_owned()), to: "$new".to_owned(), keep: Some(USED) };
        Box::pin(async move { store.change_password(&new, end(20)).await.map(drop) })
    }),
    ("disable", |store| Box::pin(async { store.disable(ANN, end(20)).await.map(drop) })),
    ("remove a user", |store| Box::pin(async { store.remove_user(ANN, end(20)).await.map(drop) })),
    ("begin a session", |store| {
        Box::pin(async { store.begin_session((ANN, OLD), &login(0x55, 5), 2, end(20)).await.map(drop) })
    }),
    ("use a token", |store| Box::pin(async { store.use_token(&using(2, 0x12, 20)).await.map(drop) })),
    ("reuse a token", |store| Box::pin(async { store.use_token(&using(1, 0x13, 30)).await.map(drop) })),
    ("end a session", |store| Box::pin(async { store.end_session(ANN, FRESH, end(20)).await.map(drop) })),
    ("end a token's session", |store| Box::pin(async { store.end_session_of(&token(2), end(20)).await.map(drop) })),
    ("end all sessions", |store| Box::pin(async { store.end_sessions(ANN, None, end(20)).await.map(drop) })),
    ("forget the expired", |store| Box::pin(async { store.forget_expired(at(2_000), 9).await.map(drop) })),
    ("forget revocations", |store| Box::pin(async { store.forget_revocations(at(2_000), 9).await.map(drop) })),
    ("add a room", |store| Box::pin(async { store.add_meeting(&room("zzz-zzzz-zzz"), 9).await })),
    ("change a room", |store| {
        let change = MeetingChange { active: Some(false), max_participants: Some(9), seat_window_seconds: None };
        Box::pin(async move { store.change_meeting(room_id(), ANN, change).await.map(drop) })
    }),
    ("remove a room", |store| Box::pin(async { store.remove_meeting(room_id(), ANN).await.map(drop) })),
    ("add messages", |store| Box::pin(async { store.add_messages(&[said(3), said(4), said(5)]).await.map(drop) })),
    ("forget messages", |store| Box::pin(async { store.forget_messages(at(2), 9).await.map(drop) })),
    ("trim messages", |store| Box::pin(async { store.trim_messages(room_id(), 1, 9).await.map(drop) })),
    ("probe", |store| Box::pin(async { store.probe(at(77)).await })),
];

/// The tables whose content is compared.
const TABLES: [&str; 7] = ["users", "sessions", "session_tokens", "revocations", "meetings", "messages", "probe"];

/// The content of the database, a line a row.
type Dump = Vec<String>;

/// Compares an answer with the content that it left: `before` the change, or as a change without failure leaves it.
#[track_caller]
fn is_true(what: &str, answer: &Result<(), StoreError>, found: &Dump, (before, after): (&Dump, &Dump)) {
    let may_be = match answer {
        Ok(()) => found == after,
        Err(StoreError::Unknown(_)) => found == after || found == before,
        Err(_) => found == before,
    };
    assert!(may_be, "{what}: {answer:?}, but the database has\n{found:#?}\nbefore it had\n{before:#?}");
}
