//! `[socket]`: limits and timeouts of one WebSocket. Must not know rooms.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

/// Limits and timeouts of one WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Socket {
    /// Maximum size of a client's message (all its fragments together); a larger one closes with 1009.
    pub message_bytes_max: Size,
    /// Maximum fragments per message.
    pub fragments_max: NonZeroUsize,
    /// Send-buffer limit; a slower reader is closed with 4530, and its inbox is kept.
    pub outbox_bytes_max: Size,
    /// How long a connection may accept no byte before its reader counts as slow.
    #[serde(with = "text::As::<Duration>")]
    pub write_within: Duration,
    /// How long a new socket may take to send `hello`.
    #[serde(with = "text::As::<Duration>")]
    pub hello_within: Duration,
    /// How often a client must send `heartbeat`; announced in `welcome`.
    #[serde(with = "text::As::<Duration>")]
    pub heartbeat_every: Duration,
    /// How long a client's script may send nothing at all.
    #[serde(with = "text::As::<Duration>")]
    pub heartbeat_missing_max: Duration,
    /// How often a socket is pinged.
    #[serde(with = "text::As::<Duration>")]
    pub ping_every: Duration,
    /// How long after a ping its pong may come; then the connection is lost.
    #[serde(with = "text::As::<Duration>")]
    pub pong_within: Duration,
    /// Messages a second a client may send on the long run; more are refused.
    pub messages_per_second: NonZeroU32,
    /// Burst of messages per client: a join sends many candidates at once.
    pub messages_burst_max: NonZeroU32,
    /// Refusals that the client is not known to have received before the socket is closed with 4529.
    pub refusals_max: NonZeroUsize,
    /// Messages of one socket that may be on their way through the actors; then its reader waits.
    pub in_flight_max: NonZeroUsize,
    /// How long the reader waits if none of them is settled; then it refuses messages.
    #[serde(with = "text::As::<Duration>")]
    pub settle_within: Duration,
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
            heartbeat_missing_max: Duration::from_secs(75),
            ping_every: Duration::from_secs(10),
            pong_within: Duration::from_secs(14),
            messages_per_second: text::times(100),
            messages_burst_max: text::times(500),
            refusals_max: text::count(200),
            in_flight_max: text::count(16),
            settle_within: Duration::from_secs(1),
            sockets_per_user_max: text::count(16),
        }
    }
}
