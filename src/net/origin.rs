//! Origins of pages and of apps (RFC 6454): the one parser for the header `Origin` and for the configuration. Must not
//! know which are allowed.

use std::fmt;
use std::str::FromStr;

use super::host::Host;

/// The origin of a page or an app.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A web page's: scheme, host in lower case, port.
    Web {
        /// Whether the page was loaded over TLS.
        https: bool,
        /// Its host, without a port.
        name: String,
        /// Its port.
        port: u16,
    },
    /// Another scheme's, compared as text: an app's web view (`capacitor://localhost`), an extension, a file; or `null`,
    /// which is any page without an origin.
    App(String),
}

/// Why a text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Such as `example.org`.
    #[error("no scheme")]
    NoScheme,
    /// Such as `https://`.
    #[error("no host")]
    NoHost,
    /// Such as `https://ann@example.org`.
    #[error("an origin has no user")]
    User,
    /// Such as `https://example.org/call`.
    #[error("an origin has no path")]
    Path,
    /// Such as `https://example.org:`.
    #[error("no port after the colon")]
    NoPort,
    /// Such as `wss://example.org`: the page that opens the socket counts, not the socket.
    #[error("a page has the scheme http or https, not ws or wss")]
    Socket,
    /// Characters that no origin has.
    #[error("not a URL")]
    NotAUrl,
}

/// The origin of pages that have none: files, sandboxed frames, data URLs.
const NULL: &str = "null";

impl Origin {
    /// Whether pages of this origin are loaded over TLS.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        matches!(self, Self::Web { https: true, .. })
    }

    /// Whether this is a web page's origin.
    #[must_use]
    pub const fn is_web(&self) -> bool {
        matches!(self, Self::Web { .. })
    }

    /// Whether this is `null`, which any page can have.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::App(text) if text == NULL)
    }

    /// Whether this is the origin of a page at `host`, whichever its scheme; `port` is a second port that the host may
    /// have, if it names none.
    #[must_use]
    pub fn is_at(&self, host: &Host, port: Option<u16>) -> bool {
        let Self::Web { https, name, port: own } = self else { return false };
        let named = host.port.unwrap_or(default_port(*https));
        *name == host.name && (*own == named || (host.port.is_none() && port == Some(*own)))
    }

    fn web(https: bool, authority: &str) -> Result<Self, OriginError> {
        if authority.is_empty() {
            return Err(OriginError::NoHost);
        }
        for (sign, error) in [('/', OriginError::Path), ('?', OriginError::Path), ('@', OriginError::User)] {
            if authority.contains(sign) {
                return Err(error);
            }
        }
        if authority.ends_with(':') {
            return Err(OriginError::NoPort);
        }
        let Host { name, port } = Host::parse(authority).ok_or(OriginError::NotAUrl)?;
        Ok(Self::Web { https, name, port: port.unwrap_or(default_port(https)) })
    }

    fn app(scheme: &str, text: &str) -> Result<Self, OriginError> {
        let starts = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
        let valid = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        let inside = &text[scheme.len() + "://".len()..];
        if !starts || !valid || !inside.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OriginError::NotAUrl);
        }
        if inside.contains(['/', '?', '#']) { Err(OriginError::Path) } else { Ok(Self::App(text.to_owned())) }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        if text == NULL {
            return Ok(Self::App(NULL.to_owned()));
        }
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::NoScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "https" => Self::web(true, rest),
            "http" => Self::web(false, rest),
            "ws" | "wss" => Err(OriginError::Socket),
            _ => Self::app(scheme, text),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(text) => out.write_str(text),
            Self::Web { https, name, port } => {
                write!(out, "{}://{name}", if *https { "https" } else { "http" })?;
                if *port == default_port(*https) { Ok(()) } else { write!(out, ":{port}") }
            }
        }
    }
}

const fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}
