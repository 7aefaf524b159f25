//! Networks in CIDR form. Must not know which are trusted.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Text, text_serde};

/// A network of addresses, written `"10.0.0.0/8"`; a single address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// The network itself.
    #[must_use]
    pub const fn net(self) -> IpNet {
        self.0
    }

    /// Whether `address` belongs to this network; `::ffff:10.0.0.1` counts as `10.0.0.1`.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl Text for Network {
    const FORM: &'static str = "a network, such as \"10.0.0.0/8\" or \"::1\"";
    const PATTERN: &'static str = r"^[0-9A-Fa-f:.]+(/[0-9]+)?$";

    fn read(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(IpNet::from(address)));
        }
        let network: IpNet = text.parse().map_err(|_| "not a network".to_owned())?;
        if network.trunc() == network {
            Ok(Self(network))
        } else {
            Err(format!("has bits past its prefix; the network is {}", network.trunc()))
        }
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

text_serde!(Network);
