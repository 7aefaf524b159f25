//! Whole nodes in one process: the test is the transport. Time is paused, so seconds cost nothing.

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
