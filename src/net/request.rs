//! A request as all parts of the edge see it. Must not know what it asks for.

use super::client::Client;
use super::host::{Host, HostError};
use super::origin::Origin;

/// Who sends a request, and from which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The client.
    pub client: Client,
    /// Whether the client's connection is encrypted: our TLS, a trusted proxy's, or that of `http.public_url`.
    pub secure: bool,
    /// The host that the client asked for; `None` for HTTP/1.0 without one.
    pub host: Result<Option<Host>, HostError>,
    /// The page that sends it.
    pub page: Page,
}

/// The page that sends a request, by its header `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// No header: not a browser, or a browser's plain GET.
    None,
    /// A page of this site.
    Own(Origin),
    /// A page of an origin in `http.allowed_origins`.
    Allowed(Origin),
    /// Any other page: a sentence that names what was compared, and the setting.
    Foreign(String),
}

impl Page {
    /// The origin of a page that may use the client's cookies.
    #[must_use]
    pub const fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Own(origin) | Self::Allowed(origin) => Some(origin),
            Self::None | Self::Foreign(_) => None,
        }
    }
}
