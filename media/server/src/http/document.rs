//! The OpenAPI document of the contract, made from the table of calls and the schemas beside this file.
//! Must not know what a call does.

use serde_json::{Map, Value, json};

use super::calls::{CALLS, Call};
use crate::refusal::{CODES, Code};

/// The document.
pub(super) fn document() -> Value {
    let mut paths = Map::new();
    for call in CALLS {
        let path = paths.entry(call.path).or_insert_with(|| json!({}));
        path[call.method.as_str().to_lowercase()] = operation(call);
    }
    paths.extend(plain());
    let codes: Vec<_> = CODES.iter().map(|code| code.text()).collect();
    let mut schemas: Value = serde_json::from_str(include_str!("schemas.json")).unwrap_or_default();
    schemas["Problem"]["properties"]["code"]["enum"] = json!(codes);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "aldis-media", "version": "1.0.0", "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
            "description": "A media server of Aldis: contract aldis-media.v1. Every answer has the header `Aldis-Media-Instance`; \
                another value than before means that everything the server had is gone."
        },
        "security": [{ "secret": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "secret": { "type": "http", "scheme": "bearer" } },
            "headers": { "Instance": { "description": "This run of the server.", "schema": { "type": "string" } } },
            "schemas": schemas
        }
    })
}

fn operation(call: &Call) -> Value {
    let mut operation = json!({
        "operationId": call.name, "summary": call.what, "parameters": parameters(call), "responses": responses(call)
    });
    if let Some(body) = call.body {
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema(body) } } });
    }
    operation
}

fn parameters(call: &Call) -> Vec<Value> {
    let in_path = call.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<_> =
        in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": schema("Id") })).collect();
    if call.name == "list_rooms" {
        let what = "Only rooms whose name is after this one.";
        all.push(json!({ "name": "after", "in": "query", "description": what, "schema": schema("Id") }));
    }
    if ["open_room", "close_room"].contains(&call.name) || call.path.contains("{peer}/") {
        let what = "The epoch of the room's media: a newer one than before closes all peers of the room first. A room is not closed that is in a newer one.";
        let epoch = json!({ "type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_u64 });
        all.push(json!({ "name": "Aldis-Media-Epoch", "in": "header", "description": what, "schema": epoch }));
    }
    if call.path.contains("{peer}/") {
        let what = "The last 64 answers of a peer are kept: the same call with the same key gets its first answer.";
        let key = json!({ "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$" });
        all.push(json!({ "name": "Idempotency-Key", "in": "header", "description": what, "schema": key }));
    }
    all
}

fn responses(call: &Call) -> Value {
    let mut responses = Map::new();
    responses.insert("200".to_owned(), answer("Done.", "application/json", &schema(call.answer)));
    let every = [Code::Unauthorized, Code::BadParameters, Code::TooLarge, Code::Internal, Code::Unavailable];
    let codes = || call.codes.iter().chain(&every);
    for status in codes().map(|code| code.status()) {
        let mut names: Vec<_> = codes().filter(|code| code.status() == status).map(|code| code.text()).collect();
        names.sort_unstable();
        names.dedup();
        let problem = answer(&names.join(", "), "application/problem+json", &schema("Problem"));
        responses.insert(status.to_string(), problem);
    }
    responses.into()
}

fn answer(what: &str, kind: &str, schema: &Value) -> Value {
    json!({
        "description": what,
        "headers": { "Aldis-Media-Instance": { "$ref": "#/components/headers/Instance" } },
        "content": { kind: { "schema": schema } }
    })
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The paths that are not calls of the server.
fn plain() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    let refused = answer("unauthorized", "application/problem+json", &schema("Problem"));
    let get = |name: &str, what: &str, kind: &str, body: &Value, open: bool| {
        let mut responses = json!({ "200": answer("Done.", kind, body) });
        let mut operation = json!({ "operationId": name, "summary": what });
        if open {
            operation["security"] = json!([]);
        } else {
            responses["401"] = refused.clone();
        }
        if name == "events" {
            responses["429"] = answer("limit", "application/problem+json", &schema("Problem"));
        }
        operation["responses"] = responses;
        json!({ "get": operation })
    };
    let mut paths = Map::new();
    let mut add = |path: &str, value: Value| paths.insert(path.to_owned(), value);
    let lines = "Events, one JSON a line: `hello` first, `load` each second. A stream that falls behind is closed.";
    add("/v1/events", get("events", lines, "application/x-ndjson", &schema("Event"), false));
    add("/v1/health", get("health", "How much there is.", "application/json", &schema("Health"), false));
    add("/metrics", get("metrics", "Metrics for Prometheus.", "text/plain", &text, false));
    add("/openapi.json", get("document", "This document.", "application/json", &json!({ "type": "object" }), true));
    paths
}
