//! Runs cells: each is an address, private state, ONE bounded mailbox, and one message at a time.
//!
//! A turn that needs no waiting runs on the thread of whoever sent the message, within a budget; a cell that has to wait, or
//! that has more to do than the budget allows, gets a worker: a supervised ractor actor. A turn returns what others are to
//! be told, and the executor delivers it after the turn: nobody calls a neighbour on the same stack. Generic; knows no noun.

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
pub(crate) use worker::{relieve, wait};

#[cfg(test)]
mod tests;

use crate::{clock::Moment, ports::Later};

/// The state of a cell, and how it takes a message.
pub trait Turn: Send + Sized + 'static {
    /// What it is told.
    type Message: Send + 'static;
    /// What it tells others; addressed.
    type Out: Send + 'static;

    /// Messages that may be queued before further ones are refused, but for [exempt](Self::is_exempt) ones.
    const MAILBOX_MAX: usize;

    /// Takes one message. Must not block.
    fn turn(&mut self, message: Self::Message, now: Moment, out: &mut Out<Self::Out, Self::Message>) -> Next;

    /// Called when no message is left, before the cell becomes passive: to write what was collected and to set timers.
    fn settle(&mut self, now: Moment, out: &mut Out<Self::Out, Self::Message>) -> Next;

    /// Whether this message is taken even when the mailbox is full: a fact that nobody would repeat, bounded by its nature
    /// (one for each seat, timer or answer).
    fn is_exempt(message: &Self::Message) -> bool;

    /// The mailbox was full, or the cell could not be started: tells the sender that this message is refused. Of messages
    /// that repeat themselves (timers): nothing.
    fn refused(message: Self::Message, out: &mut Vec<Self::Out>);

    /// An answer that the cell waited for has panicked and will never come: what the cell is told instead. Its turn panics,
    /// so that the cell begins anew by the one path of supervision.
    fn answer_lost() -> Self::Message;

    /// A turn panicked: what takes this state's place (`None`: the cell ends), and who is told of it. The mailbox stays;
    /// the message over which it panicked, and answers that are under way, are lost.
    fn failed(self: Box<Self>, out: &mut Vec<Self::Out>) -> Option<Box<Self>>;
}

/// What comes after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The cell takes the next message.
    Done,
    /// The cell ends once its mailbox is empty.
    Stop,
}

/// What a turn wants done once it is over.
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
    /// Tells somebody something.
    pub fn tell(&mut self, what: O) {
        self.told.push(what);
    }

    /// Waits for an answer, which comes back as a message, before messages of others. The cell goes on meanwhile; several
    /// answers of one cell are polled one after the other, in the order in which they were asked for.
    pub fn wait(&mut self, answer: Later<M>) {
        self.waits.push(answer);
    }
}
