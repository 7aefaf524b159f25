//! The same walks once more, where every answer is waited for, so that rooms and sockets are actors throughout.

use std::time::Duration;

/// Ledger and database are far away: who asks them is an actor.
const AFAR: bool = true;
/// Who is woken stays awake.
const REST_AFTER: Duration = Duration::from_secs(10);

#[path = "system"]
mod system {
    mod afar;
    mod browser;
    mod calls;
    mod drain;
    #[cfg(feature = "fault-injection")]
    mod faults;
    mod follow_one_offer;
    mod goodbyes;
    mod resume;
    mod slow;
    mod world;
}
