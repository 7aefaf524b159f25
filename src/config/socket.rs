//! `[socket]`: limits and timeouts of one WebSocket. Must not know rooms.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

/// Limits and timeouts of one WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Socket {
    /// Maximum size of a client's message (all its fragments together); a larger one closes with 1009.
    pub message_bytes_max: Size,
    /// Maximum fragments per message.
    pub fragments_max: NonZeroUsize,
    /// Send-buffer limit; a slower reader is closed with 4530, and its inbox is kept.
    pub outbox_bytes_max: Size,
    /// How long a connection may accept no byte before its reader counts as slow.
    #[serde(with = "text")]
    pub write_within: Duration,
    /// How long a new socket may take to send `hello`.
    #[serde(with = "text")]
    pub hello_within: Duration,
    /// How often a client must send `heartbeat`; announced in `welcome`.
    #[serde(with = "text")]
    pub heartbeat_every: Duration,
    /// How long a client that has sent a `heartbeat` may then be silent.
    #[serde(with = "text")]
    pub heartbeat_missing_max: Duration,
    /// Interval of WebSocket pings; a socket that has not answered by the next ping is lost.
    #[serde(with = "text")]
    pub ping_every: Duration,
    /// Sustained messages per second and client; messages beyond are refused.
    pub messages_per_second: NonZeroU32,
    /// Burst of messages per client: a join sends many candidates at once.
    pub messages_burst_max: NonZeroU32,
    /// Consecutive rate-limited messages before the socket is closed with 4529.
    pub refusals_max: NonZeroU32,
    /// Messages of one socket in flight inside the node; beyond it the socket is not read.
    pub in_flight_max: NonZeroUsize,
    /// Open sockets per user on this node.
    pub sockets_per_user_max: NonZeroUsize,
}

impl Default for Socket {
    fn default() -> Self {
        Self {
            message_bytes_max: Size::kib(64),
            fragments_max: text::count(64),
            outbox_bytes_max: Size::kib(1024),
            write_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(5),
            heartbeat_every: Duration::from_secs(15),
            heartbeat_missing_max: Duration::from_secs(30),
            ping_every: Duration::from_secs(10),
            messages_per_second: text::times(100),
            messages_burst_max: text::times(500),
            refusals_max: text::times(200),
            in_flight_max: text::count(16),
            sockets_per_user_max: text::count(16),
        }
    }
}
