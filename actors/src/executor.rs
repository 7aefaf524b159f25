//! Runs cells: each is an address, private state, ONE bounded mailbox, and one message at a time.
//!
//! A turn runs on the sender's thread, within a budget; a cell that waits for an answer, or exceeds the budget, gets a
//! worker: a supervised ractor actor. A turn returns messages to others, and the executor delivers them after the turn:
//! no cell calls another on the same stack. Generic: independent of rooms, sockets and users.

mod cell;
mod failure;
mod registry;
mod run;
mod supervise;
mod system;
mod timers;
mod work;
mod worker;

pub use cell::CellState;
pub(crate) use cell::Posted;
pub(crate) use failure::Failures;
pub use failure::{During, Failure};
pub(crate) use registry::{Claimed, Registry};
pub(crate) use run::{deliver, execute, finish};
pub(crate) use supervise::start;
pub(crate) use system::{Home, Rest, Run, System};
pub(crate) use timers::{SLOT, Timers};
#[cfg(any(test, feature = "fault-injection"))]
pub(crate) use worker::fault_worker;
pub(crate) use worker::{relieve, wait, worker_died};

#[cfg(test)]
mod tests;

use std::{future::Future, pin::Pin, time::Instant};

/// A boxed future; only slow paths pay for one.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The time of a turn, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Monotonic, for deadlines.
    pub at: Instant,
    /// Milliseconds since the Unix epoch, for timestamps that people see and for join orders.
    pub unix_ms: u64,
}

/// The state of a cell, and how it handles a message.
pub trait Turn: Send + Sized + 'static {
    /// The messages it receives.
    type Message: Send + 'static;
    /// The messages it sends, with their receivers.
    type Out: Send + 'static;

    /// Handles one message. `now` was read after another thread has queued it; messages of one run share readings. Must not block.
    fn turn(&mut self, message: Self::Message, now: Moment, out: &mut Out<Self::Out, Self::Message>) -> Next;

    /// Called when no message is left, before the cell becomes passive: to flush output and to set timers.
    fn settle(&mut self, now: Moment, out: &mut Out<Self::Out, Self::Message>) -> Next;

    /// Whether this message is accepted even if the mailbox is full: a fact that is never resent and whose number is
    /// bounded anyway (one per seat, timer or answer).
    fn is_exempt(message: &Self::Message) -> bool;

    /// The mailbox is full: what is queued instead of this message, always, so that the cell itself answers for it in its
    /// turn. `Err`: the message is [refused](Self::refused).
    ///
    /// # Errors
    /// The message.
    fn instead(message: Self::Message) -> Result<Self::Message, Self::Message> {
        Err(message)
    }

    /// The mailbox was full, or the cell could not be started: notifies the sender of the refusal. Periodic messages
    /// (timers) are dropped silently.
    fn refused(message: Self::Message, out: &mut Vec<Self::Out>);

    /// The message that replaces an awaited answer whose future has panicked. Its turn panics, so that the cell restarts
    /// by the one path of supervision.
    fn answer_lost() -> Self::Message;

    /// A turn panicked: returns the state after the restart (`None`: the cell ends), and notifies others. The mailbox is
    /// kept; the message that panicked, and answers in flight, are lost.
    fn failed(self: Box<Self>, out: &mut Vec<Self::Out>) -> Option<Box<Self>>;
}

/// What comes after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The cell handles the next message.
    Done,
    /// The cell ends once its mailbox is empty.
    Stop,
}

/// A turn's output, performed after it.
pub struct Out<O, M> {
    pub(crate) told: Vec<O>,
    pub(crate) waits: Vec<Later<M>>,
}

impl<O, M> Default for Out<O, M> {
    fn default() -> Self {
        Self { told: Vec::new(), waits: Vec::new() }
    }
}

impl<O, M> Out<O, M> {
    /// Sends a message.
    pub fn tell(&mut self, what: O) {
        self.told.push(what);
    }

    /// Waits for an answer, which arrives as a message, before other messages. The cell continues meanwhile; several
    /// answers of one cell are awaited one after the other, in the order of the requests.
    pub fn wait(&mut self, answer: Later<M>) {
        self.waits.push(answer);
    }
}
