//! The contract of every `Store` for invites.

use uuid::Uuid;

use super::{at, end, hash, session};
use crate::storage::{NewInvite, NewLink, NewUser, Purpose, Store, StoreError};

fn invite(uses: u32) -> NewInvite {
    NewInvite { id: Uuid::new_v4(), hash: hash(), email: None, uses, created_at: at(0), expires_at: at(100) }
}

fn joining(email: &str, invite: &NewInvite, second: i64) -> NewUser {
    NewUser {
        id: Uuid::new_v4(),
        email: email.to_owned(),
        name: "Ann".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        created_at: at(second),
        invite: Some(invite.hash),
    }
}

fn somewhere() -> String {
    format!("{}@Example.org", Uuid::new_v4().simple())
}

pub(super) async fn an_invite_makes_as_many_accounts_as_it_has_uses(store: &dyn Store) {
    let invite = invite(2);
    assert!(store.add_invite(&invite, 1_000).await.expect("an answer"));
    for left in [1, 0] {
        assert!(store.may_join(&invite.hash, "x@example.org", at(1)).await.expect("an answer"));
        store.add_user(&joining(&somewhere(), &invite, 1), &session(hash())).await.expect("an account");
        let listed = store.invites(at(1), 1_000).await.expect("an answer");
        let found = listed.iter().find(|found| found.id == invite.id);
        assert_eq!(found.map_or(0, |found| found.uses_left), left);
    }
    assert!(!store.may_join(&invite.hash, "x@example.org", at(1)).await.expect("an answer"));
    let late = joining(&somewhere(), &invite, 1);
    assert!(matches!(store.add_user(&late, &session(hash())).await, Err(StoreError::InviteInvalid)));
    assert_eq!(store.user_by_email(&late.email).await.expect("an answer"), None);
}

pub(super) async fn an_invite_is_for_its_address_and_its_time(store: &dyn Store) {
    let email = somewhere();
    let invite = NewInvite { email: Some(email.to_uppercase()), ..invite(9) };
    assert!(store.add_invite(&invite, 1_000).await.expect("an answer"));
    let listed = store.invites(at(1), 1_000).await.expect("an answer");
    let found = listed.into_iter().find(|found| found.id == invite.id).expect("listed");
    assert_eq!((found.email, found.created_at, found.expires_at), (Some(email.to_lowercase()), at(0), at(100)));
    for (who, second, may) in [(email.as_str(), 99, true), ("bob@example.org", 1, false), (&email, 100, false)] {
        assert_eq!(store.may_join(&invite.hash, who, at(second)).await.expect("an answer"), may, "{who} at {second}");
        let joined = store.add_user(&joining(who, &invite, second), &session(hash())).await;
        assert_eq!(joined.is_ok(), may, "{who} at {second}: {joined:?}");
        assert!(may || matches!(joined, Err(StoreError::InviteInvalid)), "{joined:?}");
    }
    assert!(!store.may_join(&hash(), &email, at(1)).await.expect("an answer"), "another code");
}

pub(super) async fn a_refused_account_uses_no_invite(store: &dyn Store) {
    let (invite, email) = (invite(2), somewhere());
    assert!(store.add_invite(&invite, 1_000).await.expect("an answer"));
    store.add_user(&joining(&email, &invite, 1), &session(hash())).await.expect("an account");
    let taken = store.add_user(&joining(&email, &invite, 1), &session(hash())).await;
    assert!(matches!(taken, Err(StoreError::EmailTaken)), "{taken:?}");
    let link = NewLink { purpose: Purpose::Verify, hash: hash(), expires_at: at(50) };
    let taken = store.add_unverified_user(&joining(&email, &invite, 1), &link, at(1_000)).await;
    assert!(matches!(taken, Err(StoreError::EmailTaken)), "{taken:?}");
    store
        .add_unverified_user(&joining(&somewhere(), &invite, 1), &link, at(1_000))
        .await
        .expect("its second use is left");
    assert!(!store.may_join(&invite.hash, &email, at(1)).await.expect("an answer"));
}

pub(super) async fn of_many_signups_at_once_no_more_than_its_uses_get_an_account(store: &dyn Store) {
    let invite = invite(3);
    assert!(store.add_invite(&invite, 1_000).await.expect("an answer"));
    let users: Vec<_> = (0..8).map(|_| (joining(&somewhere(), &invite, 1), session(hash()))).collect();
    let joins = users.iter().map(|(user, session)| store.add_user(user, session));
    let outcomes = futures_util::future::join_all(joins).await;
    let joined = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(joined, 3, "{outcomes:?}");
    for (user, _) in &users {
        let stored = store.user_by_email(&user.email).await.expect("an answer").is_some();
        let said = outcomes[users.iter().position(|(other, _)| other.id == user.id).expect("one of them")].is_ok();
        assert_eq!(stored, said);
    }
}

pub(super) async fn invites_are_counted_listed_revoked_and_forgotten(store: &dyn Store) {
    let (first, second) = (invite(1), NewInvite { created_at: at(5), ..invite(1) });
    for (invite, max, added) in [(&first, 1, true), (&second, 1, false), (&second, 2, true)] {
        assert_eq!(store.add_invite(invite, max).await.expect("an answer"), added, "at most {max}");
    }
    let listed = async |second| -> Vec<Uuid> {
        store.invites(at(second), 9).await.expect("an answer").iter().map(|invite| invite.id).collect()
    };
    assert_eq!(listed(6).await, [second.id, first.id]);
    assert_eq!(store.invites(at(6), 1).await.expect("an answer").len(), 1);
    assert!(listed(100).await.is_empty());
    assert!(store.remove_invite(first.id).await.expect("an answer"));
    assert!(!store.remove_invite(first.id).await.expect("an answer"), "it is gone");
    assert_eq!(store.forget_invites(at(99), 9).await.expect("an answer"), 0);
    assert_eq!(store.forget_invites(at(100), 9).await.expect("an answer"), 1);
    assert_eq!(store.forget_expired(end(100).at, 9).await.expect("an answer"), 0);
}
