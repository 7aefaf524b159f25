//! Users of other issuers: what they may do without an account, and a service that has no accounts at all.

use std::sync::atomic::Ordering;

use actors::{
    ports::{History as _, Said},
    protocol::encode::chat_data,
};
use serde_json::{Value, json};

use super::{Ask, Bench, api_keys::internal, bench_trusting};
use crate::{
    auth::{
        self,
        issuers::{
            ClaimNames, IssuerSettings,
            tests::{Desk, Signer, set_of, settings},
        },
    },
    http::Settings,
};

const ISS: &str = "https://id.example.org";

/// A site that trusts an issuer with this prefix and these claims, and the issuer's key.
async fn site(accounts: bool, prefix: &str, claims: ClaimNames) -> (Bench, Signer) {
    let signer = Signer::ed25519("k");
    let issuer = IssuerSettings { claims, ..settings(ISS, prefix) };
    let auth = auth::Settings { accounts, ..auth::Settings::default() };
    let bench = bench_trusting(Settings::default(), auth, vec![issuer], Desk::of(set_of(&[&signer]))).await;
    (bench, signer)
}

fn token(bench: &Bench, signer: &Signer, more: &Value) -> String {
    let now = bench.now.load(Ordering::SeqCst);
    let mut claims = json!({ "iss": ISS, "aud": "calls", "name": "Ann", "iat": now, "exp": now + 600 });
    for (name, value) in more.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    signer.token(&claims)
}

#[tokio::test]
async fn a_user_of_another_issuer_does_all_that_needs_no_account() {
    let with_uuids = (false, "", "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210");
    for (accounts, prefix, sub) in [(true, "corp:", "auth0|5f7c"), with_uuids] {
        let (bench, signer) = site(accounts, prefix, ClaimNames::default()).await;
        let (own, other) =
            (token(&bench, &signer, &json!({ "sub": sub })), token(&bench, &signer, &json!({ "sub": "bob" })));
        let user = format!("{prefix}{sub}");
        let room = bench.room(&own).await;
        let path = format!("/api/rooms/{room}");
        assert_eq!(Ask::get(&path).bearer(&other).send(&bench.router).await.json()["hostId"], json!(user));
        let listed = Ask::get("/api/rooms").bearer(&own).send(&bench.router).await.json();
        assert_eq!(listed["rooms"][0]["roomId"], json!(room));
        assert_eq!(Ask::get("/api/rooms").bearer(&other).send(&bench.router).await.json()["rooms"], json!([]));
        assert_eq!(Ask::get("/api/ice-servers").bearer(&own).send(&bench.router).await.status, 200);
        let data = chat_data("s-1", user.parse().expect("an id"), "Hi", 1).data;
        bench.site.history.said(Said { room: room.parse().expect("a room id"), name: "Ann".into(), data });
        let said = Ask::get(&format!("{path}/messages")).bearer(&other).send(&bench.router).await.json();
        // An id that looks like an account's, and is none, is kept by name only.
        assert_eq!(said["messages"][0]["senderId"], if accounts { json!(user) } else { Value::Null });
        let change = |token: &str| Ask::new("PATCH", &path).bearer(token).json(json!({ "name": "Weekly" }));
        change(&other).send(&bench.router).await.is_problem(403, "forbidden");
        assert_eq!(change(&own).send(&bench.router).await.status, 200);
        Ask::get("/v1/rooms").bearer(&own).send(&bench.router).await.is_problem(403, "forbidden");
        let (status, code) = if accounts { (403, "forbidden") } else { (404, "accounts_off") };
        for path in ["/api/auth/me", "/api/account/sessions", "/api/account/export"] {
            Ask::get(path).bearer(&own).send(&bench.router).await.is_problem(status, code);
        }
        assert_eq!(Ask::new("DELETE", &path).bearer(&own).send(&bench.router).await.status, 204);
        bench.store.close().await;
    }
}

#[tokio::test]
async fn a_token_for_a_room_is_for_this_room_and_its_host_administers_it() {
    let claims = ClaimNames { room: Some("room".to_owned()), role: Some("role".to_owned()), ..ClaimNames::default() };
    let (bench, signer) = site(true, "corp:", claims).await;
    let maker = token(&bench, &signer, &json!({ "sub": "shop", "room": "*", "role": "host" }));
    let (room, elsewhere) = (bench.room(&maker).await, bench.room(&maker).await);
    let member = token(&bench, &signer, &json!({ "sub": "ann", "room": room, "role": "member" }));
    let host = token(&bench, &signer, &json!({ "sub": "bob", "room": room, "role": "host" }));
    let room = format!("/api/rooms/{room}");
    for token in [&member, &host] {
        assert_eq!(Ask::get(&room).bearer(token).send(&bench.router).await.status, 200);
        let other = Ask::get(&format!("/api/rooms/{elsewhere}")).bearer(token);
        other.send(&bench.router).await.is_problem(403, "forbidden");
        Ask::post("/api/rooms").bearer(token).send(&bench.router).await.is_problem(403, "forbidden");
    }
    let close = |token: &str| Ask::new("PATCH", &room).bearer(token).json(json!({ "active": false }));
    close(&member).send(&bench.router).await.is_problem(403, "forbidden");
    assert_eq!(close(&host).send(&bench.router).await.status, 200);
    let refused = Ask::get(&room).bearer(&token(&bench, &signer, &json!({ "sub": "eve" }))).send(&bench.router).await;
    let refused = refused.is_problem(401, "auth_invalid");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("`room`")), "{refused}");
}

#[tokio::test]
async fn a_member_of_another_issuer_does_not_become_a_guest_who_renews_for_ever() {
    let claims = ClaimNames { room: Some("room".to_owned()), ..ClaimNames::default() };
    let (bench, signer) = site(true, "corp:", claims).await;
    let maker = token(&bench, &signer, &json!({ "sub": "shop", "room": "*" }));
    let wish = json!({ "guests": "yes" });
    let room = Ask::post("/api/rooms").bearer(&maker).json(wish).send(&bench.router).await.json();
    let room = room["roomId"].as_str().expect("an id");
    let member = token(&bench, &signer, &json!({ "sub": "ann", "room": room }));
    let entered = Ask::post(&format!("/api/rooms/{room}/guests")).bearer(&member).json(json!({ "name": "Ann" }));
    let entered = entered.send(&bench.router).await.json();
    assert_ne!(entered["user"]["id"], "corp:ann", "a token of ours in their name would outlive theirs");
}

#[tokio::test]
async fn while_the_keys_are_not_known_a_token_is_to_be_sent_again() {
    let signer = Signer::ed25519("k");
    let auth = auth::Settings::default();
    let bench = bench_trusting(Settings::default(), auth, vec![settings(ISS, "corp:")], Desk::default()).await;
    let sent = Ask::get("/api/rooms").bearer(&token(&bench, &signer, &json!({ "sub": "ann" })));
    let refused = sent.send(&bench.router).await;
    let body = refused.is_problem(503, "unavailable");
    assert_eq!((refused.header("retry-after"), &body["retryAfterMs"]), ("2", &json!(2_000)));
}

#[tokio::test]
async fn a_service_without_accounts_says_so_wherever_one_would_be_used() {
    let (bench, _) = site(false, "corp:", ClaimNames::default()).await;
    let settings = Ask::get("/api/auth/settings").send(&bench.router).await.json();
    let expected = json!({ "accounts": false, "signup": "closed", "verifyEmail": false, "passwordReset": false });
    assert_eq!(settings, expected);
    for path in [
        "/api/auth/signup",
        "/api/auth/login",
        "/api/auth/refresh",
        "/api/auth/logout",
        "/api/auth/password/forgot",
        "/api/auth/password/reset",
        "/api/auth/verify",
        "/api/account/password",
        "/api/account/delete",
    ] {
        let answer = Ask::post(path).json(json!({})).send(&bench.router).await.is_problem(404, "accounts_off");
        assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains("no accounts here")), "{answer}");
    }
    internal(&bench, "POST", "/internal/invites", None).await.is_problem(404, "accounts_off");
    Ask::new("DELETE", "/api/account/sessions").send(&bench.router).await.is_problem(404, "accounts_off");
    assert_eq!(Ask::get("/.well-known/jwks.json").send(&bench.router).await.status, 200, "guests have our tokens");
}

#[tokio::test]
async fn an_operator_ends_the_sessions_of_a_user_without_an_account() {
    let (bench, signer) = site(true, "corp:", ClaimNames::default()).await;
    let (ann, bob) =
        (token(&bench, &signer, &json!({ "sub": "auth0|ann" })), token(&bench, &signer, &json!({ "sub": "bob" })));
    bench.now.fetch_add(1, Ordering::SeqCst);
    let path = "/internal/users/corp:auth0%7Cann/sessions";
    for _ in 0..2 {
        assert_eq!(internal(&bench, "DELETE", path, None).await.status, 204, "it may be repeated");
    }
    let refused = Ask::get("/api/rooms").bearer(&ann).send(&bench.router).await;
    refused.is_problem(401, "auth_invalid");
    assert_eq!(Ask::get("/api/rooms").bearer(&bob).send(&bench.router).await.status, 200);
    let newer = token(&bench, &signer, &json!({ "sub": "auth0|ann" }));
    assert_eq!(Ask::get("/api/rooms").bearer(&newer).send(&bench.router).await.status, 200, "if its issuer says so");
    internal(&bench, "DELETE", "/internal/users/a%20b/sessions", None).await.is_problem(404, "user_not_found");
    let (account, id) = bench.signup("cleo").await;
    assert_eq!(internal(&bench, "DELETE", &format!("/internal/users/{id}/sessions"), None).await.status, 204);
    Ask::get("/api/rooms").bearer(&account).send(&bench.router).await.is_problem(401, "auth_invalid");
    bench.store.close().await;
}
