//! `/api/auth/password/…` and `/api/auth/verify`: links that were mailed.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    LetIn, counted,
    door::{Door, RefreshBy, RefreshHeader},
};
use crate::{
    accounts::{ResetPassword, VerifyEmail},
    http::{
        Shared,
        audit::Who,
        body::Body,
        metrics,
        problem::{Code, Problem, ProblemBody},
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

/// What happens next; the same for every address.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Mailed {
    /// For people.
    #[schema(example = "If an account has this address, a mail with a link is on its way to it.")]
    detail: &'static str,
}

impl Mailed {
    /// To whom signed up with an address that is yet to be verified.
    pub(super) const SIGNED_UP: Self = Self { detail: "A mail is on its way to this address: open its link to go on." };
    const FORGOTTEN: Self = Self { detail: "If an account has this address, a mail with a link is on its way to it." };
}

/// Mails a link to set a new password, valid for half an hour, if this address has an account. The answer is the same if it
/// has none, or if it was sent too many mails.
#[utoipa::path(post, path = "/api/auth/password/forgot", tag = "auth", operation_id = "forgotPassword", request_body = ForgotPassword,
    responses((status = 202, body = Mailed, description = "Accepted, whether or not there is such an account")))]
pub(in crate::http) async fn forgot(
    State(site): State<Shared>,
    door: Door,
    Body(wish): Body<ForgotPassword>,
) -> Result<(StatusCode, Json<Mailed>), Problem> {
    door.may_cause_mail(&site).await.inspect_err(|refused| metrics::auth_result("forgot", refused.code.as_str()))?;
    // After the answer: looking the account up takes as long as it takes.
    site.accounts.forgot_password(wish.email);
    metrics::auth_result("forgot", "ok");
    Ok((StatusCode::ACCEPTED, Json(Mailed::FORGOTTEN)))
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
    response.extensions_mut().insert(Who(user.into()));
    Ok(response)
}

/// Records that the e-mail address is yours, by the link of a mail and the password that you chose at the sign-up, and logs you in.
/// It may be repeated for a day. Without the password nobody confirms an account that somebody else made with their address.
#[utoipa::path(post, path = "/api/auth/verify", tag = "auth", operation_id = "verifyEmail", request_body = VerifyEmail,
    params(RefreshHeader),
    responses((status = 200, body = LetIn, description = "Verified: the account and its tokens"),
        (status = 403, body = ProblemBody, description = "`link_invalid`: the link is unknown or expired, or a new password was set; `password_wrong`; `account_disabled`")))]
pub(in crate::http) async fn verify(
    State(site): State<Shared>,
    door: Door,
    by: RefreshBy,
    Body(wish): Body<VerifyEmail>,
) -> Result<Response, Problem> {
    door.may_guess(&site, &wish.token).await?;
    let program = door.program(by, None);
    let device = program.device.clone();
    let session = counted("verify", site.accounts.verify_email(wish, program).await).map_err(not_a_login)?;
    Ok(door.let_in(&site, StatusCode::OK, (session, device), by))
}

/// The link says whose password it is: there is no address that may be wrong.
fn not_a_login(problem: Problem) -> Problem {
    if problem.code == Code::CredentialsInvalid {
        let why = "This is not the password that was chosen at the sign-up. If it was not you who signed up, do so now: \
                   a mail will let you set a password of your own.";
        return Problem::new(Code::PasswordWrong, why);
    }
    problem
}
