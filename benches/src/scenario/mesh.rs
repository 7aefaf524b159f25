//! `mesh`: whole joins at a steady rate. Each newcomer negotiates with all members: descriptions by role, candidates
//! each way. How long it takes from the join until the last pair is connected. Must not know how that is measured.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use actors::protocol::UserId;
use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;

use super::joining::Joining;
use super::{Casting, Run, redis_figures};
use crate::crowd::Crowd;
use crate::latency::Latencies;
use crate::member::{Negotiation, Outbox, Play, Relayed, Script};
use crate::node::Node;
use crate::ramp::Ramp;
use crate::report::{Report, Unit, float, micros, micros_each};

pub(super) const FIGURES: &[&str] = &[
    "joins",
    "joins_per_second",
    "pairs_per_second",
    "seat_p50_us",
    "seat_p99_us",
    "connected_p50_us",
    "connected_p99_us",
    "connected_max_us",
    "joins_told_to_wait",
    "node_cpu_us_per_pair",
    "node_cpu_percent",
    "redis_cpu_us_per_pair",
    "redis_cpu_percent",
];

/// Options of `mesh`.
#[derive(Debug, Args)]
pub(crate) struct Mesh {
    /// Members in all; rooms fill one after the other
    #[arg(long, default_value_t = 2_000)]
    connections: usize,
    /// Members of each room, and its seats
    #[arg(long, default_value_t = 4)]
    room_size: usize,
    /// Joins a second
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    joins: u32,
    /// Candidates that each two members exchange each way
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    candidates: u32,
    /// Approximate size of a session description
    #[arg(long, default_value_t = 1_500)]
    sdp_bytes: usize,
}

/// Measures joins, and the candidates on the way.
struct Meeting {
    joining: Joining,
    latencies: Latencies,
}

impl Script for Meeting {
    fn relayed(&self, play: &Play, _mouth: &Outbox, relayed: Relayed) {
        self.latencies.record(relayed.at, play.epoch.now());
    }

    fn seated(&self, play: &Play, who: UserId, others: usize) {
        self.joining.seated(who, others, play.epoch.now());
    }

    fn complete(&self, play: &Play, newcomer: UserId) {
        self.joining.complete(newcomer, play.epoch.now());
    }
}

impl Mesh {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(
            self.room_size >= 2 && self.connections >= self.room_size,
            "--connections {} do not fill one room of {} (2 at least)",
            self.connections,
            self.room_size
        );
        let (rooms, seats) = (self.connections / self.room_size, self.room_size);
        let meeting = Arc::new(Meeting { joining: Joining::new()?, latencies: Latencies::new(&["candidates"])? });
        let node = Node::reach(run.shared.which.clone(), &[]).await?;
        let (sdp_bytes, candidates) = (self.sdp_bytes, self.candidates);
        let negotiation = Negotiation { sdp_bytes, candidates, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms,
            seats,
            outside: 0,
            joins_at_once: false,
            negotiation: Some(negotiation),
            comeback: None,
            expected: &[],
        };
        let company = run.roster(&node, casting, Box::new(Arc::clone(&meeting))).await?;
        let crowd = run.open(&node, company).await?;
        crowd.greet(&run.show).await?;

        let redis = node.redis_cpu().await?;
        let (begun, cpu) = (Instant::now(), node.cpu()?);
        let pairs = (rooms * seats * (seats - 1) / 2) as u64;
        let goal = 2 * pairs;
        crowd
            .reach(&run.show, "join, negotiate", (goal, |tally| &tally.complete), self.join(run, &crowd, &meeting))
            .await?;
        let (took, later) = (begun.elapsed(), node.cpu()?);
        let redis = (redis, node.redis_cpu().await?);

        let mut report = run.report("mesh");
        let node_cpu = later.zip(cpu).map(|(later, earlier)| later.saturating_sub(earlier));
        figures(&mut report, (&crowd, &meeting), (pairs, took, node_cpu))?;
        redis_figures(&mut report, "redis_cpu_us_per_pair", redis, (pairs, took));
        run.close((node, crowd), report).await
    }

    /// Join after join, each due at its time, whatever became of those before.
    async fn join(&self, run: &Run, crowd: &Crowd, meeting: &Meeting) {
        let mut ramp = Ramp::new(self.joins);
        for (outbox, guest) in crowd.outboxes.iter().zip(&crowd.guests) {
            ramp.turn().await;
            meeting.joining.due(guest.part.user.clone(), run.epoch.now());
            outbox.join(guest.part.room);
        }
    }
}

fn figures(
    report: &mut Report,
    (crowd, meeting): (&Crowd, &Meeting),
    (pairs, took, node_cpu): (u64, Duration, Option<Duration>),
) -> anyhow::Result<()> {
    let at = |times: &Histogram<u64>, quantile| micros(times.value_at_quantile(quantile));
    let (joins, seconds) = (meeting.joining.times(), took.as_secs_f64());
    report.phase("join to seat", &joins.seated);
    report.phase("join to connected", &joins.connected);
    report.phase("candidates", &meeting.latencies.of("candidates")?);
    report.figure(("joins", Unit::Count), float(joins.seated.len()), "members who got their seat");
    report.figure(("joins_per_second", Unit::PerSecond), float(joins.seated.len()) / seconds, "the same a second");
    report.figure(("pairs_per_second", Unit::PerSecond), float(pairs) / seconds, "pairs that were connected");
    let what = "from when a join was asked for to the seat";
    report.figure(("seat_p50_us", Unit::Microseconds), at(&joins.seated, 0.5), what);
    report.figure(("seat_p99_us", Unit::Microseconds), at(&joins.seated, 0.99), what);
    let what = "from the time a join was due until its last pair had exchanged everything, both ways";
    for (name, quantile) in [("connected_p50_us", 0.5), ("connected_p99_us", 0.99), ("connected_max_us", 1.0)] {
        report.figure((name, Unit::Microseconds), at(&joins.connected, quantile), what);
    }
    let waited = float(crowd.play.tally.waited.load(Relaxed));
    report.figure(("joins_told_to_wait", Unit::Count), waited, "joins refused with `unavailable` and retried");
    if let Some(cpu) = node_cpu {
        let each = micros_each(cpu, pairs);
        report.figure(("node_cpu_us_per_pair", Unit::Microseconds), each, "the node's user and system time");
        report.figure(("node_cpu_percent", Unit::Percent), 100.0 * cpu.as_secs_f64() / seconds, "of one core");
    }
    Ok(())
}
