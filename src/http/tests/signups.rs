//! Who may sign up: settings, invites.

use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};

use super::{Answer, Ask, Bench, bench, bench_of, operators};
use crate::{
    auth::{self, SignupMode},
    http::{Settings, admin_router},
};

async fn bench_for(signup: SignupMode) -> Bench {
    bench_of(Settings::default(), auth::Settings { signup, ..auth::Settings::default() }).await
}

fn door(bench: &Bench) -> Router {
    admin_router(Arc::clone(&bench.site), Arc::new(String::new), operators::operators(false))
}

fn at_door(method: &str, path: &str) -> Ask {
    operators::at(Ask::new(method, path)).bearer(operators::TOKEN)
}

async fn invite(bench: &Bench, wish: Value) -> Value {
    let made = at_door("POST", "/internal/invites").json(wish).send(&door(bench)).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()
}

async fn sign_up(bench: &Bench, email: &str, invite: Option<&str>) -> Answer {
    let mut body = json!({ "email": email, "password": "correct horse", "name": "Ann" });
    if let Some(invite) = invite {
        body["invite"] = json!(invite);
    }
    Ask::post("/api/auth/signup").json(body).send(&bench.router).await
}

#[tokio::test]
async fn the_settings_tell_a_page_what_to_show() {
    for (mode, name) in [(SignupMode::Open, "open"), (SignupMode::Invite, "invite"), (SignupMode::Closed, "closed")] {
        let settings = Ask::get("/api/auth/settings").send(&bench_for(mode).await.router).await;
        assert_eq!(
            settings.json(),
            json!({ "accounts": true, "signup": name, "verifyEmail": false, "passwordReset": true })
        );
    }
}

#[tokio::test]
async fn where_sign_up_is_closed_nobody_signs_up_and_everybody_else_logs_in() {
    let bench = bench_for(SignupMode::Closed).await;
    let code = invite(&bench, json!({})).await["code"].as_str().expect("a code").to_owned();
    for invite in [None, Some(code.as_str())] {
        sign_up(&bench, "ann@example.org", invite).await.is_problem(403, "signup_closed");
    }
    sign_up(&bench, "no address", None).await.is_problem(403, "signup_closed");
    let login = json!({ "email": "ann@example.org", "password": "correct horse" });
    Ask::post("/api/auth/login").json(login).send(&bench.router).await.is_problem(401, "credentials_invalid");
}

#[tokio::test]
async fn an_invite_lets_one_person_sign_up() {
    let bench = bench_for(SignupMode::Invite).await;
    let made = invite(&bench, json!({})).await;
    let code = made["code"].as_str().expect("a code");
    assert_eq!(made["link"], format!("https://call.example.org/#/signup?invite={code}"));
    for none in [None, Some(""), Some(" ")] {
        sign_up(&bench, "ann@example.org", none).await.is_problem(403, "invite_required");
    }
    for wrong in ["x", &code[1..], "AAAAAAAAAAAAAAAAAAAAAA", &"x".repeat(9_000)] {
        sign_up(&bench, "ann@example.org", Some(wrong)).await.is_problem(403, "invite_invalid");
    }
    assert_eq!(sign_up(&bench, "ann@example.org", Some(&format!(" {code} "))).await.status, 201);
    sign_up(&bench, "bob@example.org", Some(code)).await.is_problem(403, "invite_invalid");
    let taken = invite(&bench, json!({})).await;
    let again = sign_up(&bench, "ANN@example.org", taken["code"].as_str()).await;
    again.is_problem(409, "email_taken");
    assert_eq!(sign_up(&bench, "bob@example.org", taken["code"].as_str()).await.status, 201, "it was not used");
}

#[tokio::test]
async fn without_an_invite_nobody_finds_out_who_has_an_account() {
    let bench = bench_for(SignupMode::Invite).await;
    let code = invite(&bench, json!({ "email": "Ann@example.org", "uses": 9 })).await["code"].clone();
    let code = code.as_str().expect("a code");
    assert_eq!(sign_up(&bench, "ann@EXAMPLE.org", Some(code)).await.status, 201);
    let mut answers = Vec::new();
    for email in ["ann@example.org", "nobody@example.org"] {
        sign_up(&bench, email, None).await.is_problem(403, "invite_required");
        answers.push(sign_up(&bench, email, Some("AAAAAAAAAAAAAAAAAAAAAA")).await.is_problem(403, "invite_invalid"));
    }
    assert_eq!(answers[0]["detail"], answers[1]["detail"]);
    sign_up(&bench, "bob@example.org", Some(code)).await.is_problem(403, "invite_invalid");
}

#[tokio::test]
async fn invites_expire_and_are_listed_and_revoked_by_operators_only() {
    let bench = bench_for(SignupMode::Invite).await;
    let door = door(&bench);
    for (method, path) in [
        ("GET", "/internal/invites"),
        ("POST", "/internal/invites"),
        ("DELETE", "/internal/invites/00000000-0000-0000-0000-000000000000"),
    ] {
        operators::at(Ask::new(method, path)).send(&door).await.is_problem(401, "auth_required");
        Ask::new(method, path).send(&bench.router).await.is_problem(404, "not_found");
    }
    let short = invite(&bench, json!({ "expiresIn": 60, "email": "Ann@Example.org" })).await;
    bench.now.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let long = invite(&bench, json!({ "expiresIn": 3600, "uses": 2 })).await;
    let listed = async || at_door("GET", "/internal/invites").send(&door).await.json()["invites"].clone();
    let both = listed().await;
    assert_eq!((&both[0]["id"], &both[1]["id"]), (&long["id"], &short["id"]));
    assert_eq!((&both[0]["usesLeft"], &both[1]["email"]), (&json!(2), &json!("ann@example.org")));
    assert!(both[0].get("code").is_none() && both[0].get("link").is_none(), "{both}");
    bench.now.fetch_add(60, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(listed().await.as_array().map(Vec::len), Some(1));
    sign_up(&bench, "ann@example.org", short["code"].as_str()).await.is_problem(403, "invite_invalid");
    let path = format!("/internal/invites/{}", long["id"].as_str().expect("an id"));
    assert_eq!(at_door("DELETE", &path).send(&door).await.status, 204);
    for gone in [path.as_str(), "/internal/invites/x"] {
        at_door("DELETE", gone).send(&door).await.is_problem(404, "invite_not_found");
    }
    sign_up(&bench, "ann@example.org", long["code"].as_str()).await.is_problem(403, "invite_invalid");
    assert_eq!(bench.site.accounts.sweep(9).await.expect("swept"), 1, "the expired one is deleted");
}

#[tokio::test]
async fn a_wish_that_cannot_be_is_refused_by_its_fields() {
    let bench = bench().await;
    let door = door(&bench);
    for (wish, field) in [
        (json!({ "email": "ann" }), "email"),
        (json!({ "email": "a@b.org\r\nBcc: c@d.org" }), "email"),
        (json!({ "expiresIn": 59 }), "expiresIn"),
        (json!({ "expiresIn": 31_536_001 }), "expiresIn"),
        (json!({ "expiresIn": "1h" }), "expiresIn"),
        (json!({ "uses": 0 }), "uses"),
        (json!({ "uses": 1001 }), "uses"),
        (json!({ "code": "mine" }), "code"),
    ] {
        let refused = at_door("POST", "/internal/invites").json(wish.clone()).send(&door).await;
        let problem = refused.is_problem(422, "invalid_body");
        assert_eq!(problem["errors"][0]["field"], field, "{wish}: {problem}");
    }
    let plain = at_door("POST", "/internal/invites").send(&door).await;
    assert_eq!((plain.status.as_u16(), &plain.json()["usesLeft"]), (201, &json!(1)));
    for _ in 1..1_000 {
        bench
            .site
            .accounts
            .invite(crate::accounts::InviteWish {
                email: None,
                expires_in: std::time::Duration::from_secs(60),
                uses: 1,
            })
            .await
            .expect("an answer")
            .expect("an invite");
    }
    at_door("POST", "/internal/invites").send(&door).await.is_problem(409, "too_many_invites");
}
