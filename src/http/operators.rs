//! Who may use the operators' listener: a local process over the unix socket, or a program with the operators' token.
//! Never a web page: an operator's browser must not be made to act. Probes, and on a loopback address metrics, are free.
//!
//! Must not know what the routes do, nor how the socket is served.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::problem::{Code, Problem};
use crate::net::{self, TokenWay, credential};

/// Added to each request that comes over the unix socket: only its owner can connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverSocket {
    /// The user of the process at the other end.
    pub uid: u32,
}

/// How a request proved that an operator sends it; in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Socket { uid: u32 },
    Token,
}

/// What the operators' listener demands.
#[derive(Clone, Debug)]
pub struct Operators {
    /// A hash: comparing it takes the same time whatever was sent.
    token: [u8; 32],
    /// Whether other machines can reach the listener: then only probes need no token.
    exposed: bool,
}

/// Need no token: load balancers and orchestrators have none.
const PROBES: [&str; 2] = ["/health/live", "/health/ready"];
/// Need none on a loopback address.
const READINGS: [&str; 2] = ["/health", "/metrics"];

impl Operators {
    /// `token`: the operators' token; `exposed`: whether other machines can reach the listener.
    #[must_use]
    pub fn new(token: &str, exposed: bool) -> Self {
        Self { token: Sha256::digest(token).into(), exposed }
    }

    fn judge(
        &self,
        known: Option<&net::Request>,
        headers: &HeaderMap,
        path: &str,
    ) -> Result<Option<Operator>, Problem> {
        is_no_page(headers)?;
        // A stranger's name that points here (DNS rebinding); on an exposed listener the token protects.
        let is_certain = known.and_then(|known| known.host.as_ref().ok()?.as_ref()).is_none_or(net::Host::is_certain);
        if !self.exposed && !is_certain {
            let detail = "The operators' listener answers to its address and to localhost only.";
            return Err(Problem::new(Code::MisdirectedRequest, detail));
        }
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
        let detail = "The operators' listener serves no web pages: it refuses every Origin.";
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
    let operator = match judged {
        Ok(operator) => operator,
        Err(problem) => return problem.into_response(),
    };
    if let Some(operator) = operator {
        request.extensions_mut().insert(operator);
    }
    let mut response = next.run(request).await;
    if let Some(operator) = operator {
        response.extensions_mut().insert(operator);
    }
    response
}
