//! A ledger that fails, by seed: what Redis does to its users on a bad day, around any other ledger. For tests.
//!
//! Each node gets a [`Link`] of its own to the shared ledger. Operations are applied in the order of the calls, as the port
//! promises; their answers come late, are refused before anything was applied, or are lost after (or before) the operation
//! was applied, which breaks the link for a moment: whatever is asked meanwhile is not applied. Pushes are lost, doubled and
//! late. A link can be cut, stalled (a paused node) or killed.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until};

use super::{
    Answer, At, Audit, Audited, Broadcast, Claim, Claimed, Due, Event, Fact, Failure, Join, Joined, Lease, Ledger, Notice,
    Push, Reaped, Recipient, Resume, Resumed, Send, Sent, Skipped, Subscriber,
};
use crate::{
    ports::SeededEntropy,
    protocol::{Entry, Epoch, LeaveReason, Member, NodeId, RoomId, SeatId, SessionId, UserId},
};

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
    /// Faults that happened.
    count: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// Until when nothing is applied.
    down_until: Option<Instant>,
    /// Until when answers and pushes are held back.
    stalled_until: Option<Instant>,
    subscriber: Option<SubscriberSlot>,
}

struct SubscriberSlot(Subscriber);

impl std::fmt::Debug for SubscriberSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubscriberSlot")
    }
}

/// What becomes of one operation.
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
            count: AtomicU64::new(0),
        })
    }

    /// How many faults there were.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Other faults from now on.
    pub fn set(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// The link is cut for so long: nothing is applied, and pushes are lost.
    pub fn cut(self: &Arc<Self>, long: Duration) {
        lock(&self.state).down_until = Some(Instant::now() + long);
        self.tell(Event::Interrupted);
        let link = Arc::clone(self);
        tokio::spawn(async move {
            sleep(long).await;
            link.tell(Event::Subscribed);
        });
    }

    /// The node stands still for so long: answers and pushes come when it runs again.
    pub fn stall(&self, long: Duration) {
        lock(&self.state).stalled_until = Some(Instant::now() + long);
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
        let happens = self.random.next() % 1_000 < thousandths;
        self.count.fetch_add(u64::from(happens), Ordering::Relaxed);
        happens
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
        let now = Instant::now();
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
    fn operate<T: core::marker::Send + Unpin + 'static>(self: &Arc<Self>, apply: impl FnOnce(&dyn Ledger) -> Answer<T>) -> Answer<T> {
        if self.dead.load(Ordering::Acquire) {
            return Answer::Later(Box::pin(std::future::pending()));
        }
        let fate = self.fate();
        let (answer, after) = match fate {
            Fate::Answered(after) => (Some(apply(&*self.inner)), after),
            Fate::AnswerLost(after) => (Some(apply(&*self.inner)), after),
            Fate::Refused(after) | Fate::RequestLost(after) => (None, after),
        };
        let dead = Arc::clone(&self.dead);
        Answer::Later(Box::pin(async move {
            sleep(after).await;
            tokio::task::yield_now().await;
            if dead.load(Ordering::Acquire) {
                std::future::pending::<()>().await;
            }
            match (fate, answer) {
                (Fate::Answered(_), Some(answer)) => answer.await,
                (Fate::Refused(_), _) => Err(Failure::NotApplied { wait: RETRY }),
                (_, Some(answer)) => {
                    let _ = answer.await; // applied, and nobody learns it
                    sleep(DEADLINE / 10).await;
                    Err(Failure::Unknown { wait: RETRY })
                }
                (_, None) => {
                    sleep(DEADLINE / 10).await;
                    Err(Failure::Unknown { wait: RETRY })
                }
            }
        }))
    }

    /// What becomes of a push.
    fn pushed(self: &Arc<Self>, event: Event, subscriber: &Subscriber) -> bool {
        if self.dead.load(Ordering::Acquire) {
            return true; // and lost
        }
        let faults = *lock(&self.faults);
        let (down, stalled) = {
            let state = lock(&self.state);
            (state.down_until, state.stalled_until)
        };
        let now = Instant::now();
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
                sleep_until(at).await;
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

/// A link as a node's ledger.
pub struct FaultyLedger(pub Arc<Link>);

impl Ledger for FaultyLedger {
    fn join(&self, at: At<'_>, join: Join) -> Answer<Joined> {
        self.0.operate(|ledger| ledger.join(at, join))
    }

    fn leave(&self, at: At<'_>, seat: SeatId, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.leave(at, seat, reason))
    }

    fn evict(&self, at: At<'_>, user: UserId, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.evict(at, user, reason))
    }

    fn gone(&self, at: At<'_>, seat: SeatId, window: Duration, skipped: Vec<Skipped>) -> Answer<()> {
        self.0.operate(|ledger| ledger.gone(at, seat, window, skipped))
    }

    fn resume(&self, at: At<'_>, resume: Resume) -> Answer<Resumed> {
        self.0.operate(|ledger| ledger.resume(at, resume))
    }

    fn send(&self, at: At<'_>, send: Send) -> Answer<Sent> {
        self.0.operate(|ledger| ledger.send(at, send))
    }

    fn broadcast(&self, at: At<'_>, broadcast: Broadcast) -> Answer<Sent> {
        self.0.operate(|ledger| ledger.broadcast(at, broadcast))
    }

    fn audit(&self, at: At<'_>, seats: Vec<Audit>) -> Answer<Vec<Audited>> {
        self.0.operate(|ledger| ledger.audit(at, seats))
    }

    fn close(&self, at: At<'_>, reason: LeaveReason) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.close(at, reason))
    }

    fn members(&self, room: RoomId) -> Answer<Vec<Member>> {
        self.0.operate(|ledger| ledger.members(room))
    }

    fn held(&self, at: At<'_>) -> Answer<Vec<(SeatId, SessionId)>> {
        self.0.operate(|ledger| ledger.held(at))
    }

    fn claim(&self, at: At<'_>, claims: Vec<Claim>, facts: Vec<Fact>) -> Answer<Claimed> {
        self.0.operate(|ledger| ledger.claim(at, claims, facts))
    }

    fn repair(&self, at: At<'_>, seat: SeatId, entries: Vec<Entry>) -> Answer<Vec<Push>> {
        self.0.operate(|ledger| ledger.repair(at, seat, entries))
    }

    fn renew(&self, node: &NodeId, ttl: Duration, known: Epoch) -> Answer<Lease> {
        self.0.operate(|ledger| ledger.renew(node, ttl, known))
    }

    fn release(&self, node: &NodeId) -> Answer<()> {
        self.0.operate(|ledger| ledger.release(node))
    }

    fn due(&self, page: usize) -> Answer<Due> {
        self.0.operate(|ledger| ledger.due(page))
    }

    fn reap(&self, at: At<'_>, dead: &[NodeId]) -> Answer<Reaped> {
        self.0.operate(|ledger| ledger.reap(at, dead))
    }

    fn subscribe(&self, node: &NodeId, subscriber: Subscriber) {
        let link = Arc::clone(&self.0);
        lock(&link.state).subscriber = Some(SubscriberSlot(Arc::clone(&subscriber)));
        self.0.inner.subscribe(node, Arc::new(move |event| link.pushed(event, &subscriber)));
    }

    fn unsubscribe(&self, node: &NodeId) {
        self.0.inner.unsubscribe(node);
        lock(&self.0.state).subscriber = None;
    }

    fn notify(&self, to: Recipient, notice: Notice) -> Answer<()> {
        self.0.operate(|ledger| ledger.notify(to, notice))
    }
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
