//! Chaos: three nodes as processes, a real Redis with a replica and a sentinel, a real PostgreSQL, a proxy on every edge,
//! scripted clients, and faults by seed. Afterwards everything heals, and each client's history is checked: nothing lost,
//! repeated, reordered, over-full or falsely left; what Redis has lost is told.
//!
//! Each kind of fault strikes once, in the order of the list, then any of them until `ALDIS_CHAOS_SECONDS` (default 60) are
//! over. `ALDIS_CHAOS_ROOMS` of four clients each (default 50), `ALDIS_CHAOS_SEED` to repeat a run's choices.

#[path = "chaos/client.rs"]
mod client;
#[path = "chaos/crowd.rs"]
pub(super) mod crowd;
#[path = "chaos/failover.rs"]
mod failover;
#[path = "chaos/fault.rs"]
mod fault;
#[path = "chaos/judge.rs"]
pub(super) mod judge;
#[path = "chaos/life.rs"]
pub(super) mod life;
#[path = "chaos/persisted.rs"]
mod persisted;
#[path = "chaos/proxy.rs"]
pub(super) mod proxy;
#[path = "chaos/stage.rs"]
mod stage;
#[path = "chaos/stored.rs"]
mod stored;

use std::{collections::BTreeMap, time::Duration};

use tokio::time::{Instant, sleep};

use crowd::{Crowd, told};
use fault::Fault;
use judge::violations;
use life::Life;
use stage::Stage;

const NODES: usize = 3;
const SEATS: usize = 4;
/// After the last fault: leases, windows, epochs and back-offs come to rest.
const HEALED_AFTER: Duration = Duration::from_secs(20);
/// How often all clients together say something: as often as a debug build and two processors can bear.
const SAY_EVERY: Duration = Duration::from_millis(4);
/// A master that is silent for so long is replaced; and one that never is.
const DOWN_AFTER: Duration = Duration::from_millis(1_500);
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

async fn run(faults: &[Fault], down_after: Duration, seed_default: u64) -> Vec<Life> {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seed, seconds) = (number("ALDIS_CHAOS_SEED", seed_default), number("ALDIS_CHAOS_SECONDS", 60));
    let rooms = u32::try_from(number("ALDIS_CHAOS_ROOMS", 50)).expect("a few rooms");
    let mut stage = Stage::start(NODES, down_after, seed).await;
    let mut crowd = Crowd::new(stage.addresses(), SAY_EVERY * rooms * SEATS as u32, seed);
    crowd.fills(&stage.cluster.nodes[0], rooms as usize, SEATS, 0).await;
    crowd.hears(u64::from(rooms) * 10).await;
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut struck: BTreeMap<String, u32> = BTreeMap::new();
    for nth in 0.. {
        if nth >= faults.len() && Instant::now() >= until {
            break;
        }
        let fault = faults.get(nth).copied();
        let fault = fault.unwrap_or_else(|| stage.some(faults));
        stage.strike(fault).await;
        *struck.entry(format!("{fault:?}")).or_default() += 1;
        stage.rest().await;
    }
    sleep(HEALED_AFTER).await;
    let lives = crowd.ends(|| stage.cluster.logs()).await;
    let all: u32 = struck.values().sum();
    eprintln!("seed {seed}: {all} faults of {} kinds: {struck:?}", struck.len());
    eprintln!("seed {seed}: {}", told(&lives));
    let found = violations(&lives);
    assert!(found.is_empty(), "seed {seed}: {} violations\n{}", found.len(), found.join("\n"));
    let keeps_all = lives.iter().all(|life| life.told_lost == 0);
    stored::agrees(stage.cluster.postgres.port, &lives, keeps_all).await;
    assert!(!stage.cluster.logs().contains("panicked"), "seed {seed}: {}", stage.cluster.logs());
    lives
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: ./test.sh chaos"]
async fn nothing_is_lost_repeated_or_falsely_left_under_faults_that_lose_nothing() {
    let lives = run(&Fault::without_loss(), NEVER, 1).await;
    assert!(lives.iter().all(|life| life.told_lost == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: ./test.sh chaos"]
async fn what_redis_has_lost_is_told_and_everything_else_holds() {
    let lossy = Fault::WITH_LOSS;
    let lives = run(&[&lossy[..], &Fault::without_loss(), &lossy[..]].concat(), DOWN_AFTER, 2).await;
    assert!(lives.iter().any(|life| life.told_lost > 0), "nothing was lost: what should be tested did not happen");
}
