//! Rooms: their settings, read through a cache, and what hosts do with them.
//!
//! A change is one use case: it commits, then the cache learns of it, then the live room. What could not be told, or whose
//! commit was not answered, is settled in the background until database, cache and live room agree.

pub mod cache;
mod hosting;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use uuid::Uuid;

pub use hosting::{Hosting, NewRoom};

use crate::storage::{Meeting, MeetingPage, RoomId, Store, StoreError};
use cache::{Cached, RoomCache};

/// The settings of all rooms. Joins and the REST resource share it, so that both see a change at once.
#[derive(Clone)]
pub struct Rooms {
    store: Arc<dyn Store>,
    cache: Arc<dyn RoomCache>,
}

impl Rooms {
    /// Rooms of `store`, cached in `cache`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, cache: Arc<dyn RoomCache>) -> Self {
        Self { store, cache }
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
            self.cache.fill(room_id, Cached::Room(meeting.clone())).await;
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
}
