//! `[ledger]`: where it is kept who is in a room and what each was sent. Must not know Redis.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::{Secret, without_password};
use super::text::{self, Text, text_serde};

/// Who is in a room, and what each was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// `redis://…` of the Redis a cluster shares. Absent: this node's memory.
    pub redis_url: Option<LedgerUrl>,
    /// The same from a file, so that a password need not stand in the configuration.
    pub redis_url_file: Option<PathBuf>,
    /// Rooms with anybody in them at once.
    pub rooms_max: NonZeroUsize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { redis_url: None, redis_url_file: None, rooms_max: text::count(1_000_000) }
    }
}

/// A Redis server's URL. It may hold a password: shown and logged without it.
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
