//! Whole nodes and scripted clients over the ledger in Redis, by seed: the real adapter and the real scripts, on a simulated
//! server and simulated connections. The clients, what breaks, and the checker of every client's history are those of
//! `actors/tests/simulation`.
//!
//! `cargo test` runs sixteen seeds; `ALDIS_REDIS_SEEDS=10000 ./test.sh simulation` many, `ALDIS_REDIS_SEEDS=812..813` one, with
//! `ALDIS_HISTORY=1` all that happens. The simulated server is held to the real one: `simulated/difference.rs`.

#[path = "../actors/tests/simulation"]
mod simulation {
    pub(super) mod checker;
    pub(super) mod client;
    pub(super) mod history;
    pub(super) mod nemesis;
    pub(super) mod plan;
    pub(super) mod ports;
    pub(super) mod store;
    pub(super) mod story;
    pub(super) mod world;
}
mod simulated {
    pub(super) mod bugs;
    mod connection;
    mod difference;
    mod link;
    mod lua;
    mod packing;
    mod real;
    mod resp;
    mod server;
    mod slow;
    pub(super) mod store;
    mod trace;
}
#[path = "services/redis.rs"]
#[expect(dead_code, reason = "tests of nodes use all of it")]
mod redis_server;

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use simulated::{bugs::Bug, store::Redis};
use simulation::{
    history::{Session, Violation, What},
    plan::Plan,
    world::World,
};

/// What was broken, and what happened.
fn run(plan: Plan, bug: Option<&'static Bug>) -> (Vec<Violation>, Vec<(Session, What)>) {
    run_on(plan, || Redis::new(plan, bug))
}

fn run_on(plan: Plan, redis: impl FnOnce() -> Redis) -> (Vec<Violation>, Vec<(Session, What)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let world = World::new(plan, |_, _| redis()).await;
        let violations = world.run().await;
        (violations, world.history.events())
    })
}

fn seeds() -> Range<u64> {
    let text = std::env::var("ALDIS_REDIS_SEEDS").unwrap_or_else(|_| "16".to_owned());
    let number =
        |text: &str| text.parse().unwrap_or_else(|_| panic!("ALDIS_REDIS_SEEDS is a count or a range, not {text}"));
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&text),
    }
}

/// Those of these seeds that break a sentence of the contract, each printed with what was broken. Every processor runs some.
fn broken(seeds: Range<u64>) -> Vec<u64> {
    let (next, threads) = (AtomicU64::new(seeds.start), std::thread::available_parallelism().map_or(1, usize::from));
    let heard = AtomicUsize::new(0);
    let some = || {
        let mine = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds.end));
        mine.filter(|seed| is_broken(*seed, &heard)).collect::<Vec<_>>()
    };
    let mut broken: Vec<u64> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        all.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    broken.sort_unstable();
    let (runs, heard) = (seeds.end - seeds.start, heard.into_inner());
    eprintln!("{runs} seeds, {heard} messages heard");
    assert!(heard as u64 >= 20 * runs, "hardly anything was heard: what should be tested did not happen");
    broken
}

fn is_broken(seed: u64, heard: &AtomicUsize) -> bool {
    let plan = Plan::of(seed);
    let (violations, events) = run(plan, None);
    let messages = events.iter().filter(|(_, what)| matches!(what, What::Heard { .. }));
    heard.fetch_add(messages.count(), Ordering::Relaxed);
    if !violations.is_empty() {
        eprintln!("seed {seed}: {plan:?}");
    }
    violations.iter().take(5).for_each(|violation| eprintln!("    {violation}"));
    !violations.is_empty()
}

#[test]
fn nothing_is_lost_repeated_reordered_crossed_over_full_or_falsely_left() {
    let broken = broken(seeds());
    assert!(broken.is_empty(), "{} seeds are broken: {broken:?}", broken.len());
}

/// Each audit counts, however soon the next cut comes.
#[test]
fn nothing_is_lost_while_subscriptions_are_cut_each_second() {
    for seed in 0..3 {
        let plan = Plan::of(seed);
        let (violations, events) = run_on(plan, || Redis::interrupted(plan));
        let heard = events.iter().filter(|(_, what)| matches!(what, What::Heard { .. })).count();
        assert!(violations.is_empty(), "seed {seed}: {}", violations[0]);
        assert!(heard >= 20, "seed {seed}: hardly anything was heard: {heard}");
    }
}

/// A seed that was found to break something breaks it each time.
#[test]
fn a_seed_gives_the_same_history_each_time() {
    for seed in 0..2 {
        let plan = Plan::of(seed);
        let [one, other] = [(); 2].map(|()| run(plan, None).1);
        let differs = one.iter().zip(&other).position(|(one, other)| one != other);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(one.len(), other.len(), "seed {seed}");
    }
}

#[test]
fn every_bug_is_one_of_the_present_scripts() {
    let files = std::fs::read_dir("src/ledger/lua").expect("the scripts");
    let read = |file: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(file.expect("a file").path());
    let scripts: Vec<String> = files.map(|file| read(file).expect("text")).collect();
    let stale: Vec<&str> = Bug::ALL.iter().flat_map(|bug| bug.stale(&scripts)).collect();
    assert_eq!(stale, [""; 0], "no script has these texts");
}

/// The checker catches each bug of the scripts by some seed.
#[test]
#[ignore = "takes minutes: ./test.sh simulation"]
fn every_bug_of_the_scripts_is_caught() {
    let is_caught = |bug: &&'static Bug| {
        let seed = std::iter::once(bug.seed).chain(0..20).find(|seed| !run(Plan::of(*seed), Some(bug)).0.is_empty());
        eprintln!("{}: {seed:?}", bug.name);
        seed.is_some()
    };
    let only = std::env::var("ALDIS_BUG").unwrap_or_default(); // a part of a name
    let bugs = Bug::ALL.iter().filter(|bug| bug.name.contains(&only));
    let missed: Vec<&str> = bugs.filter(|bug| !is_caught(bug)).map(|bug| bug.name).collect();
    assert_eq!(missed, [""; 0], "these bugs were not caught");
}
