//! `/openapi.json`, generated from the routes, `/asyncapi.json`, generated from the wire's types, and Swagger UI at `/docs` from vendored files: nothing is loaded from
//! other sites.
//!
//! Responses common to all routes (rate limits, bodies, tokens, an unavailable database) are added here once.

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{Settings, cookies, problem};

/// The document without the routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Aldis", description = "Accounts, rooms and ICE servers of Aldis, a WebRTC signaling cluster. Signaling itself is the WebSocket at /ws, see /asyncapi.json and docs/protocol.md.", license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")),
    tags(
        (name = "auth", description = "Signing up, logging in, and tokens"),
        (name = "account", description = "What the owner of an account does with it"),
        (name = "rooms", description = "Rooms and who hosts them"),
        (name = "server", description = "All rooms, for backends: with a token that is signed with an API key and grants `admin` (docs/api.md)"),
        (name = "ice", description = "STUN and TURN"),
        (name = "signaling", description = "The WebSocket; its messages are in /asyncapi.json"),
        (name = "health", description = "For load balancers and operators")
    ),
    servers((url = "/", description = "The node that serves this document")),
    components(schemas(problem::ProblemBody)),
    modifiers(&Credentials)
)]
pub(super) struct Document;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components
            .add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookies::ACCESS))));
    }
}

/// The finished document as JSON.
pub(super) fn complete(document: &openapi::OpenApi, settings: &Settings) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    for path in document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut()) {
        for (method, operation) in path.as_object_mut().into_iter().flatten() {
            add_common_answers(method, operation);
            bodies_are_no_null(operation);
        }
    }
    let limits = &settings.rooms;
    let mesh_max = limits.participants_max.min(limits.mesh_participants_max);
    let participants_max = if limits.sfu { limits.participants_max } else { mesh_max };
    for schema in ["CreateRoom", "CreateRoomFor", "ChangeRoom"] {
        let properties = &mut document["components"]["schemas"][schema]["properties"];
        properties["maxParticipants"]["maximum"] = json!(participants_max);
        properties["seatWindowSeconds"]["maximum"] = json!(settings.rooms.seat_window_seconds_max);
    }
    if !settings.rooms.sfu {
        for schema in ["CreateRoom", "CreateRoomFor"] {
            document["components"]["schemas"][schema]["properties"]["mode"]["pattern"] = json!("^mesh$");
        }
    }
    document
}

fn add_common_answers(method: &str, operation: &mut Value) {
    let has_body = operation.get("requestBody").is_some();
    let has_parameters = operation.get("parameters").is_some();
    let needs_token = operation.get("security").is_some();
    let is_health = operation["tags"][0] == "health";
    let changes = method != "get";
    let is_of_account = ["auth", "account"].iter().any(|tag| operation["tags"][0] == *tag);
    let answers = [
        (
            has_body || has_parameters,
            "400",
            "`malformed_body`: the body is not JSON; `bad_request`: path, query or header cannot be read",
        ),
        (needs_token, "401", "`auth_required`, `auth_invalid` or `token_expired`"),
        (
            needs_token || changes,
            "403",
            "`forbidden`, `account_disabled`, or `origin_not_allowed` for a cookie sent by another site",
        ),
        (is_of_account && (needs_token || changes), "404", "`accounts_off`: there are no accounts on this service"),
        (has_body, "408", "`request_timeout`: the body was not received in time"),
        (has_body, "413", "`payload_too_large`"),
        (has_body, "415", "`unsupported_media_type`: the body is not declared as JSON"),
        (has_body, "422", "`invalid_body`: `errors` names the fields"),
        (!is_health, "429", "`rate_limited`: retry after `Retry-After`"),
        (true, "500", "`internal`: a server error; the request's id is in the logs"),
        (true, "503", "`unavailable`: overload or an unavailable dependency; retry after `Retry-After`"),
    ];
    let responses = &mut operation["responses"];
    for (_, status, description) in answers.into_iter().filter(|(applies, ..)| *applies) {
        if responses[status].is_null() {
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            responses[status] =
                json!({ "description": description, "content": { problem::MEDIA_TYPE: { "schema": schema } } });
        }
    }
    // Declared responses with a problem are problem+json too.
    for response in responses.as_object_mut().into_iter().flat_map(|responses| responses.values_mut()) {
        let content = &mut response["content"];
        if content["application/json"]["schema"]["$ref"] == "#/components/schemas/Problem" {
            let schema = content["application/json"].take();
            *content = json!({ problem::MEDIA_TYPE: schema });
        } else if content.is_null() || content["application/json"].is_null() && content[problem::MEDIA_TYPE].is_null() {
            if let Some(response) = response.as_object_mut() {
                response.remove("content");
            }
        } else if let Some(content) = content.as_object_mut() {
            content.retain(|_, kind| !kind.is_null());
        }
    }
}

/// A body that may be left out is an object all the same: generators of clients fail on a choice between it and `null`.
fn bodies_are_no_null(operation: &mut Value) {
    let schema = operation.pointer_mut("/requestBody/content/application~1json/schema");
    let Some(schema) = schema.filter(|schema| schema["oneOf"].is_array()) else { return };
    let mut choices = schema["oneOf"].as_array().into_iter().flatten();
    if let Some(object) = choices.find(|choice| choice["type"] != "null").cloned() {
        *schema = object;
    }
}

/// The messages of `/ws`; the actors' test `protocol` generates it.
const ASYNCAPI: &str = include_str!("../../docs/asyncapi.json");

/// `/openapi.json`, `/asyncapi.json` and `/docs`.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(document: &Value) -> Router<S> {
    let text = serde_json::to_string(document).unwrap_or_default();
    let json = get(move || {
        let text = text.clone();
        async move { document_answer(text) }
    });
    let messages = get(async || document_answer(ASYNCAPI));
    let ui: Router<S> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    Router::new().route("/openapi.json", json).route("/asyncapi.json", messages).merge(ui.layer(from_fn(relax)))
}

fn document_answer<T>(text: T) -> ([(header::HeaderName, &'static str); 2], T) {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], text)
}

/// Swagger UI uses inline styles and data: images; only our own scripts may run.
async fn relax(request: axum::extract::Request, next: Next) -> Response {
    const CSP: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    let mut response = next.run(request).await.into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
