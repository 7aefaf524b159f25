//! The same walks once more, where every answer wakes somebody who rests as soon as their mailbox is empty: nobody may
//! notice.

use std::time::Duration;

/// Ledger and database are far away: who asks them is woken.
const AFAR: bool = true;
/// Actors rest after each message.
const REST_AFTER: Duration = Duration::ZERO;

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
