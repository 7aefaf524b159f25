//! The ledger in memory: the embedded default, and the model that other ledgers are compared with.
//!
//! A thin shell: it finds the room, lets the pure `RoomCore` take one step under the room's lock
//! with the clock's reading, keeps the index of what is due, and publishes after the lock is released.
//! Every answer stands at once. Locks are taken in the order rooms → deadlines or leases, and none is held
//! while a subscriber runs.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use dashmap::{
    DashMap,
    mapref::entry::{Entry as Slot, OccupiedEntry},
};
use foldhash::fast::RandomState;

use self::{deadlines::Deadlines, leases::Leases, room::RoomCore, turn::Turn};
use super::{
    Address, Answer, Broadcast, Claim, Due, Join, Joined, Ledger, Limits, Push, Resume, Resumed, Send, Sent, Subscriber,
};
use crate::{
    clock,
    ports::Unavailable,
    protocol::{Entry, LeaveReason, Member, NodeId, RoomId, client::Seq, server::ResumeFailure},
};

mod deadlines;
mod inbox;
mod leases;
mod room;
mod seat;
mod turn;

#[cfg(test)]
mod tests;

/// The ledger of one process. Nodes that share it form a cluster, as tests do.
#[derive(Default)]
pub struct MemoryLedger {
    limits: Limits,
    rooms: DashMap<RoomId, Kept, RandomState>,
    /// How many rooms there are; the map would have to count.
    count: AtomicUsize,
    deadlines: Mutex<Deadlines>,
    leases: Mutex<Leases>,
    subscribers: DashMap<NodeId, Subscriber>,
}

/// A room, and when the index says that it is due.
#[derive(Default)]
struct Kept {
    core: RoomCore,
    deadline: Option<Instant>,
}

impl MemoryLedger {
    /// An empty ledger with these bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// How many rooms have a seat that is taken.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// The room if anybody sits there.
    fn kept(&self, room: RoomId) -> Option<KeptRoom<'_>> {
        match self.rooms.entry(room) {
            Slot::Occupied(kept) => Some(kept),
            Slot::Vacant(_) => None,
        }
    }

    /// The room, made if need be; `None` where there is no place for more rooms.
    fn kept_or_made(&self, room: RoomId) -> Option<KeptRoom<'_>> {
        match self.rooms.entry(room) {
            Slot::Occupied(kept) => Some(kept),
            Slot::Vacant(free) => {
                if self.count.fetch_add(1, Ordering::Relaxed) >= self.limits.rooms_max {
                    self.count.fetch_sub(1, Ordering::Relaxed);
                    return None;
                }
                Some(free.insert_entry(Kept::default()))
            }
        }
    }

    /// Lets the room take one step; answers what it answers and what the asking node has to deliver.
    fn step<T>(
        &self,
        mut kept: KeptRoom<'_>,
        node: &NodeId,
        step: impl FnOnce(&mut RoomCore, &mut Turn<'_>) -> T,
    ) -> (T, Vec<Push>) {
        let room = *kept.key();
        let mut turn = Turn::new(room, node, clock::now(), &self.limits);
        let Kept { core, deadline } = kept.get_mut();
        let answer = step(core, &mut turn);
        let due = core.deadline();
        if due != *deadline {
            lock(&self.deadlines).moved(room, *deadline, due);
            *deadline = due;
        }
        if core.is_empty() {
            kept.remove();
            self.count.fetch_sub(1, Ordering::Relaxed);
        } else {
            drop(kept);
        }
        let Turn { here, away, .. } = turn;
        for (node, push) in away {
            let subscriber = self.subscribers.get(&node).map(|subscriber| subscriber.clone());
            if let Some(subscriber) = subscriber {
                subscriber(push);
            }
        }
        (answer, here)
    }

    /// A step that only appends, with what the asking node has to deliver put into its answer.
    fn talk(
        &self,
        room: RoomId,
        node: &NodeId,
        step: impl FnOnce(&mut RoomCore, &mut Turn<'_>) -> Sent,
    ) -> Answer<Sent> {
        let Some(kept) = self.kept(room) else { return Sent::SenderGone.into() };
        let (sent, pushes) = self.step(kept, node, step);
        match sent {
            Sent::Appended(_) => Sent::Appended(pushes),
            Sent::Repeat | Sent::SenderGone | Sent::ReceiverGone => sent,
        }
        .into()
    }

    /// Adds the rooms in which a dead node's seat is thought to stand; answers those nodes.
    fn look_for(&self, dead: &[NodeId], rooms: &mut BTreeSet<RoomId>) -> Vec<NodeId> {
        let mut standing = BTreeSet::new();
        if dead.is_empty() {
            return Vec::new();
        }
        for kept in &self.rooms {
            for node in kept.core.standing_on(dead) {
                rooms.insert(*kept.key());
                standing.insert(node.clone());
            }
        }
        standing.into_iter().inspect(|node| lock(&self.leases).unsweep(node)).collect()
    }
}

impl Ledger for MemoryLedger {
    fn answers_at_once(&self) -> bool {
        true
    }

    fn join(&self, room: RoomId, join: Join) -> Answer<Joined> {
        let node = join.node.clone();
        let Some(kept) = self.kept_or_made(room) else { return Answer::Now(Err(Unavailable)) };
        let (seated, pushes) = self.step(kept, &node, |core, turn| core.join(join, turn));
        lock(&self.leases).unsweep(&node);
        seated.map_or(Joined::Full, |(rev, members)| Joined::Seated { rev, members, pushes }).into()
    }

    fn leave(&self, room: RoomId, who: Address, reason: LeaveReason, node: &NodeId) -> Answer<Vec<Push>> {
        let Some(kept) = self.kept(room) else { return Vec::new().into() };
        self.step(kept, node, |core, turn| core.leave(who, reason, turn)).1.into()
    }

    fn gone(&self, room: RoomId, who: Address, window: Duration, node: &NodeId) -> Answer<()> {
        if let Some(kept) = self.kept(room) {
            self.step(kept, node, |core, turn| core.gone(who, window, turn));
        }
        ().into()
    }

    fn resume(&self, room: RoomId, resume: Resume) -> Answer<Resumed> {
        let node = resume.node.clone();
        let Some(kept) = self.kept(room) else { return Resumed::Failed(ResumeFailure::SeatGone).into() };
        let (resumed, _) = self.step(kept, &node, |core, _| core.resume(resume));
        lock(&self.leases).unsweep(&node);
        resumed.into()
    }

    fn send(&self, room: RoomId, send: Send, node: &NodeId) -> Answer<Sent> {
        self.talk(room, node, |core, turn| core.send(send, turn))
    }

    fn broadcast(&self, room: RoomId, broadcast: Broadcast, node: &NodeId) -> Answer<Sent> {
        self.talk(room, node, |core, turn| core.broadcast(broadcast, turn))
    }

    fn read(&self, room: RoomId, who: Address, after: Seq) -> Answer<Option<Vec<(Seq, Entry)>>> {
        self.rooms.get(&room).and_then(|kept| kept.core.read(who, after)).into()
    }

    fn acked(&self, room: RoomId, who: Address, seq: Seq) -> Answer<()> {
        if let Some(mut kept) = self.rooms.get_mut(&room) {
            kept.core.acked(who, seq);
        }
        ().into()
    }

    fn close(&self, room: RoomId, reason: LeaveReason, node: &NodeId) -> Answer<Vec<Push>> {
        let Some(kept) = self.kept(room) else { return Vec::new().into() };
        self.step(kept, node, |core, turn| core.close(reason, turn)).1.into()
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        self.rooms.get(&room).map(|kept| kept.core.members()).unwrap_or_default().into()
    }

    fn reassert(&self, room: RoomId, claims: Vec<Claim>, node: &NodeId) -> Answer<Vec<Member>> {
        let Some(kept) = self.kept_or_made(room) else { return Answer::Now(Err(Unavailable)) };
        let (members, _) = self.step(kept, node, |core, _| core.reassert(claims, node));
        lock(&self.leases).unsweep(node);
        members.into()
    }

    fn renew(&self, node: &NodeId, ttl: Duration) -> Answer<()> {
        lock(&self.leases).renew(node, clock::now(), ttl);
        ().into()
    }

    fn due(&self) -> Answer<Due> {
        let now = clock::now();
        let mut rooms: BTreeSet<RoomId> = lock(&self.deadlines).past(now).collect();
        let dead = lock(&self.leases).sweep(now);
        let dead = self.look_for(&dead, &mut rooms);
        Due { rooms: rooms.into_iter().collect(), dead }.into()
    }

    fn reap(&self, room: RoomId, dead: &[NodeId], node: &NodeId) -> Answer<Vec<Push>> {
        let Some(kept) = self.kept(room) else { return Vec::new().into() };
        self.step(kept, node, |core, turn| core.reap(dead, turn)).1.into()
    }

    fn subscribe(&self, node: NodeId, subscriber: Subscriber) {
        self.subscribers.insert(node, subscriber);
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.subscribers.remove(node);
    }
}

/// A room found, its lock held.
type KeptRoom<'a> = OccupiedEntry<'a, RoomId, Kept>;

/// A panic elsewhere leaves the indexes whole: each change to them is one call.
fn lock<T>(index: &Mutex<T>) -> MutexGuard<'_, T> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}
