//! The load of every server, and what it cost. Must not know which server it is, nor how figures are shown.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde::Serialize;

use super::caller::Talk;
use super::host::Host;
use super::party::Party;
use benches::clock::Epoch;
use benches::latency::Latencies;
use benches::pace::Pace;
use benches::report::{float, micros, micros_each};
use benches::wakeful::Wakeful;

/// The size of the load.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Size {
    pub(crate) pairs: usize,
    /// Messages a second in the open loop, of all pairs together.
    pub(crate) rate: f64,
    /// Idle connections, and [`HANDSHAKES_EACH`] times as many handshakes.
    pub(crate) connections: usize,
    /// Of one message's frame, as the client sends it.
    pub(crate) payload: usize,
    /// Callers per second during the ramp-up.
    pub(crate) ramp: u32,
    /// How long each load runs before it is measured.
    pub(crate) warm: Duration,
    /// How long it is measured.
    pub(crate) span: Duration,
    /// How long connections are idle before memory is measured.
    pub(crate) rest: Duration,
}

/// One server's results of one round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// One message of each pair in flight.
    pub(crate) one: Closed,
    /// As many as [`MANY`].
    pub(crate) many: Closed,
    pub(crate) open: Open,
    /// Anonymous memory of the server per idle connection.
    pub(crate) bytes_per_connection: f64,
    /// CPU time of the server per connection, until its caller is ready.
    pub(crate) handshake_cpu_us: f64,
}

/// A closed loop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Closed {
    /// CPU time of the server per received message.
    pub(crate) cpu_us: f64,
    pub(crate) per_second: f64,
    /// Of one core.
    pub(crate) cpu_percent: f64,
}

/// An open loop: latencies from when a message was due.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Open {
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// The generator's own delay; included in the times.
    pub(crate) lag_p99_us: f64,
    /// Messages that arrived.
    pub(crate) per_second: f64,
}

/// Messages in flight per pair in the second closed loop.
pub(crate) const MANY: usize = 16;
/// The part of the idle connections that connects first: one-time allocations, and the reserves of an allocator or
/// garbage collector, are then not counted for the others.
const FIRST_OF: usize = 4;
/// Handshakes per caller: the kernel reports CPU time in steps of 10 ms.
pub(crate) const HANDSHAKES_EACH: usize = 3;
/// Time for a server to finish its work for the callers.
const SETTLE: Duration = Duration::from_secs(1);

/// Concurrent callers of a run.
pub(crate) fn callers(size: &Size) -> usize {
    (2 * size.pairs).max(size.connections)
}

/// All of it.
pub(crate) async fn round(host: &mut Host, epoch: Epoch, size: &Size) -> anyhow::Result<Figures> {
    let talk = |host: &Host, calls| Talk::new(host.dialect(calls), (epoch, size.payload));
    let party = gather(host, (talk(host, true)?, size)).await?;
    let one = closed(host, &party, (1, size)).await?;
    let many = closed(host, &party, (MANY, size)).await?;
    let open = open(&party, size).await?;
    party.go().await?;

    host.again().await?;
    let bytes_per_connection = idle(host, epoch, size).await?;
    tokio::time::sleep(SETTLE).await;

    let mut cpu = Duration::ZERO;
    for _ in 0..HANDSHAKES_EACH {
        let before = host.cpu()?;
        let shaken = Party::gather(&host.addresses, talk(host, false)?, (0..size.connections, None)).await?;
        tokio::time::sleep(SETTLE / 4).await;
        cpu += host.cpu()?.saturating_sub(before);
        shaken.go().await?;
    }
    Ok(Figures {
        one,
        many,
        open,
        bytes_per_connection,
        handshake_cpu_us: micros_each(cpu, (HANDSHAKES_EACH * size.connections) as u64),
    })
}

/// Memory with all connections idle, minus that with the first part of them, per further connection.
async fn idle(host: &Host, epoch: Epoch, size: &Size) -> anyhow::Result<f64> {
    let come = async |numbers| {
        let talk = Talk::new(host.dialect(true), (epoch, size.payload))?;
        Party::gather(&host.addresses, talk, (numbers, Some(size.ramp))).await
    };
    let first = size.connections / FIRST_OF / 2 * 2; // whole pairs
    let some = come(0..first).await?;
    tokio::time::sleep(size.rest).await;
    let before = host.memory().await?;
    let others = come(first..size.connections).await?;
    tokio::time::sleep(size.rest).await;
    let bytes = float(host.memory().await?) - float(before);
    let count = others.outboxes.len() as u64;
    others.go().await?;
    some.go().await?;
    Ok(bytes / float(count))
}

/// Both of every pair, also for the echo: all servers have as many connections.
pub(crate) async fn gather(host: &Host, (talk, size): (Arc<Talk>, &Size)) -> anyhow::Result<Party> {
    Party::gather(&host.addresses, talk, (0..2 * size.pairs, Some(size.ramp))).await
}

/// A closed loop with this many messages of each pair in flight.
async fn closed(host: &Host, party: &Party, (in_flight, size): (usize, &Size)) -> anyhow::Result<Closed> {
    let talk = &party.talk;
    let _wakeful = Wakeful::begin();
    talk.bouncing.store(true, Relaxed);
    // Each of a pair begins half of them.
    let each = party.outboxes.len() / size.pairs;
    for turn in 0..in_flight {
        party.outboxes.iter().skip(turn % each).step_by(each).for_each(|outbox| outbox.message(talk.epoch.now()));
    }
    tokio::time::sleep(size.warm).await;
    let (begun, cpu, relayed) = (Instant::now(), host.cpu()?, talk.relayed.load(Relaxed));
    tokio::time::sleep(size.span).await;
    let (time, cpu, relayed) = (begun.elapsed(), host.cpu()?.saturating_sub(cpu), talk.relayed.load(Relaxed) - relayed);
    talk.bouncing.store(false, Relaxed);
    drained(party).await?;
    ensure!(relayed > 0, "no message arrived within {time:?}");
    Ok(Closed {
        cpu_us: micros_each(cpu, relayed),
        per_second: float(relayed) / time.as_secs_f64(),
        cpu_percent: 100.0 * cpu.as_secs_f64() / time.as_secs_f64(),
    })
}

/// An open loop.
pub(crate) async fn open(party: &Party, size: &Size) -> anyhow::Result<Open> {
    let talk = Arc::clone(&party.talk);
    let latencies: &Latencies = &talk.latencies;
    // First all from the first of each pair, then all back, so that a pair's messages are spread.
    let each = party.outboxes.len() / size.pairs;
    let turns: Vec<_> = (0..each).flat_map(|from| party.outboxes.iter().skip(from).step_by(each).cloned()).collect();
    let mut turn = (0..turns.len()).cycle();
    let pace = Pace::keep((talk.epoch, size.rate), move |due| {
        if let Some(turn) = turn.next() {
            turns[turn].message(due);
        }
    })?;
    tokio::time::sleep(size.warm).await;
    latencies.enter("measured");
    tokio::time::sleep(size.span).await;
    latencies.enter("aside");
    let lag = pace.end().await?;
    drained(party).await?;
    let times = latencies.of("measured")?;
    let at = |quantile| micros(times.value_at_quantile(quantile));
    Ok(Open {
        p50_us: at(0.5),
        p99_us: at(0.99),
        lag_p99_us: micros(lag.value_at_quantile(0.99)),
        per_second: float(times.len()) / size.span.as_secs_f64(),
    })
}

/// Waits until all messages have been received.
async fn drained(party: &Party) -> anyhow::Result<()> {
    let talk = &party.talk;
    // A returned message is counted as offered before the one it answers is counted as relayed.
    tokio::time::sleep(Duration::from_millis(20)).await;
    party.reach("arrive", |talk| &talk.relayed, talk.offered.load(Relaxed)).await
}
