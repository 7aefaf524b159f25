//! Restarts and losses: a snapshot of everything, a ledger made of one, and for tests a ledger that forgets or goes back.

use std::sync::{Arc, atomic::Ordering};

use super::{MemoryLedger, lock, room::RoomCore};
use crate::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{Event, snapshot::Snapshot},
    protocol::{Epoch, JoinOrder, RoomId},
    settings::LedgerLimits,
};

impl MemoryLedger {
    /// Everything that is stored now, by room. Each room is as it was at one moment; call it when no operation is under
    /// way for all to be of the same.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let now = self.clock.now().at;
        let mut rooms: Vec<_> = self.rooms.iter().map(|stored| stored.core.save(*stored.key(), now)).collect();
        rooms.sort_unstable_by_key(|room| room.room);
        let newest = self.newest.load(Ordering::SeqCst);
        Snapshot { epoch: self.era.epoch(), newest, rooms, logs: self.logs.save() }
    }

    /// The ledger of a process that has been restarted: nothing is lost, so its epoch goes on. Every seat is disconnected;
    /// what was left of its window when the snapshot was taken begins now, so that the pause does not count.
    #[must_use]
    pub fn from_snapshot(
        limits: LedgerLimits,
        clock: Arc<Clock>,
        bytes: Arc<BufferedBytes>,
        snapshot: Snapshot,
    ) -> Self {
        let mut ledger = Self::new(limits, clock, bytes);
        ledger.era = super::Era::new(snapshot.epoch);
        ledger.newest.store(snapshot.newest, Ordering::SeqCst);
        ledger.logs.restore(snapshot.logs, false);
        let now = ledger.clock.now().at;
        for room in snapshot.rooms {
            let id = room.room;
            let mut core = RoomCore::saved(room, snapshot.epoch, now);
            core.disconnect_all(now);
            ledger.enter(id, core);
        }
        ledger
    }

    /// Everything stored is forgotten, as by a server that is restarted without its data: a new epoch begins, which is
    /// answered. Subscriptions stay, and are told. For tests, and at the moment when the ledger can be reached again: live
    /// seats may be claimed for [`LedgerLimits::settle_within`] from now on.
    pub fn wipe(&self) -> Epoch {
        self.go_back_to(None)
    }

    /// What is stored becomes what was stored when the snapshot was taken, as by a fail-over that loses the last moments: a
    /// new epoch begins, which is answered. Otherwise as [`wipe`](Self::wipe).
    pub fn restore(&self, snapshot: Snapshot) -> Epoch {
        self.go_back_to(Some(snapshot))
    }

    /// The newest join order that this room may have given.
    fn newest_order(&self, room: RoomId) -> JoinOrder {
        let present = self.rooms.get(&room).map_or(0, |stored| stored.core.last());
        present.max(self.newest.load(Ordering::SeqCst))
    }

    fn go_back_to(&self, snapshot: Option<Snapshot>) -> Epoch {
        let replacing = lock(&self.replacing);
        let (epoch, now) = (self.era.epoch() + 1, self.clock.now().at);
        let settles = now + self.limits.settle_within;
        // A step finds its room either as it was, in the old epoch, or as it is to be, in the new one: rooms that come back
        // are replaced first, one by one, and the others forgotten once no room is made in the old epoch any more.
        let (rooms, logs) = snapshot.map(|snapshot| (snapshot.rooms, snapshot.logs)).unwrap_or_default();
        for room in rooms {
            let id = room.room;
            let mut core = RoomCore::saved(room, epoch, now);
            core.enter(settles);
            core.count_on_from(self.newest_order(id));
            self.enter(id, core);
        }
        self.era.begin(epoch, settles);
        self.forget_before(epoch);
        self.logs.restore(logs, true);
        lock(&self.leases).forget_all();
        lock(&self.hosts).forget_all();
        self.orphans.clear();
        drop(replacing);
        self.subscribers.tell_all(&Event::Epoch(epoch));
        epoch
    }
}
