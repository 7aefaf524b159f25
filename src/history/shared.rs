//! Messages that wait in Redis, where the ledger puts them in the step that takes them: which rooms have some. Any node
//! may store them. Must not know the database.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use futures_util::future::try_join_all;

use super::{HistoryError, lock};
use crate::{ledger::RedisLedger, storage::RoomId};

/// Messages of a room, oldest first, as they are in Redis.
pub(super) type Texts = (RoomId, Vec<String>);

/// See the module.
pub(super) struct Shared {
    ledger: Arc<RedisLedger>,
    /// Rooms that may have messages.
    rooms: Mutex<BTreeSet<RoomId>>,
}

impl Shared {
    pub(super) fn new(ledger: Arc<RedisLedger>) -> Self {
        Self { ledger, rooms: Mutex::default() }
    }

    /// Something was said in this room.
    pub(super) fn note(&self, room: RoomId) {
        lock(&self.rooms).insert(room);
    }

    /// The rooms that are known.
    pub(super) fn rooms(&self) -> Vec<RoomId> {
        lock(&self.rooms).iter().copied().collect()
    }

    /// Finds at most so many more, whoever left them.
    pub(super) async fn look(&self, max: usize) {
        match self.ledger.chats(max).await {
            Ok(rooms) => lock(&self.rooms).extend(rooms),
            Err(why) => tracing::debug!(%why, "rooms with chat that waits cannot be listed"),
        }
    }

    /// The oldest messages of each of these rooms that has some. What is said from now on is noted anew.
    pub(super) async fn read(&self, rooms: &[RoomId], max: usize) -> Result<Vec<Texts>, HistoryError> {
        lock(&self.rooms).retain(|room| !rooms.contains(room));
        let reading = rooms.iter().map(|room| self.ledger.chat(*room, max));
        let read = try_join_all(reading).await.map_err(|_| HistoryError::Away)?;
        Ok(rooms.iter().copied().zip(read).filter(|(_, texts)| !texts.is_empty()).collect())
    }

    /// These are stored.
    pub(super) async fn remove(&self, stored: &[Texts]) -> Result<(), HistoryError> {
        let newest = stored.iter().filter_map(|(room, texts)| Some((*room, texts.len(), texts.last()?)));
        let removing = newest.map(|(room, count, last)| self.ledger.chat_stored(room, count, last));
        try_join_all(removing).await.map_err(|_| HistoryError::Away)?;
        Ok(())
    }
}
