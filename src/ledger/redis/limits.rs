//! Bounds of the link to Redis. Knows no connection.

use std::time::Duration;

use actors::{protocol::Epoch, settings::LedgerLimits};

/// Every bound of the Redis ledger.
#[derive(Debug, Clone, Copy)]
pub struct RedisLimits {
    /// How long the server may answer nothing while operations are under way; beyond it their outcomes are unknown, and the
    /// connection is given up.
    pub answer_within: Duration,
    /// How long one operation may take, behind all that were sent before it; beyond it the same.
    pub late_max: Duration,
    /// How long dialing, the handshake and subscribing may take together.
    pub dial_within: Duration,
    /// How often each connection is checked with a `PING`.
    pub ping_each: Duration,
    /// Operations under way.
    pub in_flight_max: usize,
    /// Bytes of operations under way.
    pub in_flight_bytes_max: usize,
    /// Whether a server is taken that evicts keys when its memory is full.
    pub allow_eviction: bool,
    /// Replicas that must have confirmed what an operation wrote before it is answered; 0: none.
    pub replicas_min: usize,
    /// Chat messages of one room that wait to be stored; beyond it the oldest are dropped.
    pub chat_max: usize,
    /// Bytes of those.
    pub chat_bytes_max: usize,
    /// Bytes of those of all rooms: 1/64 of it for the rooms of a bucket.
    pub chat_bytes_all_max: usize,
    /// How long they wait after the newest one, in whole seconds.
    pub chat_ttl: Duration,
    /// The number of the first epoch on an empty server. None: the server's clock in milliseconds, so that it is newer than all
    /// epochs of a server that was emptied, be they known to a node that lives or not.
    pub first_epoch: Option<Epoch>,
    /// Bounds of inboxes, and how long an epoch settles.
    pub ledger: LedgerLimits,
}

impl Default for RedisLimits {
    fn default() -> Self {
        Self {
            answer_within: Duration::from_millis(500),
            late_max: Duration::from_secs(2),
            dial_within: Duration::from_secs(2),
            ping_each: Duration::from_secs(1),
            in_flight_max: 4_096,
            in_flight_bytes_max: 16 * 1024 * 1024,
            allow_eviction: false,
            replicas_min: 0,
            chat_max: 1_000,
            chat_bytes_max: 1 << 20,
            chat_bytes_all_max: 256 << 20,
            chat_ttl: Duration::from_secs(24 * 60 * 60),
            first_epoch: None,
            ledger: LedgerLimits::default(),
        }
    }
}
