//! Limits of open connections, in total and per address. It must not know what they are used for.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use actors::socket::Address;
use dashmap::DashMap;

use super::metrics;
/// Counts open connections; each holds a [`Place`].
#[derive(Debug)]
pub(crate) struct Caps {
    places_max: usize,
    per_address_max: usize,
    taken: AtomicUsize,
    by_address: DashMap<Address, usize>,
}

/// The permit of one connection, released when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    caps: Arc<Caps>,
    /// The network it counts against; a proxy's connection gets one with its first socket.
    address: OnceLock<Address>,
}

/// Which limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    Node,
    Address,
}

impl Caps {
    pub(crate) fn new(places_max: usize, per_address_max: usize) -> Arc<Self> {
        Arc::new(Self { places_max, per_address_max, taken: AtomicUsize::new(0), by_address: DashMap::new() })
    }

    /// The number of free places.
    pub(crate) fn left(&self) -> usize {
        self.places_max.saturating_sub(self.taken.load(Ordering::Relaxed))
    }

    /// Acquires a place for `address`; `None` counts against the node's limit only.
    pub(crate) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, Full> {
        if self.taken.fetch_add(1, Ordering::Relaxed) >= self.places_max {
            self.taken.fetch_sub(1, Ordering::Relaxed);
            return Err(Full::Node);
        }
        metrics::connected();
        // From here on dropping the place releases both counts.
        let place = Place { caps: Arc::clone(self), address: OnceLock::new() };
        if let Some(address) = address {
            place.charge(address)?;
        }
        Ok(place)
    }
}

impl Place {
    /// Counts this connection against the limit of `address`, unless it counts against one already.
    ///
    /// # Errors
    /// The address has as many connections as it may.
    pub(crate) fn charge(&self, address: IpAddr) -> Result<(), Full> {
        if self.address.get().is_some() {
            return Ok(());
        }
        let address = Address::from(address);
        let mut count = self.caps.by_address.entry(address).or_default();
        if *count >= self.caps.per_address_max {
            return Err(Full::Address);
        }
        *count += 1;
        // Only the connection's own task charges it.
        let _ = self.address.set(address);
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.caps.taken.fetch_sub(1, Ordering::Relaxed);
        metrics::disconnected();
        if let Some(address) = self.address.get() {
            self.caps.by_address.remove_if_mut(address, |_, count| {
                *count -= 1;
                *count == 0
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Caps, Full, Ordering};

    #[test]
    fn a_released_permit_can_be_acquired_again() {
        let caps = Caps::new(2, 1);
        let address = Some("192.0.2.1".parse().expect("an address"));
        let place = caps.take(address).expect("the first place");
        assert_eq!(caps.take(address).expect_err("the address has its one"), Full::Address);
        assert_eq!(caps.taken.load(Ordering::Relaxed), 1, "a refused connection leaves no trace");
        drop(place);
        assert!(caps.by_address.is_empty(), "an address without connections is forgotten");
        assert!(caps.take(address).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let caps = Caps::new(9, 1);
        let [one, neighbour, other, mapped, plain] =
            ["2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1", "::ffff:192.0.2.7", "192.0.2.7"]
                .map(|text| Some(text.parse().expect("an address")));
        let _one = caps.take(one).expect("a first of the network");
        assert_eq!(caps.take(neighbour).expect_err("the same network"), Full::Address);
        let _other = caps.take(other).expect("another network");
        let _mapped = caps.take(mapped).expect("IPv4 in IPv6");
        assert_eq!(caps.take(plain).expect_err("the same IPv4 address"), Full::Address);
    }

    #[test]
    fn a_proxys_connection_counts_against_its_client_once_that_is_known() {
        let caps = Caps::new(9, 1);
        let client = "192.0.2.1".parse().expect("an address");
        let (one, other) = (caps.take(None).expect("a place"), caps.take(None).expect("a place"));
        one.charge(client).expect("the first");
        one.charge(client).expect("it is counted once");
        assert_eq!(other.charge(client).expect_err("the client has its one"), Full::Address);
        drop(one);
        other.charge(client).expect("the client has none");
        drop(other);
        assert!(caps.by_address.is_empty(), "an address without connections is forgotten");
    }

    #[test]
    fn a_full_node_refuses_even_trusted_proxies() {
        let caps = Caps::new(1, 1);
        let _place = caps.take(None).expect("the one place");
        assert_eq!(caps.take(None).expect_err("no second"), Full::Node);
    }
}
