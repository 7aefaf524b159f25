//! A fixed rate, one after the other: the ramp-up of connections. Must not know who connects.

use std::time::{Duration, Instant};

/// A number of turns per second, evenly spaced; a late turn is compensated.
pub struct Ramp {
    begun: Instant,
    every: Duration,
    turns: u32,
}

impl Ramp {
    /// So many turns a second, from now on.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self { begun: Instant::now(), every: Duration::from_secs(1) / per_second.max(1), turns: 0 }
    }

    /// Waits for the next turn.
    pub async fn turn(&mut self) {
        let due = self.begun + self.every * self.turns;
        self.turns += 1;
        if due > Instant::now() + Duration::from_millis(1) {
            tokio::time::sleep_until(due.into()).await;
        }
    }
}
