//! Guests who wait until the host lets them in. They are stored in the database, so that any node can answer them; the host's page
//! is told their number whenever it changes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actors::protocol::UserId;
use jiff::Timestamp;
use tokio::{
    sync::{Notify, Semaphore},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{By, Hosting, NotDone, Shared};
use crate::{
    auth::{Clock, opaque::Opaque},
    storage::{RoomId, StoreError, WaitingGuest, WaitingState},
};

/// A waiting guest's secret: 43 characters that nobody can guess.
pub type WaitingSecret = Opaque<32>;

/// Guests that wait for one room, at most.
const WAITING_MAX: u32 = 50;
/// How long a question of a guest is held, at most; shorter than a request may take.
const HELD_FOR: Duration = Duration::from_secs(8);
/// Questions that one node holds at once; further ones are answered at once, and are to come again later.
const HELD_MAX: usize = 512;
/// How often a held question looks whether another node has written an answer.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often guests who have gone are forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How many at once.
const SWEEP_MAX: u32 = 500;

/// The outcome of a guest's request to come in.
#[derive(Debug)]
pub enum Knocked {
    /// They wait; this is what they ask with.
    Waits(WaitingSecret),
    /// As many wait as may.
    Full,
}

/// The guests whom this node answers.
pub(super) struct Lobby {
    held: Semaphore,
    /// Some guest here was answered.
    answered: Notify,
    /// Rooms whose members do not know how many wait.
    untold: Mutex<BTreeSet<RoomId>>,
}

impl Default for Lobby {
    fn default() -> Self {
        Self { held: Semaphore::new(HELD_MAX), answered: Notify::new(), untold: Mutex::default() }
    }
}

impl Hosting {
    /// A guest comes to the door of a room that asks its host.
    ///
    /// # Errors
    /// `Unavailable`, `Unknown`: a guest who repeats it waits anew.
    pub async fn knock(&self, room_id: RoomId, name: String, now: Timestamp) -> Result<Knocked, StoreError> {
        let (shared, secret) = (Arc::clone(&self.0), WaitingSecret::random());
        let hash = secret.hash();
        let since = super::in_millis(now);
        let (id, guest, state) = (Uuid::new_v4(), UserId::random(), WaitingState::Waiting);
        let waiting = WaitingGuest { id, room_id, guest, name, state, since };
        let change = async move {
            let is_added = shared.rooms.store.add_waiting(&waiting, &hash, WAITING_MAX).await?;
            if is_added {
                shared.tell_waiting(room_id, now).await;
            }
            Ok::<_, StoreError>(is_added)
        };
        let is_added = self.0.changes.run("let a guest wait", change).await?;
        Ok(if is_added { Knocked::Waits(secret) } else { Knocked::Full })
    }

    /// The state of a guest, at the latest after some seconds; `None`: they are unknown by now. And how long to wait
    /// before they ask again, if they are to.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn wait(
        &self,
        room_id: RoomId,
        secret: &WaitingSecret,
        clock: &Clock,
    ) -> Result<(Option<WaitingGuest>, Duration), StoreError> {
        let (hash, until) = (secret.hash(), Instant::now() + HELD_FOR);
        let store = &self.0.rooms.store;
        let mut found = store.ask_waiting(room_id, &hash, clock.now()).await?;
        let Ok(_held) = self.0.lobby.held.try_acquire() else { return Ok((found, HELD_FOR / 2)) };
        while found.as_ref().is_some_and(|guest| guest.state == WaitingState::Waiting) && Instant::now() < until {
            let answered = self.0.lobby.answered.notified();
            let _some_or_none = timeout(LOOK_EVERY, answered).await; // another node may have answered
            found = store.waiting(room_id, &hash, clock.now()).await?;
        }
        Ok((found, Duration::ZERO))
    }

    /// A guest waits no more.
    ///
    /// # Errors
    /// `Unavailable`, `Unknown`.
    pub async fn give_up(&self, room_id: RoomId, secret: &WaitingSecret, now: Timestamp) -> Result<(), StoreError> {
        let (shared, hash) = (Arc::clone(&self.0), secret.hash());
        let change = async move {
            if shared.rooms.store.remove_waiting(room_id, &hash).await? {
                shared.tell_waiting(room_id, now).await;
            }
            Ok(())
        };
        self.0.changes.run("let a guest go", change).await
    }

    /// Who waits, in the order in which they came; for the host.
    ///
    /// # Errors
    /// Why not.
    pub async fn waiting(&self, room_id: RoomId, by: &By, now: Timestamp) -> Result<Vec<WaitingGuest>, NotDone> {
        self.hosted(room_id, by).await?;
        Ok(self.0.rooms.store.waiting_of(room_id, now).await?)
    }

    /// The host answers one of those who wait, or all; whether there was one.
    ///
    /// # Errors
    /// Why not.
    pub async fn answer_waiting(
        &self,
        room_id: RoomId,
        by: &By,
        (id, admit): (Option<Uuid>, bool),
        now: Timestamp,
    ) -> Result<bool, NotDone> {
        self.hosted(room_id, by).await?;
        let shared = Arc::clone(&self.0);
        let change = async move {
            let answered = shared.rooms.store.answer_waiting(room_id, id, admit, now).await?;
            shared.lobby.answered.notify_waiters();
            if answered > 0 {
                shared.tell_waiting(room_id, now).await;
            }
            Ok::<_, StoreError>(answered > 0)
        };
        Ok(self.0.changes.run("answer guests", change).await?)
    }

    /// Until `stop`: guests who have gone are forgotten, and those who could not be told how many wait are told.
    pub async fn watch_the_door(self, clock: Clock, stop: CancellationToken) {
        let mut look = interval(SWEEP_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased; // stop first: other nodes, or the next start, go on
                () = stop.cancelled() => return,
                _ = look.tick() => {}
            }
            self.0.sweep_waiting(clock.now(), &stop).await;
        }
    }
}

impl Shared {
    async fn sweep_waiting(&self, now: Timestamp, stop: &CancellationToken) {
        let mut rooms = std::mem::take(&mut *self.untold());
        match self.rooms.store.forget_waiting(now, SWEEP_MAX).await {
            Ok(gone) => rooms.extend(gone),
            Err(why) => tracing::debug!(%why, "guests who have gone cannot be forgotten now"),
        }
        while let Some(room_id) = rooms.pop_first() {
            if stop.is_cancelled() || !self.tell_waiting(room_id, now).await {
                self.untold().append(&mut rooms); // the others cannot be told now, either
            }
        }
    }

    /// Tells the room's members how many wait; later, if that cannot be done now. Whether it was done.
    async fn tell_waiting(&self, room_id: RoomId, now: Timestamp) -> bool {
        let told = match self.rooms.store.waiting_of(room_id, now).await {
            Ok(waiting) => {
                let count = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
                self.live.guests_waiting(room_id, count).await.is_ok()
            }
            Err(_) => false,
        };
        if !told {
            self.untold().insert(room_id);
        }
        told
    }

    fn untold(&self) -> std::sync::MutexGuard<'_, BTreeSet<RoomId>> {
        self.lobby.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
