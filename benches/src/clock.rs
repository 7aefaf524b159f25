//! The run's clock: nanoseconds since its start, small enough to be sent in a message. Must not know who asks.

use std::time::{Duration, Instant};

/// Nanoseconds since the start of the run.
pub type Nanos = u64;

/// The start of the run.
#[derive(Debug, Clone, Copy)]
pub struct Epoch(Instant);

impl Epoch {
    /// The run starts now.
    #[must_use]
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// The time since then.
    #[must_use]
    pub fn now(self) -> Nanos {
        nanos(self.0.elapsed())
    }
}

/// A duration as nanoseconds; more than 584 years are cut.
pub(crate) fn nanos(duration: Duration) -> Nanos {
    Nanos::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}
