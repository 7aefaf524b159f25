//! Routes of the operators' listener: API keys of other people's backends. Must not know how they are stored or sealed.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    body::Body,
    problem::{Code, Problem},
};
use crate::{
    accounts::{API_KEYS_MAX, ApiKeyMade},
    auth::{ApiKeyId, FieldError},
    storage::{ApiAlgorithm, ApiKey},
};

/// What an operator wishes of a key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewApiKey {
    /// For operators.
    name: String,
    /// Of Ed25519, in PEM; without one the key is a secret.
    #[serde(default)]
    public_key: Option<String>,
}

/// A new key; the only answer with its secret.
#[derive(Serialize)]
struct MadeApiKey<'a> {
    #[serde(flatten)]
    key: ApiKeyBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

/// A key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyBody {
    id: String,
    name: String,
    algorithm: ApiAlgorithm,
    created_at: Timestamp,
}

/// All keys, the oldest first.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyList {
    api_keys: Vec<ApiKeyBody>,
}

impl From<ApiKey> for ApiKeyBody {
    fn from(key: ApiKey) -> Self {
        let id = ApiKeyId(key.id).to_string();
        Self { id, name: key.name, algorithm: key.algorithm, created_at: key.created_at }
    }
}

/// `POST /internal/api-keys` with `{"name": "…", "publicKey": "…"}`
pub(super) async fn create(
    State(site): State<Shared>,
    Body(wish): Body<NewApiKey>,
) -> Result<impl IntoResponse, Problem> {
    match site.accounts.make_api_key(wish.name, wish.public_key).await? {
        ApiKeyMade::Made(made) => {
            let secret = made.secret.as_ref().map(|secret| secret.expose_secret());
            Ok((StatusCode::CREATED, Json(MadeApiKey { key: made.key.into(), secret })).into_response())
        }
        ApiKeyMade::TooMany => {
            Err(Problem::new(Code::TooManyApiKeys, format!("There are {API_KEYS_MAX} API keys: revoke one first.")))
        }
        ApiKeyMade::Refused(why) => Err(Problem::fields(vec![FieldError::new("", why)])),
    }
}

/// `GET /internal/api-keys`
pub(super) async fn list(State(site): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let api_keys = site.accounts.api_keys().await?.into_iter().map(ApiKeyBody::from).collect();
    Ok(Json(ApiKeyList { api_keys }))
}

/// `DELETE /internal/api-keys/{apiKeyId}`
pub(super) async fn revoke(State(site): State<Shared>, path: Path<String>) -> Result<StatusCode, Problem> {
    let unknown = || Problem::new(Code::ApiKeyNotFound, format!("There is no API key {}.", path.as_str()));
    let id: ApiKeyId = path.parse().map_err(|_| unknown())?;
    if site.accounts.revoke_api_key(id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}
