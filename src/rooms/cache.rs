//! The port of the room cache, and its embedded form: a bounded map in memory, each entry for a limited time. Its other form,
//! which nodes share, is `shared`.
//!
//! **Invariant:** a newer state is never replaced by an older one, and a removed room stays removed
//! (`tests::an_older_state_never_replaces_a_newer_one`).

mod known;
mod shared;
mod table;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

pub use shared::SharedCache;

use crate::storage::{Meeting, RoomId};

/// The cached state of a room.
#[derive(Clone, Debug, PartialEq)]
pub enum Cached {
    /// These settings, at this revision or a later one.
    Room(Meeting),
    /// Removed. Ids are random, so a removed one is not reused.
    Removed,
}

impl Cached {
    /// The room, unless it is removed.
    #[must_use]
    pub fn meeting(self) -> Option<Meeting> {
        match self {
            Self::Room(meeting) => Some(meeting),
            Self::Removed => None,
        }
    }
}

/// Which question an answer of the database is to: changes that came since are newer than the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked(u64);

/// What a cache says.
#[derive(Clone, Debug, PartialEq)]
pub enum Looked {
    /// The present state.
    Known(Cached),
    /// The database is to be asked; `RoomCache::fill` is told what it says.
    Ask(Asked),
}

/// A cache of room settings. An unavailable cache behaves like an empty one.
#[async_trait]
pub trait RoomCache: Send + Sync + 'static {
    /// The state of a room, if it is known.
    async fn look(&self, room_id: RoomId) -> Looked;
    /// The newest state that is known, however old: while the database cannot be asked.
    async fn last(&self, room_id: RoomId) -> Option<Cached>;
    /// Stores the state after a change, unless a newer one (a higher revision, or the removal) is stored.
    async fn put(&self, room_id: RoomId, state: Cached);
    /// What the database has answered to this question.
    async fn fill(&self, room_id: RoomId, asked: Asked, found: Option<Meeting>);
    /// Forgets a room: the database is asked next time.
    async fn forget(&self, room_id: RoomId);
    /// Another node has changed the room: this node's own copy is not used any more. Must not block.
    fn changed(&self, _room_id: RoomId) {}
}

/// Whether a state is at least as new as the one that is known.
fn is_newer(state: &Cached, known: &Cached) -> bool {
    match (known, state) {
        (Cached::Removed, Cached::Room(_)) => false,
        (Cached::Room(known), Cached::Room(new)) => new.revision >= known.revision,
        (_, Cached::Removed) => true,
    }
}

/// The embedded cache: at most `rooms_max` rooms, each for `ttl`; the oldest entries are evicted first.
#[derive(Debug)]
pub struct MemoryCache {
    rooms_max: usize,
    ttl: Duration,
    rooms: Mutex<Rooms>,
}

#[derive(Debug, Default)]
struct Rooms {
    states: HashMap<RoomId, Entry>,
    /// Entries by time, oldest first; one whose time differs was replaced meanwhile.
    order: VecDeque<(RoomId, Instant)>,
}

#[derive(Debug)]
struct Entry {
    state: Cached,
    since: Instant,
}

impl MemoryCache {
    /// An empty cache for at most `rooms_max` rooms (≈ 250 bytes each), each for `ttl`: a change by another node is seen
    /// after that time at the latest.
    #[must_use]
    pub fn new(rooms_max: usize, ttl: Duration) -> Self {
        Self { rooms_max: rooms_max.max(1), ttl, rooms: Mutex::default() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RoomCache for MemoryCache {
    async fn look(&self, room_id: RoomId) -> Looked {
        let rooms = self.lock();
        let fresh = rooms.states.get(&room_id).filter(|entry| entry.since.elapsed() < self.ttl);
        fresh.map_or(Looked::Ask(Asked(0)), |entry| Looked::Known(entry.state.clone()))
    }

    async fn last(&self, room_id: RoomId) -> Option<Cached> {
        self.lock().states.get(&room_id).map(|entry| entry.state.clone())
    }

    async fn fill(&self, room_id: RoomId, _asked: Asked, found: Option<Meeting>) {
        if let Some(meeting) = found {
            self.put(room_id, Cached::Room(meeting)).await; // the only node: a change that came since has a higher revision
        }
    }

    async fn put(&self, room_id: RoomId, state: Cached) {
        let (now, mut rooms) = (Instant::now(), self.lock());
        if rooms.states.get(&room_id).is_some_and(|entry| !is_newer(&state, &entry.state)) {
            return;
        }
        rooms.states.insert(room_id, Entry { state, since: now });
        rooms.order.push_back((room_id, now));
        rooms.evict(now, self.ttl, self.rooms_max);
    }

    async fn forget(&self, room_id: RoomId) {
        self.lock().states.remove(&room_id);
    }
}

impl Rooms {
    /// Removes what is older than `ttl`, and the oldest beyond `rooms_max`.
    fn evict(&mut self, now: Instant, ttl: Duration, rooms_max: usize) {
        while let Some((room_id, since)) = self.order.front().copied()
            && (now.duration_since(since) >= ttl || self.order.len() > rooms_max)
        {
            self.order.pop_front();
            if self.states.get(&room_id).is_some_and(|entry| entry.since == since) {
                self.states.remove(&room_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Cached, Duration, Looked, MemoryCache, RoomCache as _};
    use crate::storage::{Meeting, Mode, RoomId};

    const TTL: Duration = Duration::from_secs(30);

    fn room(room_id: RoomId, revision: u64) -> Cached {
        Cached::Room(Meeting {
            room_id,
            host_id: uuid::Uuid::nil().into(),
            active: true,
            max_participants: 4,
            seat_window_seconds: 5,
            mode: Mode::Mesh,
            revision,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            name: String::new(),
            guests: crate::storage::Guests::No,
            locked: false,
            bans: Vec::new(),
        })
    }

    #[tokio::test]
    async fn an_older_state_never_replaces_a_newer_one() {
        let (cache, id) = (MemoryCache::new(8, TTL), RoomId::random());
        cache.put(id, room(id, 2)).await;
        cache.put(id, room(id, 1)).await;
        assert_eq!(cache.look(id).await, Looked::Known(room(id, 2)));
        cache.put(id, Cached::Removed).await;
        cache.put(id, room(id, 3)).await;
        assert_eq!(cache.look(id).await, Looked::Known(Cached::Removed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_is_forgotten_after_its_time_or_on_demand() {
        let (cache, id) = (MemoryCache::new(8, TTL), RoomId::random());
        cache.put(id, room(id, 2)).await;
        tokio::time::advance(TTL / 2).await;
        cache.put(id, room(id, 2)).await;
        tokio::time::advance(TTL / 2).await;
        assert_eq!(cache.look(id).await, Looked::Known(room(id, 2)), "it was confirmed meanwhile");
        tokio::time::advance(TTL / 2).await;
        assert_eq!(cache.look(id).await, Looked::Ask(Asked(0)));
        cache.put(id, room(id, 3)).await;
        cache.forget(id).await;
        assert_eq!(cache.look(id).await, Looked::Ask(Asked(0)));
        cache.put(id, room(id, 1)).await;
        assert_eq!(cache.look(id).await, Looked::Known(room(id, 1)), "what is forgotten does not count");
    }

    #[tokio::test]
    async fn the_cache_never_holds_more_than_its_limit() {
        let (cache, ids) = (MemoryCache::new(3, TTL), [(); 10].map(|()| RoomId::random()));
        for id in ids {
            cache.put(id, room(id, 1)).await;
        }
        let mut kept = Vec::new();
        for id in ids {
            kept.extend(cache.last(id).await.map(|_| id));
        }
        assert_eq!(kept, ids[7..], "the three youngest are kept");
    }
}
