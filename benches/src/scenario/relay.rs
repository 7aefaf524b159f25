//! `relay`: pairs that send each other candidates, at a fixed rate (open loop) or with a fixed number in flight (closed
//! loop). Must not know how time is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use clap::Args;
use hdrhistogram::Histogram;

use super::script::{Bounce, Measure};
use super::{Casting, Run, redis_figures, seconds};
use crate::crowd::{Crowd, Guest};
use crate::latency::{Latencies, histogram};
use crate::limits::DRAIN_WITHIN;
use crate::member::{Negotiation, Outbox, Script};
use crate::node::{Node, Process};
use crate::pace::{Direction, Offer, Pace, Whom};
use crate::report::{Report, Unit, float, micros, micros_each};
use crate::wakeful::Wakeful;

pub(super) const FIGURES: &[&str] = &[
    "throughput",
    "offered",
    "p50_us",
    "p90_us",
    "p99_us",
    "p999_us",
    "max_us",
    "node_cpu_us_per_message",
    "node_cpu_percent",
    "redis_cpu_us_per_message",
    "redis_cpu_percent",
    "own_cpu_us_per_message",
    "send_lag_p99_us",
    "lost",
];

/// Options of `relay`.
#[derive(Debug, Args)]
pub(crate) struct Relay {
    /// Pairs, each in a room of its own
    #[arg(long, default_value_t = 500)]
    pairs: usize,
    /// Open loop: messages a second of each pair, both directions together
    #[arg(long, default_value_t = 20.0, value_parser = rate, conflicts_with = "in_flight")]
    rate: f64,
    /// Closed loop: messages in flight per pair
    #[arg(long)]
    in_flight: Option<u32>,
    /// How long the load runs before it is measured
    #[arg(long, default_value = "3", value_name = "SECONDS", value_parser = seconds)]
    warm: Duration,
    /// How long it is measured
    #[arg(long = "for", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// What was counted between two moments.
pub(super) struct Window {
    pub(super) time: Duration,
    relayed: u64,
    pub(super) offered: u64,
    node_cpu: Option<Duration>,
    own_cpu: Duration,
}

impl Relay {
    /// So many pairs, each with one message under way.
    pub(super) const fn one_in_flight(pairs: usize, span: Duration) -> Self {
        Self { pairs, rate: 0.0, in_flight: Some(1), warm: Duration::from_secs(3), span }
    }

    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        let latencies = Arc::new(Latencies::new(&["warm", "measured", "after"])?);
        let bouncing = Arc::new(AtomicBool::new(true));
        let script: Box<dyn Script> = match self.in_flight {
            None => Box::new(Measure(Arc::clone(&latencies))),
            Some(_) => Box::new(Bounce {
                latencies: Arc::clone(&latencies),
                bytes: run.shared.payload,
                on: Arc::clone(&bouncing),
            }),
        };
        let node = Node::reach(run.shared.which.clone(), &[]).await?;
        let crowd = pairs(run, &node, (self.pairs, script)).await?;

        let load = self.begin(run, &crowd)?;
        let _wakeful = self.in_flight.map(|_| Wakeful::begin());
        run.watch("warm up", self.warm, rates(&crowd, &latencies)).await;
        latencies.enter("measured");
        let (redis, before) = (node.redis_cpu().await?, Look::at(&node, &crowd)?);
        run.watch("measure", self.span, rates(&crowd, &latencies)).await;
        let window = before.until(&Look::at(&node, &crowd)?);
        let redis = (redis, node.redis_cpu().await?);
        latencies.enter("after");
        bouncing.store(false, Relaxed);
        let lag = match load {
            Some(pace) => pace.end().await?,
            None => histogram()?,
        };
        let lost = drained(&crowd).await;

        let mut report = run.report("relay");
        figures(&mut report, &window, (&latencies.of("measured")?, &lag));
        redis_figures(&mut report, "redis_cpu_us_per_message", redis, (window.relayed, window.time));
        report.figure(("lost", Unit::Count), float(lost), "sent, but not received when the load had ended");
        if lost > 0 {
            report.failure(format!("{lost} messages were not received within {DRAIN_WITHIN:?}"));
        }
        run.close((node, crowd), report).await
    }

    /// Begins the load; a closed loop then carries itself.
    fn begin(&self, run: &Run, crowd: &Crowd) -> anyhow::Result<Option<Pace>> {
        let bytes = run.shared.payload;
        match self.in_flight {
            None => {
                #[expect(clippy::cast_precision_loss, reason = "pairs are few")]
                let rate = self.rate * self.pairs as f64;
                Pace::begin(Offer { directions: directions(crowd), rate, bytes }, Arc::clone(&crowd.play)).map(Some)
            }
            Some(in_flight) => {
                // Each direction of a pair begins half of them.
                for (n, (outbox, to)) in directions(crowd).into_iter().enumerate() {
                    let odd = in_flight % 2 * u32::from(n < self.pairs);
                    for _ in 0..in_flight / 2 + odd {
                        crowd.play.tally.offered.fetch_add(1, Relaxed);
                        if let Whom::One(to) = &to {
                            outbox.candidate(to.clone(), run.epoch.now(), bytes);
                        }
                    }
                }
                Ok(None)
            }
        }
    }
}

/// So many pairs, each in a room of its own, joined and described to each other.
pub(super) async fn pairs(run: &Run, node: &Node, (count, script): (usize, Box<dyn Script>)) -> anyhow::Result<Crowd> {
    let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 0, candidate_bytes: run.shared.payload };
    let casting = Casting {
        rooms: count,
        seats: 2,
        outside: 0,
        joins_at_once: true,
        negotiation: Some(negotiation),
        comeback: None,
        expected: &[],
    };
    let guests = run.roster(node, casting, script).await?;
    let crowd = run.open(node, guests).await?;
    crowd.greet_and_join(&run.show).await?;
    crowd.negotiated(&run.show, count as u64).await?;
    Ok(crowd)
}

/// Both directions of every pair: first all from the first member, then all back, so that a pair's messages are spread.
pub(super) fn directions(crowd: &Crowd) -> Vec<Direction> {
    let one_way = |from: usize| {
        let pairs = crowd.outboxes.chunks_exact(2).zip(crowd.guests.chunks_exact(2));
        pairs.map(move |(outboxes, guests)| (outboxes[from].clone(), Whom::One(guests[1 - from].part.user.clone())))
    };
    one_way(0).chain(one_way(1)).collect()
}

/// Each member of each room to the next one, and the last to the first.
pub(super) fn rounds(crowd: &Crowd, seats: usize) -> Vec<Direction> {
    let rooms = crowd.outboxes.chunks_exact(seats).zip(crowd.guests.chunks_exact(seats));
    let round = |(outboxes, guests): (&[Outbox], &[Guest])| {
        let next = guests.iter().cycle().skip(1).map(|guest| Whom::One(guest.part.user.clone()));
        outboxes.iter().cloned().zip(next).collect::<Vec<_>>()
    };
    rooms.flat_map(round).collect()
}

/// Waits until everything that was sent has arrived, or nothing more comes; answers how many are missing.
pub(super) async fn drained(crowd: &Crowd) -> u64 {
    let (tally, until) = (&crowd.play.tally, Instant::now() + DRAIN_WITHIN);
    loop {
        let missing = tally.offered.load(Relaxed).saturating_sub(tally.relayed.load(Relaxed));
        if missing == 0 || Instant::now() > until {
            return missing;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What there is to see while the load runs.
pub(super) fn rates<'a>(crowd: &'a Crowd, latencies: &'a Latencies) -> impl FnMut() -> String {
    let tally = &crowd.play.tally;
    let mut last = (Instant::now(), tally.relayed.load(Relaxed));
    move || {
        let now = (Instant::now(), tally.relayed.load(Relaxed));
        let rate = float(now.1 - last.1) / (now.0 - last.0).as_secs_f64().max(1e-3);
        last = now;
        let under_way = tally.offered.load(Relaxed).saturating_sub(now.1);
        let (p99, violations) = (micros(latencies.p99_now().unwrap_or_default()), tally.violations().0);
        format!("{rate:.0} messages/s, p99 {p99:.0} µs, {under_way} under way, {violations} violations")
    }
}

/// All counts at one moment.
pub(super) struct Look {
    at: Instant,
    relayed: u64,
    offered: u64,
    node_cpu: Option<Duration>,
    own_cpu: Duration,
}

impl Look {
    pub(super) fn at(node: &Node, crowd: &Crowd) -> anyhow::Result<Self> {
        let load = |count: &AtomicU64| count.load(Relaxed);
        let tally = &crowd.play.tally;
        Ok(Self {
            at: Instant::now(),
            relayed: load(&tally.relayed),
            offered: load(&tally.offered),
            node_cpu: node.cpu()?,
            own_cpu: Process::own().cpu()?,
        })
    }

    pub(super) fn until(&self, later: &Self) -> Window {
        let node_cpu = later.node_cpu.zip(self.node_cpu).map(|(later, earlier)| later.saturating_sub(earlier));
        Window {
            time: later.at - self.at,
            relayed: later.relayed - self.relayed,
            offered: later.offered - self.offered,
            node_cpu,
            own_cpu: later.own_cpu.saturating_sub(self.own_cpu),
        }
    }
}

pub(super) fn figures(report: &mut Report, window: &Window, (times, lag): (&Histogram<u64>, &Histogram<u64>)) {
    let seconds = window.time.as_secs_f64();
    report.phase("measured", times);
    report.figure(("throughput", Unit::PerSecond), float(window.relayed) / seconds, "messages that arrived");
    report.figure(("offered", Unit::PerSecond), float(window.offered) / seconds, "messages that were sent");
    let quantiles = [("p50_us", 0.5), ("p90_us", 0.9), ("p99_us", 0.99), ("p999_us", 0.999), ("max_us", 1.0)];
    for (name, quantile) in quantiles {
        report.figure(
            (name, Unit::Microseconds),
            micros(times.value_at_quantile(quantile)),
            "from when a message was due to when it arrived",
        );
    }
    if let Some(cpu) = window.node_cpu {
        report.figure(
            ("node_cpu_us_per_message", Unit::Microseconds),
            micros_each(cpu, window.relayed),
            "the node's user and system time",
        );
        report.figure(("node_cpu_percent", Unit::Percent), 100.0 * cpu.as_secs_f64() / seconds, "of one core");
    }
    report.figure(
        ("own_cpu_us_per_message", Unit::Microseconds),
        micros_each(window.own_cpu, window.relayed),
        "the generator's, pace included",
    );
    report.figure(
        ("send_lag_p99_us", Unit::Microseconds),
        micros(lag.value_at_quantile(0.99)),
        "the generator's own delay; included in the times above",
    );
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "write messages a second, more than 0".to_owned())
}
