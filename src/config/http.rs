//! `[http]`: the public listener, its names, its TLS and its limits. Must not know routes.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, network::Network, size::Size};
use crate::net::Origin;

/// The public listener: pages, REST and WebSockets on one port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port to listen on; port 0 takes a free one. Loopback until an operator decides otherwise.
    #[serde(with = "text::As::<SocketAddr>")]
    pub bind: SocketAddr,
    /// The URL people type, when it differs from the listener's address: behind a proxy, or by name.
    pub public_url: Option<Origin>,
    /// Origins of other sites and of apps whose pages may connect. The node's own origin always may.
    pub allowed_origins: Vec<Origin>,
    /// Networks of the reverse proxies in front: their forwarding fields are trusted, and the limits by address apply to
    /// the clients that these name.
    pub trusted_proxies: Vec<Network>,
    /// PEM file with the certificate chain. With `tls_key`, the listener serves https and wss.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
    /// Maximum open connections, WebSockets included. Each costs a file descriptor and about 5 kB in the kernel.
    pub connections_max: NonZeroUsize,
    /// The same per address (IPv6: per /64), so that one client cannot take them all.
    pub connections_per_address_max: NonZeroUsize,
    /// Timeout of the TLS handshake.
    #[serde(with = "text::As::<Duration>")]
    pub tls_handshake_within: Duration,
    /// Timeout of a new connection's first byte.
    #[serde(with = "text::As::<Duration>")]
    pub first_byte_within: Duration,
    /// Timeout of a whole request head, from its first byte.
    #[serde(with = "text::As::<Duration>")]
    pub head_within: Duration,
    /// How long an idle connection is kept between two requests.
    #[serde(with = "text::As::<Duration>")]
    pub keep_alive_within: Duration,
    /// Timeout of receiving a request's body.
    #[serde(with = "text::As::<Duration>")]
    pub body_within: Duration,
    /// Timeout of a request, from head to response.
    #[serde(with = "text::As::<Duration>")]
    pub request_within: Duration,
    /// Maximum size of a request's line and headers.
    pub head_bytes_max: Size,
    /// Maximum size of a request's body.
    pub body_bytes_max: Size,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            tls_cert: None,
            tls_key: None,
            connections_max: text::count(18_000),
            connections_per_address_max: text::count(1_024),
            tls_handshake_within: Duration::from_secs(5),
            first_byte_within: Duration::from_secs(5),
            head_within: Duration::from_secs(5),
            keep_alive_within: Duration::from_secs(75),
            body_within: Duration::from_secs(5),
            request_within: Duration::from_secs(10),
            head_bytes_max: Size::kib(16),
            body_bytes_max: Size::kib(16),
        }
    }
}
