//! Health, the admin listener, and a database that is away.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;

use super::operators::{TOKEN, operators};
use super::{Ask, bench, operators::at};
use crate::http::{Check, Health, admin_router};

#[tokio::test]
async fn a_ready_node_reports_its_checks() {
    let bench = bench().await;
    assert_eq!(Ask::get("/health/live").send(&bench.router).await.json(), json!({"status": "up"}));
    let ready = Ask::get("/health/ready").send(&bench.router).await;
    assert_eq!((ready.status.as_u16(), &ready.json()["checks"]["database"]["ok"]), (200, &json!(true)));
    let detail = Ask::get("/health").send(&bench.router).await.json();
    assert_eq!(
        (&detail["nodeId"], &detail["status"], &detail["version"]),
        (&json!("node-1"), &json!("ready"), &json!(env!("CARGO_PKG_VERSION")))
    );
}

#[tokio::test]
async fn without_its_database_a_node_is_live_but_not_ready_and_answers_503_at_once() {
    let bench = bench().await;
    let (token, _) = bench.signup("ann").await;
    let room = bench.room(&token).await;
    bench.store.close().await;
    assert_eq!(Ask::get("/health/live").send(&bench.router).await.status, 200);
    let ready = Ask::get("/health/ready").send(&bench.router).await;
    assert_eq!((ready.status.as_u16(), &ready.json()["status"]), (503, &json!("not_ready")));
    assert_eq!(ready.json()["checks"]["database"]["ok"], false);
    let own = Ask::get("/health/ready?scope=node").send(&bench.router).await;
    assert_eq!((own.status.as_u16(), &own.json()["status"]), (200, &json!("ready")), "calls go on without it");
    let checks = own.json()["checks"].clone();
    assert_eq!((checks["taking_sockets"]["ok"].clone(), checks["database"].clone()), (json!(true), json!(null)));
    assert_eq!(Ask::get("/health/ready?scope=all").send(&bench.router).await.status, 503);
    for wrong in ["?scope=nobody", "?scop=node"] {
        let refused = Ask::get(&format!("/health/ready{wrong}")).send(&bench.router).await;
        refused.is_problem(400, "bad_request");
    }
    let login = Ask::post("/api/auth/login").json(json!({"email": "ann@example.org", "password": "correct horse"}));
    for ask in [
        login,
        Ask::get("/api/rooms").bearer(&token),
        Ask::post("/api/rooms").bearer(&token),
        Ask::get("/api/auth/me").bearer(&token),
    ] {
        let answer = ask.send(&bench.router).await;
        answer.is_problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let near = Ask::get(&format!("/api/rooms/{room}")).bearer(&token).send(&bench.router).await;
    assert_eq!(near.status, 200, "settings that are near need no database");
}

#[tokio::test(start_paused = true)]
async fn checks_run_at_most_once_a_second() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Check::vital("counting", {
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        }
    });
    let shown = Check::shown("shown", || async { Err("away".to_owned()) });
    let health = Health::new("node-1".to_owned(), vec![counting, shown]);
    let reports = futures_util::future::join_all((0..100).map(|_| health.report())).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let report = serde_json::to_value(&reports[0]).expect("JSON");
    assert_eq!((&report["status"], &report["checks"]["shown"]["problem"]), (&json!("ready"), &json!("away")));
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    health.report().await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_hangs_counts_as_failed() {
    let health = Health::new("node-1".to_owned(), vec![Check::vital("stuck", std::future::pending)]);
    let report = serde_json::to_value(health.report().await).expect("JSON");
    assert_eq!(
        (&report["status"], &report["checks"]["stuck"]["problem"]),
        (&json!("not_ready"), &json!("no response within 1 s"))
    );
}

#[tokio::test]
async fn only_the_admin_listener_shows_metrics_and_internal_state() {
    let bench = bench().await;
    let (token, _) = bench.signup("ann").await;
    let room = bench.room(&token).await;
    let admin = admin_router(Arc::clone(&bench.site), Arc::new(|| "up 1\n".to_owned()), operators(false));
    let metrics = at(Ask::get("/metrics")).send(&admin).await;
    assert_eq!(
        (metrics.text.as_str(), metrics.header("content-type")),
        ("up 1\n", "text/plain; version=0.0.4; charset=utf-8")
    );
    let inside = at(Ask::get(&format!("/internal/rooms/{room}"))).bearer(TOKEN).send(&admin).await.json();
    assert_eq!((&inside["room"]["roomId"], &inside["live"]["room"]), (&json!(room), &json!(room)));
    at(Ask::get("/internal/rooms/aaa-bbbb-ccc")).bearer(TOKEN).send(&admin).await.is_problem(404, "room_not_found");
    at(Ask::get("/api/auth/me")).bearer(TOKEN).send(&admin).await.is_problem(404, "not_found");
    for path in ["/metrics".to_owned(), format!("/internal/rooms/{room}")] {
        Ask::get(&path).send(&bench.router).await.is_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_disabled_user_is_kicked_and_cannot_log_in() {
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    bench.now.fetch_add(1, Ordering::SeqCst);
    let admin = admin_router(Arc::clone(&bench.site), Arc::new(String::new), operators(false));
    let change = |id: &str, disabled: bool| {
        let ask = Ask::new("PATCH", &format!("/internal/users/{id}")).json(json!({ "disabled": disabled }));
        at(ask).bearer(TOKEN)
    };
    assert_eq!(change(&id.to_string(), true).send(&admin).await.status, 204);
    let told = bench.live.commands();
    assert!(told.len() == 2 && told[0] == format!("revoke {id}") && told[1].starts_with(&told[0]), "{told:?}");
    let login = || Ask::post("/api/auth/login").json(json!({"email": "ann@example.org", "password": "correct horse"}));
    login().send(&bench.router).await.is_problem(403, "account_disabled");
    for ask in [
        Ask::get("/api/auth/me"),
        Ask::get("/api/ice-servers"),
        Ask::get("/api/rooms"),
        Ask::post("/api/rooms"),
        Ask::get("/api/rooms/aaa-bbbb-ccc"),
    ] {
        ask.bearer(&token).send(&bench.router).await.is_problem(401, "auth_invalid");
    }
    assert_eq!(change(&id.to_string(), false).send(&admin).await.status, 204);
    assert!(bench.live.commands().is_empty());
    assert_eq!(login().send(&bench.router).await.status, 200);
    for unknown in ["00000000-0000-0000-0000-000000000000", "ann"] {
        change(unknown, true).send(&admin).await.is_problem(404, "user_not_found");
    }
}
