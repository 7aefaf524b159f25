//! Failures of cells, as operators see them.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Failures kept for operators.
const REMEMBERED: usize = 64;

/// What a cell was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum During {
    /// A message was handled.
    Turn,
    /// The cell was started.
    Start,
    /// An answer was awaited.
    Wait,
    /// A worker ended unexpectedly.
    Work,
}

/// One failure of one cell.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The kind of cell.
    pub kind: &'static str,
    /// Its address.
    pub key: String,
    /// What it was doing.
    pub during: During,
    /// The panic's message.
    pub reason: String,
    /// When.
    pub at: Instant,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} during {:?}: {}", self.kind, self.key, self.during, self.reason)
    }
}

/// The last failures, and their total number.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<(u64, VecDeque<Failure>)>);

impl Failures {
    pub(crate) fn record(&self, failure: Failure) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.0 += 1;
        if failures.1.len() == REMEMBERED {
            failures.1.pop_front();
        }
        failures.1.push_back(failure);
    }

    /// The total number, and the last ones, oldest first.
    pub(crate) fn look(&self) -> (u64, Vec<Failure>) {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (failures.0, failures.1.iter().cloned().collect())
    }
}
