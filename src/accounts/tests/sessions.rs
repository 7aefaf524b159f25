//! Refreshing, logging out, and lists of sessions.

use super::{ann, bench, cheap, login};
use crate::auth::{AuthError, TokenError};

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_repeated_with_the_same_successor() {
    let bench = bench(cheap()).await;
    let first = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let second = bench.accounts.refresh(first.refresh.clone()).await.expect("new tokens");
    bench.hand.turn(9);
    let again = bench.accounts.refresh(first.refresh.clone()).await.expect("the same tokens");
    assert_eq!((again.refresh.expose(), again.session), (second.refresh.expose(), first.session));
    assert_ne!(first.refresh, second.refresh);
    bench.hand.turn(60);
    let third = bench.accounts.refresh(again.refresh).await.expect("nobody was signed out");
    bench.accounts.tokens().verify(&third.access).expect("a good token");
}

#[tokio::test]
async fn reusing_a_refresh_token_later_ends_its_session_and_its_access_tokens() {
    let bench = bench(cheap()).await;
    let first = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let other = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("a login");
    let second = bench.accounts.refresh(first.refresh.clone()).await.expect("new tokens");
    bench.hand.turn(10);
    assert!(matches!(bench.accounts.refresh(first.refresh).await, Err(AuthError::Refresh(_))), "a late second use");
    assert!(matches!(bench.accounts.refresh(second.refresh).await, Err(AuthError::Refresh(_))), "its successor");
    assert_eq!(bench.accounts.tokens().verify(&second.access), Err(TokenError::Revoked));
    assert_eq!(bench.live.commands(), [format!("revoke {} session {}", first.user.id, first.session)]);
    bench.accounts.refresh(other.refresh).await.expect("another session lives");
}

#[tokio::test]
async fn a_session_expires_after_its_time_and_is_swept() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    bench.hand.turn(30 * 24 * 3600);
    assert!(matches!(bench.accounts.refresh(session.refresh.clone()).await, Err(AuthError::Refresh("it expired"))));
    assert!(bench.accounts.sweep(100).await.expect("an answer") > 0);
    assert!(matches!(bench.accounts.refresh(session.refresh).await, Err(AuthError::Refresh(_))));
}

#[tokio::test]
async fn logging_out_ends_the_session_at_once_and_twice_is_no_error() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    bench.accounts.log_out(session.refresh.clone()).await.expect("logged out");
    bench.accounts.log_out(session.refresh.clone()).await.expect("logged out again");
    assert_eq!(bench.live.commands(), [format!("revoke {} session {}", session.user.id, session.session)]);
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked));
    assert!(matches!(bench.accounts.refresh(session.refresh).await, Err(AuthError::Refresh(_))));
}

#[tokio::test]
async fn a_user_sees_their_sessions_and_ends_one_or_all_others() {
    let bench = bench(cheap()).await;
    let one = bench.accounts.sign_up(ann(), "Firefox on\u{7} Linux").await.expect("an account").signed_in();
    bench.hand.turn(5);
    let logged_in = async || bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("in");
    let (two, three) = (logged_in().await, logged_in().await);
    let sessions = bench.accounts.sessions(one.user.id).await.expect("an answer");
    assert_eq!((sessions.len(), sessions[2].id, sessions[2].client.as_str()), (3, one.session, "Firefox on Linux"));
    assert!(bench.accounts.end_session(one.user.id, one.session).await.expect("an answer"));
    assert!(!bench.accounts.end_session(two.user.id, one.session).await.expect("an answer"), "it has ended");
    assert_eq!(bench.accounts.end_sessions(one.user.id, Some(two.session)).await.expect("an answer"), 1);
    let verdict = |access: &str| bench.accounts.tokens().verify(access).map(drop);
    assert_eq!(
        (verdict(&one.access), verdict(&two.access), verdict(&three.access)),
        (Err(TokenError::Revoked), Ok(()), Err(TokenError::Revoked))
    );
}

#[tokio::test]
async fn after_a_restart_what_had_ended_is_still_ended() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    bench.accounts.log_out(session.refresh).await.expect("logged out");
    let keys = std::sync::Arc::clone(bench.accounts.tokens().keys());
    let restarted = crate::auth::Tokens::new(keys, &cheap(), bench.hand.clock());
    restarted.verify(&session.access).expect("not known yet");
    let restored = crate::accounts::restore(&*bench.store, &restarted, &bench.hand.clock()).await;
    restored.expect("read");
    assert_eq!(restarted.verify(&session.access), Err(TokenError::Revoked));
}
