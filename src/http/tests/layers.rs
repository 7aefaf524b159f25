//! Common to all routes: ids, problems, rates, timeouts, panics, headers, cross-origin calls.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, routing::get};

use super::{Ask, bench, bench_with};
use crate::{
    http::{Settings, layered, rate},
    net,
};

#[tokio::test]
async fn every_response_has_an_id_and_only_a_trusted_proxy_chooses_it() {
    let open = bench().await;
    let answer = Ask::get("/health/live").header("x-request-id", "mine").send(&open.router).await;
    assert!(answer.header("x-request-id").len() == 36, "{answer:?}");
    let proxy = "127.0.0.1/32".parse().expect("a network");
    let behind = bench_with(Settings {
        net: Arc::new(net::Rules { trusted_proxies: vec![proxy], ..net::Rules::default() }),
        ..Settings::default()
    })
    .await;
    for (sent, taken) in [
        ("lb-7.F_3", true),
        ("", false),
        ("a b", false),
        ("a\"b", false),
        (&"x".repeat(65), false),
        (&"x".repeat(64), true),
    ] {
        let answer = Ask::get("/health/live").header("x-request-id", sent).send(&behind.router).await;
        assert_eq!(answer.header("x-request-id") == sent, taken, "{sent:?}");
    }
}

#[tokio::test]
async fn a_missing_resource_is_a_problem_too() {
    let bench = bench().await;
    Ask::get("/api/nothing").send(&bench.router).await.is_problem(404, "not_found");
    Ask::get("/assets/none.js").send(&bench.router).await.is_problem(404, "not_found");
    let answer = Ask::new("DELETE", "/api/auth/login").send(&bench.router).await;
    answer.is_problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn a_panic_fails_only_its_request_and_hides_its_cause() {
    let bench = bench().await;
    let broken = Router::new().route(
        "/boom",
        get(|| async {
            if true {
                panic!("the secret cause")
            }
        }),
    );
    let answer = Ask::get("/boom").send(&layered(broken, Arc::clone(&bench.site), |_| None)).await;
    answer.is_problem(500, "internal");
    assert!(!answer.text.contains("secret"), "{}", answer.text);
}

#[tokio::test]
async fn an_overloaded_node_refuses_requests_at_once_and_answers_probes() {
    let bench = bench().await;
    let late = Duration::from_secs(10);
    (0..20).for_each(|_| bench.site.load.observe(late));
    let login =
        || Ask::post("/api/auth/login").json(serde_json::json!({"email": "a@b.example", "password": "long enough"}));
    let problem = login().send(&bench.router).await.is_problem(503, "unavailable");
    assert!((1_000..=5_000).contains(&problem["retryAfterMs"].as_u64().expect("a time")), "{problem}");
    assert_eq!(Ask::get("/health/live").send(&bench.router).await.status, 200);
    (0..40).for_each(|_| bench.site.load.observe(Duration::ZERO));
    login().send(&bench.router).await.is_problem(401, "credentials_invalid");
}

#[tokio::test]
async fn a_request_that_takes_too_long_ends_with_503() {
    let bench = bench().await;
    tokio::time::pause();
    let slow = Router::new().route("/slow", get(std::future::pending::<()>));
    let answer = Ask::get("/slow").send(&layered(slow, Arc::clone(&bench.site), |_| None)).await;
    answer.is_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_ends_with_408() {
    let bench = bench_with(Settings { body_within: Duration::from_millis(20), ..Settings::default() }).await;
    let stalled =
        axum::body::Body::from_stream(futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
    Ask::post("/api/auth/login").text(stalled).send(&bench.router).await.is_problem(408, "request_timeout");
}

#[tokio::test]
async fn requests_are_limited_per_address() {
    let rates =
        rate::Limits { address: rate::Rate { burst: 3, per: Duration::from_secs(300) }, ..rate::Limits::default() };
    let bench = bench_with(Settings { rates, ..Settings::default() }).await;
    let from = |address: &str| {
        let peer: SocketAddr = address.parse().expect("an address");
        let mut ask = Ask::get("/.well-known/jwks.json");
        ask.request = ask.request.extension(ConnectInfo(peer));
        ask
    };
    for _ in 0..3 {
        assert_eq!(from("203.0.113.1:1").send(&bench.router).await.status, 200);
    }
    let refused = from("203.0.113.1:2").send(&bench.router).await;
    refused.is_problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "100");
    let forged = from("203.0.113.1:3").header("x-forwarded-for", "203.0.113.2").send(&bench.router).await;
    forged.is_problem(429, "rate_limited");
    assert_eq!(from("203.0.113.2:1").send(&bench.router).await.status, 200);
    for path in ["/health/live", "/health/ready", "/health"] {
        assert_eq!(Ask::get(path).send(&bench.router).await.status, 200, "probes are not counted");
    }
}

#[tokio::test]
async fn requests_are_limited_per_user_across_addresses() {
    let rates = rate::Limits { user: rate::Rate { burst: 2, per: Duration::from_secs(60) }, ..rate::Limits::default() };
    let bench = bench_with(Settings { rates, ..Settings::default() }).await;
    let ((token, _), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    for _ in 0..2 {
        assert_eq!(Ask::get("/api/auth/me").bearer(&token).send(&bench.router).await.status, 200);
    }
    Ask::get("/api/auth/me").bearer(&token).send(&bench.router).await.is_problem(429, "rate_limited");
    assert_eq!(Ask::get("/api/auth/me").bearer(&other).send(&bench.router).await.status, 200);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let bench = bench().await;
    for path in ["/", "/r/abc-defg-hij", "/api/auth/me", "/openapi.json", "/docs/", "/nothing"] {
        let answer = Ask::get(path).send(&bench.router).await;
        assert!(answer.header("content-security-policy").starts_with("default-src 'self';"), "{path}: {answer:?}");
        assert!(!answer.header("content-security-policy").contains("script-src"), "{path}");
        assert_eq!(
            (answer.header("x-content-type-options"), answer.header("x-frame-options")),
            ("nosniff", "DENY"),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn only_allowed_origins_get_cors() {
    let bench = bench_with(super::allowing("https://app.example.org")).await;
    for (origin, allowed) in [("https://app.example.org", "https://app.example.org"), ("https://evil.org", "")] {
        let preflight =
            Ask::new("OPTIONS", "/api/rooms").header("origin", origin).header("access-control-request-method", "POST");
        let answer = preflight.header("access-control-request-headers", "authorization").send(&bench.router).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("access-control-allow-origin")),
            (200, allowed),
            "{answer:?}"
        );
    }
}
