//! Routes of the operators' listener: the signing keys, to see and to rotate. Must not know how keys are stored.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    body::Body,
    problem::{Code, Problem},
};
use crate::auth::keys::{KeyInfo, Rotation};

/// All keys: the one that signs, the next ones, the previous ones.
#[derive(Serialize)]
struct Keys {
    keys: Vec<KeyInfo>,
}

/// How to rotate.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rotate {
    rotation: Rotation,
}

/// `GET /internal/keys`
pub(super) async fn list(State(site): State<Shared>) -> impl IntoResponse {
    Json(Keys { keys: site.accounts.tokens().keys().list() })
}

/// `POST /internal/keys/rotate`, optionally with `{"rotation": "announced" | "now" | "leaked"}`
pub(super) async fn rotate(
    State(site): State<Shared>,
    wish: Option<Body<Rotate>>,
) -> Result<impl IntoResponse, Problem> {
    let rotation = wish.map(|Body(wish)| wish.rotation).unwrap_or_default();
    let (keys, now) = (Arc::clone(site.accounts.tokens().keys()), site.accounts.clock().now());
    let rotated = tokio::task::spawn_blocking(move || keys.rotate(rotation, now)).await.map_err(Problem::internal)?;
    let keys = rotated.map_err(|why| {
        let why = format!("{why:#}");
        tracing::warn!(why, ?rotation, "cannot rotate the signing keys");
        // Operators may know the cause, and only they can remove it.
        Problem::new(Code::Unavailable, format!("The signing keys were not rotated: {why}"))
    })?;
    tracing::info!(?rotation, "signing keys rotated by an operator");
    Ok(Json(Keys { keys }))
}
