//! Liveness probes of the node: `GET /health/live`, as by an orchestrator, each on a new connection. Must not know the
//! node's load meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use hdrhistogram::Histogram;

use super::rest::Rest;
use crate::clock::nanos;
use crate::latency::histogram;

/// The interval of probes.
const EVERY: Duration = Duration::from_millis(20);

/// A running probe, on a separate thread, so that its figures do not include the crowd's work.
pub(crate) struct Pulse {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Beats>>,
}

/// The probe's results.
pub(crate) struct Beats {
    /// Durations of successful probes.
    pub(crate) times: Histogram<u64>,
    /// Failed probes.
    pub(crate) missed: u64,
}

impl Pulse {
    pub(crate) fn begin(node: &Rest) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let node = node.unkept()?;
        let feel = move || runtime.block_on(feel(&node, &stopped));
        let thread = std::thread::Builder::new().name("pulse".to_owned()).spawn(feel)?;
        Ok(Self { stop, thread })
    }

    pub(crate) async fn end(self) -> anyhow::Result<Beats> {
        self.stop.store(true, Relaxed);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await?;
        joined.map_err(|_| anyhow!("the thread of the probe panicked; this is a bug of the generator"))?
    }
}

async fn feel(node: &Rest, stop: &AtomicBool) -> anyhow::Result<Beats> {
    let (mut beats, mut turn) = (Beats { times: histogram()?, missed: 0 }, tokio::time::interval(EVERY));
    while !stop.load(Relaxed) {
        turn.tick().await;
        let asked = Instant::now();
        if node.is_well("/health/live").await {
            beats.times.saturating_record(nanos(asked.elapsed()));
        } else {
            beats.missed += 1;
        }
    }
    Ok(beats)
}
