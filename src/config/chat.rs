//! `[chat]`: how long chat messages are kept, and how many may wait to be stored. Must not know SQL.

use std::num::NonZeroUsize;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

/// The history of chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Chat {
    /// How long a message is kept.
    #[serde(with = "text::As::<Duration>")]
    pub keep_for: Duration,
    /// Messages kept of one room; the oldest are deleted.
    pub keep_per_room_max: NonZeroUsize,
    /// Messages of this node that wait to be stored, without Redis; beyond it the oldest are dropped.
    pub queued_max: NonZeroUsize,
    /// The same in bytes.
    pub queued_bytes_max: Size,
    /// Bytes of one room that wait in Redis to be stored; beyond it the oldest are dropped.
    pub waiting_bytes_per_room_max: Size,
    /// Bytes of all rooms that wait there; each 64th part of the rooms has a 64th of it.
    pub waiting_bytes_max: Size,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            keep_for: Duration::from_secs(30 * 24 * 60 * 60),
            keep_per_room_max: text::count(10_000),
            queued_max: text::count(10_000),
            queued_bytes_max: Size::kib(8 * 1024),
            waiting_bytes_per_room_max: Size::kib(1024),
            waiting_bytes_max: Size::kib(256 * 1024),
        }
    }
}
