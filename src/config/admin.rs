//! `[admin]`: the operators' listener. Must not know what it serves.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;

/// The operators' listener: probes, metrics, internal state, changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Address and port to listen on; port 0 takes a free one. Beyond loopback only with `token_file` or TLS.
    #[serde(with = "text::As::<SocketAddr>")]
    pub bind: SocketAddr,
    /// Unix socket for local operators, who need no token. Absent: `admin.sock` in the data directory.
    pub socket: Option<PathBuf>,
    /// File with the operators' token, made at the first start. Absent: `admin.token` in the data directory.
    pub token_file: Option<PathBuf>,
}

impl Default for Admin {
    fn default() -> Self {
        Self { bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)), socket: None, token_file: None }
    }
}
