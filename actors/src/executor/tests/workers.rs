//! Runs and workers: where turns run, for how long, and what waits for them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    super::{Posted, deliver},
    house::{Counter, MAILBOX_MAX, Told, house},
};

const LONG: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_turn_runs_on_the_senders_thread_and_its_output_follows() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::Add(3))]);
    assert_eq!(house.heard(), [(1, 3), (2, 2), (3, 1)]);
    assert_eq!(house.cells.active(), 0, "nobody had to wait");
}

// T2
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
    let first = house.cells.post_or_insert(1, Box::new(Counter::new(1, sums)), Told::Add(1), now);
    assert!(matches!(first, Posted::Claimed(..)));
    for _ in 0..MAILBOX_MAX {
        assert!(matches!(house.cells.post(&1, Told::Add(1), now), Posted::Queued));
    }
    assert!(matches!(house.cells.post(&1, Told::Add(1), now), Posted::Full(_)));
    assert!(matches!(house.cells.post(&1, Told::Stop, now), Posted::Queued));
    let mut looks = Vec::new();
    house.cells.look(|key, cell| looks.push((key, cell.depth, cell.running)));
    assert_eq!(looks, [(1, MAILBOX_MAX + 1, true)]);
}

// T2
/// On the clock of the machine: a turn is busy for 100 µs, and its output for as long.
#[tokio::test]
async fn a_thread_runs_turns_and_their_output_within_its_budget_and_a_worker_the_rest() {
    let (budget, busy, counters) = (Duration::from_micros(200), Duration::from_micros(100), 60);
    let house = house(budget).await;
    deliver(&house, (0..counters).map(|key| (key, Told::Work(busy))));
    let steps = house.heard().len();
    assert!(steps <= 2 + 8, "{steps} steps of {busy:?} were taken in {budget:?} and 8 steps");
    while house.heard().len() < 2 * usize::from(counters) {
        tokio::task::yield_now().await;
    }
}
