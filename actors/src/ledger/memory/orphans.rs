//! The rooms in which dead nodes still hold seats: found by one scan of all rooms when a node is found dead, and kept up to
//! date by every later step. Usually no node is dead, and then no room is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::protocol::{NodeId, RoomId};

/// For each dead node the rooms in which it holds a seat. A node without one is not listed.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    /// Whether `rooms` has or gets anything in it; only then steps need to look.
    is_watching: AtomicBool,
    rooms: Mutex<BTreeMap<NodeId, BTreeSet<RoomId>>>,
}

impl Orphans {
    /// From now on every step has to [note](Self::note) where these nodes hold seats; call before looking at the rooms.
    pub(super) fn watch(&self, nodes: &[NodeId]) {
        let mut rooms = self.lock();
        for node in nodes {
            rooms.entry(node.clone()).or_default();
        }
        self.is_watching.store(!rooms.is_empty(), Ordering::SeqCst);
    }

    /// Under the room's lock: the room has changed, and this tells which nodes hold a seat in it.
    pub(super) fn note(&self, room: RoomId, is_held_by: impl Fn(&NodeId) -> bool) {
        if !self.is_watching.load(Ordering::SeqCst) {
            return;
        }
        for (node, rooms) in self.lock().iter_mut() {
            if is_held_by(node) {
                rooms.insert(room);
            } else {
                rooms.remove(&room);
            }
        }
    }

    /// While looking at the rooms, under this one's lock: the node holds a seat in it.
    pub(super) fn found(&self, room: RoomId, node: &NodeId) {
        self.lock().entry(node.clone()).or_default().insert(room);
        self.is_watching.store(true, Ordering::SeqCst);
    }

    /// The node lives (again).
    pub(super) fn forget(&self, node: &NodeId) {
        if self.is_watching.load(Ordering::SeqCst) {
            let mut rooms = self.lock();
            rooms.remove(node);
            self.is_watching.store(!rooms.is_empty(), Ordering::SeqCst);
        }
    }

    /// Nothing is stored any more.
    pub(super) fn clear(&self) {
        self.lock().clear();
        self.is_watching.store(false, Ordering::SeqCst);
    }

    /// Nodes that hold seats, and where, as far as they are dead. Nodes that hold none are watched no longer, but for these.
    pub(super) fn of_dead(&self, is_dead: impl Fn(&NodeId) -> bool) -> (Vec<NodeId>, BTreeSet<RoomId>) {
        if !self.is_watching.load(Ordering::SeqCst) {
            return Default::default();
        }
        let mut rooms = self.lock();
        rooms.retain(|_, rooms| !rooms.is_empty());
        self.is_watching.store(!rooms.is_empty(), Ordering::SeqCst);
        let dead = rooms.iter().filter(|(node, _)| is_dead(node));
        let (nodes, rooms): (Vec<NodeId>, Vec<&BTreeSet<RoomId>>) =
            dead.map(|(node, rooms)| (node.clone(), rooms)).unzip();
        (nodes, rooms.into_iter().flatten().copied().collect())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<NodeId, BTreeSet<RoomId>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
