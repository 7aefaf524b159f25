//! Paths, queries and methods that cannot be.

use serde_json::json;

use super::patient;
use crate::http::tests::Ask;

#[tokio::test]
async fn a_malformed_room_id_is_an_unknown_room() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    for room in [
        "x",
        "abc",
        "ABC-DEFG-HIJ",
        "abc-defg-hijk",
        "abc_defg_hij",
        "%00",
        "%ff",
        "abc-defg-hi%0a",
        "..%2f..%2fetc",
        "%F0%9F%98%80",
        "1' OR '1'='1",
        &"a".repeat(2000),
        "abc-defg-hij",
    ] {
        let room = room.replace(' ', "%20");
        for method in ["GET", "PATCH", "DELETE"] {
            let answer = Ask::new(method, &format!("/api/rooms/{room}"))
                .bearer(&token)
                .json(json!({}))
                .send(&bench.router)
                .await;
            answer.is_problem(404, "room_not_found");
        }
    }
}

#[tokio::test]
async fn an_invalid_query_is_refused() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "cursor=",
        "cursor=x",
        "cursor=1.x",
        "cursor=.abc-defg-hij",
        "cursor=x.abc-defg-hij",
        "cursor=99999999999999999999.abc-defg-hij",
        "cursor=1.abc-defg-hij%00",
        "page=2",
        "limit=%ff",
    ] {
        Ask::get(&format!("/api/rooms?{query}"))
            .bearer(&token)
            .send(&bench.router)
            .await
            .is_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    for path in [
        "/api",
        "/api/",
        "/api/rooms/",
        "/api//rooms",
        "/api/rooms/abc-defg-hij/more",
        "/API/rooms",
        "/api/auth",
        "/.well-known/",
        "/.git/config",
        "/..%2f..%2fetc/passwd",
        "/index.php",
        "/r",
    ] {
        Ask::get(path).bearer(&token).send(&bench.router).await.is_problem(404, "not_found");
    }
}

#[tokio::test]
async fn an_unsupported_method_is_refused_with_the_allowed_ones() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    for (method, path) in [
        ("GET", "/api/auth/signup"),
        ("PUT", "/api/auth/login"),
        ("POST", "/api/auth/me"),
        ("DELETE", "/api/rooms"),
        ("PUT", "/api/rooms/abc-defg-hij"),
        ("POST", "/api/ice-servers"),
        ("POST", "/.well-known/jwks.json"),
        ("POST", "/health/live"),
        ("TRACE", "/api/rooms"),
        ("OPTIONS", "/api/rooms"),
        ("BREW", "/api/rooms"),
        ("POST", "/"),
        ("POST", "/openapi.json"),
    ] {
        let answer = Ask::new(method, path).bearer(&token).send(&bench.router).await;
        answer.is_problem(405, "method_not_allowed");
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
    }
}
