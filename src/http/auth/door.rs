//! Shared by the authentication endpoints: checks of the request, how the refresh token is sent, the response with its
//! cookies.

use std::{net::IpAddr, time::Duration};

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use utoipa::IntoParams;

use super::{LetIn, RefreshBody};
use crate::{
    accounts::{DEVICE_WITHIN, Program, SignedIn},
    auth::{AuthError, DeviceId, RefreshToken},
    http::{
        Shared,
        audit::Who,
        caller::must_have_accounts,
        cookies, origin,
        problem::{Code, Problem},
    },
    net::{self, cookie},
};

/// The header by which a client without cookies requests the refresh token in the body.
pub(in crate::http) const REFRESH_BY: HeaderName = HeaderName::from_static("x-refresh-token");

/// How the client receives its refresh token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum RefreshBy {
    Cookie,
    Body,
}

/// See [`RefreshBy`].
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents the extractor `RefreshBy` for OpenAPI")]
pub(super) struct RefreshHeader {
    /// `body`: the refresh token is in the response's body instead of a cookie.
    #[param(rename = "X-Refresh-Token", pattern = "^body$", nullable = false)]
    by: Option<String>,
}

/// See [`Door::refresh_token`].
#[derive(IntoParams)]
#[into_params(parameter_in = Cookie)]
#[expect(dead_code, reason = "documents the extractor `Door` for OpenAPI")]
pub(super) struct RefreshCookie {
    /// The refresh token, unless it is in the body.
    #[param(nullable = false)]
    refresh_token: Option<String>,
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

/// A checked request to an authentication endpoint: there are accounts, its Origin is allowed, and the client's address is within its rate
/// limit.
pub(in crate::http) struct Door {
    secure: bool,
    refresh: Option<String>,
    client: String,
    /// The network that asks; absent in requests that came over no connection.
    network: Option<IpAddr>,
    /// What this browser is known by, to each account that it has logged in to.
    devices: Vec<DeviceId>,
}

/// A request to log in. The owner of an account, in a browser that has logged in to it before, is not refused for what
/// others of the same network do.
pub(in crate::http) struct LoginDoor {
    door: Door,
    /// The network's limit is exceeded: how long to wait.
    wait: Option<Duration>,
}

impl FromRequestParts<Shared> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let LoginDoor { door, wait } = LoginDoor::from_request_parts(parts, site).await?;
        wait.map_or(Ok(door), |wait| Err(crowded(wait)))
    }
}

impl FromRequestParts<Shared> for LoginDoor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        must_have_accounts(site)?;
        origin::must_not_be_foreign(parts)?;
        let known = parts.extensions.get::<net::Request>();
        let wait = match known {
            Some(known) => site.rates.auth_address.take(&known.client.network().to_string()).await.err(),
            None => None,
        };
        let secure = known.is_some_and(|known| known.secure);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let client = agent.unwrap_or_default().to_owned();
        let network = known.map(|known| known.client.network());
        let devices = cookie::devices(&parts.headers, secure).iter().filter_map(|device| device.parse().ok()).collect();
        let refresh = cookie::refresh(&parts.headers, secure);
        Ok(Self { door: Door { secure, refresh, client, network, devices }, wait })
    }
}

impl LoginDoor {
    /// The door, and the browser's cookie if it has logged in to this account before, if one more password may be tried.
    /// Such a browser has a count of its own: strangers lock the owner out neither from elsewhere nor from the same
    /// network, and who steals the cookie gets no more guesses than anybody else.
    pub(super) async fn opened(self, site: &Shared, email: &str) -> Result<(Door, Option<DeviceId>), Problem> {
        let Self { door, wait } = self;
        let known = site.accounts.known_device(email, &door.devices).await?;
        // Neither a network nor a device has a space in it, so no account with one of them is another one's.
        let from = match (&known, wait) {
            (Some(device), _) => device.expose(),
            (None, Some(wait)) => return Err(crowded(wait)),
            (None, None) => door.network.map(|network| network.to_string()).unwrap_or_default(),
        };
        let account = format!("{from} {}", email.trim().to_ascii_lowercase());
        match site.rates.login_email.take(&account).await {
            Ok(()) => Ok((door, known)),
            Err(wait) => Err(Problem::too_often("logins into this account from your browser or network", wait)),
        }
    }
}

fn crowded(wait: Duration) -> Problem {
    Problem::too_often("logins from your address", wait)
}

impl Door {
    /// The program that asks; if it takes cookies, with the one that it is known by, or a new one.
    pub(super) fn program(&self, by: RefreshBy, known: Option<DeviceId>) -> Program {
        let device = (by == RefreshBy::Cookie).then(|| known.unwrap_or_else(DeviceId::random));
        Program { name: self.client.clone(), device }
    }

    /// The refresh token of the body, else of the cookie.
    pub(super) fn refresh_token(&self, body: Option<&RefreshBody>) -> Result<(RefreshToken, RefreshBy), AuthError> {
        let (text, by) = match (body, &self.refresh) {
            (Some(body), _) => (body.refresh_token.as_str(), RefreshBy::Body),
            (None, Some(cookie)) => (cookie.as_str(), RefreshBy::Cookie),
            (None, None) => {
                return Err(AuthError::Refresh("none was sent, neither as the cookie refresh_token nor in the body"));
            }
        };
        let token = text.parse().map_err(|_| AuthError::Refresh("it is not one of ours"))?;
        Ok((token, by))
    }

    /// The response with a new session: the body and the cookies.
    pub(super) fn let_in(
        &self,
        site: &Shared,
        status: StatusCode,
        (session, device): (SignedIn, Option<DeviceId>),
        by: RefreshBy,
    ) -> Response {
        let (refresh, access_ttl) = (session.refresh.expose(), site.accounts.tokens().ttl());
        let answer = LetIn {
            access_token: session.access,
            expires_in: access_ttl.as_secs(),
            user: session.user.into(),
            refresh_token: (by == RefreshBy::Body).then(|| refresh.clone()),
        };
        let who = Who(answer.user.id.into());
        let mut response = (status, Json(&answer)).into_response();
        response.extensions_mut().insert(who);
        cookies::set_access(response.headers_mut(), &answer.access_token, access_ttl, self.secure);
        if by == RefreshBy::Cookie {
            cookies::set_refresh(response.headers_mut(), &refresh, site.accounts.settings().refresh_ttl, self.secure);
        }
        if let Some(device) = device {
            cookies::set_devices(response.headers_mut(), &self.known_by(&device), DEVICE_WITHIN, self.secure);
        }
        response
    }

    /// What this browser is known by from now on: this device first, then those of other accounts.
    fn known_by(&self, device: &DeviceId) -> String {
        let others = self.devices.iter().filter(|other| *other != device);
        let list = std::iter::once(device).chain(others).take(cookie::DEVICES_MAX);
        list.map(DeviceId::expose).collect::<Vec<_>>().join(".")
    }

    /// Whether this client may cause one more mail, to whomever.
    pub(super) async fn may_cause_mail(&self, site: &Shared) -> Result<(), Problem> {
        let Some(network) = self.network else { return Ok(()) };
        let counted = site.rates.mails_address.take(&network.to_string()).await;
        counted.map_err(|wait| Problem::too_often("mails from your address", wait))
    }

    /// Whether a browser sent a refresh token.
    pub(super) fn has_cookie(&self) -> bool {
        self.refresh.is_some()
    }

    /// The empty response that removes both cookies.
    pub(in crate::http) fn forgotten(&self) -> Response {
        let mut response = StatusCode::NO_CONTENT.into_response();
        self.forget(&mut response);
        response
    }

    /// Whether the password of this user, or of this link's owner, may be guessed once more; a session or a link that was stolen
    /// must not find it out.
    pub(in crate::http) async fn may_guess(&self, site: &Shared, of: impl std::fmt::Display) -> Result<(), Problem> {
        let guess = site.rates.login_email.take(&of.to_string()).await;
        guess.map_err(|wait| Problem::too_often("guesses of this password", wait))
    }

    /// Removes both cookies.
    pub(super) fn forget(&self, response: &mut Response) {
        cookies::forget(response.headers_mut(), self.secure);
    }
}
