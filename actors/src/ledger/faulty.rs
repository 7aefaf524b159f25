//! A ledger that fails, by seed: the faults of Redis on a bad day, around any other ledger. For tests.
//!
//! Each node gets a [`Link`] of its own to the shared ledger. Operations are applied in the order of the calls, as the port
//! promises; they are answered late, refused before anything was applied, or their answers are lost after (or before) the operation
//! was applied, which breaks the link for a moment: operations meanwhile are not applied. Pushes are lost, duplicated and
//! late. A link can be cut, stalled or killed. An answer that has not come by its deadline is unknown, as the port promises:
//! no caller waits longer, however many calls are under way.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::{sleep, sleep_until};

use super::{Answer, Event, Failure, Ledger, Subscriber};
use crate::{clock::monotonic, ports::SeededEntropy, protocol::RoomId};

mod operations;

pub use operations::FaultyLedger;

/// How often each fault happens, in thousandths, and how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Answers that come late.
    pub late: u64,
    /// How late at most.
    pub late_max: Duration,
    /// Operations that are refused before they are applied.
    pub refused: u64,
    /// Operations whose answer is lost although they are applied.
    pub answer_lost: u64,
    /// Operations that are lost before they are applied, and whose caller cannot tell.
    pub request_lost: u64,
    /// How long a link is broken after an answer or a request was lost.
    pub broken_max: Duration,
    /// Pushes that are lost.
    pub push_lost: u64,
    /// Pushes that come twice.
    pub push_doubled: u64,
    /// Pushes that come late, after newer ones.
    pub push_late: u64,
}

impl Faults {
    /// No faults.
    pub const NONE: Self = Self {
        late: 0,
        late_max: Duration::ZERO,
        refused: 0,
        answer_lost: 0,
        request_lost: 0,
        broken_max: Duration::ZERO,
        push_lost: 0,
        push_doubled: 0,
        push_late: 0,
    };

    /// A bad day: one operation in ten has some trouble.
    pub const BAD_DAY: Self = Self {
        late: 300,
        late_max: Duration::from_millis(40),
        refused: 30,
        answer_lost: 15,
        request_lost: 15,
        broken_max: Duration::from_millis(120),
        push_lost: 60,
        push_doubled: 60,
        push_late: 60,
    };
}

/// One node's link to a shared ledger.
pub struct Link {
    inner: Arc<dyn Ledger>,
    faults: Mutex<Faults>,
    random: SeededEntropy,
    state: Mutex<State>,
    /// The node is dead: nothing it asks reaches the ledger, and nothing reaches it.
    dead: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct State {
    /// Until when nothing is applied.
    down_until: Option<Instant>,
    /// Until when nothing comes back.
    stalled_until: Option<Instant>,
    subscriber: Option<SubscriberSlot>,
    /// What is stored of this room cannot be read: no seat of it is freed by the reaper.
    unreadable: Option<RoomId>,
}

struct SubscriberSlot(Subscriber);

impl std::fmt::Debug for SubscriberSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubscriberSlot")
    }
}

/// The fate of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered(Duration),
    Refused(Duration),
    AnswerLost(Duration),
    RequestLost(Duration),
}

/// How long a caller waits before its next attempt.
const RETRY: Duration = Duration::from_millis(20);
/// How long an answer may take before its outcome is unknown.
const DEADLINE: Duration = Duration::from_millis(500);
/// How long after its call it is found out that a connection has broken, and an answer is lost.
const LOST_AFTER: Duration = Duration::from_millis(50);

impl Link {
    /// A link to this ledger, with faults of this seed.
    #[must_use]
    pub fn new(inner: Arc<dyn Ledger>, faults: Faults, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            inner,
            faults: Mutex::new(faults),
            random: SeededEntropy::new(seed),
            state: Mutex::default(),
            dead: Arc::default(),
        })
    }

    /// Other faults from now on.
    pub fn set(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// The link is cut for so long: nothing is applied, and pushes are lost.
    pub fn cut(self: &Arc<Self>, long: Duration) {
        lock(&self.state).down_until = Some(monotonic() + long);
        self.tell(Event::Interrupted);
        let link = Arc::clone(self);
        tokio::spawn(async move {
            sleep(long).await;
            link.tell(Event::Subscribed);
        });
    }

    /// Nothing comes back for so long, although the ledger gets all that is asked: answers miss their deadline, pushes come
    /// afterwards.
    pub fn stall(&self, long: Duration) {
        lock(&self.state).stalled_until = Some(monotonic() + long);
    }

    /// What is stored of this room cannot be read by the reaper from now on.
    pub fn spoil(&self, room: RoomId) {
        lock(&self.state).unreadable = Some(room);
    }

    /// The node is dead.
    pub fn kill(&self) {
        self.dead.store(true, Ordering::Release);
    }

    fn tell(&self, event: Event) {
        let subscriber = lock(&self.state).subscriber.as_ref().map(|slot| Arc::clone(&slot.0));
        if let Some(subscriber) = subscriber.filter(|_| !self.dead.load(Ordering::Acquire)) {
            subscriber(event);
        }
    }

    fn happens(&self, thousandths: u64) -> bool {
        self.random.next() % 1_000 < thousandths
    }

    fn some(&self, max: Duration) -> Duration {
        max.mul_f64((self.random.next() % 1_000) as f64 / 1_000.0)
    }

    fn fate(self: &Arc<Self>) -> Fate {
        let faults = *lock(&self.faults);
        let (down, stalled) = {
            let state = lock(&self.state);
            (state.down_until, state.stalled_until)
        };
        let now = monotonic();
        let stalled = stalled.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        if down.is_some_and(|until| now < until) {
            return Fate::Refused(stalled + Duration::from_millis(5));
        }
        let late = if self.happens(faults.late) { self.some(faults.late_max) } else { Duration::ZERO };
        if self.happens(faults.refused) {
            return Fate::Refused(stalled + late);
        }
        let (answer, request) = (self.happens(faults.answer_lost), self.happens(faults.request_lost));
        if answer || request {
            self.cut(self.some(faults.broken_max));
            return if answer { Fate::AnswerLost(stalled + late) } else { Fate::RequestLost(stalled + late) };
        }
        Fate::Answered(stalled + late)
    }

    /// Lets one operation happen, or not.
    fn operate<T: core::marker::Send + Unpin + 'static>(
        self: &Arc<Self>,
        apply: impl FnOnce(&dyn Ledger) -> Answer<T>,
    ) -> Answer<T> {
        if self.dead.load(Ordering::Acquire) {
            return Answer::Later(Box::pin(std::future::pending()));
        }
        let fate = self.fate();
        let (answer, after) = match fate {
            Fate::Answered(after) => (Some(apply(&*self.inner)), after),
            Fate::AnswerLost(after) => (Some(apply(&*self.inner)), after + LOST_AFTER),
            Fate::Refused(after) => (None, after),
            Fate::RequestLost(after) => (None, after + LOST_AFTER),
        };
        let (dead, asked) = (Arc::clone(&self.dead), monotonic());
        Answer::Later(Box::pin(async move {
            sleep_until((asked + after.min(DEADLINE)).into()).await; // however late it is awaited
            tokio::task::yield_now().await;
            if dead.load(Ordering::Acquire) {
                std::future::pending::<()>().await;
            }
            let answer = match answer {
                Some(answer) => Some(answer.await),
                None => None,
            };
            match (fate, answer) {
                (Fate::Answered(_), Some(answer)) if after <= DEADLINE => answer,
                (Fate::Refused(_), _) if after <= DEADLINE => Err(Failure::NotApplied { wait: RETRY }),
                _ => Err(Failure::Unknown { wait: RETRY }), // applied or not, nobody learns it
            }
        }))
    }

    /// The fate of a push.
    fn pushed(self: &Arc<Self>, event: Event, subscriber: &Subscriber) -> bool {
        if self.dead.load(Ordering::Acquire) {
            return true; // and lost
        }
        let faults = *lock(&self.faults);
        let (down, stalled) = {
            let state = lock(&self.state);
            (state.down_until, state.stalled_until)
        };
        let now = monotonic();
        let is_push = matches!(event, Event::Push(_));
        if is_push && (down.is_some_and(|until| now < until) || self.happens(faults.push_lost)) {
            return true; // and lost
        }
        let stalled = stalled.filter(|until| *until > now);
        let late = is_push && self.happens(faults.push_late);
        if late || stalled.is_some() {
            let at = stalled.unwrap_or(now) + if late { self.some(faults.late_max * 3) } else { Duration::ZERO };
            let (subscriber, dead) = (Arc::clone(subscriber), Arc::clone(&self.dead));
            tokio::spawn(async move {
                sleep_until(at.into()).await;
                if !dead.load(Ordering::Acquire) {
                    subscriber(event);
                }
            });
            return true;
        }
        if is_push && self.happens(faults.push_doubled) {
            subscriber(event.clone());
        }
        subscriber(event)
    }
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
