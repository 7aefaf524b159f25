//! The audit log: who did what, from where, with what result; log lines of the target `audit`. Logins and their failures,
//! changes of accounts and rooms, everything operators do, and what was refused to pages of other sites.
//!
//! The caller of a request is told by [`Asking`], the owner of a new session by a [`Who`] among the response's extensions.
//! Never a name, an address of e-mail or a token.

use std::sync::{Arc, OnceLock};

use actors::protocol::UserId;
use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};

use super::{
    operators::{AtDoor, Operator},
    problem::{Code, Problem},
    request_id::RequestId,
};
use crate::{auth::ApiKeyId, net};

/// The account that a response concerns, added to its extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who(pub(super) UserId);

/// Who sends a request, once their token is verified; among its extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking {
    user: Arc<OnceLock<UserId>>,
    api_key: Arc<OnceLock<ApiKeyId>>,
}

impl Asking {
    /// Who, and the API key that signed their token.
    pub(super) fn is(&self, user: &UserId, api_key: Option<ApiKeyId>) {
        let _ = self.user.set(user.clone()); // a request has one caller
        let _ = api_key.map(|key| self.api_key.set(key)); // as above
    }
}

/// The paths of accounts and sessions.
const ACCOUNTS: [&str; 2] = ["/api/auth/", "/api/account/"];
/// The path of backends.
const SERVER: &str = "/v1/";
/// What hosts do with those who are in their rooms, or wait.
const POWERS: [&str; 5] = [
    "/api/rooms/{roomId}/participants/{userId}/remove",
    "/api/rooms/{roomId}/participants/{userId}/mute",
    "/api/rooms/{roomId}/host",
    "/api/rooms/{roomId}/waiting",
    "/api/rooms/{roomId}/waiting/{guestId}",
];
/// The path of operators.
const INTERNAL: &str = "/internal/";

/// Logs what belongs into the audit log.
pub(super) async fn record(mut request: Request, next: Next) -> Response {
    let asking = Asking::default();
    request.extensions_mut().insert(asking.clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let (method, known) = (request.method().clone(), request.extensions().get::<net::Request>().cloned());
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let response = next.run(request).await;
    let problem = response.extensions().get::<Problem>();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let door = response.extensions().get::<AtDoor>();
    let Some(event) = event(&method, route, problem.map(|problem| problem.code), door.is_some()) else {
        return response;
    };
    let result = problem.map_or("ok", |problem| problem.code.as_str());
    let client = known.map(|known| known.client.address.to_string()).unwrap_or_default();
    let operator = match door.and_then(|door| door.0) {
        Some(Operator::Socket { uid }) => format!("uid {uid}"),
        Some(Operator::Token) => "token".to_owned(),
        None => String::new(),
    };
    let user = response.extensions().get::<Who>().map(|who| who.0.clone()).or_else(|| asking.user.get().cloned());
    let user = user.map(|user| user.to_string()).unwrap_or_default();
    let api_key = asking.api_key.get().map(ToString::to_string).unwrap_or_default();
    let (status, request_id) = (response.status().as_u16(), id.as_str());
    // A renewed session is no news; there is one for each person every few minutes.
    if event == "refresh" && problem.is_none() {
        tracing::debug!(target: "audit", event, result, status, client, user, api_key, operator, route, request_id);
    } else {
        tracing::info!(target: "audit", event, result, status, client, user, api_key, operator, route, request_id);
    }
    response
}

/// The name of what happened, perhaps at the operators' listener; `None` for what is no event of the audit log.
fn event<'a>(method: &Method, route: &'a str, code: Option<Code>, at_door: bool) -> Option<&'a str> {
    let changes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    match code {
        Some(Code::OriginNotAllowed | Code::MisdirectedRequest) => return Some("refused"),
        // Not an attempt of anybody, but of the node.
        Some(Code::Unavailable) => return None,
        Some(_) | None => {}
    }
    if route.starts_with(INTERNAL) || (at_door && route.starts_with(SERVER)) {
        return Some("operator");
    }
    if route.starts_with(SERVER) && changes {
        return Some("server");
    }
    match ACCOUNTS.iter().find_map(|path| route.strip_prefix(path)) {
        Some(action) if changes => action.strip_prefix("password/").unwrap_or(action).split('/').next(),
        // What hosts do; from within a call it is logged where it is done.
        None if *method == Method::POST && POWERS.contains(&route) => {
            route.rsplit('/').find(|part| !part.starts_with('{'))
        }
        None if *method == Method::DELETE => Some("delete"),
        None if *method == Method::PATCH => Some("change"),
        Some(_) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Method, event};

    #[test]
    fn logins_changes_operators_and_refusals_are_events_and_reading_is_none() {
        for (method, route, code, expected) in [
            (Method::POST, "/api/auth/signup", None, Some("signup")),
            (Method::POST, "/api/auth/login", Some(Code::CredentialsInvalid), Some("login")),
            (Method::POST, "/api/auth/login", Some(Code::RateLimited), Some("login")),
            (Method::POST, "/api/auth/login", Some(Code::Unavailable), None),
            (Method::POST, "/api/auth/logout", None, Some("logout")),
            (Method::POST, "/api/auth/password/forgot", None, Some("forgot")),
            (Method::POST, "/api/auth/password/reset", Some(Code::LinkInvalid), Some("reset")),
            (Method::POST, "/api/auth/verify", None, Some("verify")),
            (Method::GET, "/api/auth/me", None, None),
            (Method::POST, "/api/account/password", Some(Code::PasswordWrong), Some("password")),
            (Method::DELETE, "/api/account/sessions/{sessionId}", None, Some("sessions")),
            (Method::GET, "/api/account/export", None, None),
            (Method::POST, "/api/rooms", None, None),
            (Method::POST, "/api/rooms", Some(Code::OriginNotAllowed), Some("refused")),
            (Method::GET, "/ws", Some(Code::OriginNotAllowed), Some("refused")),
            (Method::GET, "/metrics", Some(Code::MisdirectedRequest), Some("refused")),
            (Method::PATCH, "/api/rooms/{roomId}", None, Some("change")),
            (Method::DELETE, "/api/rooms/{roomId}", Some(Code::Forbidden), Some("delete")),
            (Method::POST, "/api/rooms/{roomId}/participants/{userId}/remove", None, Some("remove")),
            (Method::POST, "/api/rooms/{roomId}/host", Some(Code::NotHost), Some("host")),
            (Method::POST, "/api/rooms/{roomId}/waiting/{guestId}", None, Some("waiting")),
            (Method::POST, "/api/rooms/{roomId}/guests", None, None),
            (Method::POST, "/v1/rooms", None, Some("server")),
            (Method::DELETE, "/v1/rooms/{roomId}/participants/{userId}", None, Some("server")),
            (Method::GET, "/v1/rooms", None, None),
            (Method::GET, "/internal/tree", None, Some("operator")),
            (Method::PATCH, "/internal/users/{userId}", Some(Code::AuthRequired), Some("operator")),
            (Method::GET, "", Some(Code::NotFound), None),
        ] {
            assert_eq!(event(&method, route, code, false), expected, "{method} {route} {code:?}");
        }
        for method in [Method::GET, Method::POST] {
            assert_eq!(event(&method, "/v1/rooms", None, true), Some("operator"));
        }
        assert_eq!(event(&Method::GET, "/metrics", None, true), None);
    }
}
