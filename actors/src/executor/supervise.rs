//! The one path of supervision: after a panic in a turn, in a start, or in an awaited answer the cell restarts with a fresh
//! state or ends, as its kind decides; the failure is recorded, and waiting senders are notified.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    Turn,
    failure::{During, Failure},
    system::{Home, System},
};

/// A turn of this cell has panicked: returns the fresh state, if the kind restarts; else the cell ends, and its queued
/// messages are refused. If that panics as well, nobody knows who has to be told: everybody is.
pub(super) fn restart<S, T>(
    system: &Arc<S>,
    key: &S::Key,
    (state, panic): (Box<T>, Box<dyn Any + Send>),
    told: &mut Vec<S::Out>,
) -> Option<Box<T>>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    report::<S, T>(system, key, During::Turn, &*panic);
    system.cells().with(key, super::cell::Cell::fail);
    let before = told.len();
    // The state is memory-safe, but may violate its invariants: reading it may panic again.
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
            told.push(S::lost(key.clone()));
            end::<S, T>(system, key, told);
            None
        }
    }
}

/// Ends a cell: its queued messages are refused.
pub(super) fn end<S, T>(system: &Arc<S>, key: &S::Key, told: &mut Vec<S::Out>)
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    refuse::<S, T>(system, key, system.cells().remove(key).into_iter(), told);
}

/// Refuses messages: a panic in the refusal of one affects no other.
pub(super) fn refuse<S, T>(
    system: &Arc<S>,
    key: &S::Key,
    mut messages: impl Iterator<Item = T::Message>,
    told: &mut Vec<S::Out>,
) where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let mut refuse = || messages.by_ref().for_each(|message| T::refused(message, told));
    while let Err(panic) = catch_unwind(AssertUnwindSafe(&mut refuse)) {
        report::<S, T>(system, key, During::Delivery, &*panic);
    }
}

/// Creates a cell's first state; `None` if that panicked.
pub(crate) fn start<S, T>(system: &Arc<S>, key: &S::Key, make: impl FnOnce() -> T) -> Option<Box<T>>
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let made = catch_unwind(AssertUnwindSafe(|| Box::new(make())));
    made.map_err(|panic| report::<S, T>(system, key, During::Start, &*panic)).ok()
}

/// Records a panic of this cell.
pub(super) fn report<S, T>(system: &S, key: &S::Key, during: During, panic: &(dyn Any + Send))
where
    T: Turn<Out = S::Out>,
    S: Home<T>,
{
    let at = system.now().at;
    System::failed(system, Failure::of(S::KIND, format!("{key:?}"), (during, panic), at));
}
