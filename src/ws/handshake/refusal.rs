//! All reasons to open no socket, each as a problem of the edge's one table of codes (`http::problem`).

use std::time::Duration;

use hyper::http::header::{self, HeaderMap, HeaderValue};

use crate::http::NotOpened;
use crate::http::problem::{Code, Problem};
use crate::net::{CredentialError, HostError};

/// Why the node admits no new socket now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// Such as "this node is draining".
    pub why: &'static str,
    /// When to retry.
    pub retry_after: Duration,
}

/// Why a request to open a socket is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not GET.
    Method,
    /// HTTP/1.0.
    HttpVersion,
    /// Not one valid `Host`, or one that the target contradicts.
    Host(HostError),
    /// No `Upgrade: websocket`.
    NotAnUpgrade,
    /// No `upgrade` in `Connection`.
    Connection,
    /// Not version 13.
    Version,
    /// No key, or not 16 bytes.
    Key,
    /// A request body.
    Body,
    /// A repeated field that may occur once.
    Repeated,
    /// A field with bytes outside visible ASCII.
    NotAscii,
    /// Sub-protocols offered, none of them ours.
    Protocol,
    /// A page that may not connect, with the reason.
    Origin(String),
    /// A malformed token, or two.
    Token(CredentialError),
    /// A token in the query string.
    TokenInQuery,
    /// The client's address has as many connections as it may.
    Connections,
    /// The client's address opens sockets too fast.
    Rate(Duration),
    /// The node admits no new sockets now.
    Busy(Busy),
}

/// When a client whose address has too many connections may try again: some of them will have ended.
const CONNECTIONS_RETRY: Duration = Duration::from_secs(5);

impl Refusal {
    /// The stable code for programs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problem().code.as_str()
    }

    /// The response, a problem like all others.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let bad = |detail: &str| Problem::new(Code::BadHandshake, detail);
        match self {
            Self::Method => Problem::new(Code::MethodNotAllowed, "A WebSocket opens with GET."),
            Self::HttpVersion => bad("A WebSocket opens over HTTP/1.1."),
            Self::Host(why) => Problem::new(Code::BadHandshake, format!("The request was refused: {why}.")),
            Self::NotAnUpgrade => {
                Problem::new(Code::UpgradeRequired, "This path speaks WebSocket only: send `Upgrade: websocket`.")
            }
            Self::Connection => bad("The list in Connection must contain `upgrade`; does a proxy drop it?"),
            Self::Version => Problem::new(Code::UpgradeRequired, "Sec-WebSocket-Version must be 13 (RFC 6455)."),
            Self::Key => bad("Sec-WebSocket-Key must be 16 bytes in base64."),
            Self::Body => bad("A WebSocket request has no body."),
            Self::Repeated => bad("A field that may occur once is repeated."),
            Self::NotAscii => bad("A field contains bytes outside visible ASCII."),
            Self::Protocol => bad("Of the sub-protocols offered, one must be aldis.v1 (at most 16, valid tokens)."),
            Self::Origin(why) => Problem::new(Code::OriginNotAllowed, format!("The request was refused: {why}.")),
            Self::Token(why) => (*why).into(),
            Self::TokenInQuery => Problem::new(
                Code::TokenInQuery,
                "Tokens must not be in the query string: send hello, or the sub-protocol bearer.<base64url>.",
            ),
            Self::Connections => Problem {
                retry_after: Some(CONNECTIONS_RETRY),
                ..Problem::new(Code::TooManyConnections, "Your address has as many connections as it may: close some.")
            },
            Self::Rate(wait) => Problem::too_often("sockets from your address", *wait),
            Self::Busy(Busy { why, retry_after }) => {
                Problem { retry_after: Some(*retry_after), ..Problem::unavailable(*why) }
            }
        }
    }

    /// The response with the header fields that name what is supported.
    pub(crate) fn answer(&self) -> NotOpened {
        let mut hints = HeaderMap::new();
        match self {
            Self::Method => drop(hints.insert(header::ALLOW, HeaderValue::from_static("GET"))),
            Self::NotAnUpgrade => {
                hints.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                hints.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            }
            Self::Version => drop(hints.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))),
            Self::HttpVersion
            | Self::Host(_)
            | Self::Connection
            | Self::Key
            | Self::Body
            | Self::Repeated
            | Self::NotAscii
            | Self::Protocol
            | Self::Origin(_)
            | Self::Token(_)
            | Self::TokenInQuery
            | Self::Connections
            | Self::Rate(_)
            | Self::Busy(_) => {}
        }
        NotOpened { problem: self.problem(), hints }
    }
}
