//! `/api/auth/settings`: what a page must know before anybody has logged in, and before a room is created.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::SignupMode, http::Shared};

/// How accounts are made and recovered here, and how large rooms may be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct AuthSettings {
    /// Whether there are accounts; without them, nobody can sign up or log in, and people come with tokens from elsewhere.
    accounts: bool,
    /// Who may sign up: anybody, whoever has an invite, or nobody.
    signup: SignupMode,
    /// Whether an account can be used only after its owner has opened a link in a mail: sign-up then answers 202.
    verify_email: bool,
    /// Whether mails are sent, so that a forgotten password can be replaced.
    password_reset: bool,
    /// The most participants of a room of mode `sfu` or `auto`; absent where there is no media server, and no such room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, example = 100)]
    sfu_participants_max: Option<u32>,
}

/// How accounts are made and recovered here.
#[utoipa::path(get, path = "/api/auth/settings", tag = "auth", operation_id = "getAuthSettings",
    responses((status = 200, body = AuthSettings, description = "The settings")))]
pub(in crate::http) async fn settings(State(site): State<Shared>) -> Json<AuthSettings> {
    let settings = site.accounts.settings();
    Json(AuthSettings {
        accounts: settings.accounts,
        signup: if settings.accounts { settings.signup } else { SignupMode::Closed },
        verify_email: settings.verify_email,
        password_reset: settings.accounts && site.accounts.mails(),
        sfu_participants_max: site.settings.rooms.sfu.then_some(site.settings.rooms.participants_max),
    })
}
