//! Routes of the operators' listener: webhooks that wait or were given up. Must not know how they are sent.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Shared,
    problem::{Code, Problem},
};
use crate::webhooks::outbox::Letter;

/// Dead ones that are listed, or sent again, at once.
const DEAD_MAX: u32 = 1_000;

/// How many there are, and those that were given up.
#[derive(Serialize)]
pub(super) struct WebhookList {
    queued: u64,
    dead: u64,
    /// The newest first, at most 1000.
    webhooks: Vec<WebhookBody>,
}

/// A webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookBody {
    /// The id that its receiver sees.
    id: String,
    /// What is sent.
    body: serde_json::Value,
    queued_at: Timestamp,
    attempts: u32,
    /// What became of the last attempt.
    failure: Option<String>,
    dead_at: Option<Timestamp>,
}

/// How many are sent again.
#[derive(Serialize)]
pub(super) struct Retried {
    retried: u64,
}

impl From<Letter> for WebhookBody {
    fn from(Letter { id, webhook }: Letter) -> Self {
        let body = serde_json::from_str(&webhook.body).unwrap_or(serde_json::Value::String(webhook.body));
        let failure = Some(webhook.failure).filter(|failure| !failure.is_empty());
        let (queued_at, attempts, dead_at) = (webhook.queued_at, webhook.attempts, webhook.dead_at);
        Self { id, body, queued_at, attempts, failure, dead_at }
    }
}

/// `GET /internal/webhooks`
pub(super) async fn list(State(site): State<Shared>) -> Result<Json<WebhookList>, Problem> {
    let counts = site.outbox.counts().await?;
    let webhooks = site.outbox.dead(DEAD_MAX).await?.into_iter().map(WebhookBody::from).collect();
    Ok(Json(WebhookList { queued: counts.queued, dead: counts.dead, webhooks }))
}

/// `GET /internal/webhooks/{webhookId}`
pub(super) async fn show(State(site): State<Shared>, path: Path<String>) -> Result<Json<WebhookBody>, Problem> {
    Ok(Json(find(&site, path.as_str()).await?.into()))
}

/// `POST /internal/webhooks/{webhookId}/retry`
pub(super) async fn retry(State(site): State<Shared>, path: Path<String>) -> Result<StatusCode, Problem> {
    let letter = find(&site, path.as_str()).await?;
    if site.outbox.retry(&letter).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::new(
        Code::WebhookWaits,
        format!("The webhook {} was not given up: it is retried by itself.", letter.id),
    ))
}

/// `POST /internal/webhooks/retry`: the newest 1000.
pub(super) async fn retry_all(State(site): State<Shared>) -> Result<Json<Retried>, Problem> {
    Ok(Json(Retried { retried: site.outbox.retry_all(DEAD_MAX).await? }))
}

async fn find(site: &Shared, id: &str) -> Result<Letter, Problem> {
    let unknown = || {
        let detail = format!("No webhook {id} waits or was given up: it was delivered, or there never was one.");
        Problem::new(Code::WebhookNotFound, detail)
    };
    site.outbox.find(id).await?.ok_or_else(unknown)
}
