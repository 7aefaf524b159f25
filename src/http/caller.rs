//! The authenticated user of a request: its access token, from `Authorization: Bearer` or the cookie, verified; never
//! from the query. Or the operator, whom their own listener has let in.

use std::sync::Arc;

use actors::{
    ports::{Action, Grants, grants},
    protocol::UserId,
};
use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
};
use uuid::Uuid;

use super::{
    Shared,
    audit::Asking,
    operators::Operator,
    origin,
    problem::{Code, Problem},
};
use crate::{
    auth::{ApiKeyId, Identity, TokenError},
    net::{self, TokenWay, credential},
    rooms::By,
    storage::RoomId,
};

/// Whom members see behind what an operator does.
const OPERATOR: &str = "operator";

/// The verified user of a request, within their rate limit.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Their id.
    pub user: UserId,
    /// Their account; none if a backend or another issuer names them.
    pub account: Option<Uuid>,
    /// The session of their token, or the API key that signed it; none if an operator minted it.
    pub session: Option<Uuid>,
    /// What their token grants; `None`: what the owner of an account may do.
    pub grants: Option<Arc<Grants>>,
    /// Whether it is an operator at their own listener, who has no token and is nobody's user.
    pub is_operator: bool,
}

impl Caller {
    /// An operator, who may do what any token may.
    fn operator() -> Result<Self, Problem> {
        let user = OPERATOR.parse().map_err(Problem::internal)?;
        let grants = Grants { join: true, create: true, admin: true, ..Grants::default() };
        Ok(Self { user, account: None, session: None, grants: Some(Arc::new(grants)), is_operator: true })
    }

    /// Them, for what hosts do.
    pub(super) fn by(&self) -> By {
        By { user: self.user.clone(), grants: self.grants.clone() }
    }

    /// Whether their token allows this.
    pub(super) fn may(&self, action: Action) -> Result<(), Problem> {
        grants::decide(self.grants.as_deref(), action).map_err(Problem::from)
    }

    /// Whether it allows to change this room, whoever hosts it; if not, it must allow to change one that the caller hosts.
    pub(super) fn administers(&self, room: RoomId) -> Result<bool, Problem> {
        if self.may(Action::AdministerRoom(room)).is_ok() {
            return Ok(true);
        }
        self.may(Action::HostRoom(room)).map(|()| false)
    }
}

/// A caller with the token of an account's own login.
pub(super) struct Owner(pub Caller);

impl FromRequestParts<Shared> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        must_have_accounts(site)?;
        let caller = Caller::from_request_parts(parts, site).await?;
        caller.may(Action::UseAccount).map(|()| Self(caller))
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        if parts.extensions.get::<Operator>().is_some() {
            return Self::operator();
        }
        Self::identified(parts, site, |token| site.accounts.tokens().verify(token))
    }
}

impl Caller {
    /// Whom the request's token names, as `verify` says.
    fn identified(
        parts: &Parts,
        site: &Shared,
        verify: impl FnOnce(&str) -> Result<Identity, TokenError>,
    ) -> Result<Self, Problem> {
        let secure = parts.extensions.get::<net::Request>().is_some_and(|known| known.secure);
        let token = credential(&parts.headers, &[], Some(secure))?.ok_or(TokenError::Missing)?;
        if token.way == TokenWay::Cookie && !is_safe(&parts.method) {
            origin::must_be_allowed(parts)?;
        }
        let identity = verify(token.text())?;
        if let Some(asking) = parts.extensions.get::<Asking>() {
            asking.is(&identity.user, identity.api_key().map(ApiKeyId));
        }
        if let Err(wait) = site.rates.user.take(&identity.user) {
            return Err(Problem::too_often("requests of yours", wait));
        }
        let Identity { user, account, session, grants, .. } = identity;
        Ok(Self { user, account, session, grants, is_operator: false })
    }

    /// The caller's account.
    ///
    /// # Errors
    /// `forbidden`: they cannot have one here.
    pub(super) fn account(&self) -> Result<Uuid, Problem> {
        let why = "You have no account here: your access token was issued elsewhere.";
        self.account.ok_or_else(|| Problem::new(Code::Forbidden, why))
    }
}

/// The guest of before, who comes for another token: theirs is valid, or expired not long ago (`auth::GUEST_BACK_WITHIN`). Nobody, if
/// the request has no such token.
pub(super) struct FormerGuest(pub Option<Caller>);

impl FromRequestParts<Shared> for FormerGuest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        match Caller::identified(parts, site, |token| site.accounts.tokens().verify_former_guest(token)) {
            Ok(caller) => Ok(Self(Some(caller))),
            // Else whoever is in a hurry would be somebody else.
            Err(why) if why.code == Code::RateLimited => Err(why),
            Err(_) => Ok(Self(None)),
        }
    }
}

/// That people have accounts here.
///
/// # Errors
/// `accounts_off`.
pub(super) fn must_have_accounts(site: &Shared) -> Result<(), Problem> {
    let why = "There are no accounts here: come with a token of the service that sent you, or as a guest.";
    if site.accounts.settings().accounts { Ok(()) } else { Err(Problem::new(Code::AccountsOff, why)) }
}

/// Methods that change nothing (RFC 9110 §9.2.1).
fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}
