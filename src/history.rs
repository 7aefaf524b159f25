//! What was said in rooms: stored behind the ledger, read by page.
//!
//! A message that the ledger has taken waits to be stored, in this node's memory or, in a cluster, in Redis, where it is as
//! soon as the ledger has taken it. A task stores what waits, several messages in one statement. Whoever reads a page has
//! what waits stored first, and so reads all that was acknowledged before. A message is stored once, under its id.
//! Must not know HTTP, nor who may read.

mod limits;
mod metrics;
mod queue;
mod record;
mod shared;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use actors::ports::{self, Said};
use jiff::Timestamp;
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

pub use limits::Limits;
pub use metrics::describe as describe_metrics;

use self::{queue::Queue, shared::Shared};
use crate::{
    ledger::RedisLedger,
    storage::{Message, MessagePage, RoomId, Store, StoreError, Stored},
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
    /// Rooms that were written to since the last sweep.
    written: Mutex<BTreeSet<RoomId>>,
}

/// Where messages wait.
enum Waiting {
    Here(Mutex<Queue>),
    InRedis(Shared),
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
    /// Stores in `store`. Messages wait in this node's memory, or in the Redis of `ledger`, which puts them there.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, ledger: Option<Arc<RedisLedger>>, limits: Limits) -> Self {
        let here = || Waiting::Here(Mutex::new(Queue::new(limits.queued_max, limits.queued_bytes_max)));
        Self {
            store,
            limits,
            waiting: ledger.map_or_else(here, |ledger| Waiting::InRedis(Shared::new(ledger))),
            wake: Notify::new(),
            storing: tokio::sync::Mutex::default(),
            failures: AtomicU64::new(0),
            written: Mutex::default(),
        }
    }

    /// One page of a room's messages, newest first: all that were acknowledged before are among them.
    ///
    /// # Errors
    /// The database is away or broken; or Redis is away.
    pub async fn page(&self, room: RoomId, page: MessagePage) -> Result<Vec<Stored>, HistoryError> {
        // What waits is newer than all that is stored.
        if page.before.is_none() {
            self.store_waiting(Some(room)).await?;
        }
        Ok(self.store.messages_of(room, page).await?)
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
                Ok(()) => pause = self.limits.flush_every,
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

    /// Stores what waits now: of one room, or of all that are known. What comes meanwhile may wait.
    async fn store_waiting(&self, room: Option<RoomId>) -> Result<(), HistoryError> {
        match (&self.waiting, room) {
            (Waiting::Here(queue), _) => self.store_queue(queue).await,
            (Waiting::InRedis(shared), Some(room)) => self.store_rooms(shared, &[room]).await,
            (Waiting::InRedis(shared), None) => {
                for rooms in shared.rooms().chunks(self.limits.rooms_together_max) {
                    self.store_rooms(shared, rooms).await?;
                }
                Ok(())
            }
        }
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
            if let Err(why) = self.add(&messages).await {
                self.failures.fetch_add(1, Ordering::SeqCst);
                return Err(why.into());
            }
            lock(queue).remove(through);
        }
    }

    /// Stores what waits in Redis for these rooms, which are sorted: nodes that store the same wait for each other, and
    /// never in a circle. What was read is removed once it is stored, and only if it still stands there.
    async fn store_rooms(&self, shared: &Shared, rooms: &[RoomId]) -> Result<(), HistoryError> {
        let stored = async {
            let mut rooms = rooms.to_vec();
            // Bounded: a busy room does not keep the others waiting.
            for _ in 0..self.limits.batches_max {
                let read = shared.read(&rooms, self.limits.batch_max).await?;
                let rows = read.iter().flat_map(|(room, texts)| texts.iter().map(|text| (*room, text)));
                let messages: Vec<_> = rows.filter_map(|(room, text)| record::of_buffered(room, text)).collect();
                self.add(&messages).await?;
                shared.remove(&read).await?;
                let more = read.into_iter().filter(|(_, texts)| texts.len() >= self.limits.batch_max);
                rooms = more.map(|(room, _)| room).collect();
                if rooms.is_empty() {
                    break;
                }
            }
            Ok(rooms)
        };
        match stored.await {
            Ok(more) => more.into_iter().for_each(|room| shared.note(room)),
            Err(why) => {
                rooms.iter().for_each(|room| shared.note(*room));
                return Err(why);
            }
        }
        Ok(())
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
