//! Signing up and logging in; and the bounded queue of passwords.

use super::{ann, bench, cheap, login};
use crate::auth::{AuthError, Hasher, Settings, Signup};

#[tokio::test]
async fn a_new_account_can_log_in_with_the_address_in_any_case() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "Firefox").await.expect("an account").signed_in();
    let again = bench.accounts.log_in(login(" ann@EXAMPLE.org ", "correct horse"), "").await.expect("a login");
    assert_eq!(session.user, again.user);
    let identity = bench.accounts.tokens().verify(&again.access).expect("a good token");
    assert_eq!((identity.user, identity.name.as_str()), (session.user.id.into(), "Ann"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_the_same_error() {
    let bench = bench(cheap()).await;
    bench.accounts.sign_up(ann(), "Firefox").await.expect("an account").signed_in();
    for wrong in [
        login("ann@example.org", "wrong horse"),
        login("bob@example.org", "correct horse"),
        login("no address", "x"),
        login("", ""),
    ] {
        let refused = bench.accounts.log_in(wrong, "").await;
        assert!(matches!(refused, Err(AuthError::WrongCredentials)), "{refused:?}");
    }
}

#[tokio::test]
async fn an_address_is_taken_once() {
    let bench = bench(cheap()).await;
    bench.accounts.sign_up(ann(), "Firefox").await.expect("an account").signed_in();
    let again = Signup { email: "ANN@example.ORG".to_owned(), ..ann() };
    assert!(matches!(bench.accounts.sign_up(again, "").await, Err(AuthError::EmailTaken)));
}

#[tokio::test]
async fn of_two_signups_at_once_with_one_address_one_wins() {
    let bench = bench(Settings { hashing_max: 2, ..cheap() }).await;
    let (one, two) = tokio::join!(bench.accounts.sign_up(ann(), "Firefox"), bench.accounts.sign_up(ann(), "Firefox"));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(won.is_ok() && matches!(lost, Err(AuthError::EmailTaken)), "{won:?} {lost:?}");
}

#[tokio::test]
async fn every_invalid_field_of_a_signup_is_named() {
    let bench = bench(cheap()).await;
    let wrong = Signup { email: "ann".to_owned(), password: "short".to_owned(), name: "  ".to_owned(), invite: None };
    let Err(AuthError::Invalid(fields)) = bench.accounts.sign_up(wrong, "").await else { panic!("it was accepted") };
    let fields: Vec<_> = fields.iter().map(|field| format!("{} {}", field.field, field.message)).collect();
    assert_eq!(
        fields,
        [
            "email is not an e-mail address, like ann@example.org",
            "password has 5 characters; it needs 8 to 128",
            "name has 0 characters; it needs 1 to 64"
        ]
    );
}

#[tokio::test]
async fn a_disabled_account_is_reported_only_with_the_right_password() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "Firefox").await.expect("an account").signed_in();
    assert!(bench.accounts.set_disabled(session.user.id, true).await.expect("an answer"));
    assert!(matches!(
        bench.accounts.log_in(login("ann@example.org", "wrong horse"), "").await,
        Err(AuthError::WrongCredentials)
    ));
    assert!(matches!(
        bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await,
        Err(AuthError::Disabled)
    ));
    assert!(matches!(bench.accounts.refresh(session.refresh).await, Err(AuthError::Refresh(_))));
    assert!(matches!(bench.accounts.account(session.user.id).await, Err(AuthError::Disabled)));
}

#[tokio::test]
async fn a_hash_with_old_parameters_is_replaced_at_the_next_login() {
    let weak = bench(cheap()).await;
    let session = weak.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let strong = Hasher::new(&Settings { argon2_passes: 2, ..cheap() }).expect("a hasher");
    let verdict = strong.verify("correct horse", Some(&session.user.password_hash)).expect("a verdict");
    let rehashed = verdict.rehashed.expect("a new hash");
    assert!(verdict.good && rehashed.contains("t=2"), "{rehashed}");
    let verdict = strong.verify("correct horse", Some(&rehashed)).expect("a verdict");
    assert!(verdict.good && verdict.rehashed.is_none());
}

/// One hash at a time, two may wait.
fn narrow() -> Settings {
    Settings { hashing_max: 1, hashing_queue_max: 2, argon2_memory_kib: 19 * 1024, ..cheap() }
}

#[tokio::test]
async fn more_logins_than_the_queue_holds_are_refused_at_once() {
    let bench = bench(narrow()).await;
    let logins = (0..10).map(|_| bench.accounts.log_in(login("nobody@example.org", "x"), ""));
    let outcomes = futures_util::future::join_all(logins).await;
    let busy = outcomes.iter().filter(|outcome| matches!(outcome, Err(AuthError::Busy { .. }))).count();
    assert_eq!(busy, 7, "one runs, two wait, seven are refused");
    assert_eq!(bench.accounts.logins_waiting(), 0);
}

#[tokio::test]
async fn a_dropped_login_frees_its_place_only_when_it_is_done() {
    let bench = bench(Settings { hashing_queue_max: 0, ..narrow() }).await;
    let mut running = Box::pin(bench.accounts.log_in(login("nobody@example.org", "x"), ""));
    assert!(futures_util::poll!(&mut running).is_pending(), "it has begun");
    drop(running);
    assert_eq!(bench.accounts.logins_waiting(), 1, "it still runs, though nobody waits for it");
    let refused = bench.accounts.log_in(login("nobody@example.org", "y"), "").await;
    assert!(matches!(refused, Err(AuthError::Busy { .. })), "{refused:?}");
}
