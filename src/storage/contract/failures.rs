//! Every change against every failure: what was answered is compared with the database after it was opened again.
//!
//! `Ok` means that the change is there, `Unknown` that it is there or is not, any other error that nothing is changed.
//! Afterwards the same store works again.

mod postgres;
pub(super) mod proxy;
mod sqlite;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{at, end, session};
use crate::storage::{
    ApiAlgorithm, ApiKey, Device, Guests, Meeting, MeetingChange, Message, Mode, NewInvite, NewLink, NewPassword,
    NewSession, NewUser, NewWebhook, Once, Purpose, Reset, RoomId, Rotation, Store, StoreError, Webhook,
};

/// A change of the database of `prepare`, always the same.
type Change = for<'a> fn(&'a dyn Store) -> BoxFuture<'a, Result<(), StoreError>>;

const ANN: Uuid = Uuid::from_u128(0xa);
const BOB: Uuid = Uuid::from_u128(0xb);
const REMOVED: Uuid = Uuid::from_u128(0xf);
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
    NewUser {
        id,
        email: email.to_owned(),
        name: "Ann".to_owned(),
        password_hash: OLD.to_owned(),
        created_at: at(0),
        invite: None,
    }
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
        host_id: ANN.into(),
        active: true,
        max_participants: 4,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        revision: 1,
        created_at: at(0),
        name: String::new(),
        guests: Guests::No,
        locked: false,
        bans: Vec::new(),
    }
}

fn invite(byte: u8) -> NewInvite {
    NewInvite {
        id: Uuid::from_u128(byte.into()),
        hash: token(byte),
        email: None,
        uses: 2,
        created_at: at(0),
        expires_at: at(1_000),
    }
}

fn link(purpose: Purpose, byte: u8) -> NewLink {
    NewLink { purpose, hash: token(byte), expires_at: at(1_000) }
}

fn api_key(byte: u8) -> ApiKey {
    ApiKey {
        id: Uuid::from_u128(byte.into()),
        name: "Shop".to_owned(),
        algorithm: ApiAlgorithm::Hs256,
        material: vec![byte],
        created_at: at(0),
    }
}

fn once(byte: u8) -> Once {
    Once { scope: ANN, hash: token(byte), request: token(byte), answer: "{}".to_owned(), at: at(0), until: at(1_000) }
}

fn said(number: i64) -> Message {
    Message {
        room_id: room_id(),
        id: format!("s-{number}"),
        sender_id: Some(ANN.into()),
        sender_name: "Ann".to_owned(),
        content: "Hello".to_owned(),
        sent_at: at(number),
    }
}

/// Two users, one that is not verified and one that is being deleted, three sessions, a device, a room with three messages, a revocation,
/// an invite, two links, an API key, an answer, a webhook that waits and a dead one.
async fn prepare(store: &dyn Store) {
    store.add_user(&user(ANN, "ann@example.org"), &login(0x51, 1)).await.expect("an account");
    store.add_user(&user(BOB, "bob@example.org"), &login(0x53, 3)).await.expect("an account");
    let fresh = NewSession { device: Some(Device { hash: token(9), expires_at: at(1_000) }), ..login(0x52, 2) };
    let begun = store.begin_session((ANN, OLD), &fresh, 9, end(0)).await;
    begun.expect("an answer").expect("a session");
    store.use_token(&using(1, 0x11, 10)).await.expect("an answer");
    store.add_meeting(&room("abc-defg-hij"), Some(ANN), 9).await.expect("a room");
    store.end_session(BOB, Uuid::from_u128(0x53), end(0)).await.expect("an answer");
    assert!(store.add_invite(&invite(0x1f), 9).await.expect("an answer"));
    for purpose in [Purpose::Reset, Purpose::Verify] {
        assert!(store.put_link(ANN, &link(purpose, purpose as u8 + 0x20)).await.expect("an answer"));
    }
    store.add_messages(&[said(1), said(2), said(3)]).await.expect("messages");
    let late = user(Uuid::from_u128(0xe), "late@example.org");
    store.add_unverified_user(&late, &link(Purpose::Verify, 0x40), at(1_000)).await.expect("an account");
    store.add_user(&user(REMOVED, "gone@example.org"), &login(0x56, 6)).await.expect("an account");
    store.begin_removal(REMOVED, end(0)).await.expect("begun");
    assert!(store.add_api_key(&api_key(0x61), 9).await.expect("an answer"));
    store.add_meeting_for(&room("xxx-xxxx-xxx"), 9, Some(&once(0x71))).await.expect("a room");
    assert_eq!(store.queue_webhooks(room_id(), &happened([1, 2]), at(1)).await.expect("queued"), 2);
    store.webhook_given_up(&webhook(1), "gone", at(2)).await.expect("an answer");
}

fn happened<const N: usize>(numbers: [u64; N]) -> [NewWebhook; N] {
    numbers.map(|number| NewWebhook { life: 7, number, body: "{}".to_owned() })
}

fn webhook(number: u64) -> Webhook {
    Webhook {
        position: number.cast_signed(),
        room_id: room_id(),
        life: 7,
        number,
        body: "{}".to_owned(),
        queued_at: at(1),
        attempts: 0,
        failure: String::new(),
        dead_at: None,
    }
}

/// Every statement that writes.
const CHANGES: &[(&str, Change)] = &[
    ("add a user", |store| {
        Box::pin(async {
            store.add_user(&user(Uuid::from_u128(0xc), "c@example.org"), &login(0x54, 4)).await.map(drop)
        })
    }),
    ("add a user by invite", |store| {
        let user = NewUser { invite: Some(token(0x1f)), ..user(Uuid::from_u128(0xd), "d@example.org") };
        Box::pin(async move { store.add_unverified_user(&user, &link(Purpose::Verify, 0x30), at(1_000)).await })
    }),
    ("add an invite", |store| Box::pin(async { store.add_invite(&invite(0x2f), 9).await.map(drop) })),
    ("remove an invite", |store| Box::pin(async { store.remove_invite(Uuid::from_u128(0x1f)).await.map(drop) })),
    ("put a link", |store| Box::pin(async { store.put_link(ANN, &link(Purpose::Reset, 0x31)).await.map(drop) })),
    ("note a sign-up", |store| {
        let user = NewUser { invite: Some(token(0x1f)), ..user(Uuid::from_u128(0xd), "ann@example.org") };
        Box::pin(async move { store.note_sign_up(ANN, &user, &link(Purpose::Reset, 0x32)).await.map(drop) })
    }),
    ("reset a password", |store| {
        let reset = Reset { link: token(0x20), to: "$new".to_owned() };
        Box::pin(async move { store.reset_password(&reset, end(20)).await.map(drop) })
    }),
    ("verify an address", |store| Box::pin(async { store.verify_email(&token(0x21), at(20)).await.map(drop) })),
    ("rehash", |store| Box::pin(async { store.rehash(ANN, OLD, "$new").await.map(drop) })),
    ("change a password", |store| {
        let new = NewPassword { user: ANN, from: Some(OLD.to_owned()), to: "$new".to_owned(), keep: Some(USED) };
        Box::pin(async move { store.change_password(&new, end(20)).await.map(drop) })
    }),
    ("disable", |store| Box::pin(async { store.disable(ANN, end(20)).await.map(drop) })),
    ("begin a removal", |store| Box::pin(async { store.begin_removal(ANN, end(20)).await.map(drop) })),
    ("finish a removal", |store| Box::pin(async { store.finish_removal(REMOVED).await })),
    ("forget unverified accounts", |store| Box::pin(async { store.forget_unverified(at(2_000), 9).await.map(drop) })),
    ("disown messages", |store| Box::pin(async { store.disown_messages(ANN, 2).await.map(drop) })),
    ("empty a room", |store| Box::pin(async { store.empty_room(room_id(), &ANN.into(), 2).await.map(drop) })),
    ("begin a session", |store| {
        let login = NewSession { device: Some(Device { hash: token(8), expires_at: at(900) }), ..login(0x55, 5) };
        Box::pin(async move { store.begin_session((ANN, OLD), &login, 2, end(20)).await.map(drop) })
    }),
    ("use a token", |store| Box::pin(async { store.use_token(&using(2, 0x12, 20)).await.map(drop) })),
    ("reuse a token", |store| Box::pin(async { store.use_token(&using(1, 0x13, 30)).await.map(drop) })),
    ("end a session", |store| Box::pin(async { store.end_session(ANN, FRESH, end(20)).await.map(drop) })),
    ("end a token's session", |store| Box::pin(async { store.end_session_of(&token(2), end(20)).await.map(drop) })),
    ("end all sessions", |store| Box::pin(async { store.end_sessions(ANN, None, end(20)).await.map(drop) })),
    ("forget the expired", |store| Box::pin(async { store.forget_expired(at(2_000), 9).await.map(drop) })),
    ("forget revocations", |store| Box::pin(async { store.forget_revocations(at(2_000), 9).await.map(drop) })),
    ("forget invites", |store| Box::pin(async { store.forget_invites(at(2_000), 9).await.map(drop) })),
    ("forget links", |store| Box::pin(async { store.forget_links(at(2_000), 9).await.map(drop) })),
    ("forget devices", |store| Box::pin(async { store.forget_expired_devices(at(2_000), 9).await.map(drop) })),
    ("add a room", |store| Box::pin(async { store.add_meeting(&room("zzz-zzzz-zzz"), Some(ANN), 9).await })),
    ("add a room for a backend", |store| {
        Box::pin(async { store.add_meeting_for(&room("yyy-yyyy-yyy"), 9, Some(&once(0x72))).await.map(drop) })
    }),
    ("add an API key", |store| Box::pin(async { store.add_api_key(&api_key(0x62), 9).await.map(drop) })),
    ("remove an API key", |store| Box::pin(async { store.remove_api_key(Uuid::from_u128(0x61)).await.map(drop) })),
    ("forget answers", |store| Box::pin(async { store.forget_answers(at(2_000), 9).await.map(drop) })),
    ("change a room", |store| {
        let change = MeetingChange { active: Some(false), max_participants: Some(9), ..MeetingChange::default() };
        Box::pin(async move { store.change_meeting(room_id(), &ANN.into(), change).await.map(drop) })
    }),
    ("remove a room", |store| Box::pin(async { store.remove_meeting(room_id(), &ANN.into()).await.map(drop) })),
    ("add messages", |store| Box::pin(async { store.add_messages(&[said(3), said(4), said(5)]).await.map(drop) })),
    ("forget messages", |store| Box::pin(async { store.forget_messages(at(2), 9).await.map(drop) })),
    ("trim messages", |store| Box::pin(async { store.trim_messages(room_id(), 1, 9).await.map(drop) })),
    ("queue webhooks", |store| {
        Box::pin(async { store.queue_webhooks(room_id(), &happened([2, 3, 4]), at(3)).await.map(drop) })
    }),
    ("a webhook is delivered", |store| Box::pin(async { store.webhook_delivered(&webhook(2), at(3)).await.map(drop) })),
    ("a webhook fails", |store| Box::pin(async { store.webhook_failed(&webhook(2), "refused", at(9)).await })),
    ("a webhook is given up", |store| Box::pin(async { store.webhook_given_up(&webhook(2), "gone", at(9)).await })),
    ("revive a webhook", |store| Box::pin(async { store.revive_webhook(&webhook(1), at(9)).await.map(drop) })),
    ("webhooks are due", |store| Box::pin(async { store.webhooks_due(at(0)).await })),
    ("forget webhooks", |store| Box::pin(async { store.forget_webhooks(at(2), at(2), 9).await.map(drop) })),
    ("probe", |store| Box::pin(async { store.probe(at(77)).await })),
];

/// The tables whose content is compared.
const TABLES: [&str; 15] = [
    "users",
    "sessions",
    "session_tokens",
    "revocations",
    "invites",
    "mail_links",
    "devices",
    "meetings",
    "messages",
    "api_keys",
    "idempotent_answers",
    "webhook_events",
    "webhook_rooms",
    "waiting_guests",
    "probe",
];

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
