//! Failures of cells, as operators see them.

use std::{
    any::Any,
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
    /// A worker, or an actor of the node, was running.
    Work,
    /// Its output was posted, or a message to it was refused.
    Delivery,
    /// A task beside the cells was running.
    Aside,
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

impl Failure {
    /// This panic, of this kind of cell at this address.
    pub(crate) fn of(
        kind: &'static str,
        key: String,
        (during, panic): (During, &(dyn Any + Send)),
        at: Instant,
    ) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self { kind, key, during, reason: text.unwrap_or_else(|| "a panic without a message".to_owned()), at }
    }
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
