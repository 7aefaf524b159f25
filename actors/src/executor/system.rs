//! The system that the executor runs, as a trait, and one thread's run.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Later, Moment, Turn,
    cell::Posted,
    failure::{During, Failure},
    registry::{Claimed, Registry},
};

/// A system of cells: its kinds, and how a turn's output is routed.
pub(crate) trait System: Sized + Send + Sync + 'static {
    /// The output of turns.
    type Out: Send + 'static;
    /// A claimed cell of any kind.
    type Ready: Send + 'static;

    /// Posts one message; pushes the cell that it activated to `run`.
    fn post(self: &Arc<Self>, out: Self::Out, run: &mut Run<Self>);
    /// Runs a claimed cell, by [`execute`](super::execute).
    fn execute(self: &Arc<Self>, ready: Self::Ready, run: &mut Run<Self>);

    /// The time of the next turn.
    fn now(&self) -> Moment;
    /// How long one thread runs turns without a break.
    fn budget(&self) -> Duration;
    /// How long an idle worker is kept.
    fn rest_after(&self) -> Duration;
    /// Every worker's supervisor.
    fn supervisor(&self) -> Option<ractor::ActorCell>;
    /// A turn, a start or a wait has panicked.
    fn failed(&self, failure: Failure);
    /// Continues a run whose budget is spent, by [`relieve`](super::relieve).
    fn relieve(self: &Arc<Self>, rest: Rest<Self>);
    /// A run with this thread's buffers.
    fn buffers(&self) -> Run<Self>;
    /// Keeps a thread's buffers for its next run.
    fn keep_buffers(&self, run: Run<Self>);
}

/// A kind of cell.
pub(crate) trait Home<T: Turn<Out = Self::Out>>: System {
    /// The address of such a cell.
    type Key: Clone + Ord + std::hash::Hash + std::fmt::Debug + Send + Sync + 'static;
    /// The name of the kind.
    const KIND: &'static str;

    /// All cells of this kind.
    fn cells(&self) -> &Registry<Self::Key, T>;
    /// A claimed cell of this kind.
    fn ready(claimed: Claimed<Self::Key, T>) -> Self::Ready;
    /// Tells everybody that the cell of this address has ended, and could not say whom that concerns.
    fn lost(key: Self::Key) -> Self::Out;
    /// Lets the cell's worker wait for an answer, by [`wait`](super::wait).
    fn wait(self: &Arc<Self>, key: Self::Key, answer: Later<T::Message>);
}

/// One thread's run, and its buffers.
pub(crate) struct Run<S: System> {
    pub(crate) ready: VecDeque<S::Ready>,
    /// Output that is posted next.
    pub(crate) told: Vec<S::Out>,
    /// Being posted, the last one first; swapped with `told`.
    posting: Vec<S::Out>,
    /// The last clock reading: the time of turns, and of queueing.
    pub(crate) now: Moment,
    until: Instant,
    /// Steps since that reading.
    steps: u32,
}

/// Steps that share a clock reading: together they take some microseconds, and deadlines are milliseconds.
const STEPS_A_READING: u32 = 8;

impl<S: System> Run<S> {
    /// An empty run.
    pub(crate) const fn new(now: Moment) -> Self {
        Self { ready: VecDeque::new(), told: Vec::new(), posting: Vec::new(), now, until: now.at, steps: 0 }
    }

    /// The capacity of its buffers.
    pub(crate) fn capacity(&self) -> usize {
        [self.ready.capacity(), self.told.capacity(), self.posting.capacity()].into_iter().sum()
    }

    /// A run that continues with the cells another one left.
    pub(crate) fn of(rest: Rest<S>, now: Moment) -> Self {
        Self { ready: rest.0, ..Self::new(now) }
    }

    /// The remaining cells.
    pub(crate) fn rest(&mut self) -> Rest<S> {
        Rest(std::mem::take(&mut self.ready))
    }

    /// Posts pending output, and the answers to it. After a panic, the rest is still pending.
    pub(super) fn post(&mut self, system: &Arc<S>) {
        loop {
            while let Some(out) = self.posting.pop() {
                system.post(out, self);
            }
            if self.told.is_empty() {
                break;
            }
            std::mem::swap(&mut self.posting, &mut self.told);
            self.posting.reverse(); // the first one is popped first
        }
    }

    /// The same, where nobody catches a panic: the posting of one message (its refusal, say) affects no other.
    pub(super) fn post_caught(&mut self, system: &Arc<S>) {
        while let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.post(system))) {
            system.failed(Failure::of("message", String::new(), (During::Delivery, &*panic), self.now.at));
        }
    }

    /// Posts a turn's output, and returns its buffer.
    pub(super) fn post_told(&mut self, system: &Arc<S>, told: &mut Vec<S::Out>) {
        if !told.is_empty() {
            std::mem::swap(&mut self.told, told);
            self.post(system);
            std::mem::swap(&mut self.told, told);
        }
    }

    /// Handles the outcome of posting a message.
    #[inline]
    pub(crate) fn posted<T>(&mut self, key: S::Key, posted: Posted<T>)
    where
        T: Turn<Out = S::Out>,
        S: Home<T>,
    {
        match posted {
            Posted::Queued => {}
            Posted::Claimed(state, message) => self.ready.push_back(S::ready(Claimed { key, state, message })),
            Posted::Full(message) | Posted::Absent(message) => T::refused(message, &mut self.told),
        }
    }

    /// Reads the clock. Must be called before a message is handled that another thread may have queued since the last reading: a
    /// tick that is handled at a time before its deadline is taken for an earlier one, and no other is scheduled.
    pub(super) fn read_clock(&mut self, system: &Arc<S>) {
        (self.now, self.steps) = (system.now(), 0);
    }

    /// Starts its budget.
    pub(super) fn begin(&mut self, system: &Arc<S>) {
        self.read_clock(system);
        self.until = self.now.at + system.budget();
    }

    /// Counts a step of work: a turn, or the output at its end.
    pub(super) fn took_step(&mut self, system: &Arc<S>) {
        self.steps += 1;
        if self.steps == STEPS_A_READING {
            self.read_clock(system);
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.now.at >= self.until
    }
}

/// The remaining cells when a run's budget is spent.
pub(crate) struct Rest<S: System>(VecDeque<S::Ready>);
