//! How long an actor has had nothing to do, and when it is to look again whether it may sleep. Pure.

use std::time::{Duration, Instant};

/// Watches one actor for the moment when it may rest.
#[derive(Debug)]
pub(crate) struct Vigil {
    after: Duration,
    /// When it last had something to do.
    stirred: Instant,
    /// When it will look again, if it has asked to be woken for that.
    looks_at: Option<Instant>,
    /// Messages handled since it was started.
    pub(crate) handled: u64,
}

impl Vigil {
    /// Just started; may rest after so long without work.
    pub(crate) const fn new(after: Duration, now: Instant) -> Self {
        Self { after, stirred: now, looks_at: None, handled: 0 }
    }

    /// A message was handled; `work` if it was more than a tick or a sign of life.
    pub(crate) const fn handled(&mut self, work: bool, now: Instant) {
        self.handled += 1;
        if work {
            self.stirred = now;
        }
    }

    /// Whether there was no work for long enough.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        now >= self.stirred + self.after
    }

    /// When to be woken to look again, unless that is asked for already.
    pub(crate) fn look_at(&mut self, now: Instant) -> Option<Instant> {
        if self.looks_at.is_some_and(|at| at > now) {
            return None;
        }
        self.looks_at = Some((self.stirred + self.after).max(now));
        self.looks_at
    }
}
