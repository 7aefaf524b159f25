//! The ledger that the configuration names: Redis, which nodes share, or this node's memory. Must not know what is in it.

use std::sync::Arc;

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{EventLog, Ledger, MemoryLedger},
};
use anyhow::Context as _;

use super::{settings, snapshot};
use crate::{
    config::{Config, LedgerUrl, text::Text as _},
    ledger::{self, DialError, RedisLedger},
};

/// The ledger of this node.
#[derive(Clone)]
pub(super) enum Opened {
    /// In its memory: it is the only node.
    Memory(Arc<MemoryLedger>),
    /// In Redis.
    Redis(Arc<RedisLedger>),
}

/// Opens it. A Redis must answer, and be fit for it; later it may be away, and the node waits for it.
///
/// # Errors
/// Redis cannot be reached or used, or a live node has this one's name.
pub(super) async fn open(config: &Config, clock: &Arc<Clock>, bytes: &Arc<BufferedBytes>) -> anyhow::Result<Opened> {
    let Some(url) = &config.ledger.redis_url else {
        let ledger = snapshot::open(config, Arc::clone(clock), Arc::clone(bytes));
        return Ok(Opened::Memory(Arc::new(ledger)));
    };
    let place = || format!("cannot keep the ledger in {}", url.write());
    probe(config, url, config.node.id.as_deref()).await.with_context(place)?;
    let ledger =
        RedisLedger::start(&settings::redis_address(config, url), &config.ledger.prefix, settings::redis(config))
            .with_context(place)?;
    Ok(Opened::Redis(Arc::new(ledger)))
}

/// Whether this Redis can keep the ledger of a node of this name.
pub(super) async fn probe(config: &Config, url: &LedgerUrl, name: Option<&str>) -> Result<(), DialError> {
    let (limits, node) = (settings::redis(config), settings::node_limits(config));
    // A lease is renewed within that time.
    let renewed_within = node.renew_every + limits.answer_within;
    ledger::probe(&settings::redis_address(config, url), (&config.ledger.prefix, name), limits, renewed_within).await
}

impl Opened {
    /// As actors see it.
    pub(super) fn port(&self) -> Arc<dyn Ledger> {
        match self {
            Self::Memory(ledger) => near_or_far(ledger),
            Self::Redis(ledger) => Arc::clone(ledger) as _,
        }
    }

    /// Events of rooms.
    pub(super) fn events(&self) -> Arc<dyn EventLog> {
        match self {
            Self::Memory(ledger) => Arc::clone(ledger) as _,
            Self::Redis(ledger) => Arc::clone(ledger) as _,
        }
    }

    /// The Redis that nodes share, if it is one.
    pub(super) fn shared(&self) -> Option<Arc<RedisLedger>> {
        match self {
            Self::Memory(_) => None,
            Self::Redis(ledger) => Some(Arc::clone(ledger)),
        }
    }

    /// Why it is away, if it is.
    pub(super) fn is_away(&self) -> Option<&'static str> {
        match self {
            Self::Redis(ledger) if !ledger.is_up() => Some("Redis is away: joins and messages wait, open calls go on"),
            Self::Memory(_) | Self::Redis(_) => None,
        }
    }

    /// How often its link was interrupted: notices of other nodes may have been lost then.
    pub(super) fn interruptions(&self) -> u64 {
        match self {
            Self::Memory(_) => 0,
            Self::Redis(ledger) => ledger.interruptions(),
        }
    }

    /// After a drain: what is only in memory is kept for the next start.
    pub(super) fn keep(&self, config: &Config) {
        if let Self::Memory(ledger) = self {
            snapshot::keep(config, ledger);
        }
    }
}

/// The memory ledger, or for measurements one whose answers are late.
fn near_or_far(ledger: &Arc<MemoryLedger>) -> Arc<dyn Ledger> {
    #[cfg(feature = "far-ledger")]
    if let Some(late) = FAR_LEDGER.and_then(|micros| micros.parse().ok()) {
        use actors::ledger::faulty::{Faults, FaultyLedger, Link};
        let late_max = 2 * std::time::Duration::from_micros(late);
        let faults = Faults { late: 1_000, late_max, ..Faults::NONE };
        return Arc::new(FaultyLedger(Link::new(Arc::clone(ledger) as _, faults, 1)));
    }
    Arc::clone(ledger) as _
}

/// For measurements: by how many microseconds on average each answer of the ledger is late, so that actors must wait.
#[cfg(feature = "far-ledger")]
const FAR_LEDGER: Option<&str> = option_env!("FAR_LEDGER_MICROS");
