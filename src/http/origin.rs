//! Whether a request's page may use the user's cookies: a page of our own site, or of `http.allowed_origins`. The
//! decision itself is `net`'s.

use axum::http::request::Parts;

use super::problem::{Code, Problem};
use crate::net::{self, Page};

/// For changes with the access cookie (SameSite=Lax): the Origin must be present and allowed.
///
/// # Errors
/// `origin_not_allowed`.
pub(super) fn must_be_allowed(parts: &Parts) -> Result<(), Problem> {
    match page(parts) {
        Some(Page::Own(_) | Page::Allowed(_)) => Ok(()),
        Some(Page::Foreign(why)) => Err(refusal(why)),
        Some(Page::None) | None => Err(refusal(
            "a change with a cookie needs the header Origin; send the token as `Authorization: Bearer …` instead",
        )),
    }
}

/// For requests that cannot be forged by cookie alone (the refresh cookie is SameSite=Strict, logins contain a
/// password): if an Origin is present, it must be allowed.
///
/// # Errors
/// `origin_not_allowed`.
pub(super) fn must_not_be_foreign(parts: &Parts) -> Result<(), Problem> {
    match page(parts) {
        Some(Page::Foreign(why)) => Err(refusal(why)),
        Some(Page::None | Page::Own(_) | Page::Allowed(_)) | None => Ok(()),
    }
}

fn page(parts: &Parts) -> Option<&Page> {
    parts.extensions.get::<net::Request>().map(|known| &known.page)
}

fn refusal(why: &str) -> Problem {
    Problem::new(Code::OriginNotAllowed, format!("The request was refused: {why}."))
}
