//! `[admin]`: the operators' listener. Must not know what it serves.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::text;

/// The operators' listener: metrics and the inside of rooms. It asks nobody who they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Address and port to listen on; port 0 takes a free one. Keep it out of the public's reach.
    #[serde(with = "text")]
    pub bind: SocketAddr,
}

impl Default for Admin {
    fn default() -> Self {
        Self { bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)) }
    }
}
