//! `[room]`: sizes of rooms, seat windows and buffers. Must not know sockets.

use std::num::NonZeroUsize;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

/// Sizes of rooms, how long the seat of a disconnected client is kept, and buffers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Room {
    /// Participants of a room whose host set no limit.
    pub participants_default: NonZeroUsize,
    /// The highest limit a host may set.
    pub participants_max: NonZeroUsize,
    /// The same for rooms of mode `mesh`, where everybody sends to everybody.
    pub mesh_participants_max: NonZeroUsize,
    /// Rooms per host.
    pub per_host_max: NonZeroUsize,
    /// The same for rooms that backends create with an API key.
    pub per_backend_host_max: NonZeroUsize,
    /// How long the seat of a disconnected client is kept, unless its room sets another time.
    #[serde(with = "text::As::<Duration>")]
    pub seat_window: Duration,
    /// The longest seat window a host may set.
    #[serde(with = "text::As::<Duration>")]
    pub seat_window_max: Duration,
    /// ICE candidates per pair buffered until their description has passed.
    pub early_candidates_max: NonZeroUsize,
    /// Bytes of early candidates of one member, to all others together.
    pub early_candidates_bytes_max: Size,
    /// How long early candidates may wait.
    #[serde(with = "text::As::<Duration>")]
    pub early_candidates_within: Duration,
    /// Bytes of one candidate.
    pub candidate_bytes_max: Size,
    /// How long a message waits for an unavailable ledger before it is refused as `unavailable`.
    #[serde(with = "text::As::<Duration>")]
    pub hold_within: Duration,
    /// How long a message whose outcome is unknown is retried before its socket is closed, to resume elsewhere.
    #[serde(with = "text::As::<Duration>")]
    pub outcome_within: Duration,
    /// How long after its last entry a room is audited: that trims inboxes and finds a lost push.
    #[serde(with = "text::As::<Duration>")]
    pub audit_after: Duration,
    /// How often an idle room is audited.
    #[serde(with = "text::As::<Duration>")]
    pub audit_every: Duration,
    /// How long a missing entry waits for an answer in flight before the inbox is read.
    #[serde(with = "text::As::<Duration>")]
    pub hole_within: Duration,
    /// Messages of one session kept until it resumes; beyond it the resume fails with `gap`.
    pub inbox_entries_max: NonZeroUsize,
    /// The same in bytes.
    pub inbox_bytes_max: Size,
    /// Whether what happens in rooms is kept for a day, for operators and backends. With `webhooks.url` it is anyway.
    pub timeline: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            participants_default: text::count(4),
            participants_max: text::count(100),
            mesh_participants_max: text::count(8),
            per_host_max: text::count(1_000),
            per_backend_host_max: text::count(100_000),
            seat_window: Duration::from_secs(5),
            seat_window_max: Duration::from_secs(120),
            early_candidates_max: text::count(64),
            early_candidates_bytes_max: Size::kib(64),
            candidate_bytes_max: Size::kib(4),
            early_candidates_within: Duration::from_secs(10),
            hold_within: Duration::from_secs(2),
            outcome_within: Duration::from_secs(5),
            audit_after: Duration::from_secs(2),
            audit_every: Duration::from_secs(60),
            hole_within: Duration::from_millis(50),
            inbox_entries_max: text::count(256),
            inbox_bytes_max: Size::kib(512),
            timeline: false,
        }
    }
}
