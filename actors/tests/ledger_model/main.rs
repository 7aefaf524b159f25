//! The ledger in memory against a naive model, over random walks with lost, doubled and late pushes.
//!
//! The bulk runs from seeds, `ALDIS_MODEL_OPS` operations in all (a million in the full run); a smaller part
//! runs under proptest, which shrinks what it finds. A failure prints the seed and the operation's number.

mod naive;
mod op;
mod walk;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use proptest::prelude::*;

use crate::{op::Op, walk::Walk};

/// Operations in one walk; long enough for windows, leases and inboxes to run out many times.
const WALK: u64 = 10_000;

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|why| panic!("{name}={text}: {why}")))
}

#[test]
fn the_ledger_does_what_the_model_does_over_long_walks() {
    let (all, first) = (number("ALDIS_MODEL_OPS", 200_000), number("ALDIS_MODEL_SEED", 1));
    let mut seen = walk::Seen::default();
    for seed in first..first + all.div_ceil(WALK) {
        let (mut walk, mut chance) = (Walk::new(seed), op::Chance(seed));
        let walked = catch_unwind(AssertUnwindSafe(|| {
            paused().block_on(async {
                for _ in 0..WALK {
                    walk.step(Op::from(chance.bytes())).await;
                }
                walk.finish();
            });
        }));
        if let Err(panic) = walked {
            eprintln!("failed at operation {} of the walk; again with ALDIS_MODEL_SEED={seed}", walk.steps);
            resume_unwind(panic);
        }
        seen.add(&walk.seen);
    }
    eprintln!("{seen}");
    seen.check_that_everything_happened();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_ledger_does_what_the_model_does(seed: u64, bytes in prop::collection::vec(any::<[u8; 6]>(), 0..120)) {
        let mut walk = Walk::new(seed);
        paused().block_on(async {
            for op in bytes {
                walk.step(Op::from(op)).await;
            }
            walk.finish();
        });
    }
}
