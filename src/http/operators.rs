//! Who may use the operators' listener: a local process over the unix socket, or a program with the operators' token.
//! Of web pages only the one that the listener itself serves, with the token: an operator's browser must not be made to act
//! by another. Probes, that page's files, and on a loopback address metrics, are free.
//!
//! Must not know what the routes do, nor how the socket is served.

pub(super) mod page;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;

use super::problem::{Code, Problem};
use crate::net::{self, TokenWay, credential};

/// Added to each request that comes over the unix socket: only its owner can connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverSocket {
    /// The user of the process at the other end.
    pub uid: u32,
}

/// How a request proved that an operator sends it; among its extensions, and in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Socket { uid: u32 },
    Token,
}

/// That a response is one of the operators' listener, and who was asking; among its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AtDoor(pub(super) Option<Operator>);

/// What the operators' listener demands.
#[derive(Clone, Debug)]
pub struct Operators {
    /// A hash: comparing it takes the same time whatever was sent.
    token: [u8; 32],
    /// Whether other machines can reach the listener: then only probes need no token.
    exposed: bool,
    /// Drains the node.
    pub(super) drain: CancellationToken,
}

/// Need no token: load balancers and orchestrators have none.
const PROBES: [&str; 2] = ["/health/live", "/health/ready"];
/// Need none on a loopback address.
const READINGS: [&str; 2] = ["/health", "/metrics"];

impl Operators {
    /// `token`: the operators' token; `exposed`: whether other machines can reach the listener; `drain`: cancelled to
    /// drain the node.
    #[must_use]
    pub fn new(token: &str, exposed: bool, drain: CancellationToken) -> Self {
        Self { token: Sha256::digest(token).into(), exposed, drain }
    }

    fn judge(
        &self,
        known: Option<&net::Request>,
        headers: &HeaderMap,
        path: &str,
    ) -> Result<Option<Operator>, Problem> {
        let host = known.and_then(|known| known.host.as_ref().ok()?.as_ref());
        // A stranger's name that points here (DNS rebinding); on an exposed listener the token protects.
        let is_certain = host.is_none_or(net::Host::is_certain);
        if !self.exposed && !is_certain {
            let detail = "The operators' listener answers to its address and to localhost only.";
            return Err(Problem::new(Code::MisdirectedRequest, detail));
        }
        if page::is_file(path) {
            return Ok(None); // no secrets, and nothing that acts without the token; also by a link from elsewhere
        }
        is_own_page(headers, host)?;
        let token = credential(headers, &[], None)?.filter(|token| token.way == TokenWay::Authorization);
        match token {
            Some(token) if bool::from(Sha256::digest(token.text()).ct_eq(&self.token)) => Ok(Some(Operator::Token)),
            Some(_) => Err(Problem::new(Code::AuthInvalid, "This is not the operators' token.")),
            None if PROBES.contains(&path) || (READINGS.contains(&path) && !self.exposed) => Ok(None),
            None => Err(Problem::new(
                Code::AuthRequired,
                "Send the operators' token (admin.token_file) as `Authorization: Bearer …`, or use the unix socket \
                 (admin.socket).",
            )),
        }
    }
}

/// Browsers send `Origin` with every change and `Sec-Fetch-Site` with every request; only what a person types is `none`.
fn is_no_page(headers: &HeaderMap) -> Result<(), Problem> {
    let by_page = headers.get("sec-fetch-site").is_some_and(|site| site != "none");
    if by_page || headers.contains_key(header::ORIGIN) {
        let detail =
            "Web pages get nothing over the unix socket: open /admin at the operators' port (admin.bind) instead.";
        return Err(Problem::new(Code::OriginNotAllowed, detail));
    }
    Ok(())
}

/// The same, but for the page that this listener serves at `host`. Settings for the public listener's pages do not count.
fn is_own_page(headers: &HeaderMap, host: Option<&net::Host>) -> Result<(), Problem> {
    let is_elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin");
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let is_ours = |origin: &HeaderValue| {
        let origin = origin.to_str().ok().and_then(|text| text.parse::<net::Origin>().ok());
        origin.zip(host).is_some_and(|(origin, host)| origin.is_at(host, None))
    };
    let is_foreign = origins.next().is_some_and(|origin| !is_ours(origin)) || origins.next().is_some();
    if is_elsewhere || is_foreign {
        let detail = "The operators' listener answers to no other page than its own, /admin.";
        return Err(Problem::new(Code::OriginNotAllowed, detail));
    }
    Ok(())
}

/// Refuses requests of nobody, and marks the others with their [`Operator`].
pub(super) async fn guard(State(operators): State<Arc<Operators>>, mut request: Request, next: Next) -> Response {
    let by_socket = request.extensions().get::<OverSocket>().map(|socket| Operator::Socket { uid: socket.uid });
    let judged = match by_socket {
        Some(operator) => is_no_page(request.headers()).map(|()| Some(operator)),
        None => operators.judge(request.extensions().get(), request.headers(), request.uri().path()),
    };
    let (operator, mut response) = match judged {
        Err(problem) => (None, problem.into_response()),
        Ok(None) => (None, next.run(request).await),
        Ok(Some(operator)) => {
            request.extensions_mut().insert(operator);
            (Some(operator), next.run(request).await)
        }
    };
    response.extensions_mut().insert(AtDoor(operator));
    response
}
