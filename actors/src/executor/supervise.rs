//! The one way in which a failure is dealt with: a panic in a turn, in a start, or in an answer that was waited for costs its
//! cell what its kind says (a fresh state, or its end), is recorded, and told to those who asked.

use std::{
    any::Any,
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use super::{
    Turn,
    run::{Home, System},
};

/// Failures that are remembered for operators.
const REMEMBERED: usize = 64;

/// What a cell was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum During {
    /// A message was handled.
    Turn,
    /// The cell was started.
    Start,
    /// An answer was waited for.
    Wait,
    /// A worker itself ended, against its nature.
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

/// The last failures, and how many there were.
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

    /// How many there were, and the last of them, oldest first.
    pub(crate) fn look(&self) -> (u64, Vec<Failure>) {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (failures.0, failures.1.iter().cloned().collect())
    }
}

/// A turn of this cell has panicked: what takes the state's place, if the kind restarts; else the cell is gone, and what was
/// queued for it is refused.
pub(super) fn restart<S, T>(
    system: &Arc<S>,
    key: S::Key,
    (state, panic): (Box<T>, Box<dyn Any + Send>),
    told: &mut Vec<S::Out>,
) -> Option<Box<T>>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    report::<S, T>(system, key, During::Turn, &*panic);
    system.cells().with(&key, super::cell::Cell::fail);
    let before = told.len();
    // The state is whole memory, but may break its own rules: looking at it may panic again.
    let successor = catch_unwind(AssertUnwindSafe(|| state.failed(told)));
    match successor {
        Ok(Some(successor)) => Some(successor),
        Ok(None) => {
            end::<S, T>(system, key, told);
            None
        }
        Err(panic) => {
            report::<S, T>(system, key, During::Start, &*panic);
            told.truncate(before);
            end::<S, T>(system, key, told);
            None
        }
    }
}

/// Ends a cell: what was queued for it is refused.
pub(super) fn end<S, T>(system: &Arc<S>, key: S::Key, told: &mut Vec<S::Out>)
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    for message in system.cells().remove(&key) {
        T::refused(message, told);
    }
}

/// Makes a cell's first state; `None` if that panicked.
pub(crate) fn start<S, T>(system: &Arc<S>, key: S::Key, make: impl FnOnce() -> T) -> Option<Box<T>>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let made = catch_unwind(AssertUnwindSafe(|| Box::new(make())));
    made.map_err(|panic| report::<S, T>(system, key, During::Start, &*panic)).ok()
}

/// Records a panic of this cell.
pub(super) fn report<S, T>(system: &S, key: S::Key, during: During, panic: &(dyn Any + Send))
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let reason = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let reason = reason.or_else(|| panic.downcast_ref::<String>().cloned());
    let reason = reason.unwrap_or_else(|| "a panic without a message".to_owned());
    let at = system.clock().now().at;
    System::failed(system, Failure { kind: S::KIND, key: format!("{key:?}"), during, reason, at });
}
