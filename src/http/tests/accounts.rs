//! Signup, login, refresh, logout, me, JWKS: bodies, cookies and their permissions.

use std::sync::Arc;

use serde_json::json;

use super::{Answer, Ask, Bench, bench, bench_with};
use crate::{
    http::{Settings, rate},
    net,
};

async fn login(bench: &Bench) -> Answer {
    Ask::post("/api/auth/login")
        .json(json!({"email": "ann@example.org", "password": "correct horse"}))
        .send(&bench.router)
        .await
}

#[tokio::test]
async fn a_signup_answers_201_with_the_account_its_token_and_both_cookies() {
    let bench = bench().await;
    let body = json!({"email": "Ann@example.org", "password": "correct horse", "name": " Ann "});
    let answer = Ask::post("/api/auth/signup").json(body).send(&bench.router).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type"), answer.header("cache-control")),
        (201, "application/json", "no-store")
    );
    let body = answer.json();
    assert_eq!(
        (&body["expiresIn"], &body["user"]["email"], &body["user"]["name"]),
        (&json!(900), &json!("Ann@example.org"), &json!("Ann"))
    );
    assert_eq!(body.as_object().map(|body| body.len()), Some(3), "no refresh token, nothing else: {body}");
    let (access, flags) = answer.cookie("access_token").expect("a cookie");
    assert_eq!(
        (body["accessToken"].as_str(), flags.as_str()),
        (Some(access.as_str()), "Path=/; SameSite=Lax; HttpOnly; Max-Age=900")
    );
    let (refresh, flags) = answer.cookie("refresh_token").expect("a cookie");
    assert_eq!((refresh.len(), flags.as_str()), (43, "Path=/api/auth; SameSite=Strict; HttpOnly; Max-Age=2592000"));
}

#[tokio::test]
async fn a_taken_address_answers_409() {
    let bench = bench().await;
    bench.signup("ann").await;
    let body = json!({"email": "ANN@example.org", "password": "correct horse", "name": "Ann"});
    Ask::post("/api/auth/signup").json(body).send(&bench.router).await.is_problem(409, "email_taken");
}

#[tokio::test]
async fn me_is_the_owner_of_the_token_or_the_cookie() {
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    let expected = json!({"id": id, "email": "ann@example.org", "name": "ann"});
    assert_eq!(Ask::get("/api/auth/me").bearer(&token).send(&bench.router).await.json(), expected);
    let cookie = format!("theme=dark; access_token={token}");
    assert_eq!(Ask::get("/api/auth/me").header("cookie", &cookie).send(&bench.router).await.json(), expected);
    let answer = Ask::get("/api/auth/me").send(&bench.router).await;
    answer.is_problem(401, "auth_required");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"aldis\"");
    Ask::get(&format!("/api/auth/me?access_token={token}")).send(&bench.router).await.is_problem(401, "auth_required");
}

#[tokio::test]
async fn an_expired_token_and_an_invalid_one_have_different_codes() {
    let bench = bench().await;
    let (token, _) = bench.signup("ann").await;
    bench.now.fetch_add(3600, std::sync::atomic::Ordering::SeqCst);
    let answer = Ask::get("/api/auth/me").bearer(&token).send(&bench.router).await;
    answer.is_problem(401, "token_expired");
    assert!(answer.header("www-authenticate").contains("invalid_token"));
    Ask::get("/api/auth/me").bearer("junk").send(&bench.router).await.is_problem(401, "auth_invalid");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let bench = bench().await;
    bench.signup("ann").await;
    let mut details = Vec::new();
    for (email, password) in [("ann@example.org", "wrong horse"), ("bob@example.org", "correct horse")] {
        let answer =
            Ask::post("/api/auth/login").json(json!({"email": email, "password": password})).send(&bench.router).await;
        details.push(answer.is_problem(401, "credentials_invalid")["detail"].clone());
    }
    assert_eq!(details[0], details[1]);
    assert_eq!(login(&bench).await.status, 200);
}

#[tokio::test]
async fn a_refresh_by_cookie_rotates_it_and_a_late_second_use_ends_the_session() {
    let bench = bench().await;
    bench.signup("ann").await;
    let (first, _) = login(&bench).await.cookie("refresh_token").expect("a cookie");
    let refresh = |token: &str| Ask::post("/api/auth/refresh").header("cookie", &format!("refresh_token={token}"));
    let answer = refresh(&first).send(&bench.router).await;
    assert_eq!((answer.status.as_u16(), answer.json().get("refreshToken")), (200, None));
    let (second, _) = answer.cookie("refresh_token").expect("a cookie");
    assert_ne!(first, second);
    let again = refresh(&first).send(&bench.router).await;
    let repeated = again.cookie("refresh_token").map(|(token, _)| token);
    assert_eq!((again.status.as_u16(), repeated.as_ref()), (200, Some(&second)), "the answer was lost");
    bench.now.fetch_add(10, std::sync::atomic::Ordering::SeqCst);
    let answer = refresh(&first).send(&bench.router).await;
    answer.is_problem(401, "refresh_invalid");
    let (gone, flags) = answer.cookie("refresh_token").expect("a cookie that forgets");
    assert!(gone.is_empty() && flags.ends_with("Max-Age=0"), "{flags}");
    refresh(&second).send(&bench.router).await.is_problem(401, "refresh_invalid");
}

#[tokio::test]
async fn a_client_without_cookies_gets_and_sends_its_refresh_token_in_bodies() {
    let bench = bench().await;
    bench.signup("ann").await;
    let body = json!({"email": "ann@example.org", "password": "correct horse"});
    let answer = Ask::post("/api/auth/login").header("x-refresh-token", "body").json(body).send(&bench.router).await;
    assert_eq!(answer.cookie("refresh_token"), None);
    let token = answer.json()["refreshToken"].clone();
    let answer = Ask::post("/api/auth/refresh").json(json!({"refreshToken": token})).send(&bench.router).await;
    assert_eq!((answer.status.as_u16(), answer.cookie("refresh_token")), (200, None));
    let next = answer.json()["refreshToken"].clone();
    assert_eq!(Ask::post("/api/auth/logout").json(json!({"refreshToken": next})).send(&bench.router).await.status, 204);
    Ask::post("/api/auth/refresh")
        .json(json!({"refreshToken": next}))
        .send(&bench.router)
        .await
        .is_problem(401, "refresh_invalid");
}

#[tokio::test]
async fn a_logout_removes_cookies_and_revokes_the_token_and_needs_neither() {
    let bench = bench().await;
    bench.signup("ann").await;
    let (token, _) = login(&bench).await.cookie("refresh_token").expect("a cookie");
    let cookie = format!("refresh_token={token}");
    let answer = Ask::post("/api/auth/logout").header("cookie", &cookie).send(&bench.router).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    for name in ["access_token", "refresh_token"] {
        assert!(
            answer.cookie(name).is_some_and(|(value, flags)| value.is_empty() && flags.ends_with("Max-Age=0")),
            "{name}"
        );
    }
    Ask::post("/api/auth/refresh")
        .header("cookie", &cookie)
        .send(&bench.router)
        .await
        .is_problem(401, "refresh_invalid");
    assert_eq!(Ask::post("/api/auth/logout").send(&bench.router).await.status, 204);
    assert_eq!(
        Ask::post("/api/auth/logout").header("cookie", "refresh_token=junk").send(&bench.router).await.status,
        204
    );
    let wrong = Ask::post("/api/auth/logout").json(json!({"refreshToken": "junk"})).send(&bench.router).await;
    wrong.is_problem(401, "refresh_invalid");
}

#[tokio::test]
async fn another_site_cannot_use_our_cookies() {
    let bench = bench_with(super::allowing("https://app.example.org")).await;
    let (token, _) = bench.signup("ann").await;
    let cookie = format!("access_token={token}");
    let create = || Ask::post("/api/rooms").header("cookie", &cookie);
    create().header("origin", "https://evil.org").send(&bench.router).await.is_problem(403, "origin_not_allowed");
    create().header("origin", "null").send(&bench.router).await.is_problem(403, "origin_not_allowed");
    create().send(&bench.router).await.is_problem(403, "origin_not_allowed");
    assert_eq!(create().header("origin", "https://a.org").send(&bench.router).await.status, 201);
    assert_eq!(create().header("origin", "https://app.example.org").send(&bench.router).await.status, 201);
    let bearer = Ask::post("/api/rooms").bearer(&token).header("origin", "https://evil.org").send(&bench.router).await;
    assert_eq!(bearer.status, 201, "a bearer token is put there by a program, not by the browser");
    for path in ["/api/auth/refresh", "/api/auth/logout"] {
        Ask::post(path)
            .header("origin", "https://evil.org")
            .send(&bench.router)
            .await
            .is_problem(403, "origin_not_allowed");
    }
}

#[tokio::test]
async fn cookies_are_secure_when_the_browsers_connection_is() {
    let proxy = "127.0.0.0/8".parse().expect("a network");
    let bench = bench_with(Settings {
        net: Arc::new(net::Rules { trusted_proxies: vec![proxy], ..net::Rules::default() }),
        ..Settings::default()
    })
    .await;
    let body = json!({"email": "ann@example.org", "password": "correct horse", "name": "Ann"});
    let answer =
        Ask::post("/api/auth/signup").header("x-forwarded-proto", "https").json(body).send(&bench.router).await;
    for name in ["access_token", "refresh_token"] {
        assert!(answer.cookie(name).is_none(), "{name}: a sibling domain could set it");
        let (_, flags) = answer.cookie(&format!("__Host-{name}")).expect("a cookie");
        assert!(flags.starts_with("Path=/; SameSite=") && flags.ends_with("; Secure"), "{name}: {flags}");
    }
    let (token, _) = answer.cookie("__Host-access_token").expect("a cookie");
    let me = |cookie: String| Ask::get("/api/auth/me").header("x-forwarded-proto", "https").header("cookie", &cookie);
    assert_eq!(me(format!("__Host-access_token={token}")).send(&bench.router).await.status, 200);
    me(format!("access_token={token}")).send(&bench.router).await.is_problem(401, "auth_required");
    let (token, _) = answer.cookie("__Host-refresh_token").expect("a cookie");
    let refresh = Ask::post("/api/auth/refresh").header("x-forwarded-proto", "https");
    let refreshed = refresh.header("cookie", &format!("__Host-refresh_token={token}")).send(&bench.router).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down_by_the_account() {
    let slow = rate::Rate { burst: 3, per: std::time::Duration::from_secs(3600) };
    let rates = rate::Limits { login_email: slow, ..rate::Limits::default() };
    let bench = bench_with(Settings { rates, ..Settings::default() }).await;
    for email in ["ann@example.org", " ANN@example.org ", "ann@EXAMPLE.org"] {
        let body = json!({"email": email, "password": "guess"});
        Ask::post("/api/auth/login").json(body).send(&bench.router).await.is_problem(401, "credentials_invalid");
    }
    let answer = login(&bench).await;
    answer.is_problem(429, "rate_limited");
    assert_eq!(answer.header("retry-after"), "1200");
    let other = Ask::post("/api/auth/login")
        .json(json!({"email": "bob@example.org", "password": "x"}))
        .send(&bench.router)
        .await;
    other.is_problem(401, "credentials_invalid");
}

#[tokio::test]
async fn a_stranger_who_guesses_from_another_network_locks_nobody_out() {
    let slow = rate::Rate { burst: 3, per: std::time::Duration::from_secs(3600) };
    let rates = rate::Limits { login_email: slow, ..rate::Limits::default() };
    let bench = bench_with(Settings { rates, ..Settings::default() }).await;
    bench.signup("ann").await;
    let from = |peer: &str, password: &str| {
        let peer: std::net::SocketAddr = peer.parse().expect("an address");
        let mut ask = Ask::post("/api/auth/login").json(json!({"email": "ann@example.org", "password": password}));
        ask.request = ask.request.extension(axum::extract::ConnectInfo(peer));
        ask
    };
    for _ in 0..3 {
        from("203.0.113.1:3", "guess").send(&bench.router).await.is_problem(401, "credentials_invalid");
    }
    from("203.0.113.1:4", "guess").send(&bench.router).await.is_problem(429, "rate_limited");
    assert_eq!(from("203.0.113.2:3", "correct horse").send(&bench.router).await.status, 200);
}

#[tokio::test]
async fn the_jwks_has_the_public_keys_and_may_be_cached() {
    let bench = bench().await;
    let answer = Ask::get("/.well-known/jwks.json").send(&bench.router).await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let key = &answer.json()["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    assert!(key["kid"].as_str().is_some_and(|kid| kid.len() == 43) && key.get("d").is_none(), "{key}");
}
