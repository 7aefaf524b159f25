//! `/internal/users`: accounts, and what operators do about them. Must not know how passwords are hashed.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    http::{
        Shared,
        body::{Body, Query},
        problem::{Code, Problem},
        v1::users::end_sessions_of,
    },
    storage::User,
};

/// An account, without its password.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserBody {
    id: Uuid,
    email: String,
    name: String,
    disabled: bool,
    /// When they proved that the address is theirs, if they did.
    verified_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        let User { id, email, name, disabled, verified_at, created_at, .. } = user;
        Self { id, email, name, disabled, verified_at, created_at }
    }
}

/// Accounts, the newest first.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserList {
    users: Vec<UserBody>,
    /// `cursor` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<Uuid>,
}

/// Which accounts are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Wanted {
    /// `nextCursor` of the page before: its last account.
    cursor: Option<Uuid>,
    /// How many, at most.
    limit: Option<u32>,
    /// Only the account of this address.
    email: Option<String>,
}

/// An operator's change to an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ChangeUser {
    /// Disables the account: `true` ends all sessions: tokens are refused, sockets closed.
    disabled: bool,
}

/// Longest page.
const PAGE_MAX: u32 = 100;

/// `GET /internal/users?cursor=&limit=` or `?email=`
pub(in crate::http) async fn list(
    State(site): State<Shared>,
    Query(wanted): Query<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    let limit = wanted.limit.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::new(Code::BadRequest, format!("limit is {limit}; it must be 1 to {PAGE_MAX}.")));
    }
    if let Some(email) = wanted.email {
        let users = site.accounts.by_email(&email).await?.into_iter().map(UserBody::from).collect();
        return Ok(Json(UserList { users, next_cursor: None }));
    }
    let mut users = site.accounts.list(wanted.cursor, limit + 1).await?;
    let is_last = users.len() <= limit as usize;
    users.truncate(limit as usize);
    let next_cursor = users.last().filter(|_| !is_last).map(|user| user.id);
    Ok(Json(UserList { users: users.into_iter().map(UserBody::from).collect(), next_cursor }))
}

/// `GET /internal/users/{userId}`: the account and its sessions.
pub(in crate::http) async fn show(
    State(site): State<Shared>,
    path: Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let user = site.accounts.by_id(id(&path)?).await?.ok_or_else(|| unknown(&path))?;
    let sessions = site.accounts.sessions(user.id).await?.len();
    Ok(Json(json!({ "user": UserBody::from(user), "sessions": sessions })))
}

/// `PATCH /internal/users/{userId}`
pub(in crate::http) async fn change(
    State(site): State<Shared>,
    path: Path<String>,
    Body(wish): Body<ChangeUser>,
) -> Result<StatusCode, Problem> {
    if !site.accounts.set_disabled(id(&path)?, wish.disabled).await? {
        return Err(unknown(&path));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /internal/users/{userId}`: the account with its rooms; what they said stays, without their id.
pub(in crate::http) async fn delete(State(site): State<Shared>, path: Path<String>) -> Result<StatusCode, Problem> {
    if site.accounts.delete(id(&path)?).await? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&path)) }
}

/// `POST /internal/users/{userId}/password`: a new password, which is in this answer only; all sessions end.
pub(in crate::http) async fn password(
    State(site): State<Shared>,
    path: Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let user = site.accounts.by_id(id(&path)?).await?.ok_or_else(|| unknown(&path))?;
    if user.disabled {
        return Err(Problem::new(Code::AccountDisabled, "The account is disabled: enable it first."));
    }
    let password = site.accounts.renew_password(user.id).await?.ok_or_else(|| unknown(&path))?;
    Ok(Json(json!({ "password": password.expose_secret() })))
}

/// `DELETE /internal/users/{userId}/sessions`: of anybody, with an account or without.
pub(in crate::http) async fn end_sessions(
    State(site): State<Shared>,
    path: Path<String>,
) -> Result<StatusCode, Problem> {
    end_sessions_of(&site, &path).await
}

fn id(path: &str) -> Result<Uuid, Problem> {
    path.parse().map_err(|_| unknown(path))
}

fn unknown(path: &str) -> Problem {
    Problem::new(Code::UserNotFound, format!("There is no user {path}."))
}
