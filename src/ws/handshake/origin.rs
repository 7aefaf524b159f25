//! Which pages may open a socket (RFC 6455 §10.2): those of our own host, and those of allowed origins.

use std::fmt;
use std::str::FromStr;

use hyper::http::header;
use hyper::http::request::Parts;
use hyper::http::uri::{Authority, Scheme};

use super::{Policy, Refusal, fields};

/// A web origin (RFC 6454): scheme, host in lower case, port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// Not an origin, such as a URL with a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an origin → write scheme, host and port alone, such as `https://example.org`")]
pub struct OriginError(String);

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let error = || OriginError(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(error)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(error()),
        };
        let Host { name, port } = Host::parse(rest).ok_or_else(error)?;
        Ok(Self { https, host: name, port: port.unwrap_or(default_port(https)) })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(out, "{scheme}://{}", self.host)?;
        if self.port == default_port(self.https) { Ok(()) } else { write!(out, ":{}", self.port) }
    }
}

const fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

/// The value of `Host`.
#[derive(Debug)]
pub(super) struct Host {
    name: String,
    port: Option<u16>,
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        let authority = Authority::from_str(text).ok()?;
        let port = match authority.port() {
            Some(_) => Some(authority.port_u16()?),
            // Neither an empty port (`host:`) nor user information (`user@host`) is allowed.
            None if text.ends_with(':') => return None,
            None => None,
        };
        if text.contains('@') || authority.host().is_empty() {
            return None;
        }
        Some(Self { name: authority.host().to_ascii_lowercase(), port })
    }
}

/// The one `Host` of the request; a target in absolute form must agree with it (RFC 9112 §3.2.2).
pub(super) fn host(head: &Parts) -> Result<Host, Refusal> {
    let text = fields::single(head, &header::HOST).map_err(|_| Refusal::Host)?.ok_or(Refusal::Host)?;
    let host = Host::parse(text).ok_or(Refusal::Host)?;
    let scheme_is_ours = head.uri.scheme().is_none_or(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS);
    let agrees = head.uri.authority().is_none_or(|target| target.as_str().eq_ignore_ascii_case(text));
    if scheme_is_ours && agrees { Ok(host) } else { Err(Refusal::Host) }
}

/// The page's origin if it may connect; `None` without an `Origin` field: not a browser.
pub(super) fn judge(head: &Parts, host: &Host, policy: &Policy, tls: bool) -> Result<Option<Origin>, Refusal> {
    let Some(text) = fields::single(head, &header::ORIGIN)? else { return Ok(None) };
    let origin: Origin = text.parse().map_err(|_| Refusal::Origin)?;
    // Behind a proxy that terminates TLS the page is `https` though this connection is not.
    let own = origin.host == host.name
        && origin.port == host.port.unwrap_or(default_port(origin.https))
        && (origin.https || !tls);
    if own || policy.allowed_origins.contains(&origin) { Ok(Some(origin)) } else { Err(Refusal::Origin) }
}
