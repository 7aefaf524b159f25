//! The room cache that nodes share in Redis, with a short copy in each node's memory in front (contract `docs/redis.md`,
//! `room:<room>`).
//!
//! Redis away is an empty cache. A change that could not be stored there is owed: this node answers from it, and stores it once
//! Redis is back, so that an older state that comes back with it is not believed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Cached, MemoryCache, RoomCache, is_newer};
use crate::{
    ledger::Values,
    storage::{Meeting, Mode, RoomId},
};

/// How long a state is kept in Redis: whoever comes back to a room comes within a day.
const TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a node believes its copy; a notice of a change ends it at once.
const NEAR_FOR: Duration = Duration::from_secs(5);
/// How often what is owed is tried again.
const PAY_EVERY: Duration = Duration::from_secs(1);
/// Changes that are owed, at most (≈ 250 bytes each): an hour of an outage with three changes a second.
const OWED_MAX: usize = 10_000;

/// Changed rooms that nobody has looked up since, at most.
const DOUBTED_MAX: usize = 10_000;

/// See the module.
pub struct SharedCache {
    near: MemoryCache,
    values: Arc<Values>,
    owed: Mutex<BTreeMap<RoomId, Cached>>,
    /// Rooms that another node has changed, which are asked of the database next: Redis may not have the change yet.
    doubted: Mutex<BTreeSet<RoomId>>,
    more: Notify,
}

/// A state as it is stored: a JSON object.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Removed { removed: bool },
    Room(Settings),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    host_id: Uuid,
    active: bool,
    max_participants: u32,
    seat_window_seconds: u32,
    mode: Mode,
    revision: u64,
    /// Milliseconds since 1970.
    created_at: i64,
}

impl SharedCache {
    /// A cache in `values`; each node keeps at most `near_max` rooms in its memory (≈ 250 bytes each). Run `settle` beside it.
    #[must_use]
    pub fn new(values: Arc<Values>, near_max: usize) -> Self {
        let near = MemoryCache::new(near_max, NEAR_FOR);
        Self { near, values, owed: Mutex::default(), doubted: Mutex::default(), more: Notify::new() }
    }

    /// Until `stop`: stores what is owed once Redis is back; at the end once more.
    pub async fn settle(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                biased; // stop first: its last attempt is below
                () = stop.cancelled() => {}
                () = self.more.notified() => {}
            }
            while !self.pay().await && !stop.is_cancelled() {
                tokio::select! {
                    biased; // as above
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(PAY_EVERY) => {}
                }
            }
        }
        if !self.pay().await {
            let rooms = self.owed().len();
            tracing::warn!(
                rooms,
                "Redis does not know of the last changes of some rooms: other nodes may overlook them for a day"
            );
        }
    }

    /// Stores everything that is owed; true when nothing is left.
    async fn pay(&self) -> bool {
        let owed: Vec<_> = self.owed().iter().map(|(room_id, state)| (*room_id, state.clone())).collect();
        for (room_id, state) in owed {
            if !self.store(room_id, &state).await {
                return false; // it is away for the others, too
            }
            let mut owed = self.owed();
            if owed.get(&room_id) == Some(&state) {
                owed.remove(&room_id); // else it has changed meanwhile
            }
        }
        self.owed().is_empty()
    }

    /// Stores a state, unless a newer one is there; false when Redis is away.
    async fn store(&self, room_id: RoomId, state: &Cached) -> bool {
        let (stored, revision) = match state {
            Cached::Removed => (Stored::Removed { removed: true }, None),
            Cached::Room(meeting) => (Stored::Room(Settings::of(meeting)), Some(meeting.revision)),
        };
        let Ok(text) = serde_json::to_string(&stored) else { return true }; // plain fields: cannot fail
        self.values.put(&key(room_id), &text, revision, TTL).await.is_ok()
    }

    fn owe(&self, room_id: RoomId, state: Cached) {
        let mut owed = self.owed();
        if owed.get(&room_id).is_some_and(|known| !is_newer(&state, known)) {
            return;
        }
        if owed.len() >= OWED_MAX && !owed.contains_key(&room_id) {
            tracing::error!(room = %room_id, "too many changes of rooms wait for Redis: this one may be overlooked for a day");
            return;
        }
        owed.insert(room_id, state);
        self.more.notify_one();
    }

    fn doubted(&self) -> MutexGuard<'_, BTreeSet<RoomId>> {
        self.doubted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn owed(&self) -> MutexGuard<'_, BTreeMap<RoomId, Cached>> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RoomCache for SharedCache {
    async fn get(&self, room_id: RoomId) -> Option<Cached> {
        if let Some(state) = self.owed().get(&room_id) {
            return Some(state.clone());
        }
        if self.doubted().remove(&room_id) {
            return None;
        }
        if let Some(state) = self.near.get(room_id).await {
            return Some(state);
        }
        let text = self.values.get(&key(room_id)).await.ok().flatten()?;
        let Some(state) = read(room_id, &text) else {
            tracing::warn!(room = %room_id, "a room's settings in Redis cannot be read: another version wrote them");
            return None;
        };
        self.near.put(room_id, state.clone()).await;
        Some(state)
    }

    async fn put(&self, room_id: RoomId, state: Cached) {
        self.near.put(room_id, state.clone()).await;
        if !self.store(room_id, &state).await {
            self.owe(room_id, state);
        }
    }

    async fn fill(&self, room_id: RoomId, state: Cached) {
        self.near.put(room_id, state.clone()).await;
        self.store(room_id, &state).await; // what is in the database needs no other copy
    }

    async fn forget(&self, room_id: RoomId) {
        self.near.forget(room_id).await;
        let _ = self.values.forget(&key(room_id)).await; // away: the room is stored anew when its change is settled
    }

    fn changed(&self, room_id: RoomId) {
        self.near.remove(room_id);
        let mut doubted = self.doubted();
        if doubted.len() < DOUBTED_MAX {
            doubted.insert(room_id); // else what Redis has is believed
        }
    }
}

impl Settings {
    fn of(meeting: &Meeting) -> Self {
        Self {
            host_id: meeting.host_id,
            active: meeting.active,
            max_participants: meeting.max_participants,
            seat_window_seconds: meeting.seat_window_seconds,
            mode: meeting.mode,
            revision: meeting.revision,
            created_at: meeting.created_at.as_millisecond(),
        }
    }
}

fn read(room_id: RoomId, text: &str) -> Option<Cached> {
    match serde_json::from_str(text).ok()? {
        Stored::Removed { removed: true } => Some(Cached::Removed),
        Stored::Removed { removed: false } => None,
        Stored::Room(room) => Some(Cached::Room(Meeting {
            room_id,
            host_id: room.host_id,
            active: room.active,
            max_participants: room.max_participants,
            seat_window_seconds: room.seat_window_seconds,
            mode: room.mode,
            revision: room.revision,
            created_at: Timestamp::from_millisecond(room.created_at).ok()?,
        })),
    }
}

fn key(room_id: RoomId) -> String {
    format!("room:{room_id}")
}

#[cfg(test)]
mod tests;
