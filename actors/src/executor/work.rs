//! Commands to a cell's worker, and its handle.

use ractor::ActorRef;

use super::{Later, Turn};

/// A command to a cell's worker.
pub(crate) enum Work<T: Turn> {
    /// Wait for this answer, of this generation of the cell.
    Await(u32, Later<T::Message>),
    /// End, if no answer was awaited since this many.
    Rest(u64),
    /// Panics, for tests of supervision.
    #[cfg(any(test, feature = "fault-injection"))]
    Fault,
}

/// The handle of a worker.
pub(crate) type WorkerRef<T> = ActorRef<Work<T>>;
