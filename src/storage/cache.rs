//! The port of the room cache, and its embedded form: a bounded map in memory.
//!
//! **Invariant:** a newer state is never replaced by an older one, and a removed room stays removed
//! (`tests::an_older_state_never_replaces_a_newer_one`).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Meeting, RoomId};

/// The cached state of a room.
#[derive(Clone, Debug, PartialEq)]
pub enum Cached {
    /// These settings, at this revision or a later one.
    Room(Meeting),
    /// Removed. Ids are random, so a removed one is not reused.
    Removed,
}

/// A cache of room settings. An unavailable cache behaves like an empty one.
#[async_trait]
pub trait RoomCache: Send + Sync + 'static {
    /// The cached state of a room, if any.
    async fn get(&self, room_id: RoomId) -> Option<Cached>;
    /// Stores a state, unless a newer one (a higher revision, or the removal) is stored.
    async fn put(&self, room_id: RoomId, state: Cached);
}

/// The embedded cache: at most `rooms_max` rooms, the oldest entries are evicted first.
#[derive(Debug)]
pub struct MemoryCache {
    rooms_max: usize,
    rooms: Mutex<Rooms>,
}

#[derive(Debug, Default)]
struct Rooms {
    states: HashMap<RoomId, Cached>,
    /// Each cached room once, oldest first.
    order: VecDeque<RoomId>,
}

impl MemoryCache {
    /// An empty cache for at most `rooms_max` rooms (≈ 200 bytes each).
    #[must_use]
    pub fn new(rooms_max: usize) -> Self {
        Self { rooms_max: rooms_max.max(1), rooms: Mutex::default() }
    }
}

#[async_trait]
impl RoomCache for MemoryCache {
    async fn get(&self, room_id: RoomId) -> Option<Cached> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).states.get(&room_id).cloned()
    }

    async fn put(&self, room_id: RoomId, state: Cached) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        match (rooms.states.get(&room_id), &state) {
            (Some(Cached::Removed), _) => return,
            (Some(Cached::Room(known)), Cached::Room(new)) if known.revision >= new.revision => return,
            (Some(Cached::Room(_)), _) => {}
            (None, _) => rooms.order.push_back(room_id),
        }
        rooms.states.insert(room_id, state);
        if rooms.order.len() > self.rooms_max
            && let Some(oldest) = rooms.order.pop_front()
        {
            rooms.states.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cached, MemoryCache, RoomCache as _};
    use crate::storage::{Meeting, Mode, RoomId};

    fn room(room_id: RoomId, revision: u64) -> Cached {
        Cached::Room(Meeting {
            room_id,
            host_id: uuid::Uuid::nil(),
            active: true,
            max_participants: 4,
            seat_window_seconds: 5,
            mode: Mode::Mesh,
            revision,
            created_at: jiff::Timestamp::UNIX_EPOCH,
        })
    }

    #[tokio::test]
    async fn an_older_state_never_replaces_a_newer_one() {
        let (cache, id) = (MemoryCache::new(8), RoomId::random());
        cache.put(id, room(id, 2)).await;
        cache.put(id, room(id, 1)).await;
        assert_eq!(cache.get(id).await, Some(room(id, 2)));
        cache.put(id, Cached::Removed).await;
        cache.put(id, room(id, 3)).await;
        assert_eq!(cache.get(id).await, Some(Cached::Removed));
    }

    #[tokio::test]
    async fn the_cache_never_holds_more_than_its_limit() {
        let (cache, ids) = (MemoryCache::new(3), [(); 10].map(|()| RoomId::random()));
        for id in ids {
            cache.put(id, room(id, 1)).await;
        }
        let mut kept = Vec::new();
        for id in ids {
            kept.extend(cache.get(id).await.map(|_| id));
        }
        assert_eq!(kept, ids[7..], "the three youngest are kept");
    }
}
