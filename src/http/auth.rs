//! `/api/auth/*` and the JWKS: accounts and tokens over HTTP, cookies included.
//!
//! A refresh token travels by cookie. A client without cookies asks for it in the body with `X-Refresh-Token: body`
//! (signup, login), or by sending `{"refreshToken": …}` (refresh, logout); then no refresh cookie is set.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Shared,
    body::Body,
    caller::Caller,
    client::Client,
    cookies, metrics, origin,
    problem::{Code, Problem},
};
use crate::{
    auth::{AuthError, Login, RefreshToken, Session, Signup},
    storage::{StoreError, User},
};

/// The header by which a client without cookies asks for the refresh token in the body.
pub(super) const REFRESH_BY: HeaderName = HeaderName::from_static("x-refresh-token");

/// A user, as they see themselves.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    /// The id other participants see.
    id: Uuid,
    /// The address they log in with.
    #[schema(example = "ann@example.org")]
    email: String,
    /// What others see.
    #[schema(example = "Ann")]
    name: String,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { id: user.id, email: user.email, name: user.name }
    }
}

/// What somebody gets who is let in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LetIn {
    /// An RS256 JSON Web Token; also set as the cookie `access_token`.
    access_token: String,
    /// How long it is good, in seconds.
    #[schema(minimum = 1, example = 900)]
    expires_in: u64,
    /// Whose it is.
    user: Account,
    /// Good once, for new tokens; only when it was asked for, else it is the cookie `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    refresh_token: Option<String>,
}

/// A refresh token brought by a client without cookies.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RefreshBody {
    /// The token of the last answer.
    #[schema(max_length = 64, example = "mJH3vC6oB1oqk0n2J0mXlQe7gqkLxY5cYbT0uVwZ8aA")]
    refresh_token: String,
}

/// How the client wants its refresh token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RefreshBy {
    Cookie,
    Body,
}

impl<S: Send + Sync> FromRequestParts<S> for RefreshBy {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.headers.get(REFRESH_BY).map(|value| value.as_bytes()) {
            None => Ok(Self::Cookie),
            Some(b"body") => Ok(Self::Body),
            Some(_) => Err(Problem::new(Code::BadRequest, "The header X-Refresh-Token can only be `body`.")),
        }
    }
}

/// What an endpoint of authentication needs to know of a request, checked: the Origin is not foreign, the client's
/// address has not asked too often.
pub(super) struct Door {
    secure: bool,
    jar: CookieJar,
}

impl FromRequestParts<Shared> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        origin::must_not_be_foreign(&parts.headers, &site.settings)?;
        let client = parts.extensions.get::<Client>().copied();
        if let Some(client) = client
            && let Err(wait) = site.rates.auth_address.take(client.network())
        {
            return Err(Problem::too_often("logins from your address", wait));
        }
        let secure = site.settings.cookies_secure || client.is_some_and(|client| client.over_tls);
        Ok(Self { secure, jar: CookieJar::from_headers(&parts.headers) })
    }
}

impl Door {
    /// The refresh token of the body or else of the cookie.
    fn refresh_token(&self, body: Option<&RefreshBody>) -> Result<(RefreshToken, RefreshBy), AuthError> {
        let (text, by) = match (body, self.jar.get(cookies::REFRESH)) {
            (Some(body), _) => (body.refresh_token.as_str(), RefreshBy::Body),
            (None, Some(cookie)) => (cookie.value(), RefreshBy::Cookie),
            (None, None) => {
                return Err(AuthError::Refresh("none was sent, neither as the cookie refresh_token nor in the body"));
            }
        };
        let token = text.parse().map_err(|_| AuthError::Refresh("it is not one of ours"))?;
        Ok((token, by))
    }

    fn let_in(&self, site: &Shared, status: StatusCode, session: Session, by: RefreshBy) -> Response {
        let (refresh, access_ttl) = (session.refresh.expose(), site.auth.tokens().ttl());
        let answer = LetIn {
            access_token: session.access,
            expires_in: access_ttl.as_secs(),
            user: session.user.into(),
            refresh_token: (by == RefreshBy::Body).then(|| refresh.clone()),
        };
        let mut response = (status, Json(&answer)).into_response();
        cookies::set_access(response.headers_mut(), &answer.access_token, access_ttl, self.secure);
        if by == RefreshBy::Cookie {
            cookies::set_refresh(response.headers_mut(), &refresh, site.auth.settings().refresh_ttl, self.secure);
        }
        response
    }
}

/// Makes an account and logs it in.
#[utoipa::path(post, path = "/api/auth/signup", tag = "auth", request_body = Signup,
    params(("X-Refresh-Token" = Option<String>, Header, description = "`body`: the refresh token comes in the answer's body instead of a cookie", pattern = "^body$")),
    responses((status = 201, body = LetIn), (status = 409, body = super::problem::ProblemBody, description = "`email_taken`")))]
pub(super) async fn signup(
    State(site): State<Shared>,
    door: Door,
    by: RefreshBy,
    Body(signup): Body<Signup>,
) -> Result<Response, Problem> {
    let session = counted("signup", site.auth.sign_up(signup).await)?;
    Ok(door.let_in(&site, StatusCode::CREATED, session, by))
}

/// Logs an account in.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = Login,
    params(("X-Refresh-Token" = Option<String>, Header, description = "`body`: the refresh token comes in the answer's body instead of a cookie", pattern = "^body$")),
    responses((status = 200, body = LetIn), (status = 401, body = super::problem::ProblemBody, description = "`credentials_invalid`"),
        (status = 403, body = super::problem::ProblemBody, description = "`account_disabled`")))]
pub(super) async fn login(
    State(site): State<Shared>,
    door: Door,
    by: RefreshBy,
    Body(login): Body<Login>,
) -> Result<Response, Problem> {
    if let Err(wait) = site.rates.login_email.take(login.email.trim().to_ascii_lowercase()) {
        metrics::auth_result("login", Code::RateLimited.as_str());
        return Err(Problem::too_often("logins into this account", wait));
    }
    let session = counted("login", site.auth.log_in(login).await)?;
    Ok(door.let_in(&site, StatusCode::OK, session, by))
}

/// Trades a refresh token for new tokens. It is good once: a second use revokes all that came from the same login.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", request_body = Option<RefreshBody>,
    params(("refresh_token" = Option<String>, Cookie, description = "the refresh token, unless it is in the body")),
    responses((status = 200, body = LetIn), (status = 401, body = super::problem::ProblemBody, description = "`refresh_invalid`: log in again"),
        (status = 403, body = super::problem::ProblemBody, description = "`account_disabled`")))]
pub(super) async fn refresh(
    State(site): State<Shared>,
    door: Door,
    body: Option<Body<RefreshBody>>,
) -> Result<Response, Response> {
    let traded = async {
        let (token, by) = door.refresh_token(body.map(|body| body.0).as_ref())?;
        Ok((site.auth.refresh(&token).await?, by))
    };
    match counted("refresh", traded.await) {
        Ok((session, by)) => Ok(door.let_in(&site, StatusCode::OK, session, by)),
        Err(problem) => {
            let is_final = problem.code == Code::RefreshInvalid;
            let mut response = problem.into_response();
            if is_final && door.jar.get(cookies::REFRESH).is_some() {
                cookies::forget(response.headers_mut(), door.secure);
            }
            Err(response)
        }
    }
}

/// Revokes the refresh token and everything that came from the same login; forgets the cookies. The access token lives
/// on until it expires. Without a refresh token only the cookies are forgotten.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", request_body = Option<RefreshBody>,
    params(("refresh_token" = Option<String>, Cookie, description = "the refresh token, unless it is in the body")),
    responses((status = 204, description = "logged out")))]
pub(super) async fn logout(
    State(site): State<Shared>,
    door: Door,
    body: Option<Body<RefreshBody>>,
) -> Result<Response, Problem> {
    if let Ok((token, _)) = door.refresh_token(body.map(|body| body.0).as_ref()) {
        counted("logout", site.auth.log_out(&token).await)?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::forget(response.headers_mut(), door.secure);
    Ok(response)
}

/// The account behind the access token.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, body = Account)))]
pub(super) async fn me(State(site): State<Shared>, caller: Caller) -> Result<Json<Account>, Problem> {
    Ok(Json(site.auth.account(caller.user).await?.into()))
}

/// A set of public keys (RFC 7517).
#[derive(ToSchema)]
#[schema(as = JwkSet)]
#[expect(dead_code, reason = "describes jsonwebtoken's type to the OpenAPI document")]
pub(super) struct JwkSetBody {
    /// Newest first: the first signs, the others still verify.
    #[schema(min_items = 1)]
    keys: Vec<serde_json::Value>,
}

/// The public keys that access tokens are verified with (RFC 7517). `kid` is the RFC 7638 thumbprint.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses((status = 200, body = JwkSetBody)))]
pub(super) async fn jwks(State(site): State<Shared>) -> Response {
    let headers = [(axum::http::header::CACHE_CONTROL, "public, max-age=300")];
    (headers, Json(site.auth.tokens().keys().jwks())).into_response()
}

/// Counts what came of an action and turns an error into its problem.
fn counted<T>(action: &'static str, result: Result<T, AuthError>) -> Result<T, Problem> {
    let result = result.map_err(Problem::from);
    metrics::auth_result(action, result.as_ref().map_or_else(|problem| problem.code.as_str(), |_| "ok"));
    result
}

impl From<AuthError> for Problem {
    fn from(why: AuthError) -> Self {
        match why {
            AuthError::Invalid(fields) => Self::fields(fields),
            AuthError::EmailTaken => {
                Self::new(Code::EmailTaken, "An account with this e-mail address exists; log in instead.")
            }
            AuthError::WrongCredentials => {
                Self::new(Code::CredentialsInvalid, "The e-mail address or the password is wrong.")
            }
            AuthError::Disabled => Self::new(Code::AccountDisabled, "This account was disabled by the operator."),
            AuthError::Gone => Self::new(Code::AuthInvalid, "The account of this token no longer exists."),
            AuthError::Refresh(why) => {
                Self::new(Code::RefreshInvalid, format!("The refresh token cannot be used: {why}. Log in again."))
            }
            AuthError::Token(why) => why.into(),
            AuthError::Busy => Self::unavailable("Too many people log in right now: try again in a moment."),
            AuthError::Store(why) => why.into(),
            AuthError::Broken(why) => Self::internal(why),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database does not answer");
                Self::unavailable("The database does not answer: try again in a moment.")
            }
            StoreError::EmailTaken => AuthError::EmailTaken.into(),
            StoreError::UnknownUser => AuthError::Gone.into(),
            StoreError::TooManyRooms { max } => {
                Self::new(Code::TooManyRooms, format!("You have {max} rooms, the most one may have: delete one first."))
            }
            why @ (StoreError::RoomIdTaken | StoreError::Unreadable { .. } | StoreError::Broken(_)) => {
                Self::internal(why)
            }
        }
    }
}
