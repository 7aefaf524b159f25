//! Tokens, keys and background work, with a manual clock.

mod aside;
mod keys;
mod tokens;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use super::Clock;
use jiff::Timestamp;

/// A clock that only moves when it is set.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000)))
    }

    pub(crate) fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Clock::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).expect("a time"))
    }
}
