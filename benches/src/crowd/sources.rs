//! Source addresses of connections: one address has some 28 000 ports, a machine has many addresses. Must not know
//! connections.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::ensure;

/// Source addresses, each for a number of connections in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Empty: the kernel chooses.
    addresses: Vec<IpAddr>,
    per_source: usize,
}

impl Sources {
    /// Addresses for `count` connections to `to`: the given ones, or as many loopback addresses as needed.
    ///
    /// # Errors
    ///
    /// They have too few ports.
    pub fn plan(named: &[IpAddr], per_source: usize, (to, count): (SocketAddr, usize)) -> anyhow::Result<Self> {
        let needed = count.div_ceil(per_source.max(1));
        let addresses = match (named, to.ip()) {
            ([], IpAddr::V4(ip)) if ip.is_loopback() && needed > 1 => loopback(needed),
            _ => named.to_vec(),
        };
        let held = addresses.len().max(1) * per_source;
        ensure!(
            count <= held,
            "{count} connections do not fit into {} source addresses of {per_source} ports → name more with --source, or raise --per-source (at most 28 000 on most machines)",
            addresses.len().max(1)
        );
        Ok(Self { addresses, per_source })
    }

    /// The source address of the connection with this number.
    #[must_use]
    pub fn of(&self, n: usize) -> Option<IpAddr> {
        self.addresses.get(n / self.per_source).copied()
    }
}

/// 127.0.0.1, 127.0.0.2 and so on: Linux answers on all of 127.0.0.0/8.
fn loopback(count: usize) -> Vec<IpAddr> {
    (1..=count)
        .map(|n| u32::from(Ipv4Addr::LOCALHOST) - 1 + u32::try_from(n).unwrap_or(1))
        .map(|bits| Ipv4Addr::from_bits(bits).into())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    #[test]
    fn each_source_gets_its_share_in_turn() {
        let sources = Sources::plan(&[], 1_000, (NODE, 2_500)).expect("loopback has addresses enough");
        let of = |n| sources.of(n).map(|address| address.to_string());
        assert_eq!((of(0), of(999)), (Some("127.0.0.1".to_owned()), Some("127.0.0.1".to_owned())));
        assert_eq!((of(1_000), of(2_499)), (Some("127.0.0.2".to_owned()), Some("127.0.0.3".to_owned())));
    }

    #[test]
    fn the_kernel_chooses_while_one_address_is_enough() {
        assert_eq!(Sources::plan(&[], 1_000, (NODE, 1_000)).expect("they fit").of(999), None);
    }

    #[test]
    fn too_many_connections_for_the_source_addresses_fail_early() {
        let far: SocketAddr = "192.0.2.1:443".parse().expect("an address");
        assert!(Sources::plan(&[], 1_000, (far, 1_001)).is_err());
        let named = ["192.0.2.7".parse().expect("an address"), "192.0.2.8".parse().expect("an address")];
        assert!(Sources::plan(&named, 1_000, (far, 2_000)).is_ok());
        assert!(Sources::plan(&named, 1_000, (far, 2_001)).is_err());
    }
}
