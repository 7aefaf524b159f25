//! Routes of the operators' listener: invites to sign up. Must not know how they are stored.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Shared,
    body::{Body, whole},
    caller::must_have_accounts,
    problem::{Code, Problem},
};
use crate::{
    accounts::InviteWish,
    auth::{FieldError, account},
};

const HOUR: u32 = 60 * 60;
/// How long an invite can be used unless its operator says otherwise, and at most.
const EXPIRES_IN: u32 = 7 * 24 * HOUR;
const EXPIRES_IN_MAX: u32 = 365 * 24 * HOUR;
/// Accounts made with one invite, at most.
const USES_MAX: u32 = 1_000;

/// What an operator wishes of an invite.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewInvite {
    /// The only address that may use it.
    email: Option<String>,
    /// Seconds.
    #[serde(deserialize_with = "whole")]
    expires_in: Option<u32>,
    /// Accounts that may be made with it.
    #[serde(deserialize_with = "whole")]
    uses: Option<u32>,
}

/// A new invite; the only answer with its code.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MadeInvite {
    #[serde(flatten)]
    invite: InviteBody,
    code: String,
    /// The page with the code filled in, to be sent to whom it is for.
    link: String,
}

/// An invite.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InviteBody {
    id: Uuid,
    email: Option<String>,
    uses_left: u32,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// Those that can be used, the newest first.
#[derive(Serialize)]
struct InviteList {
    invites: Vec<InviteBody>,
}

impl NewInvite {
    fn checked(self) -> Result<InviteWish, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut within = |field: &str, value: u32, least: u32, most: u32| {
            if !(least..=most).contains(&value) {
                wrong.push(FieldError::new(field, format!("is {value}; write {least} to {most}")));
            }
            value
        };
        let expires_in = within("expiresIn", self.expires_in.unwrap_or(EXPIRES_IN), 60, EXPIRES_IN_MAX);
        let uses = within("uses", self.uses.unwrap_or(1), 1, USES_MAX);
        let email = self.email.map(|email| account::checked_email("email", &email)).transpose();
        let email = email.unwrap_or_else(|why| {
            wrong.push(why);
            None
        });
        let expires_in = Duration::from_secs(expires_in.into());
        if wrong.is_empty() { Ok(InviteWish { email, expires_in, uses }) } else { Err(wrong) }
    }
}

/// `POST /internal/invites`, optionally with `{"email": "…", "expiresIn": 604800, "uses": 1}`
pub(super) async fn create(
    State(site): State<Shared>,
    wish: Option<Body<NewInvite>>,
) -> Result<impl IntoResponse, Problem> {
    must_have_accounts(&site)?; // nobody could use it
    let wish = wish.map(|Body(wish)| wish).unwrap_or_default().checked().map_err(Problem::fields)?;
    let Some((code, invite)) = site.accounts.invite(wish).await? else {
        return Err(Problem::new(
            Code::TooManyInvites,
            "There are as many invites as there can be: revoke some, or wait until they expire.",
        ));
    };
    let code = code.expose();
    let made = MadeInvite {
        invite: InviteBody {
            id: invite.id,
            email: invite.email,
            uses_left: invite.uses,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
        },
        link: site.accounts.page(&format!("signup?invite={code}")),
        code,
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// `GET /internal/invites`
pub(super) async fn list(State(site): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let invites = site.accounts.invites().await?.into_iter().map(|invite| InviteBody {
        id: invite.id,
        email: invite.email,
        uses_left: invite.uses_left,
        created_at: invite.created_at,
        expires_at: invite.expires_at,
    });
    Ok(Json(InviteList { invites: invites.collect() }))
}

/// `DELETE /internal/invites/{inviteId}`
pub(super) async fn revoke(State(site): State<Shared>, path: Path<String>) -> Result<StatusCode, Problem> {
    let unknown = || Problem::new(Code::InviteNotFound, format!("There is no invite {}.", path.as_str()));
    let id: Uuid = path.parse().map_err(|_| unknown())?;
    if site.accounts.revoke_invite(id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}
