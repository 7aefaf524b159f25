//! `/ws` as HTTP, and requests that any server must answer: Host, OPTIONS, encodings, slashes, compression.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, Version};
use serde_json::json;

use super::{Answer, Ask, Bench, bench};
use crate::http::{
    NotOpened, Settings, openapi,
    problem::{Code, Problem},
};

#[tokio::test]
async fn the_reason_for_opening_no_socket_is_a_problem_like_all_others() {
    let bench = bench().await;
    let hints = HeaderMap::from_iter([("allow".parse().expect("a name"), "GET".parse().expect("a value"))]);
    let why = NotOpened { problem: Problem::new(Code::MethodNotAllowed, "A WebSocket opens with GET."), hints };
    let mut ask = Ask::post("/ws");
    ask.request = ask.request.extension(why);
    let answer = ask.send(&bench.router).await;
    answer.is_problem(405, "method_not_allowed");
    assert_eq!((answer.header("allow"), answer.header("connection")), ("GET", "close"));
    Ask::get("/ws").send(&bench.router).await.is_problem(426, "upgrade_required");
}

/// The codes that docs/protocol.md lists for `/ws`, with their status.
fn documented() -> BTreeSet<(u16, String)> {
    let text = include_str!("../../../docs/protocol.md");
    let table = text.split("| status | code | when |\n|---|---|---|\n").nth(1).expect("the table");
    let rows = table.lines().map_while(|line| line.strip_prefix("| "));
    rows.map(|row| {
        let mut cells = row.split(" | ");
        let status = cells.next().and_then(|status| status.parse().ok()).expect("a status");
        (status, cells.next().expect("a code").trim_matches('`').to_owned())
    })
    .collect()
}

#[test]
fn the_protocols_page_the_openapi_document_and_the_code_have_one_table() {
    let documented = documented();
    assert_eq!(documented.len(), 10);
    for (status, code) in &documented {
        let known = Code::ALL.iter().find(|known| known.as_str() == code);
        assert_eq!(known.map(|known| known.status().as_u16()), Some(*status), "{code}");
    }
    let document = openapi(&Settings::default());
    let responses = document["paths"]["/ws"]["get"]["responses"].as_object().expect("responses");
    for (status, code) in &documented {
        // GET never gets 405.
        if *status != 405 {
            let told = responses.get(&status.to_string()).and_then(|response| response["description"].as_str());
            assert!(told.is_some_and(|told| told.contains(&format!("`{code}`"))), "{status} {code}: {told:?}");
        }
    }
}

/// A request without the `Host` that tests add.
async fn bare(bench: &Bench, method: &str, path: &str, version: Version, hosts: &[&str]) -> Answer {
    let mut request = axum::http::Request::builder().method(method).uri(path).version(version);
    for host in hosts {
        request = request.header("host", *host);
    }
    Ask { request, body: axum::body::Body::empty() }.send(&bench.router).await
}

#[tokio::test]
async fn a_request_without_exactly_one_valid_host_is_refused() {
    let bench = bench().await;
    for path in ["/", "/health/ready", "/api/rooms", "/nothing"] {
        for hosts in [
            &[][..],
            &["a.org", "b.org"],
            &["a.org", "a.org"],
            &[""],
            &["a b"],
            &["u@a.org"],
            &["a.org/x"],
            &["a.org:x"],
        ] {
            let answer = bare(&bench, "GET", path, Version::HTTP_11, hosts).await;
            answer.is_problem(400, "bad_request");
        }
    }
    let old = bare(&bench, "GET", "/health/ready", Version::HTTP_10, &[]).await;
    assert_eq!(old.status, 200, "HAProxy's and Kubernetes' probes: {old:?}");
}

#[tokio::test]
async fn options_of_the_server_are_answered() {
    let bench = bench().await;
    for (path, version) in [("/", Version::HTTP_10), ("/", Version::HTTP_11), ("*", Version::HTTP_11)] {
        let hosts: &[&str] = if version == Version::HTTP_10 { &[] } else { &["a.org"] };
        let answer = bare(&bench, "OPTIONS", path, version, hosts).await;
        assert_eq!(answer.status, 204, "{path}: {answer:?}");
        assert!(answer.header("allow").contains("GET"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_is_told_apart_from_an_unknown_path() {
    let bench = bench().await;
    for path in ["/health/ready/", "/ws/", "/api/rooms/"] {
        let problem = Ask::get(path).send(&bench.router).await.is_problem(404, "not_found");
        assert!(problem["detail"].as_str().is_some_and(|told| told.contains("without the slash")), "{problem}");
    }
}

#[tokio::test]
async fn bodies_that_are_packed_or_marked_are_refused_with_their_own_reason() {
    let bench = bench().await;
    let body = json!({"email": "ann@example.org", "password": "correct horse"}).to_string();
    for coding in ["gzip", "br", "deflate", "gzip, identity"] {
        let ask = Ask::post("/api/auth/login").header("content-encoding", coding).text(body.clone());
        let problem = ask.send(&bench.router).await.is_problem(415, "unsupported_media_type");
        assert!(problem["detail"].as_str().is_some_and(|told| told.contains("Content-Encoding")), "{problem}");
    }
    let plain = Ask::post("/api/auth/login").header("content-encoding", "identity").text(body.clone());
    plain.send(&bench.router).await.is_problem(401, "credentials_invalid");
    let marked = Ask::post("/api/auth/login").text(format!("\u{feff}{body}")).send(&bench.router).await;
    let problem = marked.is_problem(400, "malformed_body");
    assert!(problem["detail"].as_str().is_some_and(|told| told.contains("byte order mark")), "{problem}");
}

#[tokio::test]
async fn large_responses_are_compressed_and_those_with_cookies_are_not() {
    let bench = bench().await;
    let plain = Ask::get("/openapi.json").send(&bench.router).await;
    for (wish, coding) in [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br", "br"), ("identity", "")] {
        let answer = Ask::get("/openapi.json").header("accept-encoding", wish).send(&bench.router).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, coding), "{wish}");
        let limit = if coding.is_empty() { plain.text.len() } else { plain.text.len() / 2 };
        assert!(answer.text.len() <= limit, "{wish}: {} of {} bytes", answer.text.len(), plain.text.len());
    }
    let small = Ask::get("/health/live").header("accept-encoding", "gzip").send(&bench.router).await;
    assert_eq!(small.header("content-encoding"), "");
    let body = json!({"email": "ann@example.org", "password": "correct horse", "name": "Ann"});
    let login = Ask::post("/api/auth/signup").header("accept-encoding", "gzip").json(body).send(&bench.router).await;
    assert_eq!((login.status.as_u16(), login.header("content-encoding")), (201, ""), "{login:?}");
}
