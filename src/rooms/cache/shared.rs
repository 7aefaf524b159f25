//! The room cache that nodes share in Redis, with a short copy in each node's memory in front (contract `docs/redis.md`,
//! `room:<room>`).
//!
//! While Redis is down the cache is empty. A change that could not be stored there is kept, and stored once Redis is back, so that
//! an older state that comes back with it is not used. `known` decides which state is used when.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actors::protocol::UserId;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Asked, Cached, Looked, RoomCache, known::Look, table::Table};
use crate::{
    ledger::Values,
    storage::{Ban, Guests, Meeting, Mode, RoomId},
};

/// How long a state is kept in Redis, for the time when the database is away: people who return to a room do so within a day.
const TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// How often what is owed is tried again.
const PAY_EVERY: Duration = Duration::from_secs(1);

/// See the module.
pub struct SharedCache {
    values: Arc<Values>,
    table: Mutex<Table>,
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
    host_id: UserId,
    active: bool,
    max_participants: u32,
    seat_window_seconds: u32,
    mode: Mode,
    revision: u64,
    /// Milliseconds since 1970.
    created_at: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    guests: Guests,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    bans: Vec<Ban>,
}

impl SharedCache {
    /// A cache in `values`; each node keeps at most `near_max` rooms in its memory (≈ 250 bytes each). Run `settle` beside it.
    #[must_use]
    pub fn new(values: Arc<Values>, near_max: usize) -> Self {
        Self { values, table: Mutex::new(Table::new(near_max)), more: Notify::new() }
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
            let rooms = self.table().owing().len();
            tracing::warn!(
                rooms,
                "Redis does not know of the last changes of some rooms: other nodes may overlook them for a minute"
            );
        }
    }

    /// Stores everything that is owed; true when nothing is left.
    async fn pay(&self) -> bool {
        let owing = self.table().owing();
        for room_id in owing {
            let owed = self.table().owed(room_id);
            let Some(state) = owed else { continue };
            if !self.store(room_id, &state).await {
                return false; // it is away for the others, too
            }
        }
        self.table().owing().is_empty()
    }

    /// Stores a state, unless a newer one is there; false when Redis is away.
    async fn store(&self, room_id: RoomId, state: &Cached) -> bool {
        let (stored, revision) = match state {
            Cached::Removed => (Stored::Removed { removed: true }, None),
            Cached::Room(meeting) => (Stored::Room(Settings::of(meeting)), Some(meeting.revision)),
        };
        let Ok(text) = serde_json::to_string(&stored) else { return true }; // plain fields: cannot fail
        let is_stored = self.values.put(&key(room_id), &text, revision, TTL).await.is_ok();
        if is_stored {
            self.table().stored(room_id, state, Instant::now());
        }
        is_stored
    }

    /// What Redis has, and how long ago that was stored.
    async fn stored(&self, room_id: RoomId) -> Option<(Cached, Duration)> {
        let (text, left) = self.values.get(&key(room_id)).await.ok().flatten()?;
        let Some(state) = read(room_id, &text) else {
            tracing::warn!(room = %room_id, "a room's settings in Redis cannot be read: another version wrote them");
            return None;
        };
        Some((state, TTL.saturating_sub(left)))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RoomCache for SharedCache {
    async fn look(&self, room_id: RoomId) -> Looked {
        let look = self.table().look(room_id, Instant::now());
        let asked = match look {
            Look::Here(state) => return Looked::Known(state),
            Look::Database(asked) => return Looked::Ask(asked),
            Look::Redis(asked) => asked,
        };
        match self.stored(room_id).await {
            Some((state, age)) if self.table().redis_said(room_id, asked, (&state, age), Instant::now()) => {
                Looked::Known(state)
            }
            Some(_) | None => Looked::Ask(asked),
        }
    }

    async fn last(&self, room_id: RoomId) -> Option<Cached> {
        let in_redis = self.stored(room_id).await.map(|(state, _)| state);
        self.table().last(room_id, in_redis)
    }

    async fn put(&self, room_id: RoomId, state: Cached) {
        let is_owed = self.table().put(room_id, state.clone(), Instant::now());
        if !self.store(room_id, &state).await {
            if !is_owed {
                tracing::error!(room = %room_id, "too many changes of rooms wait for Redis: this one may be overlooked for a minute");
            }
            self.more.notify_one();
        }
    }

    async fn fill(&self, room_id: RoomId, asked: Asked, found: Option<Meeting>) {
        let state = found.map(Cached::Room);
        let is_last_word = self.table().database_said(room_id, asked, state.clone(), Instant::now());
        if let (true, Some(state)) = (is_last_word, state) {
            self.store(room_id, &state).await; // what is in the database needs no other copy
        }
    }

    async fn forget(&self, room_id: RoomId) {
        self.table().forget(room_id, Instant::now());
        let _ = self.values.forget(&key(room_id)).await; // away: the room is stored anew when its change is settled
    }

    fn changed(&self, room_id: RoomId) {
        self.table().changed(room_id, Instant::now());
    }
}

impl Settings {
    fn of(meeting: &Meeting) -> Self {
        Self {
            host_id: meeting.host_id.clone(),
            active: meeting.active,
            max_participants: meeting.max_participants,
            seat_window_seconds: meeting.seat_window_seconds,
            mode: meeting.mode,
            revision: meeting.revision,
            created_at: meeting.created_at.as_millisecond(),
            name: meeting.name.clone(),
            guests: meeting.guests,
            locked: meeting.locked,
            bans: meeting.bans.clone(),
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
            name: room.name,
            guests: room.guests,
            locked: room.locked,
            bans: room.bans,
        })),
    }
}

fn key(room_id: RoomId) -> String {
    format!("room:{room_id}")
}

#[cfg(test)]
mod tests;
