//! What one run consists of; everything follows from its seed.

use std::time::Duration;

use actors::{ledger::faulty::Faults, ports::SeededEntropy};

/// What the ledger loses, now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Losses {
    /// Nothing.
    None,
    /// Everything: it is restarted without its data.
    Wipes,
    /// Its last moments: it goes back to what it had stored before.
    Rollbacks,
    /// Sometimes everything, sometimes its last moments.
    Both,
}

/// What a run consists of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) nodes: usize,
    pub(crate) rooms: usize,
    pub(crate) clients: usize,
    pub(crate) seats_max: u32,
    pub(crate) faults: Faults,
    /// Whether nodes are killed and cut off, and parts of them panic.
    pub(crate) nemesis: bool,
    pub(crate) losses: Losses,
    /// Whether users are kicked and evicted, and rooms closed and opened again.
    pub(crate) host: bool,
    /// Whether nodes are drained and started again under their name, as by an upgrade.
    pub(crate) upgrades: bool,
    /// Whether clients read slowly, or not at all, for a while.
    pub(crate) slow: bool,
    /// Of a hundred messages, how many have no number.
    pub(crate) unnumbered: u64,
    /// How long the clients act.
    pub(crate) span: Duration,
}

impl Plan {
    /// The plan of this seed.
    pub(crate) fn of(seed: u64) -> Self {
        let random = SeededEntropy::new(seed);
        let some = |from: u64, to: u64| from + random.next() % (to - from);
        Self {
            seed,
            nodes: some(1, 4) as usize,
            rooms: some(1, 3) as usize,
            clients: some(2, 9) as usize,
            seats_max: some(2, 6) as u32,
            faults: if some(0, 4) == 0 { Faults::NONE } else { Faults::BAD_DAY },
            nemesis: some(0, 3) > 0,
            losses: [Losses::None, Losses::None, Losses::Wipes, Losses::Rollbacks, Losses::Both][some(0, 5) as usize],
            host: some(0, 3) == 0,
            upgrades: some(0, 3) == 0,
            slow: some(0, 3) == 0,
            unnumbered: if some(0, 2) == 0 { 0 } else { 10 },
            span: Duration::from_secs(some(10, 40)),
        }
    }
}
