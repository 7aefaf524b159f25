//! What members do with relayed messages in the scenarios here. Must not know when the load begins or ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::latency::Latencies;
use crate::member::{Outbox, Play, Relayed, Script};

/// Records how long each took.
pub(super) struct Measure(pub(super) Arc<Latencies>);

/// Records how long each took and sends one back, while it is on: so many stay in flight as were begun.
pub(super) struct Bounce {
    pub(super) latencies: Arc<Latencies>,
    pub(super) bytes: usize,
    pub(super) on: Arc<AtomicBool>,
}

/// Does nothing.
pub(super) struct Deaf;

impl Script for Deaf {
    fn relayed(&self, _play: &Play, _mouth: &Outbox, _relayed: Relayed) {}
}

impl Script for Measure {
    fn relayed(&self, play: &Play, _mouth: &Outbox, relayed: Relayed) {
        self.0.record(relayed.at, play.epoch.now());
    }
}

impl Script for Bounce {
    fn relayed(&self, play: &Play, outbox: &Outbox, relayed: Relayed) {
        let now = play.epoch.now();
        self.latencies.record(relayed.at, now);
        if self.on.load(Relaxed) && outbox.candidate(relayed.signal.from.user, now, self.bytes) {
            play.tally.offered.fetch_add(1, Relaxed);
        }
    }
}
