//! `/api/account`: what the owner of an account does with it: password, sessions, export, deletion.

pub(super) mod export;

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Shared,
    auth::{Door, counted},
    body::Body,
    caller::{Caller, Owner},
    problem::{Code, Problem, ProblemBody},
};
use crate::{accounts::ChangePassword, storage::Session};

/// A session of the caller.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionBody {
    /// The `sid` of its access tokens.
    id: Uuid,
    /// What the program that logged in said about itself (`User-Agent`).
    client: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When its tokens were last refreshed.
    #[schema(value_type = String, format = DateTime)]
    used_at: Timestamp,
    /// When it ends unless it is used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether this request belongs to it.
    current: bool,
}

/// The caller's sessions, the last used first.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionList {
    /// The sessions.
    sessions: Vec<SessionBody>,
}

/// A request to delete one's account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteAccount {
    /// The password of the account.
    #[schema(max_length = 128, format = Password)]
    password: String,
}

/// The path of one session.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "documents the path for OpenAPI")]
pub(super) struct SessionPath {
    /// The session's id.
    #[param(rename = "sessionId", format = Uuid)]
    session_id: String,
}

/// The session that a path names; no id of another form is anybody's.
pub(super) struct SessionId(Uuid);

impl<S: Send + Sync> FromRequestParts<S> for SessionId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await.map_err(|_| no_such_session())?;
        path.parse().map(Self).map_err(|_| no_such_session())
    }
}

fn no_such_session() -> Problem {
    Problem::new(Code::SessionNotFound, "You have no such session.")
}

fn listed(caller: &Caller, sessions: Vec<Session>) -> Vec<SessionBody> {
    let listed = |session: Session| SessionBody {
        current: caller.session == Some(session.id),
        id: session.id,
        client: session.client,
        started_at: session.started_at,
        used_at: session.used_at,
        expires_at: session.expires_at,
    };
    sessions.into_iter().map(listed).collect()
}

/// Your sessions, the last used first.
#[utoipa::path(get, path = "/api/account/sessions", tag = "account", operation_id = "listSessions", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, body = SessionList, description = "The caller's sessions")))]
pub(super) async fn sessions(State(site): State<Shared>, Owner(caller): Owner) -> Result<Json<SessionList>, Problem> {
    Ok(Json(SessionList { sessions: listed(&caller, site.accounts.sessions(caller.account()?).await?) }))
}

/// Ends one of your sessions: its tokens are refused, its sockets closed.
#[utoipa::path(delete, path = "/api/account/sessions/{sessionId}", tag = "account", operation_id = "endSession",
    security(("bearer" = []), ("cookie" = [])), params(SessionPath),
    responses((status = 204, description = "ended"), (status = 404, body = ProblemBody, description = "`session_not_found`")))]
pub(super) async fn end_session(
    State(site): State<Shared>,
    Owner(caller): Owner,
    SessionId(session): SessionId,
) -> Result<StatusCode, Problem> {
    if counted("end_session", site.accounts.end_session(caller.account()?, session).await)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_session())
    }
}

/// Logs you out everywhere, here too: all sessions end, their tokens are refused, their sockets closed.
#[utoipa::path(delete, path = "/api/account/sessions", tag = "account", operation_id = "endAllSessions", security(("bearer" = []), ("cookie" = [])),
    responses((status = 204, description = "ended")))]
pub(super) async fn end_sessions(
    State(site): State<Shared>,
    Owner(caller): Owner,
    door: Door,
) -> Result<Response, Problem> {
    counted("end_sessions", site.accounts.end_sessions(caller.account()?, None).await)?;
    Ok(door.forgotten())
}

/// Changes your password and ends all your other sessions.
#[utoipa::path(post, path = "/api/account/password", tag = "account", operation_id = "changePassword", request_body = ChangePassword,
    security(("bearer" = []), ("cookie" = [])),
    responses((status = 204, description = "changed"),
        (status = 403, body = ProblemBody, description = "`password_wrong`: the current password is wrong")))]
pub(super) async fn password(
    State(site): State<Shared>,
    Owner(caller): Owner,
    door: Door,
    Body(wish): Body<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let account = caller.account()?;
    door.may_guess(&site, account).await?;
    let changed = site.accounts.change_password(account, caller.session, wish).await;
    counted("password", changed).map_err(not_a_login)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes your account with its sessions and rooms. Your name stays with what you said in others' rooms. With a long history the rest of
/// it is deleted within minutes; nobody can use the account meanwhile, and its address is free.
#[utoipa::path(post, path = "/api/account/delete", tag = "account", operation_id = "deleteAccount", request_body = DeleteAccount,
    security(("bearer" = []), ("cookie" = [])),
    responses((status = 204, description = "deleted"),
        (status = 403, body = ProblemBody, description = "`password_wrong`: the password is wrong")))]
pub(super) async fn delete(
    State(site): State<Shared>,
    Owner(caller): Owner,
    door: Door,
    Body(wish): Body<DeleteAccount>,
) -> Result<Response, Problem> {
    let account = caller.account()?;
    door.may_guess(&site, account).await?;
    let deleted = site.accounts.delete_own(account, wish.password).await;
    counted("delete_account", deleted).map_err(not_a_login)?;
    Ok(door.forgotten())
}

/// A wrong password in a request that has a session is not a missing login: 403, so that no client logs in again.
fn not_a_login(problem: Problem) -> Problem {
    if problem.code == Code::CredentialsInvalid {
        return Problem::new(Code::PasswordWrong, "The current password is wrong.");
    }
    problem
}
