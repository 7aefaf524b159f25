//! The host that a request names (RFC 9110 §7.2, RFC 9112 §3.2). Must not know which hosts are ours.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr as _;

use hyper::http::header;
use hyper::http::request::Parts;
use hyper::http::uri::{Authority, Scheme};
use hyper::http::{HeaderMap, Version};

/// A host and its port, as in `Host`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host {
    /// Lower case; an IPv6 address in brackets, in its shortest form.
    pub name: String,
    /// Absent: the scheme's default.
    pub port: Option<u16>,
}

/// A request without one valid host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// HTTP/1.1 demands one.
    #[error("the header Host is missing")]
    Missing,
    /// Two of them.
    #[error("there is more than one header Host")]
    Repeated,
    /// Not `name` or `name:port`.
    #[error("the header Host is neither `name` nor `name:port`")]
    Invalid,
    /// The request's target names another host or scheme.
    #[error("the request's target contradicts the header Host")]
    Contradicted,
}

/// Names that nobody can register in the public DNS (RFC 6761, RFC 6762, RFC 8375, and `internal` by ICANN).
const UNREGISTRABLE: [&str; 7] = ["localhost", "local", "internal", "home.arpa", "test", "example", "invalid"];

impl Host {
    /// `name` or `name:port`. Neither an empty port nor user information is allowed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let authority = Authority::from_str(text).ok()?;
        let port = match authority.port() {
            Some(_) => Some(authority.port_u16()?),
            None if text.len() > authority.host().len() => return None,
            None => None,
        };
        let name = authority.host().to_ascii_lowercase();
        if text.contains('@') || name.is_empty() {
            return None;
        }
        let name = match name.strip_prefix('[') {
            Some(inside) => format!("[{}]", inside.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?),
            None => name,
        };
        Some(Self { name, port })
    }

    /// Whether DNS cannot make this name point elsewhere: an address, a name of this machine or of this network. Another
    /// name may belong to a stranger whose page it serves (DNS rebinding).
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let name = self.name.trim_end_matches('.');
        let is_address = name.starts_with('[') || name.parse::<Ipv4Addr>().is_ok();
        let ends = |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        is_address || !name.contains('.') || UNREGISTRABLE.iter().any(ends)
    }

    /// The one host of a request; `None` for HTTP/1.0 without it.
    pub(super) fn of(head: &Parts) -> Result<Option<Self>, HostError> {
        let Some(text) = single(&head.headers)? else {
            return if head.version == Version::HTTP_11 { Err(HostError::Missing) } else { Ok(None) };
        };
        let host = Self::parse(text).ok_or(HostError::Invalid)?;
        let scheme_is_ours = head.uri.scheme().is_none_or(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS);
        let agrees = head.uri.authority().is_none_or(|target| Self::parse(target.as_str()).as_ref() == Some(&host));
        if scheme_is_ours && agrees { Ok(Some(host)) } else { Err(HostError::Contradicted) }
    }
}

fn single(headers: &HeaderMap) -> Result<Option<&str>, HostError> {
    let mut lines = headers.get_all(header::HOST).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err(HostError::Repeated);
    }
    line.to_str().map(|text| Some(text.trim())).map_err(|_| HostError::Invalid)
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(out, ":{port}"))
    }
}
