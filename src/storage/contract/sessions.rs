//! The contract of every `Store` for sessions, their refresh tokens, and what is revoked.

use futures_util::future::{join, join_all};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{at, end, hash, session, someone};
use crate::storage::{NewSession, Nonce, Revocation, Rotation, Store, TokenHash, Use, User};

const GRACE: SignedDuration = SignedDuration::from_secs(10);

/// The use of a token at this second.
fn using(token: TokenHash, successor: TokenHash, second: i64) -> Rotation {
    Rotation { token, nonce: hash(), successor, expires_at: at(1_000), grace: GRACE, end: end(second) }
}

async fn login(store: &dyn Store, user: &User) -> NewSession {
    let new = session(hash());
    let begun = store.begin_session((user.id, &user.password_hash), &new, 9, end(0)).await;
    assert_eq!(begun.expect("an answer"), Some(Vec::new()));
    new
}

#[track_caller]
fn rotated(used: Use, user: &User, id: Uuid) -> Nonce {
    match used {
        Use::Rotated { user: owner, session, nonce } if owner == *user && session == id => nonce,
        other @ (Use::Rotated { .. } | Use::Reused { .. } | Use::Expired | Use::Unknown) => panic!("{other:?}"),
    }
}

pub(super) async fn a_refresh_token_is_replaced_by_its_successor(store: &dyn Store) {
    let user = someone(store).await;
    let (login, second, third) = (login(store, &user).await, hash(), hash());
    let first = using(login.token, second, 10);
    assert_eq!(rotated(store.use_token(&first).await.expect("an answer"), &user, login.id), first.nonce);
    rotated(store.use_token(&using(second, third, 30)).await.expect("an answer"), &user, login.id);
    assert_eq!(store.use_token(&using(hash(), hash(), 40)).await.expect("an answer"), Use::Unknown);
    let sessions = store.sessions_of(user.id).await.expect("an answer");
    let used = sessions.iter().find(|session| session.id == login.id).expect("the session");
    assert_eq!((used.used_at, used.expires_at, used.client.as_str()), (at(30), at(1_000), login.client.as_str()));
}

pub(super) async fn a_repeated_use_within_the_grace_gets_the_same_nonce(store: &dyn Store) {
    let user = someone(store).await;
    let (login, second) = (login(store, &user).await, hash());
    let first = using(login.token, second, 10);
    let nonce = rotated(store.use_token(&first).await.expect("an answer"), &user, login.id);
    let again = store.use_token(&using(login.token, hash(), 19)).await.expect("an answer");
    assert_eq!(rotated(again, &user, login.id), nonce);
    rotated(store.use_token(&using(second, hash(), 30)).await.expect("an answer"), &user, login.id);
}

pub(super) async fn a_late_second_use_ends_the_session(store: &dyn Store) {
    let user = someone(store).await;
    let (thief, other, second) = (login(store, &user).await, login(store, &user).await, hash());
    store.use_token(&using(thief.token, second, 10)).await.expect("an answer");
    let reused = store.use_token(&using(thief.token, hash(), 20)).await.expect("an answer");
    assert_eq!(reused, Use::Reused { user: user.id, session: thief.id });
    assert_eq!(store.use_token(&using(second, hash(), 21)).await.expect("an answer"), Use::Unknown);
    assert_eq!(store.use_token(&using(thief.token, hash(), 22)).await.expect("an answer"), Use::Unknown);
    let known = store.revocations(at(20)).await.expect("an answer");
    assert!(known.contains(&Revocation { user: user.id.into(), session: Some(thief.id), end: end(20) }), "{known:?}");
    rotated(store.use_token(&using(other.token, hash(), 23)).await.expect("an answer"), &user, other.id);
}

pub(super) async fn a_second_use_after_its_successor_was_used_ends_the_session(store: &dyn Store) {
    let user = someone(store).await;
    let (login, second) = (login(store, &user).await, hash());
    store.use_token(&using(login.token, second, 10)).await.expect("an answer");
    store.use_token(&using(second, hash(), 11)).await.expect("an answer");
    let reused = store.use_token(&using(login.token, hash(), 12)).await.expect("an answer");
    assert_eq!(reused, Use::Reused { user: user.id, session: login.id });
}

pub(super) async fn of_many_uses_at_once_all_get_the_successor_of_the_first(store: &dyn Store) {
    let user = someone(store).await;
    let login = login(store, &user).await;
    let rotations: Vec<_> = (0..8).map(|_| using(login.token, hash(), 10)).collect();
    let used = join_all(rotations.iter().map(|rotation| store.use_token(rotation))).await;
    let nonces: Vec<_> = used.into_iter().map(|used| rotated(used.expect("an answer"), &user, login.id)).collect();
    let winner = rotations.iter().find(|rotation| rotation.nonce == nonces[0]).expect("one of them");
    assert!(nonces.iter().all(|nonce| *nonce == nonces[0]), "{nonces:?}");
    rotated(store.use_token(&using(winner.successor, hash(), 30)).await.expect("an answer"), &user, login.id);
}

pub(super) async fn an_expired_session_is_refused_and_then_forgotten(store: &dyn Store) {
    let user = someone(store).await;
    // Long before those of the other cases, which may share the database.
    let old = NewSession { started_at: at(-200), expires_at: at(-100), ..session(hash()) };
    store.begin_session((user.id, &user.password_hash), &old, 9, end(-200)).await.expect("an answer").expect("begun");
    assert_eq!(store.use_token(&using(old.token, hash(), -100)).await.expect("an answer"), Use::Expired);
    while store.forget_expired(at(-100), 1).await.expect("an answer") > 0 {}
    assert_eq!(store.use_token(&using(old.token, hash(), -100)).await.expect("an answer"), Use::Unknown);
    assert_eq!(store.sessions_of(user.id).await.expect("an answer").len(), 1);
}

pub(super) async fn a_session_is_ended_by_its_owner_or_its_token_and_no_other_is(store: &dyn Store) {
    let (user, stranger) = (someone(store).await, someone(store).await);
    let (one, two, other) = (login(store, &user).await, login(store, &user).await, login(store, &user).await);
    store.use_token(&using(two.token, hash(), 10)).await.expect("an answer");
    assert!(!store.end_session(stranger.id, one.id, end(20)).await.expect("an answer"), "not theirs");
    assert!(store.end_session(user.id, one.id, end(20)).await.expect("an answer"));
    assert!(!store.end_session(user.id, one.id, end(20)).await.expect("an answer"), "it has ended");
    let by_token = store.end_session_of(&two.token, end(20)).await.expect("an answer");
    assert_eq!(by_token, Some((user.id, two.id)), "a used token ends its session too");
    assert_eq!(store.end_session_of(&hash(), end(20)).await.expect("an answer"), None);
    let known = store.revocations(at(20)).await.expect("an answer");
    for id in [one.id, two.id] {
        assert!(known.contains(&Revocation { user: user.id.into(), session: Some(id), end: end(20) }), "{known:?}");
    }
    rotated(store.use_token(&using(other.token, hash(), 23)).await.expect("an answer"), &user, other.id);
}

pub(super) async fn all_sessions_but_one_are_ended(store: &dyn Store) {
    let user = someone(store).await;
    let (one, kept) = (login(store, &user).await, login(store, &user).await);
    let ended = store.end_sessions(user.id, Some(kept.id), end(20)).await.expect("an answer");
    assert!(ended.len() == 2 && ended.contains(&one.id), "with the one of the sign-up: {ended:?}");
    assert_eq!(store.end_sessions(user.id, None, end(21)).await.expect("an answer"), [kept.id]);
    assert_eq!(store.sessions_of(user.id).await.expect("an answer"), []);
}

pub(super) async fn a_login_beyond_the_limit_ends_the_session_used_least_recently(store: &dyn Store) {
    let user = someone(store).await;
    let first = store.sessions_of(user.id).await.expect("an answer")[0].id;
    let begin = async |second| {
        let new = NewSession { started_at: at(second), ..session(hash()) };
        let login = (user.id, user.password_hash.as_str());
        (new.id, store.begin_session(login, &new, 2, end(second)).await.expect("an answer").expect("begun"))
    };
    let (two, ended) = begin(1).await;
    assert_eq!(ended, Vec::<Uuid>::new());
    assert_eq!(begin(2).await.1, [first]);
    assert_eq!(begin(3).await.1, [two]);
}

pub(super) async fn tokens_of_an_ended_session_are_refused_and_forgotten_when_they_expire(store: &dyn Store) {
    let user = someone(store).await;
    let (ended, successor) = (login(store, &user).await, hash());
    store.use_token(&using(ended.token, successor, 10)).await.expect("an answer");
    assert!(store.end_session(user.id, ended.id, end(20)).await.expect("an answer"));
    for token in [ended.token, successor] {
        assert_eq!(store.use_token(&using(token, hash(), 21)).await.expect("an answer"), Use::Unknown);
        assert_eq!(store.end_session_of(&token, end(21)).await.expect("an answer"), None);
    }
    while store.forget_expired(at(5_000), 2).await.expect("an answer") > 0 {}
    assert_eq!(store.use_token(&using(successor, hash(), 5_001)).await.expect("an answer"), Use::Unknown);
}

pub(super) async fn nothing_of_a_session_outlives_its_end_whatever_happens_at_once(store: &dyn Store) {
    for round in 0..20 {
        let user = someone(store).await;
        let (login, successor) = (login(store, &user).await, hash());
        let use_it = using(login.token, successor, 10);
        match round % 3 {
            0 => drop(join(store.use_token(&use_it), store.end_session(user.id, login.id, end(10))).await),
            1 => drop(join(store.use_token(&use_it), store.disable(user.id, end(10))).await),
            _ => drop(join(store.use_token(&use_it), store.end_sessions(user.id, None, end(10))).await),
        }
        let after = store.use_token(&using(successor, hash(), 11)).await.expect("an answer");
        assert_eq!(after, Use::Unknown, "round {round}");
    }
}

pub(super) async fn a_revocation_is_kept_until_it_no_longer_matters_and_never_goes_back(store: &dyn Store) {
    let user = someone(store).await;
    for second in [-500, -600] {
        store.disable(user.id, end(second)).await.expect("an answer");
    }
    let mine = async |second| {
        let known = store.revocations(at(second)).await.expect("an answer");
        known.into_iter().find(|known| known.user == user.id.into() && known.session.is_none())
    };
    assert_eq!(mine(-500).await, Some(Revocation { user: user.id.into(), session: None, end: end(-500) }));
    let since = async |since| {
        let known = store.revocations_since(at(since), at(-500)).await.expect("an answer");
        known.iter().any(|known| known.user == user.id.into())
    };
    assert!(since(-500).await && !since(-499).await, "it happened at that second");
    assert_eq!(mine(-400).await, None, "its tokens have expired");
    while store.forget_revocations(at(-400), 1).await.expect("an answer") > 0 {}
    assert_eq!(mine(-500).await, None);
}

pub(super) async fn anybody_can_be_revoked_with_an_account_or_without(store: &dyn Store) {
    let unique = Uuid::new_v4();
    let ids = [format!("corp:{unique}"), format!("corp:{unique}~2"), Uuid::new_v4().to_string()];
    let users = ids.map(|id| id.parse::<actors::protocol::UserId>().expect("an id"));
    for (user, second) in [(&users[0], -500), (&users[0], -600), (&users[2], -550)] {
        store.revoke_user(user, end(second)).await.expect("an answer");
    }
    let of = async |user: &actors::protocol::UserId| {
        let known = store.revocations(at(-560)).await.expect("an answer");
        known.into_iter().filter(|known| known.user == *user).collect::<Vec<_>>()
    };
    let expected = |n: usize, second| vec![Revocation { user: users[n].clone(), session: None, end: end(second) }];
    assert_eq!(of(&users[0]).await, expected(0, -500), "an earlier end never replaces a later one");
    assert_eq!((of(&users[1]).await, of(&users[2]).await), (Vec::new(), expected(2, -550)));
    let since = store.revocations_since(at(-500), at(-560)).await.expect("an answer");
    assert!(since.iter().any(|known| known.user == users[0]) && since.iter().all(|known| known.user != users[2]));
}
