//! The contract of every `Store` for accounts.

use uuid::Uuid;

use super::{at, end, hash, session, someone};
use crate::storage::{NewPassword, NewUser, Revocation, Store, StoreError};

pub(super) async fn an_account_is_found_by_its_id_and_by_its_address_in_any_case(store: &dyn Store) {
    let user = someone(store).await;
    assert_eq!(store.user_by_id(user.id).await.expect("an answer"), Some(user.clone()));
    for email in [user.email.clone(), user.email.to_uppercase(), user.email.to_lowercase()] {
        assert_eq!(store.user_by_email(&email).await.expect("an answer"), Some(user.clone()));
    }
    assert_eq!(store.user_by_id(Uuid::new_v4()).await.expect("an answer"), None);
    assert_eq!(store.user_by_email("nobody@example.org").await.expect("an answer"), None);
    assert_eq!((user.created_at, user.name.as_str(), user.disabled), (at(0), "Ann Ä.", false));
}

pub(super) async fn an_address_has_one_account_in_whatever_case(store: &dyn Store) {
    let user = someone(store).await;
    let again = NewUser {
        id: Uuid::new_v4(),
        email: user.email.to_uppercase(),
        name: user.name,
        password_hash: user.password_hash,
        created_at: at(1),
        invite: None,
    };
    assert!(matches!(store.add_user(&again, &session(hash())).await, Err(StoreError::EmailTaken)));
}

pub(super) async fn a_new_account_is_logged_in(store: &dyn Store) {
    let user = someone(store).await;
    assert_eq!(store.sessions_of(user.id).await.expect("an answer").len(), 1);
}

pub(super) async fn disabling_ends_all_sessions_and_revokes_all_tokens(store: &dyn Store) {
    let (user, other) = (someone(store).await, someone(store).await);
    let session = store.sessions_of(user.id).await.expect("an answer")[0].id;
    assert_eq!(store.disable(user.id, end(5)).await.expect("an answer"), Some(vec![session]));
    assert!(store.user_by_id(user.id).await.expect("an answer").expect("the account").disabled);
    assert_eq!(store.sessions_of(user.id).await.expect("an answer"), []);
    assert_eq!(store.sessions_of(other.id).await.expect("an answer").len(), 1);
    let known = store.revocations(at(5)).await.expect("an answer");
    for session in [None, Some(session)] {
        assert!(known.contains(&Revocation { user: user.id, session, end: end(5) }), "{known:?}");
    }
    let session = super::session;
    let refused = store.begin_session((user.id, &user.password_hash), &session(hash()), 9, end(6)).await;
    assert_eq!(refused.expect("an answer"), None, "nobody who is disabled logs in");
    assert!(store.enable(user.id).await.expect("an answer"));
    assert!(!store.user_by_email(&user.email).await.expect("an answer").expect("the account").disabled);
    assert_eq!(store.disable(Uuid::new_v4(), end(5)).await.expect("an answer"), None, "nobody was disabled");
    assert!(!store.enable(Uuid::new_v4()).await.expect("an answer"), "nobody was enabled");
}

pub(super) async fn a_password_hash_is_replaced_only_if_it_is_still_the_same(store: &dyn Store) {
    let user = someone(store).await;
    assert!(store.rehash(user.id, &user.password_hash, "$argon2id$stronger").await.expect("an answer"));
    let stored = store.user_by_id(user.id).await.expect("an answer").expect("the account").password_hash;
    assert_eq!(stored, "$argon2id$stronger");
    assert!(!store.rehash(user.id, &user.password_hash, "x").await.expect("an answer"), "it was changed meanwhile");
    assert!(!store.rehash(Uuid::new_v4(), "x", "y").await.expect("an answer"));
}

pub(super) async fn a_change_of_password_ends_all_other_sessions(store: &dyn Store) {
    let user = someone(store).await;
    let (kept, first) = (session(hash()), store.sessions_of(user.id).await.expect("an answer")[0].id);
    store.begin_session((user.id, &user.password_hash), &kept, 9, end(1)).await.expect("an answer").expect("begun");
    let mut new =
        NewPassword { user: user.id, from: Some("another".to_owned()), to: "$new".to_owned(), keep: Some(kept.id) };
    assert_eq!(store.change_password(&new, end(2)).await.expect("an answer"), None, "not from this hash");
    new.from = Some(user.password_hash.clone());
    assert_eq!(store.change_password(&new, end(2)).await.expect("an answer"), Some(vec![first]));
    let left: Vec<_> = store.sessions_of(user.id).await.expect("an answer").iter().map(|left| left.id).collect();
    assert_eq!(left, [kept.id]);
    let known = store.revocations(at(2)).await.expect("an answer");
    assert!(known.contains(&Revocation { user: user.id, session: Some(first), end: end(2) }), "{known:?}");
    let late = store.begin_session((user.id, &user.password_hash), &session(hash()), 9, end(3)).await;
    assert_eq!(late.expect("an answer"), None, "a login that verified the old password comes too late");
    let by_mail = NewPassword { from: None, to: "$newer".to_owned(), keep: None, ..new };
    assert_eq!(store.change_password(&by_mail, end(4)).await.expect("an answer"), Some(vec![kept.id]));
}

pub(super) async fn a_deleted_account_takes_its_sessions_and_rooms_along(store: &dyn Store) {
    let user = someone(store).await;
    let room = super::meetings::room_of(&user, 0);
    store.add_meeting(&room, 9).await.expect("a room");
    let session = store.sessions_of(user.id).await.expect("an answer")[0].id;
    let removed = store.remove_user(user.id, end(5)).await.expect("an answer");
    assert_eq!(removed, Some((vec![room.room_id], vec![session])));
    assert_eq!(store.user_by_id(user.id).await.expect("an answer"), None);
    assert_eq!(store.meeting(room.room_id).await.expect("an answer"), None);
    assert_eq!(store.sessions_of(user.id).await.expect("an answer"), []);
    let known = store.revocations(at(5)).await.expect("an answer");
    for session in [None, Some(session)] {
        assert!(known.contains(&Revocation { user: user.id, session, end: end(5) }), "{known:?}");
    }
    assert_eq!(store.remove_user(user.id, end(6)).await.expect("an answer"), None, "it is gone");
}
