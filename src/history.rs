//! What was said in rooms: stored behind the ledger, read by page.
//!
//! A message that the ledger has taken waits to be stored, in this node's memory or, in a cluster, in Redis, where it is as
//! soon as the ledger has taken it. A task stores what waits, several messages in one statement. Whoever reads a page has
//! what waits stored first, and so reads all that was acknowledged before. A message is stored once, under its id.
//! Must not know HTTP, nor who may read.

mod flight;
mod limits;
mod metrics;
mod noting;
mod queue;
mod record;
mod shared;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use actors::{
    ports::{self, Said},
    protocol::UserId,
};
use jiff::Timestamp;
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

pub use limits::Limits;
pub use metrics::describe as describe_metrics;
pub use noting::Noting;

use self::{flight::Flights, queue::Queue, shared::Shared};
use crate::{
    ledger::WaitingChat,
    storage::{Deletion, Message, MessagePage, RoomId, Store, StoreError, Stored},
};

/// The history of all rooms.
pub struct History {
    store: Arc<dyn Store>,
    limits: Limits,
    waiting: Waiting,
    /// Told when something waits.
    wake: Notify,
    /// Held while messages of this node's memory are stored: they are stored in order.
    storing: tokio::sync::Mutex<()>,
    /// How often that has failed: whoever waited for it meanwhile need not try once more.
    failures: AtomicU64,
    /// The last attempt has failed: the database is asked whether it is there before anything is read from Redis.
    is_failing: AtomicBool,
    flights: Flights,
    /// Rooms that were written to since the last sweep.
    written: Mutex<BTreeSet<RoomId>>,
}

/// Where messages wait.
enum Waiting {
    Here(Mutex<Queue>),
    InRedis(Box<Shared>),
}

/// A page of a room.
#[derive(Debug)]
pub struct Read {
    /// Newest first.
    pub messages: Vec<Stored>,
    /// Whether everything that was said after the newest of them, or of the newer page, is stored, too.
    pub is_whole: bool,
}

/// Why a page cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The database is away, or broken.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Redis is away: what was said just now cannot be read.
    #[error("the messages that wait in Redis cannot be read")]
    Away,
}

impl History {
    /// Stores in `store`. Messages wait in this node's memory, or in the Redis where the ledger puts them.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, waiting: Option<WaitingChat>, limits: Limits) -> Self {
        let here = || Waiting::Here(Mutex::new(Queue::new(limits.queued_max, limits.queued_bytes_max)));
        Self {
            store,
            limits,
            waiting: waiting.map_or_else(here, |waiting| Waiting::InRedis(Box::new(Shared::new(waiting)))),
            wake: Notify::new(),
            storing: tokio::sync::Mutex::default(),
            failures: AtomicU64::new(0),
            is_failing: AtomicBool::new(false),
            flights: Flights::default(),
            written: Mutex::default(),
        }
    }

    /// One page of a room's messages, newest first: all that were acknowledged before are among them.
    ///
    /// # Errors
    /// The database is away or broken; or Redis is away.
    pub async fn page(&self, room: RoomId, page: MessagePage) -> Result<Read, HistoryError> {
        // What waits is newer than all that is stored.
        let is_whole = page.before.is_some() || self.flights.share(room, || self.store_waiting(Some(room))).await?;
        Ok(Read { messages: self.store.messages_of(room, page).await?, is_whole })
    }

    /// Deletes a message for `user`, who has sent it or hosts the room: also one that waits to be stored, which is stored before.
    ///
    /// # Errors
    /// The database is away or broken; or Redis is away.
    pub async fn delete(
        &self,
        room: RoomId,
        id: &str,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Deletion, HistoryError> {
        self.flights.share(room, || self.store_waiting(Some(room))).await?;
        Ok(self.store.delete_message(room, id, user, now).await?)
    }

    /// Stores what is said until `stop`, and then what still waits.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut pause = self.limits.flush_every;
        let mut looks = interval(self.limits.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = async {
                tokio::select! {
                    () = self.wake.notified() => sleep(pause).await,
                    _ = looks.tick(), if self.is_shared() => self.look().await,
                }
            };
            if stop.run_until_cancelled(due).await.is_none() {
                break;
            }
            match self.store_waiting(None).await {
                Ok(_) => pause = self.limits.flush_every,
                Err(why) => {
                    tracing::warn!(%why, retry_in = ?pause, "chat messages wait to be stored");
                    pause = (2 * pause).min(self.limits.retry_every_max);
                    self.wake.notify_one();
                }
            }
        }
        if let Ok(Err(why)) = timeout(self.limits.end_within, self.store_waiting(None)).await {
            tracing::warn!(%why, "chat messages were not stored before the end");
        }
    }

    /// Deletes messages that are too old, and the oldest of each room that has too many: at most `max` in one statement, and
    /// in all not for long.
    ///
    /// # Errors
    /// The database is away or broken; what is left is looked at next time.
    pub async fn sweep(&self, now: Timestamp, max: u32) -> Result<(), StoreError> {
        let mut rounds = 0..self.limits.sweeps_max;
        let is_rest = |deleted: u64| deleted < u64::from(max);
        while rounds.next().is_some() && !is_rest(self.store.forget_messages(now - self.limits.keep_for, max).await?) {}
        let rooms = std::mem::take(&mut *lock(&self.written));
        let mut left: Vec<_> = rooms.into_iter().rev().collect();
        let mut swept = Ok(());
        while let Some(room) = left.last()
            && rounds.next().is_some()
        {
            match self.store.trim_messages(*room, self.limits.keep_per_room_max, max).await {
                Ok(deleted) if is_rest(deleted) => drop(left.pop()),
                Ok(_) => {}
                Err(why) => {
                    swept = Err(why);
                    break;
                }
            }
        }
        lock(&self.written).extend(left);
        swept
    }

    fn is_shared(&self) -> bool {
        matches!(self.waiting, Waiting::InRedis(_))
    }

    /// Learns which rooms have messages that wait in Redis: of nodes that were killed, or whose answer was lost.
    async fn look(&self) {
        if let Waiting::InRedis(shared) = &self.waiting {
            shared.look(self.limits.rooms_max).await;
        }
    }

    /// Stores what waits now: of one room, or of all that are known. What comes meanwhile may wait. Answers whether nothing is
    /// missing at the end.
    async fn store_waiting(&self, room: Option<RoomId>) -> Result<bool, HistoryError> {
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
    /// never in a circle. What was read is removed once it is stored, and only if it still stands there.
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

impl ports::History for History {
    fn said(&self, said: Said) {
        match &self.waiting {
            Waiting::Here(queue) => metrics::dropped(lock(queue).push(said)),
            Waiting::InRedis(shared) => shared.note(said.room),
        }
        self.wake.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
