//! The operators' door to the signing keys.

use std::sync::Arc;

use serde_json::json;

use super::{Ask, bench, operators};
use crate::http::admin_router;

#[tokio::test]
async fn operators_see_and_rotate_the_keys_and_nobody_else_does() {
    let bench = bench().await;
    let door = admin_router(Arc::clone(&bench.site), Arc::new(String::new), operators::operators(false));
    let at = |method: &str, path: &str| operators::at(Ask::new(method, path));
    for (method, path) in [("GET", "/internal/keys"), ("POST", "/internal/keys/rotate")] {
        at(method, path).send(&door).await.is_problem(401, "auth_required");
        Ask::new(method, path).send(&bench.router).await.is_problem(404, "not_found");
    }
    let listed = at("GET", "/internal/keys").bearer(operators::TOKEN).send(&door).await;
    assert_eq!((listed.status.as_u16(), listed.json()["keys"][0]["role"].as_str()), (200, Some("current")));
    for body in [json!({ "rotation": "often" }), json!({ "leaked": true }), json!([])] {
        let wrong = at("POST", "/internal/keys/rotate").bearer(operators::TOKEN).json(body);
        wrong.send(&door).await.is_problem(422, "invalid_body");
    }
    let before = Ask::get("/.well-known/jwks.json").send(&bench.router).await;
    assert_eq!(before.header("cache-control"), "public, max-age=300");
    let rotated = at("POST", "/internal/keys/rotate").bearer(operators::TOKEN).send(&door).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let kid = rotated.json()["keys"][1]["kid"].as_str().expect("the next key").to_owned();
    assert_eq!(rotated.json()["keys"][1]["role"], "next");
    let after = Ask::get("/.well-known/jwks.json").send(&bench.router).await;
    assert!(!before.text.contains(&kid) && after.text.contains(&kid), "it is published before it signs");
}
