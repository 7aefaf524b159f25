//! Whole nodes and scripted clients over a ledger that fails, by seed; a checker reads every client's history.
//!
//! `cargo test -p actors --test simulation` runs 200 seeds; `ALDIS_SEEDS=10000` more, `ALDIS_SEEDS=812..813` one. The first
//! seed that breaks a sentence of the contract is printed with what was broken.

mod checker;
mod client;
mod history;
mod mutants;
mod nemesis;
mod plan;
mod ports;
mod story;
mod world;

use std::ops::Range;

use history::Violation;
use mutants::Mutant;
use plan::Plan;
use world::World;

fn run(plan: Plan) -> Vec<Violation> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let world = World::new(plan).await;
        world.run().await
    })
}

fn seeds() -> Range<u64> {
    let text = std::env::var("ALDIS_SEEDS").unwrap_or_else(|_| "200".to_owned());
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("ALDIS_SEEDS is a count or a range, not {text}"));
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&text),
    }
}

#[test]
fn nothing_is_lost_repeated_reordered_crossed_over_full_or_falsely_left() {
    let mut broken = Vec::new();
    for seed in seeds() {
        let violations = run(Plan::of(seed));
        if !violations.is_empty() {
            eprintln!("seed {seed}: {:?}", Plan::of(seed));
            for violation in violations.iter().take(5) {
                eprintln!("    {violation}");
            }
            broken.push(seed);
        }
    }
    assert!(broken.is_empty(), "{} seeds are broken: {broken:?}", broken.len());
}

/// The checker catches each seeded bug within so many seeds.
#[test]
fn every_seeded_bug_is_caught() {
    let caught = |mutant| (0..150).find(|seed| !run(Plan { mutant: Some(mutant), ..Plan::of(*seed) }).is_empty());
    let missed: Vec<Mutant> = Mutant::ALL.iter().copied().filter(|mutant| caught(*mutant).is_none()).collect();
    assert_eq!(missed, [], "these bugs were not caught");
}
