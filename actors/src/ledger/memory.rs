//! The ledger in memory: the embedded default, and the model that other ledgers are compared with.
//!
//! A thin shell: it finds the room, lets the pure `RoomCore` take one step under the room's lock with the clock's reading,
//! books the bytes that the step has buffered, keeps the indexes of deadlines, and publishes after the lock is released. Every
//! answer is available at once. Locks are taken in the order rooms → indexes, and none is held while a subscriber runs.
//!
//! `memory/operations.rs`: the port. `memory/epochs.rs`: snapshots, restarts, and the loss of everything, for tests.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use dashmap::{
    DashMap,
    mapref::entry::{Entry as Slot, OccupiedEntry},
};
use foldhash::fast::RandomState;

use self::{
    deadlines::Deadlines, era::Era, heavy::Heavy, hosts::Hosts, leases::Leases, logs::Logs, orphans::Orphans,
    room::RoomCore, subscribers::Subscribers, turn::Turn,
};
use super::{At, Ended, Event, Failure};
use crate::{
    bytes::{Buffer, BufferedBytes, Pressure},
    clock::Clock,
    protocol::{Epoch, LeaveReason, RoomId},
    settings::{LedgerLimits, NodeLimits},
};

mod deadlines;
mod epochs;
mod era;
mod heavy;
mod hosts;
mod inbox;
mod leases;
mod logged;
mod logs;
mod numbers;
mod operations;
mod orphans;
mod room;
mod seat;
mod subscribers;
mod turn;

#[cfg(test)]
mod tests;

/// How long to wait for a seat that is to be claimed: claims come within a second or so.
pub const CLAIM_WAIT: Duration = Duration::from_millis(100);
/// How long to wait when memory is short, or there are as many rooms as there may be.
pub const SHED_WAIT: Duration = Duration::from_secs(1);

/// How a seat has ended of which nothing is remembered.
const LOST: Ended = Ended::Freed(LeaveReason::Lost);

/// The ledger of one process. Nodes that share it form a cluster, as tests do.
pub struct MemoryLedger {
    limits: LedgerLimits,
    clock: Arc<Clock>,
    bytes: Arc<BufferedBytes>,
    era: Era,
    rooms: DashMap<RoomId, Stored, RandomState>,
    /// How many rooms there are; the map would have to count.
    count: AtomicUsize,
    /// The newest join order of any room that is no longer stored: a room that comes back goes on after it, also within
    /// the same millisecond.
    newest: AtomicU64,
    deadlines: Mutex<Deadlines>,
    heavy: Mutex<Heavy>,
    leases: Mutex<Leases>,
    hosts: Mutex<Hosts>,
    orphans: Orphans,
    logs: Logs,
    subscribers: Subscribers,
    /// Held while everything stored is replaced.
    replacing: Mutex<()>,
}

/// A room, and what the indexes know of it.
struct Stored {
    core: RoomCore,
    /// When it is due.
    deadline: Option<Instant>,
    /// Bytes that its inboxes buffer.
    buffered: usize,
}

/// An empty ledger with the default bounds and an account of its own.
impl Default for MemoryLedger {
    fn default() -> Self {
        let bytes = BufferedBytes::new(NodeLimits::default().buffered_bytes_max);
        Self::new(LedgerLimits::default(), Arc::new(Clock::new()), Arc::new(bytes))
    }
}

impl MemoryLedger {
    /// An empty ledger in its first epoch.
    #[must_use]
    pub fn new(limits: LedgerLimits, clock: Arc<Clock>, bytes: Arc<BufferedBytes>) -> Self {
        Self {
            limits,
            clock,
            bytes,
            era: Era::new(1),
            rooms: DashMap::default(),
            count: AtomicUsize::new(0),
            newest: AtomicU64::new(0),
            deadlines: Mutex::default(),
            heavy: Mutex::default(),
            leases: Mutex::default(),
            hosts: Mutex::default(),
            orphans: Orphans::default(),
            logs: Logs::default(),
            subscribers: Subscribers::default(),
            replacing: Mutex::default(),
        }
    }

    /// How many rooms have a seat that is taken.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// The epoch.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.era.epoch()
    }

    /// The room if one of its seats is taken, for a caller that knows it in its present epoch.
    ///
    /// # Errors
    /// [`Failure::Epoch`] if the caller knows it in another one.
    fn room(&self, at: At<'_>) -> Result<Option<StoredRoom<'_>>, Failure> {
        self.relieve();
        match self.rooms.entry(at.room) {
            Slot::Occupied(stored) => judge(at.epoch, stored.get().core.epoch()).map(|()| Some(stored)),
            Slot::Vacant(_) => judge(at.epoch, self.era.epoch()).map(|()| None),
        }
    }

    /// The room, made if need be.
    ///
    /// # Errors
    /// [`Failure::NotApplied`] if there are as many rooms as there may be.
    fn room_or_new(&self, room: RoomId) -> Result<StoredRoom<'_>, Failure> {
        self.relieve();
        match self.rooms.entry(room) {
            Slot::Occupied(stored) => Ok(stored),
            Slot::Vacant(free) => {
                if self.count.fetch_add(1, Ordering::Relaxed) >= self.limits.rooms_max {
                    self.count.fetch_sub(1, Ordering::Relaxed);
                    return Err(Failure::NotApplied { wait: SHED_WAIT });
                }
                let (epoch, settles) = self.era.settling(self.clock.now().at);
                let core = RoomCore::new(epoch, self.newest.load(Ordering::SeqCst), settles);
                Ok(free.insert_entry(Stored { core, deadline: None, buffered: 0 }))
            }
        }
    }

    /// Lets the room take one step.
    fn step<T>(
        &self,
        mut stored: StoredRoom<'_>,
        at: At<'_>,
        step: impl FnOnce(&mut RoomCore, &mut Turn<'_>) -> T,
    ) -> T {
        let (now, core) = (|| self.clock.now(), &mut stored.get_mut().core);
        let mut turn = Turn::new(at, core.epoch(), &now, (&self.limits, self.bytes.pressure()));
        let was_alive = !core.is_empty();
        let answer = step(core, &mut turn);
        self.log(core, was_alive, &mut turn);
        self.settle_account(stored.get_mut(), &turn);
        self.seats_moved(stored.get_mut(), &turn);
        if stored.get().core.is_empty() {
            self.newest.fetch_max(stored.get().core.last(), Ordering::SeqCst);
            stored.remove();
            self.count.fetch_sub(1, Ordering::Relaxed);
        } else {
            drop(stored);
        }
        self.publish(turn);
        answer
    }

    /// Lets the room take a step that only passes messages on, or looks for them, if one of its seats is taken; else
    /// `absent` is the answer. The holders of seats and their windows do not change, unless one is connected again: so the cost
    /// of a message does not grow with the room.
    fn pass<T>(
        &self,
        at: At<'_>,
        absent: impl FnOnce() -> T,
        step: impl FnOnce(&mut RoomCore, &mut Turn<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let pressure = self.relieve();
        let Some(mut stored) = self.rooms.get_mut(&at.room) else {
            return judge(at.epoch, self.era.epoch()).map(|()| absent());
        };
        let (now, core) = (|| self.clock.now(), &mut stored.core);
        judge(at.epoch, core.epoch())?;
        let mut turn = Turn::new(at, core.epoch(), &now, (&self.limits, pressure));
        let answer = step(core, &mut turn);
        self.log(core, true, &mut turn);
        self.settle_account(&mut stored, &turn);
        if turn.has_connected {
            self.seats_moved(&mut stored, &turn);
        }
        drop(stored);
        self.publish(turn);
        answer
    }

    /// Enters what a turn has booked into the node's account, and weighs the room anew.
    fn settle_account(&self, stored: &mut Stored, turn: &Turn<'_>) {
        turn.settle_account(&self.bytes);
        let before = stored.buffered;
        stored.buffered = turn.buffered_after(before);
        self.weigh(turn.room, before, stored.buffered);
    }

    fn weigh(&self, room: RoomId, before: usize, after: usize) {
        if Heavy::concerns(before, after) {
            lock(&self.heavy).moved(room, before, after);
        }
    }

    /// How short memory is. While it is, the heaviest rooms lose what they buffer first: a client of them that resumes finds
    /// a gap, and light rooms lose nothing to them. No room may be locked by the caller.
    fn relieve(&self) -> Pressure {
        loop {
            let pressure = self.bytes.pressure();
            if pressure < Pressure::ShedAbsent {
                return pressure;
            }
            let heaviest = lock(&self.heavy).heaviest();
            let Some((room, mut stored)) = heaviest.and_then(|room| Some((room, self.rooms.get_mut(&room)?))) else {
                return pressure; // nothing is heavy, or what was is being freed
            };
            self.unbook(stored.core.shed());
            let before = std::mem::take(&mut stored.buffered);
            self.weigh(room, before, 0);
        }
    }

    /// Seats have come or gone, or their windows have changed: what is due and who holds seats may have, too.
    fn seats_moved(&self, Stored { core, deadline, .. }: &mut Stored, turn: &Turn<'_>) {
        let due = if core.is_empty() { None } else { core.deadline() };
        if due != *deadline {
            lock(&self.deadlines).moved(turn.room, *deadline, due);
            *deadline = due;
        }
        if turn.has_connected {
            lock(&self.leases).connected(turn.node, turn.now().at, self.limits.settle_within);
        }
        self.orphans.note(turn.room, |node| core.is_held_by(node));
    }

    /// Tells other nodes what concerns their seats; no lock is held any more.
    fn publish(&self, turn: Turn<'_>) {
        for (node, push) in turn.away {
            self.subscribers.tell(&node, Event::Push(push));
        }
    }

    /// Enters a room that takes the place of what is stored under its id.
    fn enter(&self, room: RoomId, core: RoomCore) {
        let (booked, deadline) = (core.buffered(), core.deadline());
        let stored = Stored { core, deadline, buffered: booked.iter().sum() };
        self.book(booked);
        let buffered = stored.buffered;
        match self.rooms.entry(room) {
            Slot::Occupied(mut slot) => {
                let before = slot.insert(stored);
                self.unbook(before.core.buffered());
                lock(&self.deadlines).moved(room, before.deadline, deadline);
                self.weigh(room, before.buffered, buffered);
            }
            Slot::Vacant(free) => {
                self.count.fetch_add(1, Ordering::Relaxed);
                lock(&self.deadlines).moved(room, None, deadline);
                self.weigh(room, 0, buffered);
                free.insert(stored);
            }
        }
    }

    /// Forgets every room that is known in an older epoch only.
    fn forget_before(&self, epoch: Epoch) {
        self.rooms.retain(|room, Stored { core, deadline, buffered }| {
            let is_kept = core.epoch() >= epoch;
            if !is_kept {
                self.unbook(core.buffered());
                self.newest.fetch_max(core.last(), Ordering::SeqCst);
                self.count.fetch_sub(1, Ordering::Relaxed);
                lock(&self.deadlines).moved(*room, *deadline, None);
                self.weigh(*room, *buffered, 0);
            }
            is_kept
        });
    }

    fn book(&self, [inbox, absent]: [usize; 2]) {
        self.bytes.add(Buffer::Inbox, inbox);
        self.bytes.add(Buffer::Absent, absent);
    }

    fn unbook(&self, [inbox, absent]: [usize; 2]) {
        self.bytes.remove(Buffer::Inbox, inbox);
        self.bytes.remove(Buffer::Absent, absent);
    }
}

/// Bytes that are still buffered when a ledger is dropped are returned.
impl Drop for MemoryLedger {
    fn drop(&mut self) {
        self.forget_before(Epoch::MAX);
    }
}

/// A room found, its lock held.
type StoredRoom<'a> = OccupiedEntry<'a, RoomId, Stored>;

/// Compares the epoch that a caller knows with the present one; 0 counts as the present one.
fn judge(known: Epoch, present: Epoch) -> Result<(), Failure> {
    if known == 0 || known == present { Ok(()) } else { Err(Failure::Epoch(present)) }
}

/// A panic elsewhere leaves the indexes whole: each change to them is one call.
fn lock<T>(index: &Mutex<T>) -> MutexGuard<'_, T> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}
