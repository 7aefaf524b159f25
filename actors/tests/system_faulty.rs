//! The same tests, over a failing ledger: answers late, refused, lost; pushes lost, duplicated, late.

use std::time::Duration;

use actors::ledger::faulty::Faults;

/// Ledger and database are remote.
const FAR: bool = true;
/// The ledger fails often.
const FAULTS: Faults = Faults::BAD_DAY;
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
