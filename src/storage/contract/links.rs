//! The contract of every `Store` for links that are mailed, and for devices.

use uuid::Uuid;

use super::{at, end, hash, session, someone};
use crate::storage::{Device, NewLink, NewPassword, NewSession, NewUser, Purpose, Reset, Store};

fn link(purpose: Purpose) -> NewLink {
    NewLink { purpose, hash: hash(), expires_at: at(100) }
}

fn reset(link: &NewLink, to: &str) -> Reset {
    Reset { link: link.hash, to: to.to_owned() }
}

pub(super) async fn a_new_link_replaces_the_old_one(store: &dyn Store) {
    let (user, old, new) = (someone(store).await, link(Purpose::Reset), link(Purpose::Reset));
    for link in [&old, &new, &new] {
        assert!(store.put_link(user.id, link).await.expect("an answer"), "the same call may be repeated");
    }
    let owner = async |link: &NewLink, purpose, second| {
        store.user_of_link(purpose, &link.hash, at(second)).await.expect("an answer")
    };
    assert_eq!(owner(&old, Purpose::Reset, 1).await, None);
    assert_eq!(owner(&new, Purpose::Reset, 99).await, Some(user.id));
    assert_eq!(owner(&new, Purpose::Reset, 100).await, None, "it has expired");
    assert_eq!(owner(&new, Purpose::Verify, 1).await, None, "it is for another purpose");
    let other = link(Purpose::Verify);
    assert!(store.put_link(user.id, &other).await.expect("an answer"));
    assert_eq!(owner(&new, Purpose::Reset, 1).await, Some(user.id), "each purpose has its own");
    assert!(!store.put_link(Uuid::new_v4(), &link(Purpose::Reset)).await.expect("an answer"), "of nobody");
    assert!(store.disable(user.id, end(1)).await.expect("an answer").is_some());
    assert!(!store.put_link(user.id, &link(Purpose::Reset)).await.expect("an answer"), "of somebody who is disabled");
}

pub(super) async fn a_reset_sets_the_password_once_and_ends_everything(store: &dyn Store) {
    let (user, other) = (someone(store).await, someone(store).await);
    let device = Device { hash: hash(), expires_at: at(1_000) };
    let begun = NewSession { device: Some(device), ..session(hash()) };
    store.begin_session((user.id, &user.password_hash), &begun, 9, end(1)).await.expect("an answer").expect("begun");
    let (used, verify, theirs) = (link(Purpose::Reset), link(Purpose::Verify), link(Purpose::Reset));
    for (whose, link) in [(user.id, &used), (user.id, &verify), (other.id, &theirs)] {
        assert!(store.put_link(whose, link).await.expect("an answer"));
    }
    let (whose, mut ended) =
        store.reset_password(&reset(&used, "$new"), end(2)).await.expect("an answer").expect("a link");
    let mut known: Vec<_> = store.revocations(at(2)).await.expect("an answer");
    known.retain(|known| known.user == user.id.into());
    let mut revoked: Vec<_> = known.iter().filter_map(|known| known.session).collect();
    ended.sort();
    revoked.sort();
    assert_eq!((whose, ended.len(), &ended), (user.id, 2, &revoked));
    let stored = store.user_by_id(user.id).await.expect("an answer").expect("the account");
    assert_eq!((stored.password_hash.as_str(), stored.verified_at), ("$new", Some(at(2))), "the address is theirs");
    assert_eq!(store.sessions_of(user.id).await.expect("an answer"), []);
    assert!(!store.knows_device(&user.email, &device.hash, at(2)).await.expect("an answer"));
    for spent in [&used, &verify] {
        assert_eq!(store.reset_password(&reset(spent, "$other"), end(3)).await.expect("an answer"), None);
    }
    assert_eq!(store.verify_email(&verify.hash, at(3)).await.expect("an answer"), None, "all links are spent");
    let stored = store.user_by_id(user.id).await.expect("an answer").expect("the account");
    assert_eq!(stored.password_hash, "$new");
    let late = store.begin_session((user.id, &user.password_hash), &session(hash()), 9, end(4)).await;
    assert_eq!(late.expect("an answer"), None, "a login that verified the old password comes too late");
    let whose = store.user_of_link(Purpose::Reset, &theirs.hash, at(5)).await.expect("an answer");
    assert_eq!((whose, store.sessions_of(other.id).await.expect("an answer").len()), (Some(other.id), 1));
}

pub(super) async fn of_two_resets_at_once_one_sets_the_password(store: &dyn Store) {
    let (user, link) = (someone(store).await, link(Purpose::Reset));
    assert!(store.put_link(user.id, &link).await.expect("an answer"));
    let resets = ["$one", "$two", "$three", "$four"].map(|to| reset(&link, to));
    let outcomes = futures_util::future::join_all(resets.iter().map(|new| store.reset_password(new, end(1)))).await;
    let done: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().expect("an answer").is_some()).collect();
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "{outcomes:?}");
    let stored = store.user_by_id(user.id).await.expect("an answer").expect("the account").password_hash;
    assert_eq!(Some(stored.as_str()), resets.iter().zip(done).find(|(_, done)| *done).map(|(new, _)| new.to.as_str()));
}

pub(super) async fn a_link_of_somebody_disabled_or_expired_sets_nothing(store: &dyn Store) {
    let (user, link) = (someone(store).await, link(Purpose::Reset));
    assert!(store.put_link(user.id, &link).await.expect("an answer"));
    assert_eq!(store.reset_password(&reset(&link, "$new"), end(100)).await.expect("an answer"), None, "too late");
    assert!(store.disable(user.id, end(1)).await.expect("an answer").is_some());
    assert_eq!(store.reset_password(&reset(&link, "$new"), end(2)).await.expect("an answer"), None);
    let stored = store.user_by_id(user.id).await.expect("an answer").expect("the account");
    assert_eq!((stored.password_hash, stored.verified_at), (user.password_hash, None));
}

pub(super) async fn a_new_password_spends_the_link_for_another(store: &dyn Store) {
    let (user, link) = (someone(store).await, link(Purpose::Reset));
    assert!(store.put_link(user.id, &link).await.expect("an answer"));
    let new = NewPassword { user: user.id, from: Some(user.password_hash), to: "$new".to_owned(), keep: None };
    store.change_password(&new, end(1)).await.expect("an answer").expect("changed");
    assert_eq!(store.reset_password(&reset(&link, "$other"), end(2)).await.expect("an answer"), None);
}

pub(super) async fn an_address_is_verified_by_its_link_as_often_as_it_is_opened(store: &dyn Store) {
    let link = link(Purpose::Verify);
    let new = NewUser {
        id: Uuid::new_v4(),
        email: format!("{}@example.org", Uuid::new_v4().simple()),
        name: "Ann".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        created_at: at(0),
        invite: None,
    };
    store.add_unverified_user(&new, &link, at(1_000)).await.expect("an account");
    let stored = store.user_by_id(new.id).await.expect("an answer").expect("the account");
    assert_eq!((stored.verified_at, store.sessions_of(new.id).await.expect("an answer")), (None, vec![]));
    for second in [5, 9] {
        assert_eq!(store.verify_email(&link.hash, at(second)).await.expect("an answer"), Some(new.id));
        let stored = store.user_by_id(new.id).await.expect("an answer").expect("the account");
        assert_eq!(stored.verified_at, Some(at(5)), "since the first time");
    }
    for (hash, second) in [(link.hash, 100), (hash(), 1)] {
        assert_eq!(store.verify_email(&hash, at(second)).await.expect("an answer"), None);
    }
    assert_eq!(store.forget_links(at(99), 9).await.expect("an answer"), 0);
    assert!(store.forget_links(at(100), 9).await.expect("an answer") >= 1);
}

pub(super) async fn a_device_is_known_to_the_account_that_it_logged_in_to(store: &dyn Store) {
    let (user, other) = (someone(store).await, someone(store).await);
    let device = |second| Device { hash: [7; 32], expires_at: at(second) };
    let login = |second| NewSession { device: Some(device(second)), ..session(hash()) };
    let known = async |email: &str, hash: [u8; 32], second| {
        store.knows_device(email, &hash, at(second)).await.expect("an answer")
    };
    for second in [50, 100] {
        let login = login(second);
        let begun = store.begin_session((user.id, &user.password_hash), &login, 9, end(1)).await;
        begun.expect("an answer").expect("begun");
    }
    assert_eq!(store.devices_of(user.id).await.expect("an answer"), [at(100)]);
    assert!(known(&user.email.to_uppercase(), [7; 32], 99).await, "each login remembers it anew");
    assert!(!known(&user.email, [7; 32], 100).await, "it has expired");
    assert!(!known(&user.email, [8; 32], 1).await && !known(&other.email, [7; 32], 1).await);
    assert_eq!(store.forget_expired_devices(at(99), 9).await.expect("an answer"), 0);
    assert_eq!(store.forget_expired_devices(at(100), 9).await.expect("an answer"), 1);
}

pub(super) async fn an_account_remembers_fifty_devices_and_none_after_a_new_password(store: &dyn Store) {
    let user = someone(store).await;
    for nth in 0..60_u8 {
        let device = Device { hash: [nth; 32], expires_at: at(1_000 + i64::from(nth)) };
        let login = NewSession { device: Some(device), ..session(hash()) };
        let begun = store.begin_session((user.id, &user.password_hash), &login, 99, end(1)).await;
        begun.expect("an answer").expect("begun");
    }
    let mut known = 0;
    for nth in 0..60_u8 {
        let is_known = store.knows_device(&user.email, &[nth; 32], at(1)).await.expect("an answer");
        assert_eq!(is_known, nth >= 10, "{nth}");
        known += u32::from(is_known);
    }
    assert_eq!(known, 50);
    let new = NewPassword { user: user.id, from: Some(user.password_hash), to: "$new".to_owned(), keep: None };
    store.change_password(&new, end(1)).await.expect("an answer").expect("changed");
    assert!(!store.knows_device(&user.email, &[59; 32], at(1)).await.expect("an answer"));
}
