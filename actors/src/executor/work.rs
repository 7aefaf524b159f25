//! What a cell's worker is told, and by which handle.

use ractor::ActorRef;

use super::Turn;
use crate::ports::Later;

/// What a cell's worker is told.
pub(crate) enum Work<T: Turn> {
    /// Waits for this answer, of this generation of the cell.
    Await(u32, Later<T::Message>),
    /// Looks whether it has been idle since it had waited for so many answers; then it ends.
    Rest(u64),
}

/// The handle of a worker.
pub(crate) type WorkerRef<T> = ActorRef<Work<T>>;
