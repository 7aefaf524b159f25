//! Whole nodes in one process: the test is the transport. Time is paused, so seconds cost nothing.

use std::time::Duration;

use actors::ledger::faulty::Faults;

/// Ledger and database answer at once.
const FAR: bool = false;
/// The ledger never fails.
const FAULTS: Faults = Faults::NONE;
/// How long one thread runs turns; unlimited, because the clock is paused.
const TURN_BUDGET: Duration = Duration::from_micros(200);

mod system {
    mod at_hand;
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
    mod states;
    mod world;
}
