//! The OpenAPI document: complete, and true.

use std::collections::BTreeSet;

use super::Program;

/// The contract's table, as method and path.
const CONTRACT: &[&str] = &[
    "GET /v1/rooms",
    "PUT /v1/rooms/{room}",
    "GET /v1/rooms/{room}",
    "DELETE /v1/rooms/{room}",
    "DELETE /v1/rooms/{room}/peers/{peer}",
    "POST /v1/rooms/{room}/peers/{peer}/transports",
    "POST /v1/rooms/{room}/peers/{peer}/transports/{transport}/connect",
    "POST /v1/rooms/{room}/peers/{peer}/transports/{transport}/restart",
    "DELETE /v1/rooms/{room}/peers/{peer}/transports/{transport}",
    "POST /v1/rooms/{room}/peers/{peer}/transports/{transport}/producers",
    "POST /v1/rooms/{room}/peers/{peer}/transports/{transport}/consumers",
    "POST /v1/rooms/{room}/peers/{peer}/producers/{producer}/pause",
    "POST /v1/rooms/{room}/peers/{peer}/producers/{producer}/resume",
    "DELETE /v1/rooms/{room}/peers/{peer}/producers/{producer}",
    "POST /v1/rooms/{room}/peers/{peer}/consumers/{consumer}/resume",
    "POST /v1/rooms/{room}/peers/{peer}/consumers/{consumer}/pause",
    "POST /v1/rooms/{room}/peers/{peer}/consumers/{consumer}/keyframe",
    "POST /v1/rooms/{room}/peers/{peer}/consumers/{consumer}/layers",
    "DELETE /v1/rooms/{room}/peers/{peer}/consumers/{consumer}",
    "GET /v1/events",
    "GET /v1/health",
    "GET /metrics",
    "GET /openapi.json",
];

async fn documented(client: &super::Client) -> BTreeSet<String> {
    let document = client.call("GET", "/openapi.json", None).await.done();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    let methods = |item: &serde_json::Value| item.as_object().expect("methods").keys().cloned().collect::<Vec<_>>();
    paths
        .iter()
        .flat_map(|(path, item)| methods(item).into_iter().map(move |one| format!("{} {path}", one.to_uppercase())))
        .collect()
}

pub(super) async fn the_document_names_every_call_of_the_contract(on: Program) {
    let server = on.start(&[]).await;
    assert_eq!(documented(&server.client).await, CONTRACT.iter().map(|&call| call.to_owned()).collect());
}

pub(super) async fn every_call_of_the_document_is_answered(on: Program) {
    let server = on.start(&[]).await;
    for call in documented(&server.client).await {
        let (method, path) = call.split_once(' ').expect("a call");
        if path == "/v1/events" {
            continue;
        }
        let got = server.client.call(method, &path.replace(['{', '}'], ""), None).await;
        let unknown = got.status == 405 || got.text.contains("no such path");
        assert!(!unknown && got.status < 500, "{call}: {} {}", got.status, got.text);
    }
}
