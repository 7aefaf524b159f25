//! Sessions that other nodes have ended, although this one was never told.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Bench, ann, bench, cheap, login};
use crate::{auth::TokenError, storage::End};

/// An end on another node, whose clock is this far behind ours.
fn end(now: Timestamp, behind: i64) -> End {
    let at = now - SignedDuration::from_secs(behind);
    End { at, until: at + SignedDuration::from_hours(24) }
}

/// What the live rooms are told next.
async fn told(bench: &Bench) -> Vec<String> {
    loop {
        let told = bench.live.commands();
        if !told.is_empty() {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_session_that_another_node_ended_is_out_although_its_notice_was_lost() {
    let bench = bench(cheap()).await;
    let one = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let two = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("a login");
    let stop = CancellationToken::new();
    let following = tokio::spawn(bench.accounts.clone().follow_revocations(stop.clone()));
    let now = bench.hand.clock().now();
    // The other node's clock is a minute behind.
    for (session, behind) in [(&one, 60), (&two, 59)] {
        assert!(bench.store.end_session(session.user.id, session.session, end(now, behind)).await.expect("an answer"));
        bench.accounts.notices_may_be_lost();
        let expected = format!("revoke {} session {}", session.user.id, session.session);
        assert_eq!(told(&bench).await, [expected], "each is told once");
        assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked));
    }
    stop.cancel();
    following.await.expect("it ends");
}
