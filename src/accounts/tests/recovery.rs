//! Links by mail: a forgotten password, and an address that is yet to be verified.

use super::{Bench, SignedIn, SignedUp, ann, bench, bench_with, cheap, login};
use crate::{
    accounts::{ResetPassword, VerifyEmail},
    auth::{AuthError, Settings, Signup, SignupMode, TokenError},
    mail::{self, Cause, Letter},
};

const NEW: &str = "another long password";

fn reset(token: &str, new: &str) -> ResetPassword {
    ResetPassword { token: token.to_owned(), new_password: new.to_owned() }
}

async fn logs_in(bench: &Bench, password: &str) -> Result<(), AuthError> {
    bench.accounts.log_in(login("ann@example.org", password), "").await.map(drop)
}

async fn verify(bench: &Bench, token: &str, password: &str) -> Result<SignedIn, AuthError> {
    let request = VerifyEmail { token: token.to_owned(), password: password.to_owned() };
    bench.accounts.verify_email(request, "").await
}

fn verifying() -> Settings {
    Settings { verify_email: true, ..cheap() }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_the_link_of_a_mail_which_ends_all_sessions() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    bench.accounts.forgot_password(" ANN@example.org ".to_owned());
    let mail = bench.mails.mail(0).await;
    assert_eq!((mail.to.as_str(), mail.letter.kind()), ("Ann@Example.org", "reset"));
    let token = bench.mails.token(0).await;
    assert_eq!(mail.letter.link(), format!("https://call.example.org/#/reset?token={token}"));
    assert!(!format!("{mail:?}").contains(&token), "no log has it by accident");
    bench.hand.turn(1);
    let user = bench.accounts.reset_password(reset(&token, NEW)).await.expect("set");
    assert_eq!(user, session.user.id);
    assert_eq!(bench.live.commands().len(), 1, "its sockets are closed");
    let used = bench.accounts.tokens().verify(&session.access);
    assert!(matches!(used, Err(TokenError::Revoked)), "{used:?}");
    assert!(matches!(bench.accounts.refresh(session.refresh).await, Err(AuthError::Refresh(_))));
    assert!(matches!(logs_in(&bench, "correct horse").await, Err(AuthError::WrongCredentials)));
    logs_in(&bench, NEW).await.expect("the new password");
    let stored = bench.store.user_by_id(user).await.expect("an answer").expect("the account");
    assert!(stored.verified_at.is_some(), "whoever reads its mails owns the address");
}

#[tokio::test]
async fn a_link_is_used_once_in_its_time_and_a_newer_one_replaces_it() {
    let bench = bench(cheap()).await;
    bench.accounts.sign_up(ann(), "").await.expect("an account");
    for nth in 0..2 {
        bench.accounts.forgot_password("ann@example.org".to_owned());
        bench.mails.mail(nth).await;
    }
    let (old, new) = (bench.mails.token(0).await, bench.mails.token(1).await);
    let refused = async |token: &str| {
        let refused = bench.accounts.reset_password(reset(token, NEW)).await;
        assert!(matches!(refused, Err(AuthError::LinkInvalid)), "{token}: {refused:?}");
    };
    for invalid in [old.as_str(), "", "x", &new[1..], &"A".repeat(43), &"A".repeat(10_000)] {
        refused(invalid).await;
    }
    let weak = bench.accounts.reset_password(reset(&new, "password")).await;
    assert!(matches!(&weak, Err(AuthError::Invalid(fields)) if fields[0].field == "newPassword"), "{weak:?}");
    bench.hand.turn(30 * 60 - 1);
    bench.accounts.reset_password(reset(&new, NEW)).await.expect("a weak password did not spend the link");
    refused(&new).await;
    bench.accounts.forgot_password("ann@example.org".to_owned());
    let late = bench.mails.token(2).await;
    bench.hand.turn(30 * 60);
    refused(&late).await;
    logs_in(&bench, NEW).await.expect("the first new password");
}

#[tokio::test]
async fn of_many_uses_of_a_link_at_once_one_sets_the_password() {
    let bench = bench(Settings { hashing_max: 2, ..cheap() }).await;
    bench.accounts.sign_up(ann(), "").await.expect("an account");
    bench.accounts.forgot_password("ann@example.org".to_owned());
    let token = bench.mails.token(0).await;
    let uses = (0..6).map(|nth| bench.accounts.reset_password(reset(&token, &format!("password number {nth}"))));
    let outcomes = futures_util::future::join_all(uses).await;
    let won: Vec<_> = (0..6).filter(|nth| outcomes[*nth].is_ok()).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    logs_in(&bench, &format!("password number {}", won[0])).await.expect("the one that won");
}

#[tokio::test]
async fn no_mail_goes_to_an_unknown_address_a_disabled_account_or_too_often() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    for nobody in ["bob@example.org", "", "no address", "ann@example.org\r\nBcc: bob@example.org"] {
        bench.accounts.forgot_password(nobody.to_owned());
    }
    for _ in 0..9 {
        bench.accounts.forgot_password("ann@example.org".to_owned());
    }
    assert!(bench.changes.finish(std::time::Duration::from_secs(30)).await);
    assert!(bench.queue.finish(std::time::Duration::from_secs(30)).await);
    assert_eq!(bench.mails.arrived().len(), 5, "five an hour");
    assert!(bench.mails.arrived().iter().all(|mail| mail.to == session.user.email));
    let disabled = super::bench(cheap()).await;
    let session = disabled.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    disabled.accounts.forgot_password("ann@example.org".to_owned());
    let token = disabled.mails.token(0).await;
    assert!(disabled.accounts.set_disabled(session.user.id, true).await.expect("an answer"));
    let refused = disabled.accounts.reset_password(reset(&token, NEW)).await;
    assert!(matches!(refused, Err(AuthError::LinkInvalid)), "{refused:?}");
    disabled.accounts.forgot_password("ann@example.org".to_owned());
    assert!(disabled.changes.finish(std::time::Duration::from_secs(30)).await);
    assert_eq!(disabled.mails.arrived().len(), 1);
}

#[tokio::test]
async fn an_account_is_used_only_after_its_address_is_verified() {
    let bench = bench(verifying()).await;
    let made = bench.accounts.sign_up(ann(), "").await.expect("accepted");
    assert!(matches!(made, SignedUp::Mailed));
    let mail = bench.mails.mail(0).await;
    let token = bench.mails.token(0).await;
    assert_eq!(mail.letter.link(), format!("https://call.example.org/#/verify?token={token}"));
    assert!(matches!(logs_in(&bench, "wrong horse").await, Err(AuthError::WrongCredentials)), "guesses learn nothing");
    assert!(matches!(logs_in(&bench, "correct horse").await, Err(AuthError::Unverified)));
    for wrong in ["", "x", &"A".repeat(43)] {
        assert!(matches!(verify(&bench, wrong, "correct horse").await, Err(AuthError::LinkInvalid)));
    }
    let as_reset = bench.accounts.reset_password(reset(&token, NEW)).await;
    assert!(matches!(as_reset, Err(AuthError::LinkInvalid)), "each link is for one purpose");
    for _ in 0..2 {
        let session = verify(&bench, &token, "correct horse").await.expect("as often as it is opened");
        bench.accounts.tokens().verify(&session.access).expect("logged in");
    }
    logs_in(&bench, "correct horse").await.expect("a login");
    bench.hand.turn(24 * 60 * 60);
    assert!(matches!(verify(&bench, &token, "correct horse").await, Err(AuthError::LinkInvalid)), "it has expired");
}

#[tokio::test]
async fn signing_up_with_a_known_address_looks_the_same_and_mails_its_owner() {
    let bench = bench(verifying()).await;
    bench.accounts.sign_up(ann(), "").await.expect("accepted");
    let theirs = Signup { password: "somebody else's".to_owned(), name: "Eve".to_owned(), ..ann() };
    assert!(matches!(bench.accounts.sign_up(theirs, "").await, Ok(SignedUp::Mailed)));
    let mail = bench.mails.mail(1).await;
    assert!(matches!(mail.letter, Letter::Known { .. }) && mail.to == "Ann@Example.org", "{mail:?}");
    let unverified = logs_in(&bench, "correct horse").await;
    assert!(matches!(unverified, Err(AuthError::Unverified)), "the first password is still the account's");
    let (link, reset_token) = (bench.mails.token(0).await, bench.mails.token(1).await);
    bench.accounts.reset_password(reset(&reset_token, NEW)).await.expect("its owner chooses");
    logs_in(&bench, NEW).await.expect("a mail was read, so the address is theirs");
    assert!(matches!(verify(&bench, &link, NEW).await, Err(AuthError::LinkInvalid)), "it is spent");
}

#[tokio::test]
async fn signing_up_again_and_again_mails_a_few_times_and_leaves_the_last_link_valid() {
    let bench = bench(verifying()).await;
    for _ in 0..9 {
        assert!(matches!(bench.accounts.sign_up(ann(), "").await, Ok(SignedUp::Mailed)));
    }
    let last = bench.mails.token(4).await;
    bench.accounts.reset_password(reset(&last, NEW)).await.expect("it was not replaced by one that nobody got");
    assert_eq!(bench.mails.arrived().len(), 5);
}

#[tokio::test]
async fn of_two_signups_at_once_with_one_address_both_are_answered_alike() {
    let bench = bench(Settings { hashing_max: 2, ..verifying() }).await;
    let (one, two) = tokio::join!(bench.accounts.sign_up(ann(), ""), bench.accounts.sign_up(ann(), ""));
    assert!(matches!((one, two), (Ok(SignedUp::Mailed), Ok(SignedUp::Mailed))));
    let kinds = [bench.mails.mail(0).await.letter.kind(), bench.mails.mail(1).await.letter.kind()];
    assert!(kinds.contains(&"verify") && kinds.contains(&"known"), "{kinds:?}");
}

#[tokio::test]
async fn a_click_does_not_confirm_a_password_that_somebody_else_chose() {
    let bench = bench(verifying()).await;
    let theirs = Signup { password: "somebody else's".to_owned(), name: "Eve".to_owned(), ..ann() };
    bench.accounts.sign_up(theirs, "").await.expect("accepted");
    let link = bench.mails.token(0).await;
    // The owner of the address opens the link.
    for guess in ["", "correct horse"] {
        let refused = verify(&bench, &link, guess).await;
        assert!(matches!(refused, Err(AuthError::WrongCredentials)), "{refused:?}");
    }
    let unverified = logs_in(&bench, "somebody else's").await;
    assert!(matches!(unverified, Err(AuthError::Unverified)), "the other one gets in nowhere: {unverified:?}");
    // They sign up themselves, and set a password by the mail that they get.
    assert!(matches!(bench.accounts.sign_up(ann(), "").await, Ok(SignedUp::Mailed)));
    bench.accounts.reset_password(reset(&bench.mails.token(1).await, NEW)).await.expect("set");
    logs_in(&bench, NEW).await.expect("their own");
    assert!(matches!(logs_in(&bench, "somebody else's").await, Err(AuthError::WrongCredentials)));
}

#[tokio::test]
async fn an_invite_is_used_whether_or_not_the_address_has_an_account() {
    let bench = bench(Settings { signup: SignupMode::Invite, ..verifying() }).await;
    let wish = crate::accounts::InviteWish { email: None, expires_in: std::time::Duration::from_secs(60), uses: 1 };
    let code = async || Some(bench.accounts.invite(wish.clone()).await.expect("an answer").expect("made").0.expose());
    // Unknown, known and unverified, known and disabled.
    for round in 0..3 {
        let invited = Signup { invite: code().await, ..ann() };
        assert!(matches!(bench.accounts.sign_up(invited.clone(), "").await, Ok(SignedUp::Mailed)), "round {round}");
        let again = bench.accounts.sign_up(invited, "").await;
        assert!(matches!(again, Err(AuthError::InviteInvalid)), "round {round}: {again:?}");
        assert_eq!(bench.accounts.invites().await.expect("a list").len(), 0, "round {round}");
        if round == 1 {
            let user = bench.store.user_by_email("ann@example.org").await.expect("an answer").expect("the account");
            assert!(bench.accounts.set_disabled(user.id, true).await.expect("an answer"));
        }
    }
    bench.mails.mail(1).await;
    let kinds: Vec<_> = bench.mails.arrived().iter().map(|mail| mail.letter.kind()).collect();
    assert_eq!(kinds, ["verify", "known"], "nobody who is disabled gets a mail");
}

#[tokio::test]
async fn with_a_full_queue_a_sign_up_is_refused_alike_and_the_older_link_stays_valid() {
    let limits = mail::Limits { waiting_max: 2, reserved_for_resets: 1, ..mail::Limits::default() };
    let bench = bench_with(verifying(), limits).await;
    bench.accounts.sign_up(ann(), "").await.expect("accepted");
    let (link, bob) = (bench.mails.token(0).await, Signup { email: "bob@example.org".to_owned(), ..ann() });
    bench.accounts.forgot_password("ann@example.org".to_owned());
    let older = bench.mails.token(1).await;
    while bench.queue.waiting() > 0 {
        tokio::task::yield_now().await;
    }
    let full = bench.queue.reserve(Cause::Signup).expect("a place");
    for signup in [ann(), bob.clone()] {
        let refused = bench.accounts.sign_up(signup, "").await;
        assert!(matches!(refused, Err(AuthError::MailsWait { .. })), "{refused:?}");
    }
    let last = bench.queue.reserve(Cause::Reset).expect("a place of those who forgot a password");
    bench.accounts.forgot_password("ann@example.org".to_owned());
    assert!(bench.changes.finish(std::time::Duration::from_secs(30)).await);
    drop((full, last));
    assert_eq!(bench.mails.arrived().len(), 2);
    let reset = bench.store.user_of_link(crate::storage::Purpose::Reset, &hash(&older), bench.hand.clock().now()).await;
    assert!(reset.expect("an answer").is_some(), "the dropped mail replaced nothing");
    let verify =
        bench.store.user_of_link(crate::storage::Purpose::Verify, &hash(&link), bench.hand.clock().now()).await;
    assert!(verify.expect("an answer").is_some());
    assert!(
        bench.store.user_by_email(&bob.email).await.expect("an answer").is_none(),
        "no account that nobody hears of"
    );
}

fn hash(token: &str) -> [u8; 32] {
    token.parse::<crate::auth::LinkToken>().expect("a token").hash()
}

#[tokio::test]
async fn mails_to_an_address_are_counted_whether_or_not_it_has_an_account() {
    let bench = bench(verifying()).await;
    for _ in 0..5 {
        bench.accounts.0.mail_reset("ann@example.org").await;
    }
    assert!(matches!(bench.accounts.sign_up(ann(), "").await, Ok(SignedUp::Mailed)));
    assert!(bench.store.user_by_email("ann@example.org").await.expect("an answer").is_none(), "there was no mail left");
    assert_eq!(bench.mails.arrived(), []);
}

#[tokio::test]
async fn an_account_that_nobody_confirms_is_deleted_after_a_week() {
    let bench = bench(verifying()).await;
    bench.accounts.sign_up(ann(), "").await.expect("accepted");
    bench.hand.turn(7 * 24 * 60 * 60 - 1);
    bench.accounts.sweep(9).await.expect("swept");
    assert!(matches!(logs_in(&bench, "correct horse").await, Err(AuthError::Unverified)), "it is there yet");
    bench.hand.turn(1);
    bench.accounts.sweep(9).await.expect("swept");
    assert!(matches!(logs_in(&bench, "correct horse").await, Err(AuthError::WrongCredentials)));
    assert!(matches!(bench.accounts.sign_up(ann(), "").await, Ok(SignedUp::Mailed)));
    verify(&bench, &bench.mails.token(1).await, "correct horse").await.expect("confirmed");
    bench.hand.turn(30 * 24 * 60 * 60);
    bench.accounts.sweep(9).await.expect("swept");
    logs_in(&bench, "correct horse").await.expect("who is confirmed stays");
}
