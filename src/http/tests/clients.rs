//! What clients of the field do to accounts: proxies that write the scheme in many forms, two refreshes at once, long
//! passwords, addresses in other letters, pages of allowed origins.

use std::sync::Arc;

use axum::body::Body;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::{Ask, Bench, allowing, bench, bench_with};
use crate::{http::Settings, net};

fn ann(password: &str) -> Value {
    json!({"email": "ann@example.org", "password": password, "name": "Ann"})
}

async fn behind_a_proxy() -> Bench {
    let trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    let net = Arc::new(net::Rules { trusted_proxies, ..net::Rules::default() });
    bench_with(Settings { net, ..Settings::default() }).await
}

#[tokio::test]
async fn cookies_are_secure_however_a_proxy_writes_the_scheme() {
    for (fields, is_secure) in [
        (&["https,http"][..], true),
        (&["https, https"], true),
        (&["http", "https"], true),
        (&["https", "http"], true),
        (&["HTTPS"], true),
        (&["wss"], true),
        (&["http"], false),
        (&["ws"], false),
    ] {
        let bench = behind_a_proxy().await;
        let mut ask = Ask::post("/api/auth/signup").header("x-forwarded-for", "203.0.113.7");
        for field in fields {
            ask = ask.header("x-forwarded-proto", field);
        }
        let answer = ask.json(ann("correct horse")).send(&bench.router).await;
        let name = if is_secure { "__Host-access_token" } else { "access_token" };
        let (_, flags) = answer.cookie(name).unwrap_or_else(|| panic!("{fields:?}: {answer:?}"));
        assert_eq!(flags.ends_with("; Secure"), is_secure, "{fields:?}: {flags}");
        assert_eq!(answer.header("strict-transport-security").is_empty(), !is_secure, "{fields:?}");
    }
}

#[tokio::test]
async fn of_two_refreshes_at_once_with_one_cookie_neither_takes_the_others_session() {
    let bench = bench().await;
    let answer = Ask::post("/api/auth/signup").json(ann("correct horse")).send(&bench.router).await;
    let (first, _) = answer.cookie("refresh_token").expect("a cookie");
    let refresh =
        || Ask::post("/api/auth/refresh").header("cookie", &format!("refresh_token={first}")).send(&bench.router);
    let (one, two) = tokio::join!(refresh(), refresh());
    for answer in [&one, &two] {
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.json()["accessToken"].as_str().expect("a token").to_owned();
        assert_eq!(Ask::get("/api/auth/me").bearer(&token).send(&bench.router).await.status, 200);
        let (_, flags) = answer.cookie("refresh_token").expect("a cookie");
        assert!(!flags.contains("Max-Age=0"), "{flags}");
    }
    assert_eq!(one.cookie("refresh_token"), two.cookie("refresh_token"), "one successor");
}

#[tokio::test]
async fn passwords_that_are_alike_in_72_bytes_are_two() {
    let bench = bench().await;
    let long = "correct horse ".repeat(6);
    let signup = Ask::post("/api/auth/signup").json(ann(&format!("{long}one"))).send(&bench.router).await;
    assert_eq!(signup.status, 201, "{signup:?}");
    for (end, status) in [("two", 401), ("", 401), ("one", 200)] {
        let body = json!({"email": "Ann@Example.ORG", "password": format!("{long}{end}")});
        assert_eq!(Ask::post("/api/auth/login").json(body).send(&bench.router).await.status, status, "{end}");
    }
}

#[tokio::test]
async fn an_address_in_other_letters_is_told_how_to_write_it() {
    let bench = bench().await;
    let sign_up = |email: &str| {
        let body = json!({"email": email, "password": "correct horse", "name": "Ann"});
        Ask::post("/api/auth/signup").json(body).send(&bench.router)
    };
    assert_eq!(sign_up("ann@xn--bcher-kva.example").await.status, 201);
    for email in ["ann@b\u{fc}cher.example", "ann@\u{4f8b}\u{3048}.example"] {
        let problem = sign_up(email).await.is_problem(422, "invalid_body");
        assert!(problem["errors"][0]["message"].as_str().is_some_and(|told| told.contains("xn--")), "{problem}");
    }
    let problem = sign_up("jos\u{e9}@example.org").await.is_problem(422, "invalid_body");
    assert_eq!(problem["errors"][0]["field"], "email", "{problem}");
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_read_refusals() {
    let bench = bench_with(allowing("https://app.example.org")).await;
    for (path, status) in [("/api/auth/me", 401), ("/api/nothing", 404)] {
        let answer = Ask::get(path).header("origin", "https://app.example.org").send(&bench.router).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "https://app.example.org", "{path}");
        assert!(answer.header("vary").contains("origin"), "{path}: a cache must tell origins apart: {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_before_the_body_has_come_says_that_the_connection_ends() {
    let bench = bench().await;
    for chunks in [&[][..], &["{}"]] {
        let here = stream::iter(chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk)));
        let mut ask = Ask::post("/api/rooms").header("content-type", "application/json");
        ask.body = Body::from_stream(here.chain(stream::pending()));
        let answer = ask.send(&bench.router).await;
        answer.is_problem(401, "auth_required");
        assert_eq!(answer.header("connection"), "close", "after {chunks:?} nothing comes");
    }
    for ask in [Ask::post("/api/rooms").text("{}"), Ask::get("/api/rooms"), Ask::post("/api/auth/login").text("{}")] {
        assert_eq!(ask.send(&bench.router).await.header("connection"), "", "the body was there");
    }
}

#[tokio::test]
async fn a_head_request_gets_the_status_of_a_get_and_no_body() {
    let bench = bench().await;
    for path in
        ["/", "/health/live", "/health/ready", "/openapi.json", "/.well-known/jwks.json", "/api/rooms", "/api/nothing"]
    {
        let get = Ask::get(path).send(&bench.router).await;
        let head = Ask::new("HEAD", path).send(&bench.router).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}
