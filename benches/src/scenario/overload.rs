//! `overload`: established calls, and far more newcomers than the node can admit. The effect on the calls, the load
//! shedding, and that all newcomers are admitted in the end. Must not know how the node decides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use hdrhistogram::Histogram;

use super::relay::{directions, drained, pairs, rates};
use super::script::Measure;
use super::{Run, files_for, seconds};
use crate::crowd::Crowd;
use crate::latency::Latencies;
use crate::newcomers::{AT_ONCE_MAX, Gathered, Newcomers};
use crate::node::{Beats, Node, Pulse};
use crate::pace::{Offer, Pace};
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] = &[
    "carried_per_second",
    "offered_per_second",
    "times_carried",
    "let_in",
    "refused",
    "retry_after_min_ms",
    "retry_after_max_ms",
    "all_in_seconds",
    "idle_p99_us",
    "overload_p99_us",
    "p99_ratio",
    "memory_growth_bytes",
    "live_max_us",
    "live_missed",
    "lost",
];

/// Options of `overload`.
#[derive(Debug, Args)]
pub(crate) struct Overload {
    /// Pairs whose signals are measured
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// Messages a second of all pairs together
    #[arg(long, default_value_t = 2_000.0)]
    rate: f64,
    /// Offered newcomers, as a multiple of what the node can admit
    #[arg(long, default_value_t = 3.0)]
    times: f64,
    /// Admissions per second, if known; else they are measured first
    #[arg(long, value_name = "PER_SECOND")]
    carries: Option<f64>,
    /// How long signals are measured, before and during
    #[arg(long = "for", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// Observations during the overload.
struct Pressed {
    carried: f64,
    gathered: Gathered,
    /// From its end until the last refused newcomer was admitted.
    all_in: Duration,
    growth: u64,
    beats: Beats,
}

/// How often the node's memory is read.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long the node's rate of admissions is measured.
const TRIAL: Duration = Duration::from_secs(3);
/// Different users among the newcomers.
const PEOPLE: usize = 500;

impl Overload {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        let latencies = Arc::new(Latencies::new(&["warm", "idle", "trial", "overload", "after"])?);
        let node = Node::reach(run.shared.which.clone(), &[]).await?;
        files_for(2 * self.pairs + AT_ONCE_MAX)?;
        let tokens = node.tokens(2 * self.pairs + PEOPLE).await?;
        let crowd = pairs(run, &node, (self.pairs, Box::new(Measure(Arc::clone(&latencies))))).await?;
        let newcomers = Newcomers::new(
            (node.address, node.trust.clone()),
            tokens.into_iter().skip(2 * self.pairs).map(|token| token.token),
        );

        let offer = Offer { directions: directions(&crowd), rate: self.rate, bytes: run.shared.payload };
        let pace = Pace::begin(offer, Arc::clone(&crowd.play))?;
        run.watch("warm up", Duration::from_secs(3), rates(&crowd, &latencies)).await;
        latencies.enter("idle");
        run.watch("idle", self.span, rates(&crowd, &latencies)).await;
        let pressed = self.press(run, (&node, &crowd, &newcomers), &latencies).await?;
        latencies.enter("after");
        let lag = pace.end().await?;
        let lost = drained(&crowd).await;

        let mut report = run.report("overload");
        let (idle, busy) = (latencies.of("idle")?, latencies.of("overload")?);
        report.phase("idle", &idle);
        report.phase("overload", &busy);
        report.phase("until let in", &pressed.gathered.times);
        report.phase("health/live", &pressed.beats.times);
        report.phase("send lag", &lag);
        self.figures(&mut report, &pressed, (&idle, &busy));
        report.figure(("lost", Unit::Count), float(lost), "lost signals of the established calls");
        if lost > 0 {
            report.failure(format!("{lost} signals were lost"));
        }
        if pressed.gathered.failed > 0 {
            report.failure(format!(
                "{} newcomers were neither admitted nor given a retry delay",
                pressed.gathered.failed
            ));
        }
        run.close((node, crowd), report).await
    }

    /// First as many as the node can admit, then a multiple of them, then until the last is admitted.
    async fn press(
        &self,
        run: &Run,
        (node, crowd, newcomers): (&Node, &Crowd, &Newcomers),
        latencies: &Latencies,
    ) -> anyhow::Result<Pressed> {
        let carried = match self.carries {
            Some(carried) => carried,
            None => {
                latencies.enter("trial");
                run.during("find what it carries", newcomers.as_many_as_get_in(TRIAL), rates(crowd, latencies)).await
            }
        };
        let (pulse, before) = (Pulse::begin(&node.side()?)?, node.anonymous()?);
        latencies.enter("overload");
        let offered = self.times * carried;
        let watch = async {
            let (mut peak, mut look) = (before, tokio::time::interval(LOOK_EVERY));
            let end = Instant::now() + self.span;
            while Instant::now() < end {
                look.tick().await;
                peak = peak.max(node.anonymous()?);
            }
            anyhow::Ok(peak)
        };
        let press = async { tokio::join!(newcomers.come(offered, self.span), watch) };
        let ((), peak) = run.during("overload", press, rates(crowd, latencies)).await;
        latencies.enter("after");
        let ended = Instant::now();
        let gathered = run.during("until all are in", newcomers.all_in(), rates(crowd, latencies)).await?;
        let beats = pulse.end().await?;
        Ok(Pressed { carried, gathered, all_in: ended.elapsed(), growth: peak?.saturating_sub(before), beats })
    }

    fn figures(&self, report: &mut Report, pressed: &Pressed, (idle, busy): (&Histogram<u64>, &Histogram<u64>)) {
        let Pressed { carried, gathered, all_in, growth, beats } = pressed;
        let offered = float(gathered.tried) / self.span.as_secs_f64();
        let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
        report.figure(("carried_per_second", Unit::PerSecond), *carried, "maximum rate of admitted newcomers");
        let what = "handshakes attempted during the overload, retries included";
        report.figure(("offered_per_second", Unit::PerSecond), offered, what);
        report.figure(("times_carried", Unit::Ratio), offered / carried.max(1e-3), "the second against the first");
        report.figure(("let_in", Unit::Count), float(gathered.let_in), "newcomers, all of them in the end");
        report.figure(
            ("refused", Unit::Count),
            float(gathered.refused),
            "handshakes refused with 503 and a time to retry",
        );
        let millis = |wait: Duration| wait.as_secs_f64() * 1e3;
        report.figure(("retry_after_min_ms", Unit::Count), millis(gathered.waits.0), "the shortest of these times, ms");
        report.figure(("retry_after_max_ms", Unit::Count), millis(gathered.waits.1), "the longest, ms");
        report.figure(
            ("all_in_seconds", Unit::Seconds),
            all_in.as_secs_f64(),
            "from its end until the last was admitted",
        );
        report.figure(("idle_p99_us", Unit::Microseconds), p99(idle), "signals before");
        report.figure(("overload_p99_us", Unit::Microseconds), p99(busy), "signals during the overload");
        report.figure(("p99_ratio", Unit::Ratio), p99(busy) / p99(idle).max(1e-3), "the second against the first");
        report.figure(("memory_growth_bytes", Unit::Bytes), float(*growth), "the node's anonymous memory, at most");
        report.figure(("live_max_us", Unit::Microseconds), micros(beats.times.max()), "the longest GET /health/live");
        report.figure(("live_missed", Unit::Count), float(beats.missed), "missing or failed responses to it");
    }
}
