//! `[ledger]`: the store of room membership and inboxes. Must not know Redis.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::{Secret, without_password};
use super::text::{self, Text, size::Size, text_serde};

/// The store of room membership and of each member's inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// `redis://…` of the Redis a cluster shares. Absent: this node's memory.
    pub redis_url: Option<LedgerUrl>,
    /// A file that holds the URL, so that the configuration need not contain a password.
    pub redis_url_file: Option<PathBuf>,
    /// For `rediss://`: a PEM file of the authorities whose certificates are trusted. Absent: the system's.
    pub redis_ca: Option<PathBuf>,
    /// For `rediss://`: a PEM file of this node's certificate, for a Redis that asks for one.
    pub redis_cert: Option<PathBuf>,
    /// The PEM file of its key.
    pub redis_key: Option<PathBuf>,
    /// Prefix of every key and channel in Redis: clusters that share a Redis need different ones.
    pub prefix: String,
    /// How long Redis may answer nothing while operations are under way; then their outcomes count as unknown, and the node
    /// reconnects. One that waits behind others may take four times as long.
    #[serde(with = "text::As::<Duration>")]
    pub answer_within: Duration,
    /// Operations on their way to Redis; further ones are refused as not applied, and retried.
    pub in_flight_max: NonZeroUsize,
    /// Bytes of these operations.
    pub in_flight_bytes_max: Size,
    /// Queued pushes of other nodes; beyond it every seat is audited.
    pub pushes_max: NonZeroUsize,
    /// Bytes of their texts.
    pub pushes_bytes_max: Size,
    /// How long after its last sign of life a node counts as dead. It renews its lease three times as often.
    #[serde(with = "text::As::<Duration>")]
    pub lease: Duration,
    /// Take a Redis that evicts keys when its memory is full, and loses seats with them.
    pub allow_eviction: bool,
    /// Replicas that must have confirmed what an operation wrote before it counts as accepted; 0: none.
    pub replicas_min: u8,
    /// Whether Redis is told each ten seconds which user is on which node, for operators.
    pub presence_keys: bool,
    /// Maximum concurrently active rooms.
    pub rooms_max: NonZeroUsize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            redis_url: None,
            redis_url_file: None,
            redis_ca: None,
            redis_cert: None,
            redis_key: None,
            prefix: "aldis:".to_owned(),
            answer_within: Duration::from_millis(500),
            in_flight_max: text::count(4_096),
            in_flight_bytes_max: Size::kib(16 * 1024),
            pushes_max: text::count(10_000),
            pushes_bytes_max: Size::kib(32 * 1024),
            lease: Duration::from_secs(6),
            allow_eviction: false,
            replicas_min: 0,
            presence_keys: true,
            rooms_max: text::count(1_000_000),
        }
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
    const FORM: &'static str = "a Redis URL, such as \"redis://127.0.0.1:6379\", \"rediss://…\" for TLS, \"redis+sentinel://a,b,c/master\", or \"redis+unix:///run/redis.sock\"";
    const PATTERN: &'static str = r"^(redis\+unix:///|rediss?(\+sentinel)?://[^/])";

    fn read(text: &str) -> Result<Self, String> {
        if text.strip_prefix("redis+unix://").is_some_and(|path| path.starts_with('/')) {
            return Ok(Self(text.to_owned().into()));
        }
        let schemes = ["redis://", "rediss://", "redis+sentinel://", "rediss+sentinel://"];
        let host = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
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
