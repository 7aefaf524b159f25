//! The operator's rules: whose forwarding fields count, which pages may connect. Pure: a request's head in, a
//! [`Request`] out.
//!
//! A page is our own if its origin is `http.public_url`. Without that setting it is our own if its origin is at the host
//! that it asks for, unless a stranger could have made that host point here (DNS rebinding): a page over TLS has proved
//! its name by a certificate, and an address or a local name is nobody else's. Every other name over plain HTTP could be
//! a stranger's.

use std::net::IpAddr;

use hyper::http::header;
use hyper::http::request::Parts;
use ipnet::IpNet;

use super::client::Client;
use super::forwarded::{self, Seen};
use super::host::Host;
use super::origin::Origin;
use super::request::{Page, Request};

/// The operator's rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The URL people type, if it is known.
    pub public_url: Option<Origin>,
    /// Origins of other sites and of apps whose pages may connect.
    pub allowed_origins: Vec<Origin>,
    /// Networks of our own proxies: only their forwarding fields count.
    pub trusted_proxies: Vec<IpNet>,
}

/// Characters of a foreign origin that are repeated in a refusal.
const SHOWN_MAX: usize = 100;

impl Rules {
    /// Whether `address` is one of our proxies.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// The sender of a request with this head over a connection from `peer`; `over_tls`: over our own TLS.
    #[must_use]
    pub fn request(&self, peer: IpAddr, over_tls: bool, head: &Parts) -> Request {
        let peer = peer.to_canonical();
        let by_proxy = self.trusts(peer);
        let seen = if by_proxy {
            forwarded::seen(peer, &head.headers, &self.trusted_proxies)
        } else {
            Seen { address: peer, secure: None, host: None, port: None }
        };
        let host = Host::of(head).map(|host| seen.host.as_deref().and_then(Host::parse).or(host));
        let is_public = self.public_url.as_ref().is_some_and(Origin::is_https);
        let page = self.page(head, host.as_ref().ok().and_then(Option::as_ref), &seen, over_tls);
        Request {
            client: Client { address: seen.address, by_proxy },
            secure: over_tls || seen.secure.unwrap_or(is_public),
            host,
            page,
        }
    }

    fn page(&self, head: &Parts, host: Option<&Host>, seen: &Seen, over_tls: bool) -> Page {
        let mut lines = head.headers.get_all(header::ORIGIN).iter();
        let Some(line) = lines.next() else { return Page::None };
        let text = String::from_utf8_lossy(line.as_bytes());
        let shown: String = text.chars().filter(|letter| !letter.is_control()).take(SHOWN_MAX).collect();
        let (Ok(origin), None) = (text.parse::<Origin>(), lines.next()) else {
            return Page::Foreign(format!("its header Origin, `{shown}`, is not the origin of a page"));
        };
        if self.allowed_origins.contains(&origin) {
            return Page::Allowed(origin);
        }
        if self.public_url.as_ref() == Some(&origin) {
            return Page::Own(origin);
        }
        let Some(host) = host.filter(|host| origin.is_at(host, seen.port)) else {
            return Page::Foreign(self.another_site(&shown, host));
        };
        // A page over HTTP can be changed on the way to the browser: it is none of a site over TLS.
        let may_be_ours = origin.is_https() || !(over_tls || seen.secure == Some(true));
        let named = self.public_url.is_none() && origin.is_https();
        if may_be_ours && (named || host.is_certain()) {
            return Page::Own(origin);
        }
        let why = match &self.public_url {
            Some(url) => format!("its Origin is {shown}, but http.public_url is {url}"),
            None => format!(
                "its Origin is {shown}, over plain HTTP under a name that could be a stranger's (DNS rebinding); if it \
                 is this site's, set http.public_url = \"{shown}\""
            ),
        };
        Page::Foreign(why)
    }

    /// Names both sides and the settings.
    fn another_site(&self, shown: &str, host: Option<&Host>) -> String {
        let ours = match (&self.public_url, host) {
            (Some(url), _) => format!("{url} (http.public_url)"),
            (None, Some(host)) => format!("{host} (the header Host)"),
            (None, None) => "unknown (no header Host)".to_owned(),
        };
        format!(
            "its Origin is {shown}, but this site is {ours}; if it is this site's, set http.public_url = \"{shown}\" or \
             let the proxy pass Host on; if it is another site of yours, add it to http.allowed_origins"
        )
    }
}
