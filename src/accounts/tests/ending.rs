//! Changing passwords, disabling and deleting accounts.

use super::{ann, bench, cheap, login};
use crate::{
    accounts::ChangePassword,
    auth::{AuthError, TokenError},
};

fn change(from: &str, to: &str) -> ChangePassword {
    ChangePassword { password: from.to_owned(), new_password: to.to_owned() }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let bench = bench(cheap()).await;
    let one = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let two = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("a login");
    let ask = |from, to| bench.accounts.change_password(one.user.id, Some(one.session), change(from, to));
    assert!(matches!(ask("wrong horse", "battery staple").await, Err(AuthError::WrongCredentials)));
    let Err(AuthError::Invalid(faults)) = ask("correct horse", "password").await else { panic!("a common one") };
    assert_eq!(faults[0].field, "newPassword");
    assert_eq!(ask("correct horse", "battery staple").await.expect("changed"), 1);
    assert_eq!(bench.live.commands(), [format!("revoke {} session {}", one.user.id, two.session)]);
    bench.accounts.tokens().verify(&one.access).expect("this session goes on");
    assert_eq!(bench.accounts.tokens().verify(&two.access), Err(TokenError::Revoked));
    let old = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await;
    assert!(matches!(old, Err(AuthError::WrongCredentials)));
    bench.accounts.log_in(login("ann@example.org", "battery staple"), "").await.expect("the new one");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_in_again_when_enabled() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let id = session.user.id;
    bench.hand.turn(1);
    assert!(bench.accounts.set_disabled(id, true).await.expect("an answer"));
    let by_name = format!("revoke {id} session {}", session.session);
    assert_eq!(
        bench.live.commands(),
        [format!("revoke {id}"), by_name],
        "a token minted by a clock ahead is refused, too"
    );
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked));
    assert!(bench.accounts.set_disabled(id, false).await.expect("an answer"));
    let again = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("a login");
    bench.accounts.tokens().verify(&again.access).expect("though minted in the same second");
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked), "for ever");
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_rooms_and_sessions() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let (id, room) = (session.user.id, bench.room(session.user.id).await);
    bench.hand.turn(1);
    assert!(bench.rooms.find(room).await.expect("an answer").is_some());
    assert!(bench.accounts.delete(id).await.expect("an answer"));
    let by_name = format!("revoke {id} session {}", session.session);
    assert_eq!(bench.live.commands(), [format!("revoke {id}"), by_name, format!("close {room}")]);
    assert_eq!(bench.rooms.find(room).await.expect("an answer"), None, "not even in the cache");
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked));
    assert!(matches!(bench.accounts.account(id).await, Err(AuthError::Gone)));
    assert!(!bench.accounts.delete(id).await.expect("an answer"), "it is gone");
    bench.accounts.sign_up(ann(), "").await.expect("the address is free");
}
