//! The address of a node, plain or over TLS with the trusted certificates. Must not know what is sent.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};

use client::wire::Trust;

/// How to reach a node, for sockets and for requests.
pub(super) struct Endpoint {
    pub(super) address: SocketAddr,
    /// `None`: plain.
    pub(super) trust: Option<Arc<Trust>>,
    /// The base URL of requests.
    pub(super) base: String,
}

impl Endpoint {
    /// A node started by this run; `certificate`: its certificate's file, if it serves TLS.
    pub(super) fn here(address: SocketAddr, certificate: Option<&Path>) -> anyhow::Result<Self> {
        let trust = certificate.map(|file| Trust::in_file(file, &address.ip().to_string())).transpose()?.map(Arc::new);
        let scheme = if trust.is_some() { "https" } else { "http" };
        Ok(Self { address, trust, base: format!("{scheme}://{address}") })
    }

    /// A running node; `ca`: trusted certificates instead of the system's.
    pub(super) fn at(url: &str, ca: Option<&Path>) -> anyhow::Result<Self> {
        let (is_tls, authority) = parts(url)?;
        let (host, port) = host_and_port(authority, if is_tls { 443 } else { 80 });
        let mut addresses = (host.trim_matches(['[', ']']), port)
            .to_socket_addrs()
            .with_context(|| format!("--url {url}: there is no such host"))?;
        let address = addresses.next().with_context(|| format!("--url {url}: the host has no address"))?;
        let trust = match (is_tls, ca) {
            (false, None) => None,
            (false, Some(_)) => bail!("--url {url} is plain, so --ca has nothing to verify → write https://"),
            (true, Some(file)) => Some(Trust::in_file(file, host).context("--ca cannot be used")?),
            (true, None) => Some(Trust::of_the_system(host)?),
        };
        let scheme = if is_tls { "https" } else { "http" };
        Ok(Self { address, trust: trust.map(Arc::new), base: format!("{scheme}://{authority}") })
    }
}

/// Whether it is TLS, and the host with its port.
fn parts(url: &str) -> anyhow::Result<(bool, &str)> {
    let schemes = [("http://", false), ("ws://", false), ("https://", true), ("wss://", true)];
    let found = schemes.iter().find_map(|(scheme, is_tls)| Some((*is_tls, url.strip_prefix(scheme)?)));
    let (is_tls, rest) =
        found.with_context(|| format!("--url {url}: no scheme → give https://HOST:PORT or http://"))?;
    let authority = rest.trim_end_matches('/');
    ensure!(!authority.is_empty() && !authority.contains(['/', '?', '@']), "--url {url}: give a host and a port only");
    Ok((is_tls, authority))
}

fn host_and_port(authority: &str, default: u16) -> (&str, u16) {
    let port = |text: &str| text.parse().ok();
    match authority.rsplit_once(':').and_then(|(host, text)| Some((host, port(text)?))) {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        Some(_) | None => (authority, default),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme_and_an_address() {
        let table = [
            ("http://a:8080", (false, "a:8080")),
            ("https://a/", (true, "a")),
            ("ws://[::1]:1", (false, "[::1]:1")),
            ("wss://a.example", (true, "a.example")),
        ];
        for (url, expected) in table {
            assert_eq!(parts(url).expect("right"), expected, "{url}");
        }
        for wrong in ["a:8080", "ftp://a", "https://", "https://a/ws", "http://user@a"] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_may_be_left_out() {
        let table =
            [("a:8443", ("a", 8443)), ("a", ("a", 443)), ("[::1]:8443", ("[::1]", 8443)), ("[::1]", ("[::1]", 443))];
        for (authority, expected) in table {
            assert_eq!(host_and_port(authority, 443), expected, "{authority}");
        }
    }

    #[test]
    fn a_plain_node_has_nothing_to_verify() {
        assert!(Endpoint::at("http://127.0.0.1:1", Some(Path::new("ca.pem"))).is_err());
        let plain = Endpoint::at("http://127.0.0.1:1/", None).expect("right");
        assert!(plain.trust.is_none() && plain.base == "http://127.0.0.1:1");
    }
}
