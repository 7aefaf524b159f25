//! What members see while something fails: how late signals come, how long they are away, who is reported as gone, what is missing. Must
//! not know what fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actors::protocol::UserId;
use hdrhistogram::Histogram;

use super::losses::Losses;
use crate::clock::Nanos;
use crate::latency::{Latencies, histogram};
use crate::member::{Fate, Outbox, Part, Play, Relayed, Script, Signal, Stay};

/// See the module.
pub(super) struct Watched {
    latencies: Arc<Latencies>,
    seen: Mutex<Seen>,
}

/// All but the latencies.
pub(super) struct Seen {
    /// Times from the loss of a socket until its session was resumed.
    pub(super) away: Histogram<u64>,
    /// When the last member was back.
    pub(super) last: Nanos,
    lefts: BTreeMap<UserId, u64>,
    /// Members without a socket now.
    without: BTreeSet<UserId>,
    /// Members whose session ended: others may be told that they left.
    ended: BTreeSet<UserId>,
    /// How many sessions ended although their sockets were open.
    pub(super) ended_connected: u64,
    pub(super) losses: Losses,
}

impl Watched {
    pub(super) fn new(latencies: Arc<Latencies>) -> anyhow::Result<Self> {
        let seen = Seen {
            away: histogram()?,
            last: 0,
            lefts: BTreeMap::new(),
            without: BTreeSet::new(),
            ended: BTreeSet::new(),
            ended_connected: 0,
            losses: Losses::default(),
        };
        Ok(Self { latencies, seen: Mutex::new(seen) })
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// How often members were told that somebody left whose session never ended.
    pub(super) fn false_lefts(&self) -> u64 {
        self.lefts.iter().filter(|(user, _)| !self.ended.contains(user)).map(|(_, told)| told).sum()
    }
}

impl Script for Watched {
    fn relayed(&self, play: &Play, _mouth: &Outbox, relayed: Relayed) {
        let now = play.epoch.now();
        self.latencies.record(relayed.at, now);
        self.seen().losses.heard(&relayed.signal, now);
    }

    fn interrupted(&self, who: Part) {
        self.seen().without.insert(who.user);
    }

    fn back(&self, play: &Play, who: &Part, lost_at: Nanos) {
        let (now, mut seen) = (play.epoch.now(), self.seen());
        seen.without.remove(&who.user);
        seen.last = seen.last.max(now);
        seen.away.saturating_record(now.saturating_sub(lost_at));
    }

    fn unresumed(&self, who: Part) {
        let mut seen = self.seen();
        seen.ended_connected += u64::from(!seen.without.remove(&who.user));
        seen.ended.insert(who.user);
    }

    fn told_of_loss(&self, play: &Play, who: Stay) {
        self.seen().losses.told(&who, play.epoch.now());
    }

    fn not_taken(&self, signal: Signal, fate: Fate) {
        self.seen().losses.not_taken(&signal, fate);
    }

    fn left(&self, _play: &Play, who: UserId) {
        *self.seen().lefts.entry(who).or_default() += 1;
    }
}
