//! The authenticated user of a request: its access token, from `Authorization: Bearer` or the cookie, verified; never
//! from the query.

use actors::protocol::UserId;
use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
};
use uuid::Uuid;

use super::{
    Shared,
    audit::Asking,
    origin,
    problem::{Code, Problem},
};
use crate::{
    auth::TokenError,
    net::{self, TokenWay, credential},
};

/// The verified user of a request, within their rate limit.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Their id.
    pub user: UserId,
    /// Their account; none if another issuer's token names them.
    pub account: Option<Uuid>,
    /// The session of their token; none if an operator minted it.
    pub session: Option<Uuid>,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let secure = parts.extensions.get::<net::Request>().is_some_and(|known| known.secure);
        let token = credential(&parts.headers, &[], Some(secure))?.ok_or(TokenError::Missing)?;
        if token.way == TokenWay::Cookie && !is_safe(&parts.method) {
            origin::must_be_allowed(parts)?;
        }
        let identity = site.accounts.tokens().verify(token.text())?;
        if let Some(asking) = parts.extensions.get::<Asking>() {
            asking.is(&identity.user);
        }
        if let Err(wait) = site.rates.user.take(&identity.user) {
            return Err(Problem::too_often("requests of yours", wait));
        }
        Ok(Self { user: identity.user, account: identity.account, session: identity.session })
    }
}

impl Caller {
    /// The caller's account.
    ///
    /// # Errors
    /// `forbidden`: they cannot have one here.
    pub(super) fn account(&self) -> Result<Uuid, Problem> {
        let why = "You have no account here: your access token was issued elsewhere.";
        self.account.ok_or_else(|| Problem::new(Code::Forbidden, why))
    }
}

/// Methods that change nothing (RFC 9110 §9.2.1).
fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}
