//! What backends do with rooms: create them for anybody, once for each idempotency key, and change and remove any.
//! Must not know how a backend is authenticated.

use actors::protocol::UserId;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{DRAWS_MAX, Hosting, NewRoom, Shared};
use crate::{
    rooms::cache::Cached,
    storage::{Added, Meeting, MeetingChange, Once, RoomId, StoreError},
};

/// How long the answer to a request with an idempotency key is kept.
const ANSWER_FOR: SignedDuration = SignedDuration::from_hours(24);

/// That a request is to be done once, and how its answer is written.
#[derive(Clone)]
pub struct OnceKey {
    /// Whose keys these are: an API key.
    pub scope: Uuid,
    /// The request's key.
    pub key: String,
    /// What the request says.
    pub request: String,
    /// Writes its answer.
    pub write: fn(&Meeting) -> String,
}

/// The outcome of a request to create a room.
#[derive(Debug)]
pub enum Created {
    /// It was created now.
    Now(Box<Meeting>),
    /// It was created before, with this answer.
    Before(String),
    /// The key was used for another request.
    Another,
}

impl OnceKey {
    fn once(&self, meeting: &Meeting, now: Timestamp) -> Once {
        Once {
            scope: self.scope,
            hash: Sha256::digest(&self.key).into(),
            request: Sha256::digest(&self.request).into(),
            answer: (self.write)(meeting),
            at: now,
            until: now.checked_add(ANSWER_FOR).unwrap_or(Timestamp::MAX),
        }
    }
}

impl Hosting {
    /// Creates a room with a free id for a host who needs no account, and who may have `per_host_max` rooms.
    ///
    /// # Errors
    /// `TooManyRooms`, `Unavailable`, `Unknown`; repeated with the same key, it is done once all the same.
    pub async fn create_for(
        &self,
        new: NewRoom,
        per_host_max: u32,
        key: Option<OnceKey>,
        now: Timestamp,
    ) -> Result<Created, StoreError> {
        let shared = std::sync::Arc::clone(&self.0);
        let change = async move { shared.create_for(new, per_host_max, key, now).await };
        self.0.changes.run("create a room for a backend", change).await
    }

    /// Changes a room, whoever hosts it; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`, `Unknown`.
    pub async fn change_any(&self, room_id: RoomId, change: MeetingChange) -> Result<Option<Meeting>, StoreError> {
        let Some(host) = self.present_host(room_id).await? else { return Ok(None) };
        self.change(room_id, host, change).await
    }

    /// Removes a room with what was said in it, whoever hosts it; false when there is none.
    ///
    /// # Errors
    /// `Unavailable`, `Unknown`.
    pub async fn remove_any(&self, room_id: RoomId) -> Result<bool, StoreError> {
        let Some(host) = self.present_host(room_id).await? else { return Ok(false) };
        self.remove(room_id, host).await
    }

    /// A room's host, from the database: another node may have handed it over just now.
    async fn present_host(&self, room_id: RoomId) -> Result<Option<UserId>, StoreError> {
        Ok(self.0.rooms.store.meeting(room_id).await?.map(|room| room.host_id))
    }
}

impl Shared {
    async fn create_for(
        &self,
        new: NewRoom,
        per_host_max: u32,
        key: Option<OnceKey>,
        now: Timestamp,
    ) -> Result<Created, StoreError> {
        let mut meeting = new.meeting(now);
        for _ in 1..DRAWS_MAX {
            let once = key.as_ref().map(|key| key.once(&meeting, now));
            match self.rooms.store.add_meeting_for(&meeting, per_host_max, once.as_ref()).await {
                Err(StoreError::RoomIdTaken) => meeting.room_id = RoomId::random(),
                Err(other) => return Err(other),
                Ok(Added::Before(answer)) => return Ok(Created::Before(answer)),
                Ok(Added::Another) => return Ok(Created::Another),
                Ok(Added::Now) => {
                    self.rooms.cache.put(meeting.room_id, Cached::Room(meeting.clone())).await;
                    return Ok(Created::Now(Box::new(meeting)));
                }
            }
        }
        Err(StoreError::RoomIdTaken)
    }
}
