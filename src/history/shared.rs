//! Messages that wait in Redis, where the ledger puts them in the step that takes them: which rooms have some. Any node
//! may store them. Must not know the database.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use futures_util::future::try_join_all;

use super::{HistoryError, lock, metrics, record};
use crate::{
    ledger::{Oldest, WaitingChat},
    storage::{Message, RoomId},
};

/// Rooms with a message of a newer version that this node has told of, at most.
const NEWER_MAX: usize = 1_000;

/// See the module.
pub(super) struct Shared {
    waiting: WaitingChat,
    /// Rooms that may have messages.
    rooms: Mutex<BTreeSet<RoomId>>,
    /// The first message of each room that only a newer version can read: it was counted.
    newer: Mutex<BTreeMap<RoomId, String>>,
}

/// What a room has to be stored.
pub(super) struct Batch {
    pub(super) room: RoomId,
    /// Those that can be stored, oldest first.
    pub(super) messages: Vec<Message>,
    /// How many older ones were dropped.
    pub(super) dropped: u64,
    /// Whether more wait that this node can store.
    pub(super) has_more: bool,
    /// Whether one waits that only a newer version can read.
    pub(super) has_newer: bool,
    /// How many may be removed once these are stored, and the last of them.
    removable: Option<(usize, String)>,
}

impl Shared {
    pub(super) fn new(waiting: WaitingChat) -> Self {
        Self { waiting, rooms: Mutex::default(), newer: Mutex::default() }
    }

    /// Something was said in this room.
    pub(super) fn note(&self, room: RoomId) {
        lock(&self.rooms).insert(room);
    }

    /// The rooms that are known.
    pub(super) fn rooms(&self) -> Vec<RoomId> {
        lock(&self.rooms).iter().copied().collect()
    }

    /// Finds at most so many more, whichever node left them.
    pub(super) async fn look(&self, max: usize) {
        match self.waiting.rooms(max).await {
            Ok(rooms) => lock(&self.rooms).extend(rooms),
            Err(_) => tracing::debug!("rooms with chat that waits cannot be listed"), // the reason was logged
        }
    }

    /// The oldest messages of each of these rooms: at most `max` of a room, and so many bytes. What is said from now on is noted
    /// anew.
    pub(super) async fn read(
        &self,
        rooms: &[RoomId],
        (max, bytes_max): (usize, usize),
    ) -> Result<Vec<Batch>, HistoryError> {
        lock(&self.rooms).retain(|room| !rooms.contains(room));
        let reading = rooms.iter().map(|room| self.waiting.oldest(*room, max, bytes_max));
        let read = try_join_all(reading).await.map_err(|_| HistoryError::Away)?;
        let read = rooms.iter().copied().zip(read);
        Ok(read.map(|(room, oldest)| self.batch(room, oldest, (max, bytes_max))).collect())
    }

    /// A message that only a newer version can read stays for a node of that version, with all that follow; these are stored all
    /// the same.
    fn batch(&self, room: RoomId, oldest: Oldest, (max, bytes_max): (usize, usize)) -> Batch {
        let Oldest { mut texts, dropped } = oldest;
        let bytes: usize = texts.iter().map(String::len).sum();
        let read: Vec<_> = texts.iter().map(|text| record::of_buffered(room, text)).collect();
        let newer = read.iter().position(|read| matches!(read, record::Read::Newer));
        let removable = newer.unwrap_or(texts.len());
        self.note_newer(room, newer.map(|place| std::mem::take(&mut texts[place])));
        // One that did not fit is smaller than half of what fits.
        let is_full = texts.len() >= max || bytes >= bytes_max / 2;
        let removable = removable.checked_sub(1).map(|last| (removable, std::mem::take(&mut texts[last])));
        let has_more = is_full && removable.is_some();
        let messages = read.into_iter().filter_map(record::Read::message).collect();
        Batch { room, messages, dropped, has_more, has_newer: newer.is_some(), removable }
    }

    fn note_newer(&self, room: RoomId, first: Option<String>) {
        let mut known = lock(&self.newer);
        let Some(first) = first else { return drop(known.remove(&room)) };
        if known.get(&room) == Some(&first) {
            return;
        }
        tracing::warn!(%room, "chat of a newer version waits in Redis for a node that can store it");
        metrics::newer();
        if known.len() < NEWER_MAX {
            known.insert(room, first);
        }
    }

    /// These are stored, and the gaps before them are noted.
    pub(super) async fn remove(&self, stored: &[Batch]) -> Result<(), HistoryError> {
        let removing = stored.iter().filter_map(|batch| {
            let noted = if batch.messages.is_empty() { 0 } else { batch.dropped };
            let (count, last) = match &batch.removable {
                Some((count, last)) => (*count, last.as_str()),
                None if noted > 0 => (0, ""),
                None => return None,
            };
            Some(self.waiting.stored(batch.room, (count, last), noted))
        });
        try_join_all(removing).await.map_err(|_| HistoryError::Away)?;
        Ok(())
    }
}
