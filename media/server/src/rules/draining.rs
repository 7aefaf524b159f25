//! The end of a server: no new rooms, and it ends when the peers are gone or the time is up.
//! Must not know signals.

use std::time::Instant;

use super::Rooms;
use crate::{events::State, handles::Handles};

impl<H: Handles> Rooms<H> {
    /// Takes no new rooms from now on.
    pub fn drain(&mut self, now: Instant) {
        self.draining_since.get_or_insert(now);
    }

    /// Whether it drains.
    #[must_use]
    pub fn draining(&self) -> bool {
        self.draining_since.is_some()
    }

    /// The same, as told.
    #[must_use]
    pub fn state(&self) -> State {
        if self.draining() { State::Draining } else { State::Ready }
    }

    /// Whether the drain is over: nobody is left, or the time is up.
    #[must_use]
    pub fn drained(&self, now: Instant) -> bool {
        let up = |since| now.saturating_duration_since(since) >= self.limits.drain_for;
        self.draining_since.is_some_and(|since| self.counts.peers == 0 || up(since))
    }
}
