//! What hosts do: create, change and delete rooms. Each use case runs to its end, whatever becomes of its client.

mod backends;
mod lobby;
mod moving;
mod powers;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actors::{
    ports::{REMOVED, RoomPolicy},
    protocol::UserId,
};
use jiff::Timestamp;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Rooms, cache::Cached};
use crate::{
    changes::Changes,
    live::LiveRooms,
    storage::{Guests, Meeting, MeetingChange, Mode, RoomId, StoreError},
};

pub use backends::{Created, OnceKey};
pub use lobby::{Knocked, WaitingSecret};
pub use powers::{By, InCall, NotDone};

/// How often a free room id is drawn before giving up: with 10⁹ rooms a second draw is needed once in 10⁵.
const DRAWS_MAX: usize = 8;
/// How often an unsettled room is tried again: an outage of the database or the ledger lasts seconds.
const SETTLE_EVERY: Duration = Duration::from_millis(500);
/// Messages that one statement deletes at most.
const MESSAGES_MAX: u32 = 1_000;
/// Live rooms that are told at once: rooms share the locks by their ids.
const TELLING_AT_ONCE: usize = 64;
/// How long a commit that was not answered may still take effect: several times the timeout of a statement.
const IN_DOUBT_FOR: Duration = Duration::from_secs(10);

/// The settings of a new room.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Its creator.
    pub host_id: UserId,
    /// The creator's account, if they can have one.
    pub account: Option<Uuid>,
    /// Its maximum number of participants.
    pub max_participants: u32,
    /// How long the seat of a disconnected participant is kept, in seconds.
    pub seat_window_seconds: u32,
    /// How media flows.
    pub mode: Mode,
    /// What it is called; may be empty.
    pub name: String,
    /// Whether people without an account may join.
    pub guests: Guests,
}

impl NewRoom {
    /// The room, under an id that may be taken.
    fn meeting(self, now: Timestamp) -> Meeting {
        Meeting {
            room_id: RoomId::random(),
            host_id: self.host_id,
            active: true,
            max_participants: self.max_participants,
            seat_window_seconds: self.seat_window_seconds,
            mode: self.mode,
            revision: 1,
            created_at: in_millis(now),
            name: self.name,
            guests: self.guests,
            locked: false,
            bans: Vec::new(),
        }
    }
}

/// Rooms as their hosts change them.
#[derive(Clone)]
pub struct Hosting(Arc<Shared>);

struct Shared {
    rooms: Rooms,
    live: Arc<dyn LiveRooms>,
    changes: Changes,
    per_host_max: u32,
    /// Rooms whose cache or live room may differ from the database.
    unsettled: Mutex<BTreeMap<RoomId, Unsettled>>,
    more: Notify,
    /// Guests who wait.
    lobby: lobby::Lobby,
    /// One room is told by one task at a time, so that what is told last is the latest state.
    telling: [tokio::sync::Mutex<()>; TELLING_AT_ONCE],
}

/// The known state of a room in doubt.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Unsettled {
    /// Until when the database itself may change.
    until: Instant,
    /// The revision that the live room was told.
    told: Option<u64>,
}

impl Hosting {
    /// A host may have `per_host_max` rooms.
    #[must_use]
    pub fn new(rooms: Rooms, live: Arc<dyn LiveRooms>, changes: Changes, per_host_max: u32) -> Self {
        let (unsettled, more, lobby) = (Mutex::default(), Notify::new(), lobby::Lobby::default());
        let telling = std::array::from_fn(|_| tokio::sync::Mutex::default());
        Self(Arc::new(Shared { rooms, live, changes, per_host_max, unsettled, more, lobby, telling }))
    }

    /// Creates a room with a free id.
    ///
    /// # Errors
    /// `TooManyRooms`, `UnknownUser` (the host's account is gone), `Unavailable`, `Unknown`.
    pub async fn create(&self, new: NewRoom, now: Timestamp) -> Result<Meeting, StoreError> {
        let shared = Arc::clone(&self.0);
        self.0.changes.run("create a room", async move { shared.create(new, now).await }).await
    }

    /// Changes a room of this host; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`, `Unknown`.
    pub async fn change(
        &self,
        room_id: RoomId,
        host: UserId,
        change: MeetingChange,
    ) -> Result<Option<Meeting>, StoreError> {
        let shared = Arc::clone(&self.0);
        let change = async move {
            let changed = shared.rooms.store.change_meeting(room_id, &host, change).await;
            match &changed {
                Ok(Some(meeting)) => shared.committed(room_id, Cached::Room(meeting.clone())).await,
                Err(StoreError::Unknown(_)) => shared.in_doubt([room_id]).await,
                Ok(None) | Err(_) => {}
            }
            changed
        };
        self.0.changes.run("change a room", change).await
    }

    /// Removes a room of this host with what was said in it; false when there is none. If it fails, a part of what was said may
    /// be gone, and the room is still there.
    ///
    /// # Errors
    /// `Unavailable`, `Unknown`.
    pub async fn remove(&self, room_id: RoomId, host: UserId) -> Result<bool, StoreError> {
        let shared = Arc::clone(&self.0);
        let change = async move {
            // However much was said in it, no statement deletes it all.
            while shared.rooms.store.empty_room(room_id, &host, MESSAGES_MAX).await? == u64::from(MESSAGES_MAX) {}
            let removed = shared.rooms.store.remove_meeting(room_id, &host).await;
            match &removed {
                Ok(true) => shared.committed(room_id, Cached::Removed).await,
                Err(StoreError::Unknown(_)) => shared.in_doubt([room_id]).await,
                // A node that ended after its commit may have told nobody: a repeated request does.
                Ok(false) => match shared.rooms.cache.last(room_id).await {
                    Some(Cached::Room(room)) if room.host_id == host => shared.in_doubt([room_id]).await,
                    Some(_) | None => {}
                },
                Err(_) => {}
            }
            removed
        };
        self.0.changes.run("delete a room", change).await
    }

    /// As after a commit that was not confirmed: cache and live rooms are settled in the background.
    #[cfg(test)]
    pub(super) async fn in_doubt(&self, rooms: impl IntoIterator<Item = RoomId>) {
        self.0.in_doubt(rooms).await;
    }

    /// Settles rooms until `stop`, and then once more: asks the database, then tells cache and live room.
    pub async fn settle(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                biased; // stop first: the last attempt is below
                () = stop.cancelled() => {}
                () = self.0.more.notified() => {}
            }
            while !self.0.settle_all().await && !stop.is_cancelled() {
                tokio::select! {
                    biased; // as above
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(SETTLE_EVERY) => {}
                }
            }
        }
        self.0.settle_all().await; // what is in doubt may stay so: other nodes ask the database in a minute
    }
}

impl Shared {
    async fn create(&self, new: NewRoom, now: Timestamp) -> Result<Meeting, StoreError> {
        let account = new.account;
        let mut meeting = new.meeting(now);
        for _ in 1..DRAWS_MAX {
            match self.rooms.store.add_meeting(&meeting, account, self.per_host_max).await {
                Err(StoreError::RoomIdTaken) => meeting.room_id = RoomId::random(),
                Err(other) => return Err(other),
                Ok(()) => {
                    self.rooms.cache.put(meeting.room_id, Cached::Room(meeting.clone())).await;
                    return Ok(meeting);
                }
            }
        }
        Err(StoreError::RoomIdTaken)
    }

    /// After a commit: the cache, then the live room.
    async fn committed(&self, room_id: RoomId, state: Cached) {
        self.rooms.cache.put(room_id, state).await;
        if self.tell(room_id, None).await.is_none() {
            self.lock().entry(room_id).or_insert_with(|| Unsettled { until: Instant::now(), told: None });
            self.more.notify_one();
        }
    }

    async fn in_doubt(&self, rooms: impl IntoIterator<Item = RoomId>) {
        for room_id in rooms {
            self.rooms.cache.forget(room_id).await;
            self.lock().insert(room_id, Unsettled { until: Instant::now() + IN_DOUBT_FOR, told: None });
        }
        self.more.notify_one();
    }

    /// Tries every unsettled room once; true when none is left.
    async fn settle_all(&self) -> bool {
        let rooms: Vec<_> = self.lock().iter().map(|(room_id, known)| (*room_id, *known)).collect();
        for (room_id, known) in rooms {
            let told = self.settle(room_id, known.told).await;
            let is_settled = told.is_some() && Instant::now() >= known.until;
            let mut unsettled = self.lock();
            // A change that came meanwhile is settled next time.
            match unsettled.get_mut(&room_id).filter(|now| **now == known) {
                Some(_) if is_settled => drop(unsettled.remove(&room_id)),
                Some(now) => now.told = told.or(known.told),
                None => {}
            }
        }
        self.lock().is_empty()
    }

    async fn settle(&self, room_id: RoomId, told: Option<u64>) -> Option<u64> {
        let found = self.rooms.store.meeting(room_id).await.ok()?;
        self.rooms.cache.put(room_id, found.map_or(Cached::Removed, Cached::Room)).await;
        self.tell(room_id, told).await
    }

    /// Tells the live room what its settings are now, which may be newer than the change that led here, unless it was `told` this
    /// revision. The revision that it knows; `None` when it must be told again.
    async fn tell(&self, room_id: RoomId, told: Option<u64>) -> Option<u64> {
        let _turn = self.telling[lock_of(room_id)].lock().await;
        let found = self.rooms.find(room_id).await.ok()?;
        let revision = found.as_ref().map_or(REMOVED, |meeting| meeting.revision);
        if told == Some(revision) {
            return told;
        }
        let done = match found {
            Some(meeting) if meeting.active => {
                self.live.settings_changed(room_id, &RoomPolicy::from(&meeting).told()).await
            }
            Some(_) | None => self.live.close(room_id, revision).await,
        };
        done.ok().map(|()| revision)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RoomId, Unsettled>> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock_of(room_id: RoomId) -> usize {
    room_id.as_str().bytes().fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % TELLING_AT_ONCE)
}

/// The database stores milliseconds; the response on creation must equal later ones.
fn in_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
