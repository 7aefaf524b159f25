//! A node as operators see it: its cells by kind, waiting ones, queues, failures.

use std::time::{Duration, Instant};

use super::directory::Directory;
use crate::executor::{CellState, Failure};

/// Listed queues, the deepest first.
const QUEUES: usize = 20;

/// A node's cells.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Rooms, sockets and users.
    pub kinds: [KindState; 3],
    /// Cells with queued messages, the deepest first.
    pub queues: Vec<Queue>,
    /// How many cells and actors have panicked since the node was started.
    pub failures_total: u64,
    /// The last of them, oldest first, and how long ago.
    pub failures: Vec<(Failure, Duration)>,
}

/// All cells of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindState {
    /// `room`, `socket` or `user`.
    pub kind: &'static str,
    /// Their number.
    pub cells: usize,
    /// How many have a worker, because they wait for an answer; the others are passive.
    pub active: usize,
    /// How many are running a turn.
    pub running: usize,
    /// Messages queued for all of them.
    pub queued: usize,
    /// How long the oldest of these has been waiting.
    pub oldest: Option<Duration>,
}

/// A cell with queued messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The cell's kind.
    pub kind: &'static str,
    /// Its address.
    pub key: String,
    /// Messages queued.
    pub depth: usize,
    /// How long the oldest has been waiting.
    pub oldest: Duration,
}

pub(super) fn of(directory: &Directory) -> Tree {
    let now = directory.now().at;
    let mut queues = Vec::new();
    let mut kinds = ["room", "socket", "user"].map(|kind| KindState {
        kind,
        cells: 0,
        active: 0,
        running: 0,
        queued: 0,
        oldest: None,
    });
    let [rooms, sockets, users] = &mut kinds;
    directory.rooms().look(|key, cell| rooms.count(&key, &cell, now, &mut queues));
    directory.sockets().look(|key, cell| sockets.count(&key.0, &cell, now, &mut queues));
    directory.users().look(|key, cell| users.count(&key, &cell, now, &mut queues));
    queues.sort_by(|one: &Queue, other: &Queue| other.depth.cmp(&one.depth).then(other.oldest.cmp(&one.oldest)));
    queues.truncate(QUEUES);
    let (failures_total, failures) = directory.failures.look();
    let failures = failures.into_iter().map(|failure| {
        let ago = now.saturating_duration_since(failure.at);
        (failure, ago)
    });
    Tree { kinds, queues, failures_total, failures: failures.collect() }
}

impl KindState {
    /// How many have no worker: they run on the threads of their senders.
    #[must_use]
    pub const fn passive(&self) -> usize {
        self.cells - self.active
    }

    fn count(&mut self, key: &impl ToString, cell: &CellState, now: Instant, queues: &mut Vec<Queue>) {
        self.cells += 1;
        self.active += usize::from(cell.active);
        self.running += usize::from(cell.running);
        self.queued += cell.depth;
        if let Some(since) = cell.oldest {
            let oldest = now.saturating_duration_since(since);
            self.oldest = self.oldest.max(Some(oldest));
            queues.push(Queue { kind: self.kind, key: key.to_string(), depth: cell.depth, oldest });
        }
    }
}
