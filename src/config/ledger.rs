//! `[ledger]`: the store of room membership and inboxes. Must not know Redis.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::{Secret, without_password};
use super::text::{self, Text, text_serde};

/// The store of room membership and of each member's inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// `redis://…` of the Redis a cluster shares. Absent: this node's memory.
    pub redis_url: Option<LedgerUrl>,
    /// A file that holds the URL, so that the configuration need not contain a password.
    pub redis_url_file: Option<PathBuf>,
    /// Maximum concurrently active rooms.
    pub rooms_max: NonZeroUsize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { redis_url: None, redis_url_file: None, rooms_max: text::count(1_000_000) }
    }
}

/// A Redis server's URL. Its password, if any, is never shown or logged.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerUrl(Secret);

impl LedgerUrl {
    /// The URL with its password: for the driver only.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Text for LedgerUrl {
    const FORM: &'static str = "a Redis URL, such as \"redis://127.0.0.1:6379\"";

    fn read(text: &str) -> Result<Self, String> {
        let host = text.strip_prefix("redis://").or_else(|| text.strip_prefix("rediss://"));
        match host {
            None => Err("not a Redis URL".to_owned()),
            Some(host) if host.is_empty() || host.starts_with('/') => Err("names no host".to_owned()),
            Some(_) => Ok(Self(text.to_owned().into())),
        }
    }

    fn write(&self) -> String {
        without_password(self.0.expose())
    }
}

text_serde!(LedgerUrl);
