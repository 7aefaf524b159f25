//! `/v1/users/{userId}/sessions`: a backend ends what somebody's tokens have opened.

use actors::ports::Action;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{
    Shared,
    caller::Caller,
    problem::{Code, Problem, ProblemBody},
};

/// Somebody, with an account here or without.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(in crate::http) struct UserPath {
    /// The `sub` of their tokens, percent-encoded.
    #[param(rename = "userId", example = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210")]
    user_id: String,
}

/// Ends all sessions of anybody: tokens that were issued until now are refused, and their sockets closed (4401), on all nodes within a
/// second or so. Who gets a newer token may come back. May be repeated.
#[utoipa::path(delete, path = "/v1/users/{userId}/sessions", tag = "server", operation_id = "serverEndSessions",
    security(("bearer" = [])), params(UserPath),
    responses((status = 204, description = "ended"), (status = 404, body = ProblemBody, description = "`user_not_found`: not of the form of an id")))]
pub(in crate::http) async fn end_sessions(
    State(site): State<Shared>,
    caller: Caller,
    Path(UserPath { user_id }): Path<UserPath>,
) -> Result<StatusCode, Problem> {
    caller.may(Action::AdministerAll)?;
    end_sessions_of(&site, &user_id).await
}

/// Ends all sessions of this user.
pub(in crate::http) async fn end_sessions_of(site: &Shared, user: &str) -> Result<StatusCode, Problem> {
    let user = user.parse().map_err(|_| {
        Problem::new(Code::UserNotFound, "Nobody has this id: ids are 1 to 128 printable ASCII characters.")
    })?;
    site.accounts.end_all_of(user).await?;
    Ok(StatusCode::NO_CONTENT)
}
