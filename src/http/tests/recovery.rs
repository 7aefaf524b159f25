//! A forgotten password, and addresses that are yet to be verified, over HTTP.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use serde_json::json;

use super::{Answer, Ask, Bench, bench, bench_of};
use crate::{
    auth,
    http::{Settings, rate},
};

const NEW: &str = "another long password";

async fn forgot(bench: &Bench, email: &str) -> Answer {
    Ask::post("/api/auth/password/forgot").json(json!({ "email": email })).send(&bench.router).await
}

async fn reset(bench: &Bench, token: &str) -> Answer {
    let body = json!({ "token": token, "newPassword": NEW });
    Ask::post("/api/auth/password/reset").json(body).send(&bench.router).await
}

async fn login(bench: &Bench, email: &str, password: &str) -> Answer {
    Ask::post("/api/auth/login").json(json!({ "email": email, "password": password })).send(&bench.router).await
}

#[tokio::test]
async fn whoever_asks_for_a_new_password_gets_the_same_answer_for_every_address() {
    let bench = bench().await;
    bench.signup("ann").await;
    let mut answers = Vec::new();
    for email in ["ann@example.org", "bob@example.org", "no address", ""] {
        let answer = forgot(&bench, email).await;
        assert_eq!(answer.status, 202, "{email}");
        let mut names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        names.sort();
        answers.push((answer.text, names));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(bench.mails.mail(0).await.to, "ann@example.org");
    for _ in 0..9 {
        assert_eq!(forgot(&bench, "ann@example.org").await.status, 202, "too many mails are no answer, either");
    }
    let closed = super::bench().await;
    closed.store.close().await;
    assert_eq!(forgot(&closed, "ann@example.org").await.status, 202, "the database is asked afterwards");
}

#[tokio::test]
async fn the_link_of_a_mail_sets_a_new_password_once() {
    let bench = bench().await;
    let (access, _) = bench.signup("ann").await;
    forgot(&bench, "ann@example.org").await;
    let token = bench.mails.token(0).await;
    let body = json!({ "token": token, "newPassword": "password" });
    let weak = Ask::post("/api/auth/password/reset").json(body).send(&bench.router).await;
    assert_eq!(weak.is_problem(422, "invalid_body")["errors"][0]["field"], "newPassword");
    bench.now.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let done = reset(&bench, &token).await;
    assert_eq!((done.status.as_u16(), done.text.as_str()), (204, ""));
    let (gone, flags) = done.cookie("refresh_token").expect("a cookie that forgets");
    assert!(gone.is_empty() && flags.ends_with("Max-Age=0"), "{flags}");
    Ask::get("/api/auth/me").bearer(&access).send(&bench.router).await.is_problem(401, "auth_invalid");
    for wrong in [token.as_str(), "x", &"A".repeat(43)] {
        reset(&bench, wrong).await.is_problem(403, "link_invalid");
    }
    login(&bench, "ann@example.org", "correct horse").await.is_problem(401, "credentials_invalid");
    assert_eq!(login(&bench, "ann@example.org", NEW).await.status, 200);
}

#[tokio::test]
async fn where_addresses_are_verified_sign_up_does_not_tell_who_has_an_account() {
    let verifying = auth::Settings { verify_email: true, ..auth::Settings::default() };
    let bench = bench_of(Settings::default(), verifying).await;
    let settings = Ask::get("/api/auth/settings").send(&bench.router).await.json();
    assert_eq!(settings["verifyEmail"], true);
    let body = json!({ "email": "ann@example.org", "password": "correct horse", "name": "Ann" });
    let (first, second) = (
        Ask::post("/api/auth/signup").json(body.clone()).send(&bench.router).await,
        Ask::post("/api/auth/signup").json(body).send(&bench.router).await,
    );
    assert_eq!((first.status.as_u16(), second.status.as_u16(), &first.text), (202, 202, &second.text));
    assert!(first.cookie("access_token").is_none() && first.cookie("device").is_none(), "nobody is logged in");
    let token = bench.mails.token(0).await;
    login(&bench, "ann@example.org", "wrong horse").await.is_problem(401, "credentials_invalid");
    login(&bench, "ann@example.org", "correct horse").await.is_problem(403, "email_unverified");
    let verify = async |token: &str, password: &str| {
        let body = json!({ "token": token, "password": password });
        Ask::post("/api/auth/verify").json(body).send(&bench.router).await
    };
    verify("x", "correct horse").await.is_problem(403, "link_invalid");
    verify(&token, "wrong horse").await.is_problem(403, "password_wrong");
    login(&bench, "ann@example.org", "correct horse").await.is_problem(403, "email_unverified");
    for _ in 0..2 {
        let entered = verify(&token, "correct horse").await;
        assert_eq!((entered.status.as_u16(), &entered.json()["user"]["email"]), (200, &json!("ann@example.org")));
        assert!(entered.cookie("refresh_token").is_some() && entered.cookie("device").is_some(), "{entered:?}");
    }
    let without = Ask::post("/api/auth/verify").json(json!({ "token": token })).send(&bench.router).await;
    without.is_problem(422, "invalid_body");
    assert_eq!(login(&bench, "ann@example.org", "correct horse").await.status, 200);
}

#[tokio::test]
async fn pages_of_other_sites_can_ask_for_nothing() {
    let bench = bench().await;
    for (path, body) in [
        ("/api/auth/password/forgot", json!({ "email": "ann@example.org" })),
        ("/api/auth/password/reset", json!({ "token": "x", "newPassword": NEW })),
        ("/api/auth/verify", json!({ "token": "x", "password": "x" })),
    ] {
        let foreign = Ask::post(path).header("origin", "https://evil.org").json(body).send(&bench.router).await;
        foreign.is_problem(403, "origin_not_allowed");
    }
}

#[tokio::test]
async fn an_export_names_known_browsers_and_when_the_address_was_proved() {
    let bench = bench().await;
    let (access, _) = bench.signup("ann").await;
    let export = async |access: &str| Ask::get("/api/account/export").bearer(access).send(&bench.router).await.json();
    let first = export(&access).await;
    assert_eq!((first["devices"].as_array().map(Vec::len), first.get("verifiedAt")), (Some(1), None), "{first}");
    forgot(&bench, "ann@example.org").await;
    reset(&bench, &bench.mails.token(0).await).await;
    let entered = login(&bench, "ann@example.org", NEW).await.json();
    let second = export(entered["accessToken"].as_str().expect("a token")).await;
    assert!(second["verifiedAt"].is_string() && second["devices"][0]["expiresAt"].is_string(), "{second}");
}

#[tokio::test]
async fn an_export_has_all_rooms_and_messages_however_many_they_are() {
    let bench = bench().await;
    let (access, _) = bench.signup("ann").await;
    let me = Ask::get("/api/auth/me").bearer(&access).send(&bench.router).await.json();
    let export = async || Ask::get("/api/account/export").bearer(&access).send(&bench.router).await;
    let empty = export().await;
    assert_eq!(empty.headers["content-type"], "application/json");
    assert_eq!((&empty.json()["rooms"], &empty.json()["messages"]), (&json!([]), &json!([])));
    let mut rooms = Vec::new();
    for _ in 0..2 {
        let made = Ask::post("/api/rooms").bearer(&access).json(json!({})).send(&bench.router).await;
        rooms.push(made.json()["roomId"].as_str().expect("an id").to_owned());
    }
    let said = |number: usize| crate::storage::Message {
        room_id: rooms[number % 2].parse().expect("an id"),
        id: format!("m-{number}"),
        sender_id: Some(me["id"].as_str().expect("an id").parse().expect("a uuid")),
        sender_name: "Ann".to_owned(),
        content: format!("\"{number}\" ü"),
        sent_at: jiff::Timestamp::UNIX_EPOCH,
    };
    let messages: Vec<_> = (0..250).map(said).collect();
    bench.store.add_messages(&messages).await.expect("stored");
    let whole = export().await.json();
    assert_eq!(whole["account"], me);
    assert_eq!(whole["rooms"].as_array().map(Vec::len), Some(2));
    let written = whole["messages"].as_array().expect("a list");
    assert_eq!(written.len(), 250);
    let last = json!({
        "roomId": rooms[1], "id": "m-249", "senderName": "Ann", "content": "\"249\" ü", "timestamp": 0
    });
    assert_eq!(written[0], last);
    assert!(written.iter().rev().enumerate().all(|(nth, message)| message["id"] == format!("m-{nth}")), "in order");
}

#[tokio::test]
async fn guesses_of_the_password_behind_a_link_are_limited() {
    let verifying = auth::Settings { verify_email: true, ..auth::Settings::default() };
    let rates = rate::Limits { login_email: super::hourly(3), ..rate::Limits::default() };
    let bench = bench_of(Settings { rates, ..Settings::default() }, verifying).await;
    sign_up(&bench, "ann@example.org", 1).await;
    let token = bench.mails.token(0).await;
    let verify = async |password: &str| {
        Ask::post("/api/auth/verify").json(json!({ "token": token, "password": password })).send(&bench.router).await
    };
    for _ in 0..3 {
        verify("wrong horse").await.is_problem(403, "password_wrong");
    }
    verify("correct horse").await.is_problem(429, "rate_limited");
}

/// Signs up from the client `203.0.113.<client>`.
async fn sign_up(bench: &Bench, email: &str, client: u8) -> Answer {
    let body = json!({ "email": email, "password": "correct horse", "name": "Ann" });
    from(client, Ask::post("/api/auth/signup").json(body)).send(&bench.router).await
}

fn from(client: u8, mut ask: Ask) -> Ask {
    let peer: SocketAddr = format!("203.0.113.{client}:3").parse().expect("an address");
    ask.request = ask.request.extension(ConnectInfo(peer));
    ask
}

#[tokio::test]
async fn one_client_causes_few_mails_whoever_they_are_for_and_others_are_not_concerned() {
    let verifying = auth::Settings { verify_email: true, ..auth::Settings::default() };
    let rates = rate::Limits { mails_address: super::hourly(3), ..rate::Limits::default() };
    let bench = bench_of(Settings { rates, ..Settings::default() }, verifying).await;
    let forgot = async |email: &str, client| {
        let ask = Ask::post("/api/auth/password/forgot").json(json!({ "email": email }));
        from(client, ask).send(&bench.router).await
    };
    assert_eq!(sign_up(&bench, "ann@example.org", 1).await.status, 202);
    for nobody in ["bob@example.org", "cat@example.org"] {
        assert_eq!(forgot(nobody, 1).await.status, 202);
    }
    for email in ["ann@example.org", "dan@example.org"] {
        sign_up(&bench, email, 1).await.is_problem(429, "rate_limited");
        forgot(email, 1).await.is_problem(429, "rate_limited");
    }
    assert_eq!(forgot("ann@example.org", 2).await.status, 202);
    let kinds = [bench.mails.mail(0).await.letter.kind(), bench.mails.mail(1).await.letter.kind()];
    assert_eq!(kinds, ["verify", "reset"]);
}
