//! One cell: state, ONE bounded mailbox, and its pending answers. Plain data; the registry guards it with a lock that is
//! held for a few instructions, never during a turn: the state is taken out of the cell while a turn runs.
//!
//! **Invariant:** no message is lost, duplicated or reordered. The thread that takes the state runs every queued message
//! and returns the state, under the lock of the mailbox, only when that is empty (`tests` tries every interleaving).
//! Messages are taken out in batches: each registry lookup costs as much as a short turn.

use std::{collections::VecDeque, time::Instant};

use super::Turn;

/// Batch size, and initial capacity of a mailbox: messages that were read at once, and their consequences.
const TOGETHER: usize = 8;

/// A cell; `W` is the handle of a worker.
pub(crate) struct Cell<T: Turn, W> {
    /// Taken while turns run.
    state: Option<Box<T>>,
    /// Absent while empty: an idle cell has no buffer.
    mailbox: Option<Box<Mailbox<T::Message>>>,
    /// Present while the cell is active.
    worker: Option<Box<Active<W>>>,
}

/// Messages in the order in which they are run.
pub(crate) struct Mailbox<M> {
    /// Awaited answers; first, and always accepted.
    answers: VecDeque<M>,
    messages: VecDeque<M>,
    /// When the oldest of them was queued.
    since: Instant,
}

struct Active<W> {
    worker: W,
    /// Answers in flight.
    outstanding: u32,
    /// Increases with each failure: answers to earlier requests are dropped.
    generation: u32,
}

impl<M> Mailbox<M> {
    fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.messages.is_empty()
    }
}

impl<M> Iterator for Mailbox<M> {
    type Item = M;

    fn next(&mut self) -> Option<M> {
        self.answers.pop_front().or_else(|| self.messages.pop_front())
    }
}

/// The outcome of posting a message.
pub(crate) enum Posted<T: Turn> {
    /// It is queued for the thread that runs the cell.
    Queued,
    /// The caller has the state, and runs the cell with this message.
    Claimed(Box<T>, T::Message),
    /// The mailbox is full.
    Full(T::Message),
    /// There is no such cell.
    Absent(T::Message),
}

/// A cell as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellState {
    /// Whether a worker waits for an answer on its behalf.
    pub active: bool,
    /// Whether a turn is running.
    pub running: bool,
    /// Messages queued.
    pub depth: usize,
    /// When the oldest queued message arrived.
    pub oldest: Option<Instant>,
}

impl<T: Turn, W> Cell<T, W> {
    /// A cell without messages.
    pub(crate) fn new(state: Box<T>) -> Self {
        Self { state: Some(state), mailbox: None, worker: None }
    }

    /// Hands the message to the caller together with the state, or queues it behind less than `max` others.
    #[inline]
    pub(crate) fn post(&mut self, message: T::Message, now: Instant, max: usize) -> Posted<T> {
        if let Some(state) = self.state.take() {
            return Posted::Claimed(state, message);
        }
        let message = if self.depth() < max || T::is_exempt(&message) {
            message
        } else {
            match T::instead(message) {
                Ok(instead) => instead,
                Err(message) => return Posted::Full(message),
            }
        };
        self.mailbox(now).messages.push_back(message);
        Posted::Queued
    }

    /// The same for an answer that this cell, in this generation, waited for. The worker that delivers it may belong to an
    /// earlier cell of the same key: its answers are dropped.
    pub(crate) fn answer(
        &mut self,
        (is_its, generation): (impl FnOnce(&W) -> bool, u32),
        message: T::Message,
        now: Instant,
    ) -> Posted<T> {
        let Some(active) = self.worker.as_mut().filter(|active| is_its(&active.worker)) else { return Posted::Queued };
        active.outstanding = active.outstanding.saturating_sub(1);
        if generation != active.generation {
            return Posted::Queued; // asked for by a state that has failed since
        }
        if let Some(state) = self.state.take() {
            return Posted::Claimed(state, message);
        }
        self.mailbox(now).answers.push_back(message);
        Posted::Queued
    }

    fn mailbox(&mut self, now: Instant) -> &mut Mailbox<T::Message> {
        self.mailbox.get_or_insert_with(|| {
            Box::new(Mailbox { answers: VecDeque::new(), messages: VecDeque::with_capacity(TOGETHER), since: now })
        })
    }

    /// The next message for the thread that has the state.
    pub(crate) fn next(&mut self) -> Option<T::Message> {
        let mailbox = self.mailbox.as_mut()?;
        let next = mailbox.next();
        if mailbox.is_empty() {
            self.mailbox = None;
        }
        next
    }

    /// The next messages for the thread that has the state, which runs them or puts them back.
    pub(crate) fn take(&mut self) -> Option<Box<Mailbox<T::Message>>> {
        let mailbox = self.mailbox.as_mut()?;
        if mailbox.messages.len() <= TOGETHER {
            return self.mailbox.take();
        }
        let (answers, messages) = (std::mem::take(&mut mailbox.answers), mailbox.messages.drain(..TOGETHER).collect());
        Some(Box::new(Mailbox { answers, messages, since: mailbox.since }))
    }

    /// Puts messages that were taken and not run back in front of those queued since.
    pub(crate) fn put_back(&mut self, mut taken: Box<Mailbox<T::Message>>) {
        if let Some(newer) = &mut self.mailbox {
            taken.answers.append(&mut newer.answers);
            taken.messages.append(&mut newer.messages);
        }
        self.mailbox = (!taken.is_empty()).then_some(taken);
    }

    /// A run is over: the cell is passive from now on.
    ///
    /// # Errors
    /// The state with the next message, if one was queued meanwhile.
    pub(crate) fn give_back(&mut self, state: Box<T>) -> Result<(), (Box<T>, T::Message)> {
        if let Some(message) = self.next() {
            return Err((state, message));
        }
        self.state = Some(state);
        Ok(())
    }

    /// Whether nothing is queued.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.mailbox.is_none()
    }

    /// A turn has panicked: answers in flight will be dropped.
    pub(crate) fn fail(&mut self) {
        if let Some(active) = &mut self.worker {
            active.generation = active.generation.wrapping_add(1);
        }
    }

    /// Registers one more answer in flight: returns the cell's worker, started if necessary, and the waiting generation.
    /// `None`: no worker could be started.
    pub(crate) fn wait(&mut self, start: impl FnOnce() -> Option<W>) -> Option<(&W, u32)> {
        if self.worker.is_none() {
            self.worker = Some(Box::new(Active { worker: start()?, outstanding: 0, generation: 0 }));
        }
        let active = self.worker.as_mut()?;
        active.outstanding += 1;
        Some((&active.worker, active.generation))
    }

    /// Releases a worker without answers in flight; returns whether it may end.
    pub(crate) fn rest(&mut self, is_its: impl FnOnce(&W) -> bool) -> bool {
        let Some(active) = self.worker.as_ref().filter(|active| is_its(&active.worker)) else { return true };
        let rests = active.outstanding == 0;
        if rests {
            self.worker = None;
        }
        rests
    }

    /// The worker has died: `lost` replaces the answers it awaited.
    pub(crate) fn lose_worker(&mut self, lost: T::Message, now: Instant) -> Posted<T> {
        if self.worker.take().is_none_or(|active| active.outstanding == 0) {
            return Posted::Queued; // nothing was lost
        }
        if let Some(state) = self.state.take() {
            return Posted::Claimed(state, lost);
        }
        self.mailbox(now).answers.push_back(lost);
        Posted::Queued
    }

    /// The worker, if the cell is active.
    pub(crate) fn worker(&self) -> Option<&W> {
        self.worker.as_ref().map(|active| &active.worker)
    }

    /// The state, unless a turn runs.
    #[cfg(test)]
    pub(crate) fn state(&self) -> Option<&T> {
        self.state.as_deref()
    }

    fn depth(&self) -> usize {
        self.mailbox.as_ref().map_or(0, |mailbox| mailbox.messages.len())
    }

    /// The cell as operators see it.
    pub(crate) fn look(&self) -> CellState {
        CellState {
            active: self.worker.is_some(),
            running: self.state.is_none(),
            depth: self.mailbox.as_ref().map_or(0, |mailbox| mailbox.messages.len() + mailbox.answers.len()),
            oldest: self.mailbox.as_ref().map(|mailbox| mailbox.since),
        }
    }
}
