//! `[room]`: sizes of rooms, seat windows and buffers. Must not know sockets.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

/// Sizes of rooms, how long the seat of a disconnected client is kept, and buffers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Room {
    /// Participants of a room whose host set no limit.
    pub participants_default: NonZeroUsize,
    /// The highest limit a host may set. In a mesh everybody sends to everybody.
    pub participants_max: NonZeroUsize,
    /// Rooms per host.
    pub per_host_max: NonZeroUsize,
    /// How long the seat of a disconnected client is kept, unless its room sets another time.
    #[serde(with = "text")]
    pub seat_window: Duration,
    /// The longest seat window a host may set.
    #[serde(with = "text")]
    pub seat_window_max: Duration,
    /// ICE candidates per pair buffered until their description has passed.
    pub early_candidates_max: NonZeroUsize,
    /// How long they are buffered.
    #[serde(with = "text")]
    pub early_candidates_within: Duration,
    /// Messages kept per session until it resumes; the oldest are dropped first, and the client is told of the gap.
    pub inbox_entries_max: NonZeroUsize,
    /// The same in bytes.
    pub inbox_bytes_max: Size,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            participants_default: text::count(4),
            participants_max: text::count(100),
            per_host_max: text::count(1_000),
            seat_window: Duration::from_secs(5),
            seat_window_max: Duration::from_secs(120),
            early_candidates_max: text::count(64),
            early_candidates_within: Duration::from_secs(10),
            inbox_entries_max: text::count(256),
            inbox_bytes_max: Size::kib(512),
        }
    }
}
