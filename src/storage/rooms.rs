//! Room settings, read through the cache: cache, then database, then cache again; changes are written through. Joins
//! and the REST resource share it, so that both see a change at once.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Meeting, MeetingChange, MeetingPage, Mode, RoomId, Store, StoreError,
    cache::{Cached, RoomCache},
};

/// How often a free room id is drawn before giving up: with 10⁹ rooms a second draw is needed once in 10⁵.
const DRAWS_MAX: usize = 8;

/// The settings of a new room.
#[derive(Clone, Copy, Debug)]
pub struct NewRoom {
    /// Its creator.
    pub host_id: Uuid,
    /// Its maximum number of participants.
    pub max_participants: u32,
    /// How long the seat of a disconnected participant is kept, in seconds.
    pub seat_window_seconds: u32,
    /// How media flows.
    pub mode: Mode,
}

/// All rooms, cached.
#[derive(Clone)]
pub struct Rooms {
    store: Arc<dyn Store>,
    cache: Arc<dyn RoomCache>,
    per_host_max: u32,
}

impl Rooms {
    /// Rooms of `store`, cached in `cache`; a host may have `per_host_max` of them.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, cache: Arc<dyn RoomCache>, per_host_max: u32) -> Self {
        Self { store, cache, per_host_max }
    }

    /// Creates a room with a free id.
    ///
    /// # Errors
    /// `TooManyRooms`, `UnknownUser` (the host's account is gone), `Unavailable`.
    pub async fn create(&self, new: NewRoom, now: Timestamp) -> Result<Meeting, StoreError> {
        let mut meeting = Meeting {
            room_id: RoomId::random(),
            host_id: new.host_id,
            active: true,
            max_participants: new.max_participants,
            seat_window_seconds: new.seat_window_seconds,
            mode: new.mode,
            revision: 1,
            created_at: in_millis(now),
        };
        for _ in 1..DRAWS_MAX {
            match self.store.add_meeting(&meeting, self.per_host_max).await {
                Err(StoreError::RoomIdTaken) => meeting.room_id = RoomId::random(),
                Err(other) => return Err(other),
                Ok(()) => {
                    self.cache.put(meeting.room_id, Cached::Room(meeting.clone())).await;
                    return Ok(meeting);
                }
            }
        }
        Err(StoreError::RoomIdTaken)
    }

    /// The room with this id, from the cache if it is there.
    ///
    /// # Errors
    /// `Unavailable` when neither cache nor database can answer.
    pub async fn find(&self, room_id: RoomId) -> Result<Option<Meeting>, StoreError> {
        match self.cache.get(room_id).await {
            Some(Cached::Room(meeting)) => return Ok(Some(meeting)),
            Some(Cached::Removed) => return Ok(None),
            None => {}
        }
        let found = self.store.meeting(room_id).await?;
        if let Some(meeting) = &found {
            self.cache.put(room_id, Cached::Room(meeting.clone())).await;
        }
        Ok(found)
    }

    /// One page of a host's rooms, newest first. Never from the cache.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn of(&self, host: Uuid, page: MeetingPage) -> Result<Vec<Meeting>, StoreError> {
        self.store.meetings_of(host, page).await
    }

    /// Changes a room of this host; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn change(
        &self,
        room_id: RoomId,
        host: Uuid,
        change: MeetingChange,
    ) -> Result<Option<Meeting>, StoreError> {
        let changed = self.store.change_meeting(room_id, host, change).await?;
        if let Some(meeting) = &changed {
            self.cache.put(room_id, Cached::Room(meeting.clone())).await;
        }
        Ok(changed)
    }

    /// Removes a room of this host; false when there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove(&self, room_id: RoomId, host: Uuid) -> Result<bool, StoreError> {
        let removed = self.store.remove_meeting(room_id, host).await?;
        if removed {
            self.cache.put(room_id, Cached::Removed).await;
        }
        Ok(removed)
    }
}

/// The database stores milliseconds; the response on creation must equal later ones.
fn in_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
