//! API keys by the operators' routes, and what their tokens may do on the public ones.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Ask, Bench, bench};
use crate::http::{Operators, OverSocket, admin_router};

/// A backend with an API key.
pub(super) struct Backend {
    pub(super) id: String,
    secret: String,
    now: i64,
}

impl Backend {
    pub(super) async fn of(bench: &Bench) -> Self {
        let made = internal(bench, "POST", "/internal/api-keys", Some(json!({ "name": "Shop" }))).await;
        let made = made.json();
        Self {
            id: made["id"].as_str().expect("an id").to_owned(),
            secret: made["secret"].as_str().expect("a secret").to_owned(),
            now: bench.now.load(std::sync::atomic::Ordering::SeqCst),
        }
    }

    /// A token of somebody with these grants.
    pub(super) fn token(&self, sub: &str, grants: &Value) -> String {
        let claims = json!({ "sub": sub, "name": "Ann", "exp": self.now + 600, "iss": self.id, "aldis": grants });
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        encode(&Header::new(Algorithm::HS256), &claims, &key).expect("signed")
    }
}

/// Whom tokens are for.
pub(super) const SUB: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";

pub(super) async fn internal(bench: &Bench, method: &str, path: &str, body: Option<Value>) -> super::Answer {
    let operators = Operators::new(&"x".repeat(32), false, CancellationToken::new());
    let router = admin_router(std::sync::Arc::clone(&bench.site), std::sync::Arc::new(String::new), operators);
    let router = router.layer(axum::Extension(OverSocket { uid: 0 }));
    let ask = Ask::new(method, path);
    body.into_iter().fold(ask, Ask::json).send(&router).await
}

#[tokio::test]
async fn operators_make_list_and_revoke_keys_and_the_secret_is_told_once() {
    let bench = bench().await;
    let made = internal(&bench, "POST", "/internal/api-keys", Some(json!({ "name": "Shop" }))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, secret) = (made.json()["id"].clone(), made.json()["secret"].clone());
    let listed = internal(&bench, "GET", "/internal/api-keys", None).await;
    let expected = json!({ "id": id, "name": "Shop", "algorithm": "HS256", "createdAt": "2027-01-15T08:00:00Z" });
    assert_eq!(listed.json(), json!({ "apiKeys": [expected] }));
    assert!(!listed.text.contains(secret.as_str().expect("a secret")));
    let path = format!("/internal/api-keys/{}", id.as_str().expect("an id"));
    assert_eq!(internal(&bench, "DELETE", &path, None).await.status, 204);
    internal(&bench, "DELETE", &path, None).await.is_problem(404, "api_key_not_found");
    internal(&bench, "DELETE", "/internal/api-keys/x", None).await.is_problem(404, "api_key_not_found");
    let wrong = json!({ "name": "Shop", "publicKey": "canary" });
    let refused = internal(&bench, "POST", "/internal/api-keys", Some(wrong)).await;
    assert!(!refused.text.contains("canary"), "{refused:?}");
    refused.is_problem(422, "invalid_body");
}

#[tokio::test]
async fn each_route_asks_for_its_grant() {
    let bench = bench().await;
    let backend = Backend::of(&bench).await;
    let (host, _) = bench.signup("host").await;
    let room = bench.room(&host).await;
    let (ours, theirs) = (format!("/api/rooms/{room}"), "/api/rooms/zzz-zzzz-zzz");
    let messages = format!("{ours}/messages");
    let patch = json!({ "maxParticipants": 3 });
    for (grants, method, path, body, expected) in [
        (json!({}), "GET", ours.as_str(), None, 403),
        (json!({ "join": true }), "GET", &ours, None, 200),
        (json!({ "join": true, "room": room }), "GET", &ours, None, 200),
        (json!({ "join": true, "room": room }), "GET", theirs, None, 403),
        (json!({ "join": true, "room": room }), "GET", &messages, None, 200),
        (json!({ "join": true }), "GET", theirs, None, 404),
        (json!({ "join": true }), "GET", "/api/ice-servers", None, 200),
        (json!({ "create": true }), "GET", "/api/ice-servers", None, 403),
        (json!({ "create": true }), "POST", "/api/rooms", Some(json!({})), 201),
        (json!({ "join": true }), "POST", "/api/rooms", Some(json!({})), 403),
        (json!({ "join": true, "room": room }), "GET", "/api/rooms", None, 403),
        (json!({ "create": true }), "GET", "/api/rooms", None, 200),
        (json!({ "join": true, "room": room }), "PATCH", &ours, Some(patch.clone()), 403),
        (json!({ "admin": true, "room": room }), "PATCH", &ours, Some(patch.clone()), 200),
        (json!({ "admin": true, "room": room }), "GET", "/v1/rooms", None, 403),
        (json!({ "admin": true }), "GET", "/v1/rooms", None, 200),
        (json!({ "join": true, "create": true }), "GET", "/v1/rooms", None, 403),
        (json!({ "admin": true }), "GET", "/api/auth/me", None, 403),
        (json!({ "admin": true, "join": true }), "GET", "/api/account/sessions", None, 403),
        (json!({ "admin": true }), "GET", "/api/account/export", None, 403),
        (json!({ "hidden": true }), "GET", &ours, None, 403),
        (json!({ "hidden": true, "join": true }), "GET", &ours, None, 200),
    ] {
        let ask = Ask::new(method, path).bearer(&backend.token(SUB, &grants));
        let answer = body.into_iter().fold(ask, Ask::json).send(&bench.router).await;
        assert_eq!(answer.status, expected, "{method} {path} with {grants}: {answer:?}");
    }
    let answer = Ask::get("/v1/rooms").bearer(&host).send(&bench.router).await;
    assert!(answer.text.contains("API key"), "{answer:?}");
    answer.is_problem(403, "forbidden");
}

#[tokio::test]
async fn who_has_no_account_hosts_the_room_that_they_create() {
    let bench = bench().await;
    let backend = Backend::of(&bench).await;
    for sub in [SUB, "auth0|abc"] {
        hosts_what_they_create(&bench, &backend, sub).await;
    }
}

async fn hosts_what_they_create(bench: &Bench, backend: &Backend, sub: &str) {
    let token = backend.token(sub, &json!({ "create": true, "join": true }));
    let room = Ask::post("/api/rooms").bearer(&token).send(&bench.router).await.json();
    assert_eq!(room["hostId"], sub);
    let path = format!("/api/rooms/{}", room["roomId"].as_str().expect("an id"));
    let other = backend.token("auth0|other", &json!({ "create": true, "join": true }));
    let patch = |token: &str| Ask::new("PATCH", &path).bearer(token).json(json!({ "name": "Ours" }));
    patch(&other).send(&bench.router).await.is_problem(403, "forbidden");
    assert_eq!(patch(&token).send(&bench.router).await.json()["name"], "Ours");
    let listed = Ask::get("/api/rooms").bearer(&token).send(&bench.router).await.json();
    assert_eq!(listed["rooms"].as_array().map(Vec::len), Some(1));
    assert_eq!(Ask::new("DELETE", &path).bearer(&token).send(&bench.router).await.status, 204);
}
