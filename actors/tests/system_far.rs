//! The same tests, with answers that take time.

use std::time::Duration;

use actors::ledger::faulty::Faults;

/// Ledger and database are remote: their answers are awaited on a worker.
const FAR: bool = true;
/// The ledger never fails.
const FAULTS: Faults = Faults::NONE;
/// As everywhere.
const TURN_BUDGET: Duration = Duration::from_micros(200);

#[path = "system"]
mod system {
    mod auto;
    mod browser;
    mod calls;
    mod cut_off;
    mod drain;
    mod ends;
    mod far;
    #[cfg(feature = "fault-injection")]
    mod faults;
    mod follow_one_offer;
    mod media;
    mod numbers;
    mod paused;
    mod powers;
    mod resume;
    mod revoked;
    mod sfu;
    mod sfu_moving;
    mod sfu_orphans;
    mod sfu_walk;
    mod slow;
    mod world;
}
