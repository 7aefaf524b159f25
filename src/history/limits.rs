//! Bounds of the history.

use std::time::Duration;

use jiff::SignedDuration;

/// Every bound of the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How long a message is kept.
    pub keep_for: SignedDuration,
    /// Messages kept of one room.
    pub keep_per_room_max: u32,
    /// Messages that may wait in this node's memory.
    pub queued_max: usize,
    /// Bytes of those.
    pub queued_bytes_max: usize,
    /// How long the first message of a batch waits for others.
    pub flush_every: Duration,
    /// Messages in one statement: at most 6 MB.
    pub batch_max: usize,
    /// Bytes of one room that are read from Redis at once.
    pub batch_bytes_max: usize,
    /// Rooms in Redis that are stored together, each at most a batch.
    pub rooms_together_max: usize,
    /// Batches of one room in a row.
    pub batches_max: usize,
    /// The longest pause after failures; the first is `flush_every`.
    pub retry_every_max: Duration,
    /// How often rooms with messages in Redis are looked for that this node does not know of.
    pub look_every: Duration,
    /// Rooms that are found in one look.
    pub rooms_max: usize,
    /// Statements of one sweep.
    pub sweeps_max: u32,
    /// How long the last messages may take at the end of the process.
    pub end_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            keep_for: SignedDuration::from_hours(30 * 24),
            keep_per_room_max: 10_000,
            queued_max: 10_000,
            queued_bytes_max: 8 << 20,
            flush_every: Duration::from_millis(200),
            batch_max: 256,
            batch_bytes_max: 1 << 20,
            rooms_together_max: 8,
            batches_max: 8,
            retry_every_max: Duration::from_secs(5),
            look_every: Duration::from_secs(5),
            rooms_max: 1_000,
            sweeps_max: 1_000,
            end_within: Duration::from_secs(2),
        }
    }
}
