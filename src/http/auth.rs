//! `/api/auth/*`: accounts and tokens over HTTP.
//!
//! A refresh token is sent as a cookie. A client without cookies requests it in the body with `X-Refresh-Token: body`
//! (signup, login), or by sending `{"refreshToken": …}` (refresh, logout); then no refresh cookie is set.

mod door;
pub(super) mod recovery;
pub(super) mod settings;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
pub(super) use door::Door;
pub(super) use door::REFRESH_BY;
use door::{LoginDoor, RefreshBy, RefreshCookie, RefreshHeader};
use recovery::Mailed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Shared,
    body::Body,
    caller::Owner,
    metrics,
    problem::{Code, Problem, ProblemBody},
};
use crate::{
    accounts::SignedUp,
    auth::{AuthError, Login, Signup},
    storage::User,
};

/// A user, as shown to themselves.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    /// The id other participants see.
    id: Uuid,
    /// The address they log in with.
    #[schema(example = "ann@example.org")]
    email: String,
    /// The name shown to others.
    #[schema(example = "Ann")]
    name: String,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { id: user.id, email: user.email, name: user.name }
    }
}

/// A new login session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LetIn {
    /// An RS256 JSON Web Token; also set as the cookie `access_token`.
    access_token: String,
    /// Its lifetime in seconds.
    #[schema(minimum = 1, example = 900)]
    expires_in: u64,
    /// Its owner.
    user: Account,
    /// Exchanged once for new tokens; only if requested, else it is the cookie `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    refresh_token: Option<String>,
}

/// A refresh token sent by a client without cookies.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RefreshBody {
    /// The token of the last response.
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$", example = "mJH3vC6oB1oqk0n2J0mXlQe7gqkLxY5cYbT0uVwZ8aA")]
    refresh_token: String,
}

/// Creates an account and logs it in; where addresses are verified, mails a link instead.
#[utoipa::path(post, path = "/api/auth/signup", tag = "auth", operation_id = "signUp", request_body = Signup,
    params(RefreshHeader),
    responses((status = 201, body = LetIn, description = "The new account and its tokens"),
        (status = 202, body = Mailed, description = "Where addresses are verified: a mail was sent, whether or not the address has an account"), 
        (status = 403, body = ProblemBody, description = "`signup_closed`, `invite_required` or `invite_invalid`"),
        (status = 409, body = ProblemBody, description = "`email_taken`")))]
pub(super) async fn signup(
    State(site): State<Shared>,
    door: Door,
    by: RefreshBy,
    Body(signup): Body<Signup>,
) -> Result<Response, Problem> {
    if site.accounts.settings().verify_email {
        door.may_cause_mail(&site)
            .await
            .inspect_err(|refused| metrics::auth_result("signup", refused.code.as_str()))?;
    }
    let program = door.program(by, None);
    let device = program.device.clone();
    match counted("signup", site.accounts.sign_up(signup, program).await)? {
        SignedUp::In(session) => Ok(door.let_in(&site, StatusCode::CREATED, (*session, device), by)),
        SignedUp::Mailed => Ok((StatusCode::ACCEPTED, Json(Mailed::SIGNED_UP)).into_response()),
    }
}

/// Logs an account in.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", operation_id = "logIn", request_body = Login,
    params(RefreshHeader),
    responses((status = 200, body = LetIn, description = "The account and its tokens"), (status = 401, body = ProblemBody, description = "`credentials_invalid`"),
        (status = 403, body = ProblemBody, description = "`account_disabled` or `email_unverified`")))]
pub(super) async fn login(
    State(site): State<Shared>,
    door: LoginDoor,
    by: RefreshBy,
    Body(login): Body<Login>,
) -> Result<Response, Problem> {
    let opened = door.opened(&site, &login.email).await;
    let (door, known) = opened.inspect_err(|refused| metrics::auth_result("login", refused.code.as_str()))?;
    let program = door.program(by, known);
    let device = program.device.clone();
    let session = counted("login", site.accounts.log_in(login, program).await)?;
    Ok(door.let_in(&site, StatusCode::OK, (session, device), by))
}

/// Exchanges a refresh token for new tokens. It can be used once; if the response was lost, the same exchange may be
/// repeated within 10 seconds. Later reuse ends the session.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", operation_id = "refreshTokens", request_body = Option<RefreshBody>,
    params(RefreshCookie),
    responses((status = 200, body = LetIn, description = "New tokens"), (status = 401, body = ProblemBody, description = "`refresh_invalid`: log in again"),
        (status = 403, body = ProblemBody, description = "`account_disabled`")))]
pub(super) async fn refresh(
    State(site): State<Shared>,
    door: Door,
    body: Option<Body<RefreshBody>>,
) -> Result<Response, Response> {
    let traded = async {
        let (token, by) = door.refresh_token(body.map(|body| body.0).as_ref())?;
        Ok((site.accounts.refresh(token).await?, by))
    };
    match counted("refresh", traded.await) {
        Ok((session, by)) => Ok(door.let_in(&site, StatusCode::OK, (session, None), by)),
        Err(problem) => {
            let is_final = problem.code == Code::RefreshInvalid;
            let mut response = problem.into_response();
            if is_final && door.has_cookie() {
                door.forget(&mut response);
            }
            Err(response)
        }
    }
}

/// Ends the session of the refresh token: its access tokens are refused, its sockets closed, the cookies removed. Without
/// a refresh token only the cookies are removed.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", operation_id = "logOut", request_body = Option<RefreshBody>,
    params(RefreshCookie),
    responses((status = 204, description = "logged out"), (status = 401, body = ProblemBody, description = "`refresh_invalid`: the body's token is malformed")))]
pub(super) async fn logout(
    State(site): State<Shared>,
    door: Door,
    body: Option<Body<RefreshBody>>,
) -> Result<Response, Problem> {
    let body = body.map(|body| body.0);
    match door.refresh_token(body.as_ref()) {
        Ok((token, _)) => counted("logout", site.accounts.log_out(token).await)?,
        // A program that sends an invalid token gets an error; a browser with an invalid cookie just loses it.
        Err(why) if body.is_some() => return Err(why.into()),
        Err(_) => {}
    }
    Ok(door.forgotten())
}

/// The account of the access token.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", operation_id = "getAccount", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, body = Account, description = "The account of the token")))]
pub(super) async fn me(State(site): State<Shared>, Owner(caller): Owner) -> Result<Json<Account>, Problem> {
    Ok(Json(site.accounts.account(caller.account()?).await?.into()))
}

/// Counts the result of an action and maps an error to its problem.
pub(super) fn counted<T>(action: &'static str, result: Result<T, AuthError>) -> Result<T, Problem> {
    let result = result.map_err(Problem::from);
    metrics::auth_result(action, result.as_ref().map_or_else(|problem| problem.code.as_str(), |_| "ok"));
    result
}
