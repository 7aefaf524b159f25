//! The contract of every `Store` for accounts.

use uuid::Uuid;

use super::{at, end, hash, session, someone};
use crate::storage::{NewLink, NewPassword, NewUser, Purpose, Revocation, Store, StoreError, User};

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

pub(super) async fn accounts_are_listed_in_pages_and_none_that_is_being_deleted(store: &dyn Store) {
    let (first, gone, last) = (someone(store).await, someone(store).await, someone(store).await);
    let mut ids = [first.id, gone.id, last.id];
    ids.sort_unstable();
    store.begin_removal(gone.id, end(1)).await.expect("an answer").expect("the account");
    let mut seen = Vec::new();
    let mut before = None;
    // Other cases share the database: whatever else is there is passed over.
    loop {
        let page = store.users(before, 2).await.expect("an answer");
        assert!(page.is_sorted_by(|one, next| one.id > next.id) && page.len() <= 2, "{page:?}");
        let Some(end) = page.last() else { break };
        before = Some(end.id);
        seen.extend(page);
    }
    let own: Vec<_> = seen.into_iter().filter(|user| ids.contains(&user.id)).collect();
    let mut wanted = vec![first, last];
    wanted.sort_unstable_by_key(|user| std::cmp::Reverse(user.id));
    assert_eq!(own, wanted);
}

pub(super) async fn an_address_has_one_account_in_whatever_case(store: &dyn Store) {
    let user = someone(store).await;
    let again = NewUser { id: Uuid::new_v4(), email: user.email.to_uppercase(), ..new(&user) };
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
        assert!(known.contains(&Revocation { user: user.id.into(), session, end: end(5) }), "{known:?}");
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
    assert!(known.contains(&Revocation { user: user.id.into(), session: Some(first), end: end(2) }), "{known:?}");
    let late = store.begin_session((user.id, &user.password_hash), &session(hash()), 9, end(3)).await;
    assert_eq!(late.expect("an answer"), None, "a login that verified the old password comes too late");
    let by_mail = NewPassword { from: None, to: "$newer".to_owned(), keep: None, ..new };
    assert_eq!(store.change_password(&by_mail, end(4)).await.expect("an answer"), Some(vec![kept.id]));
}

pub(super) async fn an_account_that_is_being_deleted_is_nobodys_and_its_address_is_free(store: &dyn Store) {
    let user = someone(store).await;
    let room = super::meetings::room_of(&user, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 9).await.expect("a room");
    let session = store.sessions_of(user.id).await.expect("an answer")[0].id;
    assert_eq!(store.begin_removal(user.id, end(5)).await.expect("an answer"), Some(vec![session]));
    assert_eq!(store.begin_removal(user.id, end(5)).await.expect("an answer"), Some(vec![]), "it may be repeated");
    assert_eq!(store.user_by_id(user.id).await.expect("an answer"), None);
    assert_eq!(store.user_by_email(&user.email).await.expect("an answer"), None);
    assert_eq!(store.sessions_of(user.id).await.expect("an answer"), []);
    let known = store.revocations(at(5)).await.expect("an answer");
    for session in [None, Some(session)] {
        assert!(known.contains(&Revocation { user: user.id.into(), session, end: end(5) }), "{known:?}");
    }
    assert!(!store.enable(user.id).await.expect("an answer"), "no operator brings it back");
    let login = store.begin_session((user.id, &user.password_hash), &super::session(hash()), 9, end(6)).await;
    assert_eq!(login.expect("an answer"), None);
    let late = store.add_meeting(&super::meetings::room_of(&user, 1), Some(user.id), 9).await;
    assert!(matches!(late, Err(StoreError::UnknownUser)), "{late:?}");
    let heir = NewUser { id: Uuid::new_v4(), email: user.email.clone(), ..new(&user) };
    store.add_user(&heir, &super::session(hash())).await.expect("the address is free");
    assert!(store.removals(1_000).await.expect("an answer").contains(&user.id), "it is found until it is gone");
    store.finish_removal(heir.id).await.expect("nothing to do");
    assert!(store.user_by_id(heir.id).await.expect("an answer").is_some(), "only what has begun ends");
    store.finish_removal(user.id).await.expect("done");
    assert!(!store.removals(1_000).await.expect("an answer").contains(&user.id));
    assert_eq!(store.meeting(room.room_id).await.expect("an answer"), None);
    assert_eq!(store.begin_removal(user.id, end(6)).await.expect("an answer"), None, "it is gone");
}

pub(super) async fn an_account_that_is_neither_verified_nor_used_in_time_is_deleted(store: &dyn Store) {
    let someone = someone(store).await;
    let add = async |until| {
        let (user, token) = (NewUser { id: Uuid::new_v4(), ..new(&someone) }, hash());
        let user = NewUser { email: format!("{}@example.org", user.id.simple()), ..user };
        let link = NewLink { purpose: Purpose::Verify, hash: token, expires_at: at(1_000) };
        store.add_unverified_user(&user, &link, at(until)).await.expect("an account");
        (user, token)
    };
    let (forgotten, later, verified, used) = (add(100).await, add(101).await, add(100).await, add(100).await);
    assert_eq!(store.verify_email(&verified.1, at(5)).await.expect("an answer"), Some(verified.0.id));
    let login = (used.0.id, used.0.password_hash.as_str());
    store.begin_session(login, &session(hash()), 9, end(6)).await.expect("an answer").expect("addresses need no proof");
    let first = store.forget_unverified(at(100), 1).await.expect("an answer");
    assert_eq!((first, store.forget_unverified(at(100), 9).await.expect("an answer")), (1, 0));
    for (user, is_left) in [(forgotten, false), (later, true), (verified, true), (used, true)] {
        assert_eq!(store.user_by_id(user.0.id).await.expect("an answer").is_some(), is_left);
    }
    assert!(store.user_by_id(someone.id).await.expect("an answer").is_some());
    assert_eq!(store.forget_unverified(at(101), 9).await.expect("an answer"), 1);
}

/// An account like this one.
fn new(user: &User) -> NewUser {
    NewUser {
        id: user.id,
        email: user.email.clone(),
        name: user.name.clone(),
        password_hash: user.password_hash.clone(),
        created_at: at(1),
        invite: None,
    }
}
