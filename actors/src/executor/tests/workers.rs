//! The executor over one kind of cells, with workers under a supervisor.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent};

use super::super::{
    Claimed, Failure, Home, Next, Out, Posted, Registry, Rest, Run, System, Turn, deliver, execute, relieve, start,
    wait,
};
use crate::clock::{Clock, Moment};

/// A message to a counter.
enum Told {
    /// Adds this, and sends to the next counter.
    Add(u64),
    /// Waits so long, then adds.
    AddLater(Duration, u64),
    /// Panics.
    Fail,
    /// Waits for something that panics.
    FailLater,
    Stop,
}

/// Sums its messages.
struct Counter {
    key: u8,
    sums: Arc<Mutex<Vec<(u8, u64)>>>,
}

impl Turn for Counter {
    type Message = Told;
    type Out = (u8, Told);
    const MAILBOX_MAX: usize = 4;

    fn turn(&mut self, told: Told, _: Moment, out: &mut Out<(u8, Told), Told>) -> Next {
        match told {
            Told::Add(more) => {
                self.sums.lock().expect("no panic").push((self.key, more));
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
        }
        Next::Done
    }

    fn settle(&mut self, _: Moment, _: &mut Out<(u8, Told), Told>) -> Next {
        Next::Done
    }

    fn is_exempt(told: &Told) -> bool {
        matches!(told, Told::Stop)
    }

    fn refused(_: Told, _: &mut Vec<(u8, Told)>) {}

    fn answer_lost() -> Told {
        Told::Fail
    }

    fn failed(self: Box<Self>, told: &mut Vec<(u8, Told)>) -> Option<Box<Self>> {
        told.push((99, Told::Add(1)));
        (self.key != 50).then_some(self)
    }
}

struct House {
    cells: Registry<u8, Counter>,
    sums: Arc<Mutex<Vec<(u8, u64)>>>,
    clock: Clock,
    budget: Duration,
    root: OnceLock<ActorCell>,
    failures: Mutex<Vec<Failure>>,
}

impl System for House {
    type Out = (u8, Told);
    type Ready = Claimed<u8, Counter>;

    fn post(self: &Arc<Self>, (key, told): (u8, Told), run: &mut Run<Self>) {
        let Posted::Absent(told) = self.cells.post(key, told, run.now.at).take_absent(|posted| run.posted(key, posted))
        else {
            return;
        };
        let sums = Arc::clone(&self.sums);
        if let Some(state) = start::<Self, Counter>(self, key, || Counter { key, sums }) {
            run.posted(key, self.cells.post_or_insert(key, state, told, run.now.at));
        }
    }

    fn execute(self: &Arc<Self>, ready: Claimed<u8, Counter>, run: &mut Run<Self>) {
        execute::<Self, Counter>(self, ready, run);
    }

    fn clock(&self) -> &Clock {
        &self.clock
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
        Run::new(self.clock().now())
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

    fn wait(self: &Arc<Self>, key: u8, answer: crate::ports::Later<Told>) {
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

impl Actor for Root {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    /// Keeps running when a child ends.
    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        _: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

async fn house(budget: Duration) -> Arc<House> {
    let (root, _) = Root::spawn(None, Root, ()).await.expect("it starts");
    let house = House {
        cells: Registry::default(),
        sums: Arc::default(),
        clock: Clock::new(),
        budget,
        root: OnceLock::from(root.get_cell()),
        failures: Mutex::default(),
    };
    Arc::new(house)
}

impl House {
    fn heard(&self) -> Vec<(u8, u64)> {
        self.sums.lock().expect("no panic").clone()
    }
}

const LONG: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_turn_runs_on_the_senders_thread_and_its_output_follows() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::Add(3))]);
    assert_eq!(house.heard(), [(1, 3), (2, 2), (3, 1)]);
    assert_eq!(house.cells.active(), 0, "nobody had to wait");
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_a_worker_does_the_same() {
    let house = house(Duration::ZERO).await;
    deliver(&house, [(1, Told::Add(3))]);
    assert_eq!(house.heard(), [(1, 3)], "one turn is always run");
    tokio::time::sleep(LONG).await; // paused
    assert_eq!(house.heard(), [(1, 3), (2, 2), (3, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_cell_continues_and_its_answers_arrive_in_order() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::AddLater(LONG, 1)), (1, Told::AddLater(LONG / 2, 1)), (1, Told::Add(1))]);
    assert_eq!((house.heard().len(), house.cells.active()), (1, 1));
    tokio::time::sleep(LONG / 2).await; // paused
    assert_eq!(house.heard().len(), 1, "the first answer is not there yet");
    tokio::time::sleep(2 * LONG).await; // paused
    assert_eq!(house.heard().len(), 3);
    tokio::time::sleep(LONG).await; // paused
    assert_eq!(house.cells.active(), 0, "the worker has ended");
}

#[tokio::test(start_paused = true)]
async fn a_panic_restarts_that_cell_alone_and_is_reported_and_recorded() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::Fail), (1, Told::Add(1)), (2, Told::Add(1))]);
    assert_eq!(house.heard(), [(1, 1), (2, 1), (99, 1)], "what was queued behind it is not lost");
    let failures = house.failures.lock().expect("no panic").clone();
    assert_eq!((failures.len(), failures[0].reason.as_str(), failures[0].key.as_str()), (1, "told to fail", "1"));
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_does_not_restart_ends() {
    let house = house(LONG).await;
    deliver(&house, [(50, Told::Fail)]);
    assert_eq!(house.cells.keys(), [99], "told of the end; the cell itself is gone");
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_awaited_answer_affects_that_cell_alone_and_leaves_nothing_behind() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::FailLater), (1, Told::AddLater(LONG, 7))]);
    tokio::time::sleep(LONG * 3).await; // paused
    assert_eq!(house.heard(), [(99, 1)], "the other answer belonged to the state that failed");
    let failures = house.failures.lock().expect("no panic").len();
    assert_eq!((failures, house.cells.active()), (2, 0), "the wait, and the turn that it cost");
}

#[tokio::test(start_paused = true)]
async fn a_stopped_cell_is_removed_and_a_later_message_starts_another() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::Add(1)), (1, Told::Stop)]);
    assert_eq!(house.cells.len(), 0);
    deliver(&house, [(1, Told::Add(1))]);
    assert_eq!(house.cells.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_an_ended_cell_does_not_reach_its_successor() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::AddLater(LONG, 7))]);
    tokio::task::yield_now().await; // its worker waits
    deliver(&house, [(1, Told::Stop)]);
    deliver(&house, [(1, Told::AddLater(2 * LONG, 1))]);
    tokio::time::sleep(LONG + LONG / 2).await; // paused
    assert_eq!((house.heard(), house.cells.active()), (vec![], 1));
    tokio::time::sleep(LONG).await; // paused
    assert_eq!(house.heard(), [(1, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_mailbox_refuses_all_but_exempt_messages() {
    let house = house(LONG).await;
    let sums = Arc::clone(&house.sums);
    let now = Instant::now();
    let first = house.cells.post_or_insert(1, Box::new(Counter { key: 1, sums }), Told::Add(1), now);
    assert!(matches!(first, Posted::Claimed(..)));
    for _ in 0..Counter::MAILBOX_MAX {
        assert!(matches!(house.cells.post(1, Told::Add(1), now), Posted::Queued));
    }
    assert!(matches!(house.cells.post(1, Told::Add(1), now), Posted::Full(_)));
    assert!(matches!(house.cells.post(1, Told::Stop, now), Posted::Queued));
    let mut looks = Vec::new();
    house.cells.look(|key, cell| looks.push((key, cell.depth, cell.running)));
    assert_eq!(looks, [(1, Counter::MAILBOX_MAX + 1, true)]);
}
