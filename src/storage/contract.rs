//! The suite that every `Store` passes. SQLite always; PostgreSQL when `ALDIS_TEST_POSTGRES` names an empty database
//! (`cargo test contract::postgres -- --ignored`).

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Issued, Meeting, MeetingChange, MeetingPage, Mode, NewUser, RoomId, Settings, Store, StoreError, Use, User,
};

/// Each case once for each store.
macro_rules! contract {
    ($($case:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                let store = super::super::open(None, folder.path(), &super::Settings::default()).await.expect("a database");
                super::$case(store.as_ref()).await;
                store.close().await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            #[ignore = "needs a PostgreSQL: name an empty database in ALDIS_TEST_POSTGRES"]
            async fn $case() {
                let url = std::env::var("ALDIS_TEST_POSTGRES").expect("ALDIS_TEST_POSTGRES names a database");
                let store = super::super::open(Some(&url), std::path::Path::new("."), &super::Settings::default()).await.expect("a database");
                super::$case(store.as_ref()).await;
                store.close().await;
            })*
        }
    };
}

contract! {
    an_account_is_found_by_its_id_and_by_its_address_in_any_case
    an_address_has_one_account_in_whatever_case
    a_disabled_account_is_seen_as_disabled
    a_password_hash_can_be_replaced
    a_room_is_found_as_it_was_made
    a_room_id_is_taken_once
    a_room_needs_a_host_with_an_account
    a_host_cannot_have_more_rooms_than_the_limit
    only_the_host_changes_a_room_and_each_change_counts
    only_the_host_removes_a_room
    a_hosts_rooms_come_newest_first_page_by_page
    a_refresh_token_is_good_once
    a_second_use_revokes_the_whole_family
    a_second_use_within_the_grace_is_good_too
    an_expired_token_is_refused_and_then_forgotten
    logout_revokes_the_family_and_no_other
    disabling_revokes_all_tokens_of_a_user
    of_many_uses_at_once_one_is_the_first
    the_database_answers_a_ping
    a_closed_database_is_unavailable
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

const STRICT: SignedDuration = SignedDuration::ZERO;

async fn someone(store: &dyn Store) -> User {
    let id = Uuid::new_v4();
    let new = NewUser {
        id,
        email: format!("{}@Example.org", id.simple()),
        name: "Ann Ä.".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        created_at: at(0),
    };
    store.add_user(&new).await.expect("an account")
}

fn room_of(host: &User, second: i64) -> Meeting {
    Meeting {
        room_id: RoomId::random(),
        host_id: host.id,
        active: true,
        max_participants: 4,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        revision: 1,
        created_at: at(second),
    }
}

fn token(issued: i64, expires: i64) -> Issued {
    Issued { hash: rand::random(), issued_at: at(issued), expires_at: at(expires) }
}

async fn family(store: &dyn Store, user: &User) -> Issued {
    let first = token(0, 1000);
    store.add_family(Uuid::new_v4(), user.id, &first).await.expect("a family");
    first
}

async fn an_account_is_found_by_its_id_and_by_its_address_in_any_case(store: &dyn Store) {
    let user = someone(store).await;
    assert_eq!(store.user_by_id(user.id).await.expect("an answer"), Some(user.clone()));
    for email in [user.email.clone(), user.email.to_uppercase(), user.email.to_lowercase()] {
        assert_eq!(store.user_by_email(&email).await.expect("an answer"), Some(user.clone()));
    }
    assert_eq!(store.user_by_id(Uuid::new_v4()).await.expect("an answer"), None);
    assert_eq!(store.user_by_email("nobody@example.org").await.expect("an answer"), None);
    assert_eq!((user.created_at, user.name.as_str(), user.disabled), (at(0), "Ann Ä.", false));
}

async fn an_address_has_one_account_in_whatever_case(store: &dyn Store) {
    let user = someone(store).await;
    let again = NewUser {
        id: Uuid::new_v4(),
        email: user.email.to_uppercase(),
        name: user.name,
        password_hash: user.password_hash,
        created_at: at(1),
    };
    assert!(matches!(store.add_user(&again).await, Err(StoreError::EmailTaken)));
}

async fn a_disabled_account_is_seen_as_disabled(store: &dyn Store) {
    let user = someone(store).await;
    assert!(store.set_disabled(user.id, true).await.expect("an answer"));
    assert!(store.user_by_id(user.id).await.expect("an answer").expect("the account").disabled);
    assert!(store.set_disabled(user.id, false).await.expect("an answer"));
    assert!(!store.user_by_email(&user.email).await.expect("an answer").expect("the account").disabled);
    assert!(!store.set_disabled(Uuid::new_v4(), true).await.expect("an answer"), "nobody was disabled");
}

async fn a_password_hash_can_be_replaced(store: &dyn Store) {
    let user = someone(store).await;
    assert!(store.set_password_hash(user.id, "$argon2id$stronger").await.expect("an answer"));
    let hash = store.user_by_id(user.id).await.expect("an answer").expect("the account").password_hash;
    assert_eq!(hash, "$argon2id$stronger");
    assert!(!store.set_password_hash(Uuid::new_v4(), "x").await.expect("an answer"));
}

async fn a_room_is_found_as_it_was_made(store: &dyn Store) {
    let host = someone(store).await;
    let room =
        Meeting { max_participants: 17, seat_window_seconds: 120, mode: Mode::Sfu, active: false, ..room_of(&host, 7) };
    store.add_meeting(&room, 10).await.expect("a room");
    assert_eq!(store.meeting(room.room_id).await.expect("an answer"), Some(room));
    assert_eq!(store.meeting(RoomId::random()).await.expect("an answer"), None);
}

async fn a_room_id_is_taken_once(store: &dyn Store) {
    let host = someone(store).await;
    let room = room_of(&host, 0);
    store.add_meeting(&room, 10).await.expect("a room");
    assert!(matches!(store.add_meeting(&room, 10).await, Err(StoreError::RoomIdTaken)));
}

async fn a_room_needs_a_host_with_an_account(store: &dyn Store) {
    let host = User { id: Uuid::new_v4(), ..someone(store).await };
    assert!(matches!(store.add_meeting(&room_of(&host, 0), 10).await, Err(StoreError::UnknownUser)));
}

async fn a_host_cannot_have_more_rooms_than_the_limit(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    for second in 0..3 {
        store.add_meeting(&room_of(&host, second), 3).await.expect("a room");
    }
    assert!(matches!(store.add_meeting(&room_of(&host, 3), 3).await, Err(StoreError::TooManyRooms { max: 3 })));
    store.add_meeting(&room_of(&other, 3), 3).await.expect("another host is not concerned");
}

async fn only_the_host_changes_a_room_and_each_change_counts(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    let room = room_of(&host, 0);
    store.add_meeting(&room, 10).await.expect("a room");
    let bigger = MeetingChange { max_participants: Some(9), ..MeetingChange::default() };
    assert_eq!(store.change_meeting(room.room_id, other.id, bigger).await.expect("an answer"), None);
    let changed = store.change_meeting(room.room_id, host.id, bigger).await.expect("an answer").expect("the room");
    assert_eq!(changed, Meeting { max_participants: 9, revision: 2, ..room.clone() });
    let closed = MeetingChange { active: Some(false), seat_window_seconds: Some(0), max_participants: None };
    let changed = store.change_meeting(room.room_id, host.id, closed).await.expect("an answer").expect("the room");
    assert_eq!(changed, Meeting { max_participants: 9, active: false, seat_window_seconds: 0, revision: 3, ..room });
}

async fn only_the_host_removes_a_room(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    let room = room_of(&host, 0);
    store.add_meeting(&room, 10).await.expect("a room");
    assert!(!store.remove_meeting(room.room_id, other.id).await.expect("an answer"));
    assert!(store.remove_meeting(room.room_id, host.id).await.expect("an answer"));
    assert!(!store.remove_meeting(room.room_id, host.id).await.expect("an answer"), "it is gone");
    assert_eq!(store.meeting(room.room_id).await.expect("an answer"), None);
}

async fn a_hosts_rooms_come_newest_first_page_by_page(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    store.add_meeting(&room_of(&other, 9), 10).await.expect("a room");
    let mut rooms = Vec::new();
    // Two at the same moment: the id decides between them.
    for second in [3, 1, 2, 2, 5] {
        let room = room_of(&host, second);
        store.add_meeting(&room, 10).await.expect("a room");
        rooms.push(room);
    }
    rooms.sort_by_key(|room| std::cmp::Reverse((room.created_at, room.room_id)));
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.meetings_of(host.id, MeetingPage { before, limit: 2 }).await.expect("a page");
        let Some(last) = page.last() else { break };
        before = Some((last.created_at, last.room_id));
        seen.extend(page);
    }
    assert_eq!(seen, rooms);
}

async fn a_refresh_token_is_good_once(store: &dyn Store) {
    let user = someone(store).await;
    let first = family(store, &user).await;
    let second = token(10, 1000);
    assert_eq!(store.use_token(&first.hash, &second, STRICT).await.expect("an answer"), Use::Rotated { user: user.id });
    let third = token(20, 1000);
    assert_eq!(store.use_token(&second.hash, &third, STRICT).await.expect("an answer"), Use::Rotated { user: user.id });
    assert_eq!(store.use_token(&rand::random(), &token(20, 1000), STRICT).await.expect("an answer"), Use::Unknown);
}

async fn a_second_use_revokes_the_whole_family(store: &dyn Store) {
    let user = someone(store).await;
    let (first, second, other) = (family(store, &user).await, token(10, 1000), family(store, &user).await);
    store.use_token(&first.hash, &second, STRICT).await.expect("an answer");
    assert_eq!(
        store.use_token(&first.hash, &token(20, 1000), STRICT).await.expect("an answer"),
        Use::Reused { user: user.id }
    );
    assert_eq!(store.use_token(&second.hash, &token(21, 1000), STRICT).await.expect("an answer"), Use::Revoked);
    assert_eq!(store.use_token(&first.hash, &token(22, 1000), STRICT).await.expect("an answer"), Use::Revoked);
    let next = store.use_token(&other.hash, &token(23, 1000), STRICT).await.expect("an answer");
    assert_eq!(next, Use::Rotated { user: user.id }, "another login is not concerned");
}

async fn a_second_use_within_the_grace_is_good_too(store: &dyn Store) {
    let user = someone(store).await;
    let (first, one, two) = (family(store, &user).await, token(10, 1000), token(14, 1000));
    let grace = SignedDuration::from_secs(5);
    assert_eq!(store.use_token(&first.hash, &one, grace).await.expect("an answer"), Use::Rotated { user: user.id });
    assert_eq!(store.use_token(&first.hash, &two, grace).await.expect("an answer"), Use::Rotated { user: user.id });
    assert_eq!(
        store.use_token(&one.hash, &token(20, 1000), grace).await.expect("an answer"),
        Use::Rotated { user: user.id }
    );
    assert_eq!(
        store.use_token(&first.hash, &token(15, 1000), grace).await.expect("an answer"),
        Use::Reused { user: user.id }
    );
    assert_eq!(store.use_token(&two.hash, &token(21, 1000), grace).await.expect("an answer"), Use::Revoked);
}

async fn an_expired_token_is_refused_and_then_forgotten(store: &dyn Store) {
    let user = someone(store).await;
    // Long before the tokens of the other cases, which may share the database.
    let first = token(-200, -100);
    store.add_family(Uuid::new_v4(), user.id, &first).await.expect("a family");
    let late = token(-100, 1000);
    assert_eq!(store.use_token(&first.hash, &late, STRICT).await.expect("an answer"), Use::Expired);
    while store.forget_expired(at(-100), 1).await.expect("an answer") > 0 {}
    assert_eq!(store.use_token(&first.hash, &late, STRICT).await.expect("an answer"), Use::Unknown);
}

async fn logout_revokes_the_family_and_no_other(store: &dyn Store) {
    let user = someone(store).await;
    let (first, second, other) = (family(store, &user).await, token(10, 1000), family(store, &user).await);
    store.use_token(&first.hash, &second, STRICT).await.expect("an answer");
    assert!(store.revoke_family_of(&second.hash, at(20)).await.expect("an answer"));
    assert!(!store.revoke_family_of(&rand::random(), at(20)).await.expect("an answer"));
    assert_eq!(store.use_token(&second.hash, &token(21, 1000), STRICT).await.expect("an answer"), Use::Revoked);
    assert_eq!(
        store.use_token(&other.hash, &token(22, 1000), STRICT).await.expect("an answer"),
        Use::Rotated { user: user.id }
    );
}

async fn disabling_revokes_all_tokens_of_a_user(store: &dyn Store) {
    let (user, other) = (someone(store).await, someone(store).await);
    let (one, two, foreign) = (family(store, &user).await, family(store, &user).await, family(store, &other).await);
    store.revoke_tokens_of_user(user.id, at(5)).await.expect("an answer");
    for hash in [one.hash, two.hash] {
        assert_eq!(store.use_token(&hash, &token(6, 1000), STRICT).await.expect("an answer"), Use::Revoked);
    }
    assert_eq!(
        store.use_token(&foreign.hash, &token(6, 1000), STRICT).await.expect("an answer"),
        Use::Rotated { user: other.id }
    );
}

async fn of_many_uses_at_once_one_is_the_first(store: &dyn Store) {
    let user = someone(store).await;
    let first = family(store, &user).await;
    let successors: Vec<_> = (0..8).map(|_| token(10, 1000)).collect();
    let uses = successors.iter().map(|successor| store.use_token(&first.hash, successor, STRICT));
    let outcomes = futures_util::future::join_all(uses).await;
    let good = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Use::Rotated { .. }))).count();
    let reused = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Use::Reused { .. }))).count();
    assert_eq!((good, reused), (1, 1), "{outcomes:?}");
}

async fn the_database_answers_a_ping(store: &dyn Store) {
    store.ping().await.expect("an answer");
}

async fn a_closed_database_is_unavailable(store: &dyn Store) {
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.user_by_id(Uuid::new_v4()).await, Err(StoreError::Unavailable(_))));
}
