//! Stores waiting messages, several in one statement, and records where some were dropped.

use std::{
    collections::BTreeSet,
    sync::{Mutex, atomic::Ordering},
};

use super::{History, HistoryError, Waiting, health::Use, lock, metrics, queue::Queue, record, shared, shared::Shared};
use crate::storage::{Message, RoomId, StoreError};

impl History {
    /// Stores what waits now: of one room, or of all that are known. What comes meanwhile may wait. Answers whether nothing is
    /// missing at the end.
    pub(super) async fn store_waiting(&self, room: Option<RoomId>) -> Result<bool, HistoryError> {
        let stored = self.store_what_waits(room).await;
        self.health.learn(Use::Storing, stored.is_ok());
        stored
    }

    async fn store_what_waits(&self, room: Option<RoomId>) -> Result<bool, HistoryError> {
        let shared = match &self.waiting {
            Waiting::Here(queue) => {
                self.store_queue(queue).await?;
                return Ok(room.is_none_or(|room| lock(queue).dropped(room) == 0));
            }
            Waiting::InRedis(shared) => shared,
        };
        let rooms = room.map_or_else(|| shared.rooms(), |room| vec![room]);
        let mut is_whole = true;
        for rooms in rooms.chunks(self.limits.rooms_together_max) {
            is_whole &= self.store_rooms(shared, rooms).await?;
        }
        Ok(is_whole)
    }

    async fn store_queue(&self, queue: &Mutex<Queue>) -> Result<(), HistoryError> {
        let (last, failures) = (lock(queue).newest(), self.failures.load(Ordering::SeqCst));
        let _turn = self.storing.lock().await;
        if self.failures.load(Ordering::SeqCst) != failures {
            let why = "what was said just now could not be stored".to_owned();
            return Err(StoreError::Unavailable(why).into());
        }
        loop {
            let (batch, through) = lock(queue).oldest(self.limits.batch_max, last);
            if batch.is_empty() {
                return Ok(());
            }
            let messages: Vec<_> = batch.iter().filter_map(record::of_said).collect();
            if let Err(why) = self.add_after_gaps(queue, &messages).await {
                self.failures.fetch_add(1, Ordering::SeqCst);
                return Err(why.into());
            }
            lock(queue).remove(through);
        }
    }

    /// Stores messages of this node's memory, and what was dropped before them.
    async fn add_after_gaps(&self, queue: &Mutex<Queue>, messages: &[Message]) -> Result<(), StoreError> {
        self.add(messages).await?;
        let mut seen = BTreeSet::new();
        for first in messages.iter().filter(|message| seen.insert(message.room_id)) {
            let dropped = lock(queue).dropped(first.room_id);
            if dropped > 0 {
                self.store.note_missing(first.room_id, &first.id, dropped).await?;
                lock(queue).noted(first.room_id, dropped);
            }
        }
        Ok(())
    }

    /// Stores what waits in Redis for these rooms, which are sorted: nodes that store the same wait for each other, and
    /// never in a circle. Messages that were read are removed once they are stored, and only if they are still there.
    async fn store_rooms(&self, shared: &Shared, rooms: &[RoomId]) -> Result<bool, HistoryError> {
        let stored = async {
            if self.is_failing.load(Ordering::SeqCst) {
                self.store.ping().await?;
            }
            let (mut left, mut is_whole) = (rooms.to_vec(), true);
            // Bounded: a busy room does not keep the others waiting.
            for _ in 0..self.limits.batches_max {
                let read = shared.read(&left, (self.limits.batch_max, self.limits.batch_bytes_max)).await?;
                let messages: Vec<_> = read.iter().flat_map(|batch| batch.messages.iter().cloned()).collect();
                self.add(&messages).await?;
                for batch in read.iter().filter(|batch| batch.dropped > 0) {
                    is_whole &= self.note_gap(batch).await?;
                }
                shared.remove(&read).await?;
                is_whole &= read.iter().all(|batch| !batch.has_newer);
                left = read.into_iter().filter(|batch| batch.has_more).map(|batch| batch.room).collect();
                if left.is_empty() {
                    break;
                }
            }
            left.into_iter().for_each(|room| shared.note(room));
            Ok(is_whole)
        };
        let stored = stored.await;
        self.is_failing.store(matches!(stored, Err(HistoryError::Store(_))), Ordering::SeqCst);
        if stored.is_err() {
            rooms.iter().for_each(|room| shared.note(*room));
        }
        stored
    }

    /// Notes what was dropped before the first message of a batch; false when there is none yet.
    async fn note_gap(&self, batch: &shared::Batch) -> Result<bool, StoreError> {
        let Some(first) = batch.messages.first() else { return Ok(false) };
        self.store.note_missing(batch.room, &first.id, batch.dropped).await?;
        tracing::warn!(room = %batch.room, messages = batch.dropped, "chat was dropped: too much waited for the database, or for too long");
        metrics::dropped(batch.dropped);
        Ok(true)
    }

    /// Stores messages together. Those that break the statement are found by halves, and dropped.
    async fn add(&self, messages: &[Message]) -> Result<(), StoreError> {
        let mut parts: Vec<_> = messages.chunks(self.limits.batch_max).rev().collect();
        while let Some(part) = parts.pop() {
            match self.store.add_messages(part).await {
                Ok(added) => {
                    metrics::stored(added);
                    lock(&self.written).extend(part.iter().map(|message| message.room_id));
                }
                Err(why) if why.blames_data() => match part {
                    [] => {}
                    [message] => {
                        tracing::error!(%why, room = %message.room_id, id = message.id, "a chat message cannot be stored and is dropped");
                        metrics::dropped(1);
                    }
                    _ => {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                },
                // Its sender's account, or its room, was deleted at that moment.
                Err(StoreError::UnknownUser) => {
                    return Err(StoreError::Conflict("an account or a room was deleted".to_owned()));
                }
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }
}
