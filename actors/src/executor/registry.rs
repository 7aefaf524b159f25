//! All cells of one kind, by key.

use std::{
    hash::Hash,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use dashmap::{DashMap, Entry};
use foldhash::fast::RandomState;

use super::{
    Turn,
    cell::{Cell, CellState, Posted},
    work::WorkerRef,
};

/// Shards of one kind's cells, each with a lock that is held for a few instructions; this number makes contention rare.
const SHARDS: usize = 256;

/// All cells of one kind.
pub(crate) struct Registry<K, T: Turn> {
    cells: DashMap<K, Cell<T, WorkerRef<T>>, RandomState>,
    /// How many there are; the map would have to lock every shard, and each new connection asks.
    count: AtomicUsize,
    /// How many have a worker.
    active: AtomicUsize,
    mailbox_max: usize,
}

/// A cell whose state the caller has: it must be run.
pub(crate) struct Claimed<K, T: Turn> {
    pub(crate) key: K,
    pub(crate) state: Box<T>,
    pub(crate) message: T::Message,
}

impl<K: Ord + Hash + Clone, T: Turn> Registry<K, T> {
    /// No cells. In the mailbox of each one, so many messages may be queued; [exempt](Turn::is_exempt) ones always may.
    pub(crate) fn new(mailbox_max: usize) -> Self {
        let cells = DashMap::with_hasher_and_shard_amount(RandomState::default(), SHARDS);
        Self { cells, count: AtomicUsize::new(0), active: AtomicUsize::new(0), mailbox_max }
    }

    /// Posts to the cell, if it exists.
    #[inline]
    pub(crate) fn post(&self, key: &K, message: T::Message, now: Instant) -> Posted<T> {
        match self.cells.get_mut(key) {
            Some(mut cell) => cell.post(message, now, self.mailbox_max),
            None => Posted::Absent(message),
        }
    }

    /// Posts to the cell; creates it with `state` if it does not exist.
    pub(crate) fn post_or_insert(&self, key: K, state: Box<T>, message: T::Message, now: Instant) -> Posted<T> {
        match self.cells.entry(key) {
            Entry::Occupied(mut cell) => cell.get_mut().post(message, now, self.mailbox_max),
            Entry::Vacant(vacant) => {
                self.count.fetch_add(1, Ordering::Relaxed);
                vacant.insert(Cell::new(state)).post(message, now, self.mailbox_max)
            }
        }
    }

    /// Reads or changes a cell under its lock; `None` if it does not exist.
    pub(crate) fn with<R>(&self, key: &K, change: impl FnOnce(&mut Cell<T, WorkerRef<T>>) -> R) -> Option<R> {
        self.cells.get_mut(key).map(|mut cell| change(&mut cell))
    }

    /// As [`with`](Self::with), for a change that may start or release the cell's worker.
    pub(crate) fn with_worker<R>(&self, key: &K, change: impl FnOnce(&mut Cell<T, WorkerRef<T>>) -> R) -> Option<R> {
        self.with(key, |cell| {
            let before = cell.worker().is_some();
            let changed = change(cell);
            match (before, cell.worker().is_some()) {
                (false, true) => self.active.fetch_add(1, Ordering::Relaxed),
                (true, false) => self.active.fetch_sub(1, Ordering::Relaxed),
                (true, true) | (false, false) => 0,
            };
            changed
        })
    }

    /// Removes a cell that stops, unless a message is queued: then returns that message.
    pub(crate) fn end(&self, key: &K) -> Option<T::Message> {
        let mut next = None;
        let removed = self.cells.remove_if_mut(key, |_, cell| {
            next = cell.next();
            next.is_none()
        });
        if let Some((_, cell)) = removed {
            self.removed(&cell);
        }
        next
    }

    /// Removes a cell unconditionally; returns its queued messages.
    pub(crate) fn remove(&self, key: &K) -> Vec<T::Message> {
        let removed = self.cells.remove(key);
        let Some((_, mut cell)) = removed else { return Vec::new() };
        self.removed(&cell);
        std::iter::from_fn(|| cell.next()).collect()
    }

    /// The worker of an ended cell waits for nothing.
    fn removed(&self, cell: &Cell<T, WorkerRef<T>>) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        if let Some(worker) = cell.worker() {
            self.active.fetch_sub(1, Ordering::Relaxed);
            worker.stop(None);
        }
    }

    /// The key of this worker's cell.
    pub(crate) fn of_worker(&self, worker: ractor::ActorId) -> Option<K> {
        let is_its = |cell: &Cell<T, WorkerRef<T>>| cell.worker().is_some_and(|theirs| theirs.get_id() == worker);
        self.cells.iter().find(|cell| is_its(cell.value())).map(|cell| cell.key().clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Every key, in order, so that broadcasts have the same order in each run.
    pub(crate) fn keys(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.cells.iter().map(|cell| cell.key().clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// Every cell as operators see it.
    pub(crate) fn look(&self, mut each: impl FnMut(K, CellState)) {
        self.cells.iter().for_each(|cell| each(cell.key().clone(), cell.value().look()));
    }

    /// How many cells have a worker.
    pub(crate) fn active(&self) -> usize {
        self.active.load(Ordering::Relaxed)
    }
}
