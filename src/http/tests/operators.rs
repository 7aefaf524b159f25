//! The operators' listener: who may, who may not.

use std::sync::Arc;

use actors::protocol::{Attributes, Member, SessionId};
use axum::Router;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Ask, Bench, bench, bench_with};
use crate::http::{Operators, OverSocket, admin_router};

/// The operators' token in tests.
pub(super) const TOKEN: &str = "an-operators-token-of-43-characters-0123456";

pub(super) fn operators(exposed: bool) -> Operators {
    Operators::new(TOKEN, exposed, CancellationToken::new())
}

/// The request as sent to the listener's own address.
pub(super) fn at(mut ask: Ask) -> Ask {
    if let Some(headers) = ask.request.headers_mut() {
        headers.insert("host", "127.0.0.1:9090".parse().expect("a host"));
    }
    ask
}

fn door(bench: &Bench, exposed: bool) -> Router {
    admin_router(Arc::clone(&bench.site), Arc::new(|| "up 1\n".to_owned()), operators(exposed))
}

fn disable(id: &str) -> Ask {
    at(Ask::new("PATCH", &format!("/internal/users/{id}")).json(json!({ "disabled": true })))
}

#[tokio::test]
async fn on_loopback_reading_is_free_and_everything_else_needs_the_token() {
    let bench = bench().await;
    let (_, id) = bench.signup("ann").await;
    let door = door(&bench, false);
    for path in ["/health/live", "/health/ready", "/health", "/metrics"] {
        assert_eq!(at(Ask::get(path)).send(&door).await.status, 200, "{path}");
    }
    for path in ["/internal/tree", "/internal/rooms/abc-defg-hij", "/internal/nothing", "/nothing", "/api/rooms"] {
        at(Ask::get(path)).send(&door).await.is_problem(401, "auth_required");
    }
    disable(&id.to_string()).send(&door).await.is_problem(401, "auth_required");
    let (last, short) = (format!("{TOKEN}x"), &TOKEN[1..]);
    for wrong in ["x", &last, short, "AN-OPERATORS-TOKEN-OF-43-CHARACTERS-0123456"] {
        disable(&id.to_string()).bearer(wrong).send(&door).await.is_problem(401, "auth_invalid");
        at(Ask::get("/metrics")).bearer(wrong).send(&door).await.is_problem(401, "auth_invalid");
    }
    let access = bench.signup("bob").await.0;
    disable(&id.to_string()).bearer(&access).send(&door).await.is_problem(401, "auth_invalid");
    assert!(bench.live.commands().is_empty());
    assert_eq!(disable(&id.to_string()).bearer(TOKEN).send(&door).await.status, 204);
    let told = bench.live.commands();
    assert!(told.len() == 2 && told[0] == format!("revoke {id}") && told[1].starts_with(&told[0]), "{told:?}");
    assert_eq!(at(Ask::get("/internal/tree")).bearer(TOKEN).send(&door).await.status, 200);
}

#[tokio::test]
async fn exposed_to_other_machines_only_probes_need_no_token() {
    let bench = bench().await;
    let door = door(&bench, true);
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(at(Ask::get(path)).send(&door).await.status, 200, "{path}");
    }
    for path in ["/health", "/metrics", "/internal/tree"] {
        at(Ask::get(path)).send(&door).await.is_problem(401, "auth_required");
        assert_eq!(Ask::get(path).bearer(TOKEN).send(&door).await.status, 200, "{path}: by any name, with the token");
    }
}

#[tokio::test]
async fn no_other_web_page_is_served_whatever_its_origin_and_no_rebound_name() {
    let bench = bench_with(super::allowing("https://app.example.org")).await;
    let (_, id) = bench.signup("ann").await;
    for door in [door(&bench, false), door(&bench, true)] {
        for origin in [
            "http://127.0.0.1:8080",
            "http://localhost:9090",
            "https://app.example.org",
            "https://evil.example.com",
            "null",
        ] {
            for ask in [disable(&id.to_string()), at(Ask::get("/metrics")), at(Ask::get("/health/live"))] {
                let answer = ask.bearer(TOKEN).header("origin", origin).send(&door).await;
                answer.is_problem(403, "origin_not_allowed");
                assert_eq!(answer.header("access-control-allow-origin"), "");
            }
            let preflight = at(Ask::new("OPTIONS", "/internal/users/x")).header("origin", origin);
            let answer = preflight.header("access-control-request-method", "PATCH").send(&door).await;
            answer.is_problem(403, "origin_not_allowed");
        }
        for site in ["cross-site", "same-site"] {
            let answer = at(Ask::get("/metrics")).bearer(TOKEN).header("sec-fetch-site", site).send(&door).await;
            answer.is_problem(403, "origin_not_allowed");
        }
    }
    let door = door(&bench, false);
    assert_eq!(at(Ask::get("/metrics")).header("sec-fetch-site", "none").send(&door).await.status, 200, "typed");
    for host in ["rebound.evil.example.com", "evil.com:9090", "127.0.0.1.nip.io"] {
        for path in ["/metrics", "/health/live", "/internal/tree"] {
            let mut ask = Ask::get(path).bearer(TOKEN);
            ask.request.headers_mut().expect("headers").insert("host", host.parse().expect("a host"));
            // Of these, example.com is no name of this network.
            ask.send(&door).await.is_problem(421, "misdirected_request");
        }
    }
    for host in ["localhost:9090", "[::1]:9090", "10.0.0.7", "aldis", "aldis-0.aldis.default.svc.cluster.local:9090"] {
        let mut ask = Ask::get("/metrics");
        ask.request.headers_mut().expect("headers").insert("host", host.parse().expect("a host"));
        assert_eq!(ask.send(&door).await.status, 200, "{host}");
    }
    assert!(bench.live.commands().is_empty());
}

#[tokio::test]
async fn the_owner_of_the_unix_socket_needs_no_token_but_a_page_gets_nothing_there_either() {
    let bench = bench().await;
    let (_, id) = bench.signup("ann").await;
    for exposed in [false, true] {
        let door = door(&bench, exposed);
        let mut ask = disable(&id.to_string());
        ask.request = ask.request.extension(OverSocket { uid: 1000 });
        assert_eq!(ask.send(&door).await.status, 204);
        let mut ask = disable(&id.to_string()).header("origin", "http://localhost");
        ask.request = ask.request.extension(OverSocket { uid: 1000 });
        ask.send(&door).await.is_problem(403, "origin_not_allowed");
    }
}

#[tokio::test]
async fn the_listeners_own_page_is_free_and_acts_with_the_token_only() {
    let bench = bench().await;
    let (_, id) = bench.signup("ann").await;
    for door in [door(&bench, false), door(&bench, true)] {
        for path in ["/admin", "/admin/main.js", "/admin/style.css"] {
            // Also where a link elsewhere leads to it: it holds nothing, and does nothing by itself.
            let answer = at(Ask::get(path)).header("sec-fetch-site", "cross-site").send(&door).await;
            assert_eq!(answer.status, 200, "{path}");
            let csp = answer.header("content-security-policy");
            assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{csp}");
            assert!(!csp.contains("unsafe") && answer.header("x-content-type-options") == "nosniff", "{csp}");
        }
        assert_eq!(at(Ask::get("/")).send(&door).await.header("location"), "/admin");
        at(Ask::get("/admin/../secret")).send(&door).await.is_problem(404, "not_found");
        let by_page = |ask: Ask| ask.header("sec-fetch-site", "same-origin").header("origin", "http://127.0.0.1:9090");
        by_page(disable(&id.to_string())).send(&door).await.is_problem(401, "auth_required");
        assert_eq!(by_page(disable(&id.to_string())).bearer(TOKEN).send(&door).await.status, 204);
        let forged = disable(&id.to_string()).bearer(TOKEN).header("sec-fetch-site", "same-site");
        forged.send(&door).await.is_problem(403, "origin_not_allowed");
    }
    let mut rebound = Ask::get("/admin");
    rebound.request.headers_mut().expect("headers").insert("host", "evil.com:9090".parse().expect("a host"));
    rebound.send(&door(&bench, false)).await.is_problem(421, "misdirected_request");
}

#[tokio::test]
async fn rooms_with_somebody_in_them_are_listed_in_pages() {
    let bench = bench().await;
    let (token, _) = bench.signup("ann").await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(bench.room(&token).await);
    }
    ids.sort();
    // One was deleted just now.
    let gone = "zzz-zzzz-zzz".parse().expect("a room id");
    let here = ids.iter().map(|id| id.parse().expect("a room id")).chain([gone]);
    *bench.live.rooms.lock().expect("not poisoned") = here.collect();
    *bench.live.participants.lock().expect("not poisoned") = Some(2);
    let (door, mut seen, mut cursor) = (door(&bench, false), Vec::new(), String::new());
    loop {
        let answer =
            at(Ask::get(&format!("/internal/rooms/live?limit=2{cursor}"))).bearer(TOKEN).send(&door).await.json();
        let rooms = answer["rooms"].as_array().expect("rooms");
        assert!(rooms.len() <= 2 && rooms.iter().all(|room| room["participants"] == 2), "{answer}");
        seen.extend(rooms.iter().map(|room| room["roomId"].as_str().expect("an id").to_owned()));
        match answer["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ids);
    for wrong in ["limit=0", "limit=101", "cursor=x", "limt=1"] {
        let answer = at(Ask::get(&format!("/internal/rooms/live?{wrong}"))).bearer(TOKEN).send(&door).await;
        answer.is_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn operators_use_the_server_api_without_a_key() {
    let bench = bench().await;
    let door = door(&bench, false);
    let ask = |method: &str, path: &str| at(Ask::new(method, path)).bearer(TOKEN);
    at(Ask::get("/v1/rooms")).send(&door).await.is_problem(401, "auth_required");
    let missing = ask("POST", "/v1/rooms").send(&door).await.is_problem(422, "invalid_body");
    assert_eq!(missing["errors"][0]["field"], "hostId");
    let made = ask("POST", "/v1/rooms").json(json!({ "hostId": "auth0|ann" })).send(&door).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = made.header("location").to_owned();
    let room = made.json()["roomId"].as_str().expect("an id").to_owned();
    let patched = ask("PATCH", &path).json(json!({ "name": "Ours" })).send(&door).await.json();
    assert_eq!((&patched["name"], &patched["hostId"]), (&json!("Ours"), &json!("auth0|ann")));
    let member = |user: &str| Member {
        user: user.parse().expect("an id"),
        name: "Ann".into(),
        session: SessionId::from_u128(1),
        order: 7,
        connected: true,
        attributes: Attributes::default(),
    };
    // Whoever has the operators' name is somebody else.
    *bench.live.members.lock().expect("not poisoned") = Some(vec![member("bob"), member("operator")]);
    bench.live.commands();
    let mute = ask("POST", &format!("{path}/participants/bob/mute")).json(json!({ "kind": "audio" }));
    assert_eq!(mute.send(&door).await.status, 204);
    assert_eq!(bench.live.commands(), [format!("mute Audio of bob in {room} by operator")]);
    let ban = ask("POST", &format!("{path}/participants/operator/remove")).json(json!({ "ban": true }));
    assert_eq!(ban.send(&door).await.status, 204);
    let handed = ask("POST", &format!("{path}/host")).json(json!({ "userId": "bob" })).send(&door).await.json();
    assert_eq!(handed["hostId"], "bob");
    let mut by_socket = at(Ask::post(&format!("{path}/close")));
    by_socket.request = by_socket.request.extension(OverSocket { uid: 1000 });
    assert_eq!(by_socket.send(&door).await.json()["active"], false);
    // The public listener knows no operators.
    Ask::get("/v1/rooms").bearer(TOKEN).send(&bench.router).await.is_problem(401, "auth_invalid");
    let mut posing = Ask::get("/v1/rooms");
    posing.request = posing.request.extension(OverSocket { uid: 0 });
    posing.send(&bench.router).await.is_problem(401, "auth_required");
    at(Ask::get("/api/rooms")).bearer(TOKEN).send(&door).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn an_operator_drains_the_node() {
    let (bench, drain) = (bench().await, CancellationToken::new());
    let operators = Operators::new(TOKEN, false, drain.clone());
    let door = admin_router(Arc::clone(&bench.site), Arc::new(String::new), operators);
    at(Ask::post("/internal/drain")).send(&door).await.is_problem(401, "auth_required");
    assert!(!drain.is_cancelled());
    assert_eq!(at(Ask::post("/internal/drain")).bearer(TOKEN).send(&door).await.status, 204);
    assert!(drain.is_cancelled());
}
