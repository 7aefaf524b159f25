//! Whole nodes in one process: the test is the transport. Time is paused, so seconds cost nothing.

use std::time::Duration;

/// Ledger and database answer at once: nearly everything is done in sleep.
const AFAR: bool = false;
/// Who is woken stays awake through a test, unless it waits for them to rest.
const REST_AFTER: Duration = Duration::from_secs(10);

mod system {
    mod afar;
    mod browser;
    mod calls;
    mod drain;
    #[cfg(feature = "fault-injection")]
    mod faults;
    mod follow_one_offer;
    mod goodbyes;
    mod rest;
    mod resume;
    mod slow;
    mod world;
}
