//! Panics: each costs one cell its state at most, is recorded, and leaves no cell that never runs again.

use std::{sync::Arc, time::Duration};

use super::{
    super::{During, Posted, deliver, fault_worker},
    house::{
        CURSED, Counter, House, LOST, MAILBOX_MAX, MORTAL, REFUSED, RESTARTED, RESTLESS, Told, UNBORN, UNREACHABLE,
        house,
    },
};

const LONG: Duration = Duration::from_secs(1);

fn during(house: &House) -> Vec<During> {
    house.failures().into_iter().map(|(_, during)| during).collect()
}

// T1
#[tokio::test(start_paused = true)]
async fn a_panic_restarts_that_cell_alone_and_is_reported_and_recorded() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::Fail), (1, Told::Add(1)), (2, Told::Add(1))]);
    assert_eq!(house.heard(), [(1, 1), (2, 1), (RESTARTED, 1)], "what was queued behind it is not lost");
    assert_eq!(house.failures(), [("told to fail".to_owned(), During::Turn)]);
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_does_not_restart_ends() {
    let house = house(LONG).await;
    deliver(&house, [(MORTAL, Told::Fail)]);
    assert_eq!(house.cells.keys(), [RESTARTED], "told of the end; the cell itself is gone");
}

#[tokio::test(start_paused = true)]
async fn a_cell_that_panics_again_when_it_restarts_ends_and_everybody_is_told() {
    let house = house(LONG).await;
    deliver(&house, [(CURSED, Told::Fail), (CURSED, Told::Add(1))]);
    assert_eq!(house.heard(), [(LOST, 1), (REFUSED, 1)]);
    assert_eq!((during(&house), house.cells.keys()), (vec![During::Turn, During::Start], vec![LOST, REFUSED]));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_awaited_answer_affects_that_cell_alone_and_leaves_nothing_behind() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::FailLater), (1, Told::AddLater(LONG, 7))]);
    tokio::time::sleep(LONG * 3).await; // paused
    assert_eq!(house.heard(), [(RESTARTED, 1)], "the other answer belonged to the state that failed");
    let failures: Vec<During> = house.failures().into_iter().map(|(_, during)| during).collect();
    assert_eq!((failures, house.cells.active()), (vec![During::Wait, During::Turn], 0), "the wait, and its turn");
}

// T1
#[tokio::test(start_paused = true)]
async fn a_panic_in_a_start_is_recorded_and_its_message_is_refused() {
    let house = house(LONG).await;
    deliver(&house, [(UNBORN, Told::Add(1)), (1, Told::Add(1))]);
    assert_eq!(house.heard(), [(1, 1), (REFUSED, 1)]);
    assert_eq!((during(&house), house.cells.keys()), (vec![During::Start], vec![1, REFUSED]), "nothing is left of it");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_restarts_its_cell_and_loses_no_queued_message() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::AddLater(LONG, 1))]);
    fault_worker(&house.cells, 1);
    deliver(&house, [(1, Told::AddLater(LONG, 7))]); // never answered: the worker is dead by then
    tokio::time::sleep(3 * LONG).await; // paused
    assert_eq!(house.heard(), [(1, 1), (RESTARTED, 1)], "those who asked are told");
    assert_eq!((during(&house), house.cells.active()), (vec![During::Turn], 0));
    deliver(&house, [(1, Told::AddLater(LONG, 1)), (1, Told::Add(2))]);
    tokio::time::sleep(2 * LONG).await; // paused
    assert_eq!(house.heard()[2..], [(1, 2), (2, 1), (1, 1)], "the cell runs, and waits again");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_while_nothing_is_awaited_costs_nothing() {
    let house = house(LONG).await;
    deliver(&house, [(1, Told::AddLater(Duration::ZERO, 1))]);
    tokio::time::sleep(LONG / 10).await; // paused; the worker is kept for a quarter of a second
    fault_worker(&house.cells, 1);
    tokio::time::sleep(LONG / 10).await; // paused
    assert_eq!((house.heard(), house.cells.active()), (vec![(1, 1)], 0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_posting_affects_neither_the_sender_nor_the_other_messages() {
    let house = house(LONG).await;
    let sender = UNREACHABLE - 1;
    deliver(&house, [(UNREACHABLE, Told::Add(1)), (sender, Told::Add(2)), (1, Told::Add(1))]);
    deliver(&house, [(sender, Told::Add(1))]);
    assert_eq!(house.heard(), [(sender, 2), (1, 1), (sender, 1)]);
    assert_eq!(during(&house), [During::Delivery, During::Delivery]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waits_for_its_turn_at_the_end_of_a_budget_survives_a_panic_in_posting() {
    let house = house(Duration::ZERO).await;
    let sender = UNREACHABLE - 1;
    deliver(&house, [(sender, Told::Add(2)), (sender, Told::Add(1))]);
    tokio::time::sleep(LONG).await; // paused
    assert_eq!((house.heard(), during(&house)), (vec![(sender, 2), (sender, 1)], vec![During::Delivery]));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_refusal_affects_no_other_message() {
    let house = house(LONG).await;
    let sums = Arc::clone(&house.sums);
    let state = Box::new(Counter::new(1, sums));
    let first = house.cells.post_or_insert(1, state, Told::Add(1), std::time::Instant::now());
    assert!(matches!(first, Posted::Claimed(..)), "the state is here, so that messages to it are queued");
    deliver(&house, (0..MAILBOX_MAX).map(|_| (1, Told::Add(1))));
    deliver(&house, [(1, Told::Unrefusable), (1, Told::Add(1)), (2, Told::Add(1))]);
    assert_eq!((house.heard(), during(&house)), (vec![(2, 1), (REFUSED, 1)], vec![During::Delivery]));
}

#[tokio::test(start_paused = true)]
async fn a_cell_that_ends_refuses_each_queued_message_even_if_the_refusal_of_one_panics() {
    let house = house(LONG).await;
    let (fail, other) = ((MORTAL, Told::Fail), (MORTAL, Told::Add(1)));
    deliver(&house, [fail, (MORTAL, Told::Unrefusable), other]);
    assert_eq!(house.heard(), [(RESTARTED, 1), (REFUSED, 1)]);
    assert_eq!((during(&house), house.cells.keys()), (vec![During::Turn, During::Delivery], vec![REFUSED, RESTARTED]));
}

#[tokio::test(start_paused = true)]
async fn a_panic_between_two_turns_leaves_the_cell_and_its_queue_as_they_are() {
    let house = house(LONG).await;
    deliver(&house, [(RESTLESS, Told::AddLater(LONG, 1)), (RESTLESS, Told::Add(1))]);
    assert_eq!((house.heard(), during(&house)), (vec![(RESTLESS, 1)], vec![During::Delivery]));
}
