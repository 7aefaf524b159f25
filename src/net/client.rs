//! The client of a request: its address, and the key of its limits. Must not know how the address was found.

use std::net::{IpAddr, Ipv6Addr};

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address: the socket's, or the one that the outermost trusted proxy reported. IPv4 in IPv6 is IPv4.
    pub address: IpAddr,
    /// Whether the request came through a trusted proxy.
    pub by_proxy: bool,
}

impl Client {
    /// The key of limits: the address, for IPv6 its /64, which belongs to one customer (RFC 6177).
    #[must_use]
    pub fn network(&self) -> IpAddr {
        network(self.address)
    }
}

/// See [`Client::network`].
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}
