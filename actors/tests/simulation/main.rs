//! Whole nodes and scripted clients over a ledger that fails, by seed; a checker reads every client's history.
//!
//! `cargo test` runs 20 seeds, `./test.sh simulation` 200 with optimized code; `ALDIS_SEEDS=10000 ./test.sh simulation` more,
//! `ALDIS_SEEDS=812..813` one, with `ALDIS_HISTORY=1` all that happens. Each seed that breaks a sentence of the contract is
//! printed with what was broken.

mod checker;
mod client;
mod history;
mod memory;
mod mutants;
mod nemesis;
mod plan;
mod ports;
mod store;
mod story;
mod world;

use std::ops::Range;

use history::{Session, Violation, What};
use memory::Memory;
use mutants::Mutant;
use plan::Plan;
use world::World;

fn run(plan: Plan, mutant: Option<Mutant>) -> Vec<Violation> {
    run_and_look(plan, mutant).0
}

/// What was broken, and all that happened.
fn run_and_look(plan: Plan, mutant: Option<Mutant>) -> (Vec<Violation>, Vec<(Session, What)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let world = World::new(plan, |clock, bytes| Memory::new(plan, mutant, clock, bytes)).await;
        (world.run().await, world.history.events())
    })
}

fn seeds() -> Range<u64> {
    let text = std::env::var("ALDIS_SEEDS").unwrap_or_else(|_| "20".to_owned());
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("ALDIS_SEEDS is a count or a range, not {text}"));
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&text),
    }
}

/// Those of these seeds that break a sentence of the contract, each printed with what was broken.
fn broken(seeds: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let is_broken = |seed: &u64| {
        let violations = run(Plan::of(*seed), None);
        if !violations.is_empty() {
            eprintln!("seed {seed}: {:?}", Plan::of(*seed));
        }
        violations.iter().take(5).for_each(|violation| eprintln!("    {violation}"));
        !violations.is_empty()
    };
    seeds.into_iter().filter(is_broken).collect()
}

#[test]
fn nothing_is_lost_repeated_reordered_crossed_over_full_or_falsely_left() {
    let broken = broken(seeds());
    assert!(broken.is_empty(), "{} seeds are broken: {broken:?}", broken.len());
}

/// Otherwise a seed would not tell what was broken.
#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..5 {
        let [(once, first), (twice, second)] = [(); 2].map(|()| run_and_look(Plan::of(seed), None));
        assert!(first.len() > 100, "seed {seed}: {} events", first.len());
        let differs = first.iter().zip(&second).position(|(one, other)| one != other);
        assert_eq!(differs.map(|at| (&first[at], &second[at])), None, "seed {seed}");
        assert_eq!((first.len(), once), (second.len(), twice), "seed {seed}");
    }
}

/// A seat that was freed in the lost moments was back, and counted beside those who had joined after it.
#[test]
fn a_seat_freed_in_the_lost_moments_takes_no_place_of_a_newcomer() {
    assert_eq!(broken([98]), [0; 0]);
}

/// Nothing was lost here: a session was replaced while the answer to its resume was on its way, and others heard that first.
#[test]
fn news_that_a_session_was_replaced_may_cross_the_answer_to_its_resume() {
    assert_eq!(broken([905, 1281]), [0; 0]);
}

/// A candidate that had waited for its description, and was sent in the lost moments, was not known as sent.
#[test]
fn a_message_that_had_waited_and_was_sent_in_the_lost_moments_is_not_sent_twice() {
    assert_eq!(broken([1363]), [0; 0]);
}

/// A room's restart made an old connection ask for its seat again, while the client asked for it over a new one.
#[test]
fn an_older_connection_does_not_take_the_seat_back_from_a_newer_one() {
    assert_eq!(broken([5955, 9238]), [0; 0]);
}

/// A node that had been cut off came back before the epoch had settled, and claimed a seat that was freed a moment before.
#[test]
fn what_was_sent_to_a_seat_of_a_node_that_lives_after_all_is_not_lost() {
    assert_eq!(broken([1838]), [0; 0]);
}

/// The sender of a candidate that had waited was the last of its node, so nobody was left to tell that it was sent.
#[test]
fn what_had_waited_may_be_heard_twice_if_nobody_was_left_to_tell_of_it() {
    assert_eq!(broken([1770]), [0; 0]);
}

/// A client sent to a user's earlier seat while that user joined again.
#[test]
fn a_message_is_owed_to_the_seat_that_its_sender_knew() {
    assert_eq!(broken([5065]), [0; 0]);
}

/// What had waited was sent with its description to a receiver who was gone; later it counted as waiting still.
#[test]
fn what_was_sent_to_a_receiver_who_has_left_is_not_sent_to_their_next_seat() {
    assert_eq!(broken([7684]), [0; 0]);
}

/// The receiver was absent in two losses, and the second went back to when the first had not been settled for it.
#[test]
fn what_came_between_two_losses_may_be_heard_twice_by_a_receiver_absent_in_both() {
    assert_eq!(broken([5494]), [0; 0]);
}

/// A resume was applied before a loss and answered after it, so its client was not told of the loss.
#[test]
fn a_seat_given_before_a_loss_and_answered_after_it_hears_of_the_loss() {
    assert_eq!(broken([7567]), [0; 0]);
}

/// The checker catches each seeded bug within so many seeds.
#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization: ./test.sh simulation")]
fn every_seeded_bug_is_caught() {
    let caught = |mutant| (0..150).find(|seed| !run(Plan::of(*seed), Some(mutant)).is_empty());
    let missed: Vec<Mutant> = Mutant::ALL.iter().copied().filter(|mutant| caught(*mutant).is_none()).collect();
    assert_eq!(missed, [], "these bugs were not caught");
}
