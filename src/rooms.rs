//! Rooms: their settings, read through a cache, and what hosts do with them.
//!
//! A change is one use case: it commits, then the cache learns of it, then the live room. If one of them could not be told, or the
//! commit was not answered, a background task continues until database, cache and live room agree.

pub mod cache;
mod hosting;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actors::protocol::UserId;

pub use hosting::{By, Created, Hosting, InCall, Knocked, NewRoom, NotDone, OnceKey, WaitingSecret};

use crate::storage::{Meeting, MeetingPage, RoomId, Store, StoreError};
use cache::{Cached, Looked, RoomCache};

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

    /// The room with this id, from the cache if it is there; while the database is away, however old it is there.
    ///
    /// # Errors
    /// `Unavailable` when neither cache nor database can answer.
    pub async fn find(&self, room_id: RoomId) -> Result<Option<Meeting>, StoreError> {
        let asked = match self.cache.look(room_id).await {
            Looked::Known(state) => return Ok(state.meeting()),
            Looked::Ask(asked) => asked,
        };
        match self.store.meeting(room_id).await {
            Ok(found) => {
                self.cache.fill(room_id, asked, found.clone()).await;
                Ok(found)
            }
            // Joins go on while it is away: with the newest settings that anybody knows.
            Err(why @ StoreError::Unavailable(_)) => self.cache.last(room_id).await.map(Cached::meeting).ok_or(why),
            Err(why) => Err(why),
        }
    }

    /// One page of a host's rooms, newest first. Never from the cache.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn of(&self, host: &UserId, page: MeetingPage) -> Result<Vec<Meeting>, StoreError> {
        self.store.meetings_of(host, page).await
    }

    /// One page of all rooms, newest first. Never from the cache.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn all(&self, page: MeetingPage) -> Result<Vec<Meeting>, StoreError> {
        self.store.all_meetings(page).await
    }
}
