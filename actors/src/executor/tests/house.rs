//! A house: one kind of cells, counters, with workers under a supervisor.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent};

use super::super::{
    Claimed, During, Failure, Home, Later, Moment, Next, Out, Posted, Registry, Rest, Run, System, Turn, execute,
    relieve, start, wait, worker_died,
};

/// A message to a counter.
pub(super) enum Told {
    /// Adds this, and sends to the next counter.
    Add(u64),
    /// Waits so long, then adds.
    AddLater(Duration, u64),
    /// Panics.
    Fail,
    /// Waits for something that panics.
    FailLater,
    Stop,
    /// Is busy so long, in its turn and when it settles.
    Work(Duration),
    /// Its refusal panics.
    Unrefusable,
    /// Becomes `Add(500)` where there is no space for it.
    Bulky,
    /// Does this in its turn.
    Do(Deed),
    /// Does this when it settles.
    DoLater(Deed),
    /// Notes the time of its turn.
    Look,
}

/// What a turn does to its house.
pub(super) type Deed = Box<dyn FnOnce() + Send + Sync>;

/// Messages queued for one counter.
pub(super) const MAILBOX_MAX: usize = 4;
/// The counter whose start panics.
pub(super) const UNBORN: u8 = 66;
/// The counter to which nothing can be posted: an attempt panics.
pub(super) const UNREACHABLE: u8 = 77;
/// The counter whose waits cannot be registered: an attempt panics.
pub(super) const RESTLESS: u8 = 88;
/// The counter that hears of refused messages.
pub(super) const REFUSED: u8 = 98;
/// The counter that hears of restarts.
pub(super) const RESTARTED: u8 = 99;
/// The counter that ends when it panics.
pub(super) const MORTAL: u8 = 50;
/// The counter that panics again when it is to restart.
pub(super) const CURSED: u8 = 51;
/// The counter that hears of cells that have ended without a word.
pub(super) const LOST: u8 = 97;

/// Sums its messages.
pub(super) struct Counter {
    pub(super) key: u8,
    pub(super) sums: Arc<Mutex<Vec<(u8, u64)>>>,
    pub(super) busy: Duration,
    /// To be done when it settles.
    pub(super) later: Option<Deed>,
}

impl Counter {
    pub(super) fn new(key: u8, sums: Arc<Mutex<Vec<(u8, u64)>>>) -> Self {
        Self { key, sums, busy: Duration::ZERO, later: None }
    }

    fn step(&self, more: u64) {
        self.sums.lock().expect("no panic").push((self.key, more));
        let until = Instant::now() + self.busy; // of the machine: turns cannot wait for a paused clock
        while Instant::now() < until {}
    }
}

impl Turn for Counter {
    type Message = Told;
    type Out = (u8, Told);
    fn turn(&mut self, told: Told, now: Moment, out: &mut Out<(u8, Told), Told>) -> Next {
        match told {
            Told::Add(more) => {
                self.step(more);
                if more > 1 {
                    out.tell((self.key + 1, Told::Add(more - 1)));
                }
            }
            Told::AddLater(after, more) => out.wait(Box::pin(async move {
                tokio::time::sleep(after).await; // paused
                Told::Add(more)
            })),
            Told::Fail => {
                out.tell((self.key, Told::Add(1_000))); // must not be delivered
                panic!("told to fail")
            }
            Told::FailLater => out.wait(Box::pin(async { panic!("told to fail later") })),
            Told::Stop => return Next::Stop,
            Told::Work(long) => {
                self.busy = long;
                self.step(0);
            }
            Told::Unrefusable | Told::Bulky => {}
            Told::Do(deed) => deed(),
            Told::DoLater(deed) => self.later = Some(deed),
            Told::Look => self.sums.lock().expect("no panic").push((self.key, now.unix_ms)),
        }
        Next::Done
    }

    fn settle(&mut self, _: Moment, _: &mut Out<(u8, Told), Told>) -> Next {
        if let Some(deed) = self.later.take() {
            deed();
        }
        if !self.busy.is_zero() {
            self.step(0);
        }
        Next::Done
    }

    fn is_exempt(told: &Told) -> bool {
        matches!(told, Told::Stop)
    }

    fn instead(told: Told) -> Result<Told, Told> {
        if matches!(told, Told::Bulky) { Ok(Told::Add(500)) } else { Err(told) }
    }

    fn refused(told: Told, out: &mut Vec<(u8, Told)>) {
        assert!(!matches!(told, Told::Unrefusable), "told to fail when refused");
        if !matches!(told, Told::Fail) {
            out.push((REFUSED, Told::Add(1)));
        }
    }

    fn answer_lost() -> Told {
        Told::Fail
    }

    fn failed(self: Box<Self>, told: &mut Vec<(u8, Told)>) -> Option<Box<Self>> {
        told.push((RESTARTED, Told::Add(1)));
        assert!(self.key != CURSED, "told to fail when restarting");
        (self.key != MORTAL).then_some(self)
    }
}

pub(super) struct House {
    pub(super) cells: Registry<u8, Counter>,
    pub(super) sums: Arc<Mutex<Vec<(u8, u64)>>>,
    budget: Duration,
    root: OnceLock<ActorCell>,
    failures: Mutex<Vec<Failure>>,
    /// How often the clock was read.
    pub(super) readings: AtomicU32,
    /// What its clock shows.
    pub(super) unix_ms: AtomicU64,
}

impl System for House {
    type Out = (u8, Told);
    type Ready = Claimed<u8, Counter>;

    fn post(self: &Arc<Self>, (key, told): (u8, Told), run: &mut Run<Self>) {
        assert!(key != UNREACHABLE, "told to fail when posting");
        let Posted::Absent(told) =
            self.cells.post(&key, told, run.now.at).take_absent(|posted| run.posted(key, posted))
        else {
            return;
        };
        let sums = Arc::clone(&self.sums);
        let made = start::<Self, Counter>(self, &key, || {
            assert!(key != UNBORN, "told to fail when starting");
            Counter::new(key, sums)
        });
        let posted = match made {
            Some(state) => self.cells.post_or_insert(key, state, told, run.now.at),
            None => Posted::Absent(told),
        };
        run.posted(key, posted);
    }

    fn execute(self: &Arc<Self>, ready: Claimed<u8, Counter>, run: &mut Run<Self>) {
        execute::<Self, Counter>(self, ready, run);
    }

    fn now(&self) -> Moment {
        self.readings.fetch_add(1, Ordering::Relaxed);
        Moment { at: tokio::time::Instant::now().into_std(), unix_ms: self.unix_ms.load(Ordering::Relaxed) }
    }

    fn budget(&self) -> Duration {
        self.budget
    }

    fn rest_after(&self) -> Duration {
        Duration::from_millis(250)
    }

    fn supervisor(&self) -> Option<ActorCell> {
        self.root.get().cloned()
    }

    fn failed(&self, failure: Failure) {
        self.failures.lock().expect("no panic").push(failure);
    }

    fn relieve(self: &Arc<Self>, rest: Rest<Self>) {
        relieve(self, rest);
    }

    fn buffers(&self) -> Run<Self> {
        Run::new(self.now())
    }

    fn keep_buffers(&self, _: Run<Self>) {}
}

impl Home<Counter> for House {
    type Key = u8;
    const KIND: &'static str = "counter";

    fn cells(&self) -> &Registry<u8, Counter> {
        &self.cells
    }

    fn ready(claimed: Claimed<u8, Counter>) -> Claimed<u8, Counter> {
        claimed
    }

    fn lost(_: u8) -> (u8, Told) {
        (LOST, Told::Add(1))
    }

    fn wait(self: &Arc<Self>, key: u8, answer: Later<Told>) {
        assert!(key != RESTLESS, "told to fail when waiting");
        wait::<Self, Counter>(self, key, answer);
    }
}

impl<T: Turn> Posted<T> {
    /// Itself if there was no cell; else it is dealt with.
    fn take_absent(self, other: impl FnOnce(Self)) -> Self {
        if matches!(self, Self::Absent(_)) {
            return self;
        }
        other(self);
        Self::Queued
    }
}

struct Root;

/// The house of a root, once it is built.
type Housed = Arc<OnceLock<Arc<House>>>;

impl Actor for Root {
    type Msg = ();
    type State = Housed;
    type Arguments = Housed;

    async fn pre_start(&self, _: ActorRef<()>, house: Housed) -> Result<Housed, ActorProcessingErr> {
        Ok(house)
    }

    /// Keeps running when a worker dies.
    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        house: &mut Housed,
    ) -> Result<(), ActorProcessingErr> {
        if let (SupervisionEvent::ActorFailed(dead, _), Some(house)) = (event, house.get()) {
            assert!(worker_died::<House, Counter>(house, dead.get_id()), "only workers die here");
        }
        Ok(())
    }
}

pub(super) async fn house(budget: Duration) -> Arc<House> {
    let housed = Housed::default();
    let (root, _) = Root::spawn(None, Root, Arc::clone(&housed)).await.expect("it starts");
    let house = Arc::new(House {
        cells: Registry::new(MAILBOX_MAX),
        sums: Arc::default(),
        budget,
        root: OnceLock::from(root.get_cell()),
        failures: Mutex::default(),
        readings: AtomicU32::new(0),
        unix_ms: AtomicU64::new(0),
    });
    let _ = housed.set(Arc::clone(&house)); // the first
    house
}

impl House {
    pub(super) fn heard(&self) -> Vec<(u8, u64)> {
        self.sums.lock().expect("no panic").clone()
    }

    /// What has panicked, and during what.
    pub(super) fn failures(&self) -> Vec<(String, During)> {
        let failures = self.failures.lock().expect("no panic");
        failures.iter().map(|failure| (failure.reason.clone(), failure.during)).collect()
    }
}
