//! `/api/auth/password/…` and `/api/auth/verify`: links that were mailed.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{counted, door::Door};
use crate::{
    accounts::ResetPassword,
    http::{
        Shared,
        audit::Who,
        body::Body,
        metrics,
        problem::{Problem, ProblemBody},
    },
};

/// A request for a mail with a link to set a new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ForgotPassword {
    /// The address of the account.
    #[schema(max_length = 254, example = "ann@example.org")]
    email: String,
}

/// The token of a mailed link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct VerifyEmail {
    /// The token.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9_-]{43}$")]
    token: String,
}

/// What happens next; the same for every address.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Mailed {
    /// For people.
    #[schema(example = "If an account has this address, a mail with a link is on its way to it.")]
    detail: &'static str,
}

impl Mailed {
    /// To whom signed up with an address that is yet to be verified.
    pub(super) const SIGNED_UP: Self =
        Self { detail: "A mail is on its way to this address: open its link, then log in." };
    const FORGOTTEN: Self = Self { detail: "If an account has this address, a mail with a link is on its way to it." };
}

/// Mails a link to set a new password, valid for half an hour, if this address has an account. The answer is the same if it
/// has none, or if it was sent too many mails.
#[utoipa::path(post, path = "/api/auth/password/forgot", tag = "auth", operation_id = "forgotPassword", request_body = ForgotPassword,
    responses((status = 202, body = Mailed, description = "Accepted, whether or not there is such an account")))]
pub(in crate::http) async fn forgot(
    State(site): State<Shared>,
    _door: Door,
    Body(wish): Body<ForgotPassword>,
) -> (StatusCode, Json<Mailed>) {
    // After the answer: looking the account up takes as long as it takes.
    site.accounts.forgot_password(wish.email);
    metrics::auth_result("forgot", "ok");
    (StatusCode::ACCEPTED, Json(Mailed::FORGOTTEN))
}

/// Sets a new password by the link of a mail: all sessions end, their tokens are refused, their sockets closed.
#[utoipa::path(post, path = "/api/auth/password/reset", tag = "auth", operation_id = "resetPassword", request_body = ResetPassword,
    responses((status = 204, description = "set: log in with it"),
        (status = 403, body = ProblemBody, description = "`link_invalid`: the link is unknown, used or expired, or a newer one was sent")))]
pub(in crate::http) async fn reset(
    State(site): State<Shared>,
    door: Door,
    Body(wish): Body<ResetPassword>,
) -> Result<Response, Problem> {
    let user = counted("reset", site.accounts.reset_password(wish).await)?;
    let mut response = door.forgotten();
    response.extensions_mut().insert(Who(user));
    Ok(response)
}

/// Records that the e-mail address is yours, by the link of a mail; then log in. It may be repeated for a day.
#[utoipa::path(post, path = "/api/auth/verify", tag = "auth", operation_id = "verifyEmail", request_body = VerifyEmail,
    responses((status = 204, description = "verified"),
        (status = 403, body = ProblemBody, description = "`link_invalid`: the link is unknown or expired, or a newer one was sent")))]
pub(in crate::http) async fn verify(
    State(site): State<Shared>,
    _door: Door,
    Body(wish): Body<VerifyEmail>,
) -> Result<Response, Problem> {
    let user = counted("verify", site.accounts.verify_email(&wish.token).await)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.extensions_mut().insert(Who(user));
    Ok(response)
}
