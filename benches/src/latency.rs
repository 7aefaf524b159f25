//! Latencies of messages, by phase of the run, in HDR histograms (3 digits). Must not know what a message is.
//!
//! Latency is measured from when a message was *due*, not from when it was sent: otherwise a generator that waits for a
//! slow server would offer less load and hide the wait (coordinated omission).

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hdrhistogram::Histogram;

use crate::clock::Nanos;

/// The longest latency that is distinguished: a minute.
const LONGEST: Nanos = 60_000_000_000;
/// Histograms per phase, so that threads do not wait for each other.
const SHARDS: usize = 4;

/// Latencies by phase.
pub struct Latencies {
    phases: Vec<Phase>,
    current: AtomicUsize,
}

struct Phase {
    name: &'static str,
    shards: [Mutex<Histogram<u64>>; SHARDS],
}

thread_local! {
    static SHARD: Cell<usize> = Cell::new(THREADS.fetch_add(1, Relaxed) % SHARDS);
}
static THREADS: AtomicUsize = AtomicUsize::new(0);

impl Latencies {
    /// These phases one after the other; the first starts now.
    ///
    /// # Errors
    ///
    /// None: the histograms' bounds are constants.
    pub fn new(phases: &[&'static str]) -> anyhow::Result<Self> {
        let phase = |name: &&'static str| anyhow::Ok(Phase { name, shards: [shard()?, shard()?, shard()?, shard()?] });
        Ok(Self { phases: phases.iter().map(phase).collect::<Result<_, _>>()?, current: AtomicUsize::new(0) })
    }

    /// A message that was due at `due` has arrived.
    pub fn record(&self, due: Nanos, now: Nanos) {
        let Some(phase) = self.phases.get(self.current.load(Relaxed)) else { return };
        lock(&phase.shards[SHARD.get()]).saturating_record(now.saturating_sub(due));
    }

    /// Starts the next phase.
    pub fn enter(&self, name: &'static str) {
        if let Some(at) = self.phases.iter().position(|phase| phase.name == name) {
            self.current.store(at, Relaxed);
        }
    }

    /// The 99th percentile of the current phase so far, to be watched.
    pub(crate) fn p99_now(&self) -> Option<Nanos> {
        let name = self.phases.get(self.current.load(Relaxed))?.name;
        Some(self.of(name).ok()?.value_at_quantile(0.99))
    }

    /// All latencies of one phase.
    ///
    /// # Errors
    ///
    /// None: all histograms have the same bounds.
    pub fn of(&self, name: &'static str) -> anyhow::Result<Histogram<u64>> {
        let mut sum = histogram()?;
        for phase in self.phases.iter().filter(|phase| phase.name == name) {
            for shard in &phase.shards {
                sum.add(&*lock(shard))?;
            }
        }
        Ok(sum)
    }
}

/// An empty histogram of nanoseconds.
pub(crate) fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, LONGEST, 3)?)
}

fn shard() -> anyhow::Result<Mutex<Histogram<u64>>> {
    Ok(Mutex::new(histogram()?))
}

fn lock(shard: &Mutex<Histogram<u64>>) -> MutexGuard<'_, Histogram<u64>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_belongs_to_the_phase_that_was_on_and_counts_from_when_it_was_due() {
        let latencies = Latencies::new(&["warm", "hot"]).expect("bounds that fit");
        latencies.record(100, 1_100);
        latencies.enter("hot");
        latencies.record(1_000, 3_000);
        latencies.record(5_000, 4_000); // clocks of one process never run back; a mistake must not wrap round
        let of = |name| latencies.of(name).expect("same bounds");
        assert_eq!((of("warm").len(), of("warm").max()), (1, 1_000));
        assert_eq!((of("hot").len(), of("hot").max()), (2, 2_000));
    }
}
