//! The client of a request: its address and whether its connection is encrypted, seen through trusted proxies.
//!
//! Derived from the socket's address and `X-Forwarded-For` / `X-Forwarded-Proto`; nothing else may read these. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use super::Shared;

/// Added to a request's extensions by the listener when the connection is TLS.
#[derive(Clone, Copy, Debug)]
pub struct OverTls;

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address: the socket's, or the rightmost address in `X-Forwarded-For` that is not a trusted proxy's.
    pub address: IpAddr,
    /// Whether the browser's connection is encrypted.
    pub over_tls: bool,
    /// Whether the request came through a trusted proxy.
    pub by_proxy: bool,
}

impl Client {
    /// The key for rate limits: the address, for IPv6 its /64 (a customer owns all of it).
    #[must_use]
    pub fn network(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        }
    }

    /// Derives the client from the socket's address and, if that is a trusted proxy, from the headers it sent.
    #[must_use]
    pub fn of(peer: IpAddr, over_tls: bool, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = peer.to_canonical();
        let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(&peer) {
            return Self { address: peer, over_tls, by_proxy: false };
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
        let mut address = peer;
        for hop in forwarded.flat_map(|value| value.rsplit(',')) {
            // Our proxies write readable addresses: everything left of an unreadable one is untrusted.
            let Some(hop) = parse_hop(hop.trim()) else { break };
            address = hop;
            if !is_trusted(&hop) {
                break;
            }
        }
        let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        let over_tls = scheme.map_or(over_tls, |scheme| scheme.trim().eq_ignore_ascii_case("https"));
        Self { address, over_tls, by_proxy: true }
    }
}

/// An address as proxies write it: `1.2.3.4`, `1.2.3.4:5`, `2001:db8::1`, `[2001:db8::1]:5`.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// Adds a `Client` to each request. A request without a socket (in tests) comes from 127.0.0.1.
pub async fn locate(State(site): State<Shared>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let over_tls = request.extensions().get::<OverTls>().is_some();
    let client = Client::of(peer, over_tls, request.headers(), &site.settings.trusted_proxies);
    request.extensions_mut().insert(client);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::{Client, HeaderMap, IpAddr, IpNet};

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a header value"));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().expect("a network")).collect();
        Client::of(peer.parse().expect("an address"), false, &headers, &trusted).address.to_string()
    }

    #[test]
    fn forwarding_headers_are_trusted_from_trusted_proxies_only() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        for (peer, forwarded, trusted, expected) in [
            ("203.0.113.9", &["198.51.100.1"][..], &proxies[..0], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], &proxies, "203.0.113.9"),
            ("10.0.0.1", &[], &proxies, "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], &proxies, "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], &proxies, "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], &proxies, "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, junk"], &proxies, "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, junk, 10.0.0.2"], &proxies, "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.1:4711"], &proxies, "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], &proxies, "2001:db8::7"),
            ("10.0.0.1", &["2001:db8::7"], &proxies, "2001:db8::7"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &proxies, "10.0.0.3"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], &proxies, "198.51.100.1"),
        ] {
            assert_eq!(seen(peer, forwarded, trusted), expected, "{peer} said {forwarded:?}");
        }
    }

    #[test]
    fn an_ipv6_customer_is_counted_as_one() {
        let network = |address: &str| {
            let address: IpAddr = address.parse().expect("an address");
            Client { address, over_tls: false, by_proxy: false }.network().to_string()
        };
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("198.51.100.1"), "198.51.100.1");
    }
}
