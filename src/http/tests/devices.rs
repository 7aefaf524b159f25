//! A browser that has logged in before is not locked out by what others try.

use std::{net::SocketAddr, time::Duration};

use axum::extract::ConnectInfo;
use serde_json::json;

use super::{Answer, Ask, Bench, bench_with};
use crate::http::{Settings, rate};

/// Three tries an hour for an account, and as many as said for an address.
async fn bench_for(per_address: u32) -> Bench {
    let hour = |burst| rate::Rate { burst, per: Duration::from_secs(3600) };
    let rates = rate::Limits { login_email: hour(3), auth_address: hour(per_address), ..rate::Limits::default() };
    bench_with(Settings { rates, ..Settings::default() }).await
}

/// A login from one network, whoever tries.
async fn login(bench: &Bench, email: &str, password: &str, device: Option<&str>) -> Answer {
    let peer: SocketAddr = "203.0.113.1:3".parse().expect("an address");
    let mut ask = Ask::post("/api/auth/login").json(json!({ "email": email, "password": password }));
    ask.request = ask.request.extension(ConnectInfo(peer));
    if let Some(device) = device {
        ask = ask.header("cookie", &format!("device={device}"));
    }
    ask.send(&bench.router).await
}

/// The cookie of a browser that has logged in to the account of this address.
async fn device(bench: &Bench, name: &str) -> String {
    let body = json!({ "email": format!("{name}@example.org"), "password": "correct horse", "name": name });
    let answer = Ask::post("/api/auth/signup").json(body).send(&bench.router).await;
    let (device, flags) = answer.cookie("device").expect("a cookie");
    assert_eq!((device.len(), flags.as_str()), (22, "Path=/api/auth; SameSite=Lax; HttpOnly; Max-Age=31536000"));
    device
}

const ANN: &str = "ann@example.org";

#[tokio::test]
async fn an_attacker_of_the_same_network_does_not_lock_the_owners_browser_out() {
    let bench = bench_for(5).await;
    let ours = device(&bench, "ann").await;
    for _ in 0..3 {
        login(&bench, ANN, "guess", None).await.is_problem(401, "credentials_invalid");
    }
    login(&bench, ANN, "correct horse", None).await.is_problem(429, "rate_limited");
    let entered = login(&bench, ANN, "correct horse", Some(&ours)).await;
    assert_eq!(entered.status, 200, "{entered:?}");
    assert_eq!(entered.cookie("device").map(|(device, _)| device), Some(ours.clone()), "it stays the same");
    for _ in 0..3 {
        login(&bench, "bob@example.org", "guess", None).await;
    }
    login(&bench, "bob@example.org", "guess", None).await.is_problem(429, "rate_limited");
    let entered = login(&bench, ANN, "correct horse", Some(&ours)).await;
    assert_eq!(entered.status, 200, "the network's limit is exceeded, too: {entered:?}");
}

#[tokio::test]
async fn a_stolen_cookie_gives_no_more_guesses_than_its_own() {
    let bench = bench_for(100).await;
    let stolen = device(&bench, "ann").await;
    for _ in 0..3 {
        login(&bench, ANN, "guess", Some(&stolen)).await.is_problem(401, "credentials_invalid");
    }
    login(&bench, ANN, "correct horse", Some(&stolen)).await.is_problem(429, "rate_limited");
    assert_eq!(login(&bench, ANN, "correct horse", None).await.status, 200, "others have theirs");
    let new = login(&bench, ANN, "correct horse", None).await.cookie("device").expect("a cookie").0;
    assert_ne!(new, stolen, "a browser without one gets one of its own");
    assert_eq!(login(&bench, ANN, "correct horse", Some(&new)).await.status, 200);
}

#[tokio::test]
async fn a_forged_cookie_or_one_of_another_account_gives_nothing() {
    let bench = bench_for(100).await;
    device(&bench, "ann").await;
    let theirs = device(&bench, "eve").await;
    let forged = ["A".repeat(22), "x".to_owned(), theirs, "B".repeat(22), "!".repeat(22)];
    for cookie in &forged[..3] {
        login(&bench, ANN, "guess", Some(cookie)).await.is_problem(401, "credentials_invalid");
    }
    for cookie in &forged {
        login(&bench, ANN, "correct horse", Some(cookie)).await.is_problem(429, "rate_limited");
    }
    let crowded = bench_for(1).await;
    login(&crowded, ANN, "guess", None).await.is_problem(401, "credentials_invalid");
    for cookie in &forged {
        login(&crowded, ANN, "guess", Some(cookie)).await.is_problem(429, "rate_limited");
    }
}

#[tokio::test]
async fn a_device_is_forgotten_with_the_password_and_kept_at_a_logout() {
    let bench = bench_for(100).await;
    let ours = device(&bench, "ann").await;
    let logout = Ask::post("/api/auth/logout").send(&bench.router).await;
    assert!(logout.cookie("device").is_none(), "{logout:?}");
    for _ in 0..3 {
        login(&bench, ANN, "guess", None).await;
    }
    let entered = login(&bench, ANN, "correct horse", Some(&ours)).await;
    let access = entered.json()["accessToken"].as_str().expect("a token").to_owned();
    let change = json!({ "password": "correct horse", "newPassword": "another long password" });
    let changed = Ask::post("/api/account/password").bearer(&access).json(change).send(&bench.router).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    login(&bench, ANN, "another long password", Some(&ours)).await.is_problem(429, "rate_limited");
}

#[tokio::test]
async fn several_accounts_of_one_browser_stay_known_to_it() {
    let bench = bench_for(100).await;
    let ours = device(&bench, "ann").await;
    let mut cookie = ours.clone();
    let names = ["bob", "cat", "dan", "eve", "fay"];
    for (nth, name) in names.iter().enumerate() {
        device(&bench, name).await;
        let email = format!("{name}@example.org");
        let entered = login(&bench, &email, "correct horse", Some(&cookie)).await;
        cookie = entered.cookie("device").expect("a cookie").0;
        assert_eq!(cookie.split('.').count(), 5.min(nth + 2), "the last used first, five at most");
        // Strangers of the same network use up its tries.
        for _ in 0..3 {
            login(&bench, &email, "guess", None).await;
        }
        assert_eq!(login(&bench, &email, "correct horse", Some(&cookie)).await.status, 200, "{name}");
    }
    for _ in 0..3 {
        login(&bench, ANN, "guess", None).await.is_problem(401, "credentials_invalid");
    }
    login(&bench, ANN, "correct horse", Some(&cookie)).await.is_problem(429, "rate_limited");
    assert!(!cookie.contains(&ours), "the one that was used longest ago made room");
    let kept = login(&bench, "bob@example.org", "correct horse", Some(&cookie)).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    let list = kept.cookie("device").expect("a cookie").0;
    assert_eq!(list.split('.').next(), cookie.split('.').nth(4), "now the last used");
    let long = ["A".repeat(22).as_str(); 6].join(".");
    login(&bench, ANN, "correct horse", Some(&format!("{long}.{ours}"))).await.is_problem(429, "rate_limited");
}

#[tokio::test]
async fn a_client_without_cookies_gets_none() {
    let bench = bench_for(100).await;
    bench.signup("ann").await;
    let body = json!({ "email": ANN, "password": "correct horse" });
    let answer = Ask::post("/api/auth/login").header("x-refresh-token", "body").json(body).send(&bench.router).await;
    assert!(answer.status == 200 && answer.cookie("device").is_none(), "{answer:?}");
}
