//! The OpenAPI document matches the routes; Swagger UI loads nothing from other sites.

use serde_json::{Value, json};

use super::{Ask, bench};
use crate::http::{Settings, openapi, rooms::Limits};

/// Every operation as `GET /path`, with its value.
pub(super) fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &'_ Value)| -> Vec<String> {
        item.as_object().expect("an item").keys().map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    let routes = paths.iter().flat_map(of_path);
    routes.zip(paths.values().flat_map(|item| item.as_object().expect("an item").values())).collect()
}

/// `docs/openapi.json`, which the web client's types are made from, is this build's document; `ALDIS_BLESS=1` writes it.
#[test]
fn the_document_in_docs_is_this_one() {
    let made = serde_json::to_string_pretty(&openapi(&Settings::default())).expect("a value is JSON") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("ALDIS_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(path, &made).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is of other routes: ALDIS_BLESS=1 cargo test --workspace --all-features --lib -- the_document_in_docs, \
         then `npm run rest` in web/, and commit both"
    );
}

#[test]
fn no_parameter_of_an_operation_is_named_twice() {
    let document = openapi(&Settings::default());
    for (route, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut names: Vec<_> =
            parameters.map(|parameter| (parameter["in"].as_str(), parameter["name"].as_str())).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{route}: {names:?}");
    }
}

/// Every route of the document.
const ROUTES: [&str; 63] = [
    "DELETE /api/account/sessions",
    "DELETE /api/account/sessions/{sessionId}",
    "DELETE /api/rooms/{roomId}",
    "DELETE /api/rooms/{roomId}/bans",
    "DELETE /api/rooms/{roomId}/bans/{userId}",
    "DELETE /api/rooms/{roomId}/guests/{waiting}",
    "DELETE /api/rooms/{roomId}/messages/{messageId}",
    "DELETE /v1/rooms/{roomId}",
    "DELETE /v1/rooms/{roomId}/bans",
    "DELETE /v1/rooms/{roomId}/bans/{userId}",
    "DELETE /v1/rooms/{roomId}/participants/{userId}",
    "DELETE /v1/users/{userId}/sessions",
    "GET /.well-known/jwks.json",
    "GET /api/account/export",
    "GET /api/account/sessions",
    "GET /api/auth/me",
    "GET /api/auth/settings",
    "GET /api/ice-servers",
    "GET /api/rooms",
    "GET /api/rooms/{roomId}",
    "GET /api/rooms/{roomId}/bans",
    "GET /api/rooms/{roomId}/card",
    "GET /api/rooms/{roomId}/guests/{waiting}",
    "GET /api/rooms/{roomId}/messages",
    "GET /api/rooms/{roomId}/waiting",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "GET /v1/rooms",
    "GET /v1/rooms/{roomId}",
    "GET /v1/rooms/{roomId}/bans",
    "GET /v1/rooms/{roomId}/participants",
    "GET /v1/rooms/{roomId}/timeline",
    "GET /v1/rooms/{roomId}/waiting",
    "GET /ws",
    "PATCH /api/rooms/{roomId}",
    "PATCH /v1/rooms/{roomId}",
    "POST /api/account/delete",
    "POST /api/account/password",
    "POST /api/auth/login",
    "POST /api/auth/logout",
    "POST /api/auth/password/forgot",
    "POST /api/auth/password/reset",
    "POST /api/auth/refresh",
    "POST /api/auth/signup",
    "POST /api/auth/verify",
    "POST /api/rooms",
    "POST /api/rooms/{roomId}/guests",
    "POST /api/rooms/{roomId}/host",
    "POST /api/rooms/{roomId}/participants/{userId}/mute",
    "POST /api/rooms/{roomId}/participants/{userId}/remove",
    "POST /api/rooms/{roomId}/reports",
    "POST /api/rooms/{roomId}/waiting",
    "POST /api/rooms/{roomId}/waiting/{guestId}",
    "POST /v1/rooms",
    "POST /v1/rooms/{roomId}/close",
    "POST /v1/rooms/{roomId}/host",
    "POST /v1/rooms/{roomId}/messages",
    "POST /v1/rooms/{roomId}/participants/{userId}/move",
    "POST /v1/rooms/{roomId}/participants/{userId}/mute",
    "POST /v1/rooms/{roomId}/participants/{userId}/remove",
    "POST /v1/rooms/{roomId}/waiting",
    "POST /v1/rooms/{roomId}/waiting/{guestId}",
];

#[test]
fn the_document_lists_every_route() {
    let document = openapi(&Settings::default());
    let mut routes: Vec<_> = operations(&document).into_iter().map(|(route, _)| route).collect();
    routes.sort();
    assert_eq!(routes, ROUTES);
}

#[test]
fn every_error_in_the_document_is_a_problem_and_every_reference_resolves() {
    let document = openapi(&Settings::default());
    for (route, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let is_error = status.as_str() >= "400";
            let is_readiness = route.starts_with("GET /health") && status == "503";
            if is_error && !is_readiness {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{route} {status}: {response}");
            }
            assert!(
                ["101", "204"].contains(&status.as_str()) || response["content"].is_object(),
                "{route} {status}: {response}"
            );
        }
        let needs_token = operation.get("security").is_some();
        assert!(
            !needs_token || operation["responses"].get("401").is_some(),
            "{route} needs a token but never answers 401"
        );
    }
    let text = document.to_string();
    for (at, _) in text.match_indices("\"$ref\":\"#") {
        let pointer = text[at + 9..].split('"').next().expect("a pointer");
        assert!(document.pointer(&pointer[0..]).is_some(), "{pointer} is not in the document");
    }
}

/// Generated clients name their functions after the operations, and validators demand the descriptions.
#[test]
fn every_operation_has_a_verb_and_an_object_and_every_response_a_description() {
    let document = openapi(&Settings::default());
    let mut names = std::collections::BTreeSet::new();
    for (route, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap_or_default();
        assert!(name.contains(char::is_uppercase) && name.starts_with(char::is_lowercase), "{route}: {name}");
        assert!(names.insert(name), "{route}: {name} is used twice");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{route} {status} has no description");
        }
    }
}

/// A generator for Python fails on a body that may be `null`, and makes nothing usable of a schema without a type.
#[test]
fn bodies_are_no_null_keys_have_a_shape_and_the_server_is_named() {
    let document = openapi(&Settings::default());
    for (route, operation) in operations(&document) {
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        assert!(schema.is_none_or(|schema| schema["$ref"].is_string()), "{route}: {schema:?}");
    }
    assert_eq!(
        document["components"]["schemas"]["JwkSet"]["properties"]["keys"]["items"]["$ref"],
        "#/components/schemas/Jwk"
    );
    assert_eq!(document["servers"][0]["url"], "/");
}

#[test]
fn request_bodies_refuse_unknown_fields() {
    let document = openapi(&Settings::default());
    for name in [
        "Signup",
        "Login",
        "RefreshBody",
        "ForgotPassword",
        "ResetPassword",
        "VerifyEmail",
        "CreateRoom",
        "ChangeRoom",
        "SendMessage",
    ] {
        assert_eq!(document["components"]["schemas"][name]["additionalProperties"], json!(false), "{name}");
    }
}

#[test]
fn the_documents_limits_are_the_configured_ones() {
    for (sfu, most) in [(true, 12), (false, 6)] {
        let rooms = Limits { participants_max: 12, mesh_participants_max: 6, sfu, ..Limits::default() };
        let document = openapi(&Settings { rooms, ..Settings::default() });
        for name in ["CreateRoom", "CreateRoomFor", "ChangeRoom"] {
            let properties = &document["components"]["schemas"][name]["properties"];
            assert_eq!(properties["maxParticipants"]["maximum"], json!(most), "{name}");
        }
    }
}

#[test]
fn the_documents_email_pattern_is_the_one_that_is_checked() {
    let document = openapi(&Settings::default());
    assert_eq!(
        document["components"]["schemas"]["Signup"]["properties"]["email"]["pattern"],
        json!(crate::auth::account::EMAIL_PATTERN)
    );
}

#[tokio::test]
async fn swagger_ui_is_served_from_here_with_the_document_beside_it() {
    let bench = bench().await;
    let document = Ask::get("/openapi.json").send(&bench.router).await;
    assert_eq!(document.json(), openapi(&Settings::default()));
    assert_eq!(Ask::get("/docs").send(&bench.router).await.header("location"), "/docs/");
    let page = Ask::get("/docs/").send(&bench.router).await;
    assert!(
        page.text.contains("swagger-ui") && !page.text.contains("<script>") && !page.text.contains("//cdn"),
        "{}",
        page.text
    );
    assert!(page.header("content-security-policy").contains("style-src 'self' 'unsafe-inline'"));
    let start = Ask::get("/docs/swagger-initializer.js").send(&bench.router).await;
    assert!(start.text.contains("/openapi.json"), "{}", start.text);
}
