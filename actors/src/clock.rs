//! The only place of this crate that reads a clock; rules get `now` as an argument.
//!
//! Follows tokio's clock, so that a test that pauses time pauses the whole system.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The monotonic time now.
#[must_use]
pub fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The wall clock now, in milliseconds since the Unix epoch; for timestamps that people see.
#[must_use]
pub fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// One moment on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Monotonic, for deadlines.
    pub at: Instant,
    /// Milliseconds since the Unix epoch, for people.
    pub unix_ms: u64,
}

impl Moment {
    /// This moment.
    #[must_use]
    pub fn now() -> Self {
        Self { at: now(), unix_ms: unix_millis() }
    }
}
