//! `broadcast`: chat in large rooms. Throughput and latency of the fan-out, and that each member receives each message
//! once, in its sender's order. Must not know how time is kept.

use std::sync::Arc;
use std::time::Duration;

use actors::protocol::UserId;
use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;

use super::relay::{Look, Window, drained, figures, rate, rates};
use super::{Casting, Run, seconds};
use crate::clock::Nanos;
use crate::crowd::Crowd;
use crate::latency::Latencies;
use crate::limits::DRAIN_WITHIN;
use crate::member::{Outbox, Play, Relayed, Script};
use crate::node::Node;
use crate::pace::{Direction, Offer, Pace, Whom};
use crate::report::{Report, Unit, float};

pub(super) const FIGURES: &[&str] = &[
    "throughput",
    "offered",
    "messages_per_second",
    "p50_us",
    "p90_us",
    "p99_us",
    "p999_us",
    "max_us",
    "node_cpu_us_per_message",
    "node_cpu_percent",
    "own_cpu_us_per_message",
    "send_lag_p99_us",
    "lost",
];

/// Options of `broadcast`.
#[derive(Debug, Args)]
pub(crate) struct Broadcast {
    /// Rooms
    #[arg(long, default_value_t = 10)]
    rooms: usize,
    /// Members of each room, and its seats: up to 100
    #[arg(long, default_value_t = 50)]
    room_size: usize,
    /// Chat messages per second and room, sent by its members in turn; each goes to all others
    #[arg(long, default_value_t = 10.0, value_parser = rate)]
    rate: f64,
    /// How long the load runs before it is measured
    #[arg(long, default_value = "3", value_name = "SECONDS", value_parser = seconds)]
    warm: Duration,
    /// How long it is measured
    #[arg(long = "for", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// Records how long each delivery took.
struct Ears(Arc<Latencies>);

impl Script for Ears {
    fn relayed(&self, _play: &Play, _mouth: &Outbox, _relayed: Relayed) {}

    fn chatted(&self, play: &Play, _from: UserId, at: Nanos) {
        self.0.record(at, play.epoch.now());
    }
}

impl Broadcast {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!((2..=100).contains(&self.room_size), "--room-size {}: a room has 2 to 100 members", self.room_size);
        let latencies = Arc::new(Latencies::new(&["warm", "measured", "after"])?);
        let ears = Box::new(Ears(Arc::clone(&latencies)));
        let node = Node::reach(run.shared.which.clone(), &[]).await?;
        let casting = Casting {
            rooms: self.rooms,
            seats: self.room_size,
            outside: 0,
            joins_at_once: true,
            negotiation: None,
            comeback: None,
            expected: &[],
        };
        let company = run.roster(&node, casting, ears).await?;
        let crowd = run.open(&node, company).await?;
        crowd.greet_and_join(&run.show).await?;

        let rate = self.rate * float(self.rooms as u64);
        let offer = Offer { directions: self.directions(&crowd), rate, bytes: run.shared.payload };
        let pace = Pace::begin(offer, Arc::clone(&crowd.play))?;
        run.watch("warm up", self.warm, rates(&crowd, &latencies)).await;
        latencies.enter("measured");
        let before = Look::at(&node, &crowd)?;
        run.watch("measure", self.span, rates(&crowd, &latencies)).await;
        let window = before.until(&Look::at(&node, &crowd)?);
        latencies.enter("after");
        let lag = pace.end().await?;
        let lost = drained(&crowd).await;

        let mut report = run.report("broadcast");
        self.figures(&mut report, &window, (&latencies.of("measured")?, &lag));
        report.figure(("lost", Unit::Count), float(lost), "missing deliveries");
        if lost > 0 {
            report.failure(format!("{lost} deliveries were not received within {DRAIN_WITHIN:?}"));
        }
        run.close((node, crowd), report).await
    }

    /// Room after room, and in each round another member of it.
    fn directions(&self, crowd: &Crowd) -> Vec<Direction> {
        let others = u32::try_from(self.room_size - 1).unwrap_or(u32::MAX);
        let round = |n: usize| crowd.outboxes.iter().skip(n).step_by(self.room_size);
        (0..self.room_size).flat_map(round).map(|outbox| (outbox.clone(), Whom::All(others))).collect()
    }

    fn figures(&self, report: &mut Report, window: &Window, (times, lag): (&Histogram<u64>, &Histogram<u64>)) {
        figures(report, window, (times, lag));
        let messages = float(window.offered) / float(self.room_size as u64 - 1) / window.time.as_secs_f64();
        let what = "chat messages sent; throughput and offered count each once per receiver";
        report.figure(("messages_per_second", Unit::PerSecond), messages, what);
    }
}
