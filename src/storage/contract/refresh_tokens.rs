//! The contract of every `Store` for refresh tokens.

use jiff::SignedDuration;
use uuid::Uuid;

use super::{at, someone};
use crate::storage::{Issued, Store, Use, User};

const STRICT: SignedDuration = SignedDuration::ZERO;

fn token(issued: i64, expires: i64) -> Issued {
    Issued { hash: rand::random(), issued_at: at(issued), expires_at: at(expires) }
}

async fn family(store: &dyn Store, user: &User) -> Issued {
    let first = token(0, 1000);
    store.add_family(Uuid::new_v4(), user.id, &first).await.expect("a family");
    first
}

pub(super) async fn a_refresh_token_is_valid_once(store: &dyn Store) {
    let user = someone(store).await;
    let first = family(store, &user).await;
    let second = token(10, 1000);
    assert_eq!(store.use_token(&first.hash, &second, STRICT).await.expect("an answer"), Use::Rotated { user: user.id });
    let third = token(20, 1000);
    assert_eq!(store.use_token(&second.hash, &third, STRICT).await.expect("an answer"), Use::Rotated { user: user.id });
    assert_eq!(store.use_token(&rand::random(), &token(20, 1000), STRICT).await.expect("an answer"), Use::Unknown);
}

pub(super) async fn a_second_use_revokes_the_whole_family(store: &dyn Store) {
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

pub(super) async fn a_second_use_within_the_grace_is_valid_too(store: &dyn Store) {
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

pub(super) async fn an_expired_token_is_refused_and_then_forgotten(store: &dyn Store) {
    let user = someone(store).await;
    // Long before the tokens of the other cases, which may share the database.
    let first = token(-200, -100);
    store.add_family(Uuid::new_v4(), user.id, &first).await.expect("a family");
    let late = token(-100, 1000);
    assert_eq!(store.use_token(&first.hash, &late, STRICT).await.expect("an answer"), Use::Expired);
    while store.forget_expired(at(-100), 1).await.expect("an answer") > 0 {}
    assert_eq!(store.use_token(&first.hash, &late, STRICT).await.expect("an answer"), Use::Unknown);
}

pub(super) async fn logout_revokes_the_family_and_no_other(store: &dyn Store) {
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

pub(super) async fn disabling_revokes_all_tokens_of_a_user(store: &dyn Store) {
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

pub(super) async fn of_many_uses_at_once_one_is_the_first(store: &dyn Store) {
    let user = someone(store).await;
    let first = family(store, &user).await;
    let successors: Vec<_> = (0..8).map(|_| token(10, 1000)).collect();
    let uses = successors.iter().map(|successor| store.use_token(&first.hash, successor, STRICT));
    let outcomes = futures_util::future::join_all(uses).await;
    let good = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Use::Rotated { .. }))).count();
    let reused = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Use::Reused { .. }))).count();
    assert_eq!((good, reused), (1, 1), "{outcomes:?}");
}
