//! The same walks once more, where every actor rests as soon as its mailbox is empty: nobody may notice.

use std::time::Duration;

/// Actors rest after each message.
const REST_AFTER: Duration = Duration::ZERO;

#[path = "system"]
mod system {
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
