//! The authenticated user of a request: its access token, from `Authorization: Bearer` or the cookie, verified; never
//! from the query.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use uuid::Uuid;

use super::{
    Shared, cookies, origin,
    problem::{Code, Problem},
};
use crate::auth::TokenError;

/// The verified user of a request, within their rate limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    /// Their id.
    pub user: Uuid,
    /// The session of their token; none if an operator minted it.
    pub session: Option<Uuid>,
}

/// How a request's token was sent.
#[derive(Debug, PartialEq, Eq)]
enum Credential {
    /// Sent by a program, so intended.
    Bearer(String),
    /// Sent by the browser, whichever page made the request.
    Cookie(String),
    None,
    /// An `Authorization` that is not a bearer token.
    Other,
}

fn credential(headers: &HeaderMap) -> Credential {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let bearer = value.to_str().ok().and_then(|value| value.split_once(' '));
        return match bearer {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Credential::Bearer(token.trim().to_owned())
            }
            Some(_) | None => Credential::Other,
        };
    }
    let jar = CookieJar::from_headers(headers);
    jar.get(cookies::ACCESS).map_or(Credential::None, |cookie| Credential::Cookie(cookie.value().to_owned()))
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let token = match credential(&parts.headers) {
            Credential::Bearer(token) => token,
            Credential::Cookie(token) => {
                if !is_safe(&parts.method) {
                    origin::must_be_allowed(&parts.headers, &site.settings)?;
                }
                token
            }
            Credential::None => return Err(TokenError::Missing.into()),
            Credential::Other => {
                return Err(Problem::new(
                    Code::AuthInvalid,
                    "The header Authorization must be `Bearer <access token>`.",
                ));
            }
        };
        let identity = site.accounts.tokens().verify(&token)?;
        if let Err(wait) = site.rates.user.take(identity.user) {
            return Err(Problem::too_often("requests of yours", wait));
        }
        Ok(Self { user: identity.user, session: identity.session })
    }
}

/// Methods that change nothing (RFC 9110 §9.2.1).
fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}
