//! Chat history: stored asynchronously, behind the ledger; read page by page.
//!
//! A message that the ledger has accepted waits to be stored, in this node's memory or, in a cluster, in Redis, where the ledger
//! itself puts it. A task stores waiting messages, several in one statement. A read of a page stores the waiting messages first,
//! and so contains all that were acknowledged before. A message is stored once, under its id.
//! Must not know HTTP, nor who may read.

mod flight;
mod health;
mod limits;
mod metrics;
mod noting;
mod queue;
mod record;
mod shared;
mod storing;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64},
    },
};

use actors::{
    ports::{self, Said},
    protocol::UserId,
};
use jiff::Timestamp;
use tokio::{
    sync::{Notify, watch},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

pub use limits::Limits;
pub use metrics::describe as describe_metrics;
pub use noting::Noting;

use self::{
    flight::Flights,
    health::{Health, Use},
    queue::Queue,
    shared::Shared,
};
use crate::{
    ledger::WaitingChat,
    storage::{Deletion, MessagePage, RoomId, Store, StoreError, Stored},
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
    /// How often that has failed: a task that waited for it meanwhile need not try once more.
    failures: AtomicU64,
    /// The last attempt has failed: the database is asked whether it is there before anything is read from Redis.
    is_failing: AtomicBool,
    health: Health,
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
            health: Health::default(),
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
        let read = self.store.messages_of(room, page).await;
        self.health.learn(Use::Asking, read.is_ok());
        Ok(Read { messages: read?, is_whole })
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

    /// Whether the history has been away for two seconds at least: what is said is not stored, or pages cannot be read.
    #[must_use]
    pub fn is_away(&self) -> watch::Receiver<bool> {
        self.health.is_away()
    }

    /// Stores what is said until `stop`, and then what still waits. Looks meanwhile whether the database is there.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let probing = self.health.watch(|is_doubted| self.probe(is_doubted));
        tokio::join!(stop.run_until_cancelled(probing), self.store_until(&stop));
    }

    /// Whether the database answers; after a doubt what waits is stored at once.
    async fn probe(&self, is_doubted: bool) -> bool {
        let has_answered = self.store.ping().await.is_ok();
        if has_answered && is_doubted {
            let _ = self.store_waiting(None).await; // if it fails, that is noted there, and it is tried again
        }
        has_answered
    }

    async fn store_until(&self, stop: &CancellationToken) {
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
