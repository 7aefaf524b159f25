//! `login`: many concurrent logins beside the signals of calls: the memory of the hashes, and the latency of the
//! signals. Must not know how a password is hashed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::Args;
use hdrhistogram::Histogram;
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};
use tokio::{sync::mpsc, task::JoinSet};

use super::relay::{directions, drained, pairs, rates};
use super::script::Measure;
use super::{Run, seconds};
use crate::clock::nanos;
use crate::latency::{Latencies, histogram};
use crate::node::{Credentials, LoggedIn, Node, Rest};
use crate::pace::{Offer, Pace};
use crate::ramp::Ramp;
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] = &[
    "logins",
    "login_seconds",
    "login_waits",
    "memory_growth_bytes",
    "idle_p99_us",
    "login_p99_us",
    "p99_ratio",
    "lost",
];

/// Options of `login`.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Concurrent logins; refused ones are retried until all have succeeded
    #[arg(long, default_value_t = 500)]
    logins: usize,
    /// Pairs whose signals are measured meanwhile
    #[arg(long, default_value_t = 50)]
    pairs: usize,
    /// Messages a second of all pairs together
    #[arg(long, default_value_t = 1_000.0)]
    rate: f64,
    /// How long the signals are measured before the logins begin
    #[arg(long = "for", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// The results of the logins.
struct Crush {
    times: Histogram<u64>,
    waits: u32,
    took: Duration,
    /// The peak of anonymous memory.
    peak: u64,
}

/// How often the node's memory is read during the logins.
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Login {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        let latencies = Arc::new(Latencies::new(&["warm", "idle", "logins", "after"])?);
        let mut node = Node::reach(run.shared.which.clone(), &[]).await?;
        let step = run.show.step("sign up", self.logins);
        let people = node.accounts(self.logins, || step.inc()).await?;
        drop(step);
        node.again().await?;
        let crowd = pairs(run, &node, (self.pairs, Box::new(Measure(Arc::clone(&latencies))))).await?;

        let offer = Offer { directions: directions(&crowd), rate: self.rate, bytes: run.shared.payload };
        let pace = Pace::begin(offer, Arc::clone(&crowd.play))?;
        run.watch("warm up", Duration::from_secs(3), rates(&crowd, &latencies)).await;
        latencies.enter("idle");
        run.watch("idle", self.span, rates(&crowd, &latencies)).await;
        let before = node.anonymous()?;
        latencies.enter("logins");
        let crush = self.crush(run, &node, people).await?;
        latencies.enter("after");
        let lag = pace.end().await?;
        let lost = drained(&crowd).await;

        let mut report = run.report("login");
        let (idle, busy) = (latencies.of("idle")?, latencies.of("logins")?);
        report.phase("idle", &idle);
        report.phase("logins", &busy);
        report.phase("login itself", &crush.times);
        report.phase("send lag", &lag);
        figures(&mut report, &crush, before, (&idle, &busy));
        report.figure(("lost", Unit::Count), float(lost), "signals sent, but not arrived");
        if lost > 0 {
            report.failure(format!("{lost} signals were lost"));
        }
        run.close((node, crowd), report).await
    }

    /// All users log in at once; meanwhile the node's memory is sampled.
    async fn crush(&self, run: &Run, node: &Node, people: Vec<Credentials>) -> anyhow::Result<Crush> {
        let step = run.show.step("log in", people.len());
        let (told, mut heard) = mpsc::channel(people.len());
        let (rest, ramp, begun) = (node.rest.anew()?, run.shared.ramp, Instant::now());
        let elsewhere =
            std::thread::Builder::new().name("logins".to_owned()).spawn(move || log_in(rest, (people, ramp), &told));
        let elsewhere = elsewhere.context("cannot start the thread of those who log in")?;
        let mut crush = Crush { times: histogram()?, waits: 0, took: Duration::ZERO, peak: 0 };
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            // In this order, because memory must be read while logins keep ending.
            tokio::select! {
                biased;
                _ = look.tick() => {
                    crush.peak = crush.peak.max(node.anonymous()?);
                }
                ended = heard.recv() => {
                    let Some(login) = ended else { break };
                    let login = login?;
                    crush.times.saturating_record(nanos(login.took));
                    crush.waits += login.waits;
                    step.inc();
                }
            }
        }
        crush.took = begun.elapsed();
        elsewhere.join().map_err(|_| anyhow!("the thread of those who log in panicked"))??;
        Ok(crush)
    }
}

/// Logs all users in, at this initial rate, from a separate thread of lower priority than the measured callers: real users
/// would do this work on their own machines.
fn log_in(
    rest: Rest,
    (people, ramp): (Vec<Credentials>, u32),
    told: &mpsc::Sender<anyhow::Result<LoggedIn>>,
) -> anyhow::Result<()> {
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle); // refused: they take their share
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut logins, mut ramp) = (JoinSet::new(), Ramp::new(ramp));
        for person in people {
            ramp.turn().await;
            let (rest, told) = (rest.clone(), told.clone());
            logins.spawn(async move { told.send(rest.log_in(&person).await).await });
        }
        while logins.join_next().await.is_some() {}
        Ok(())
    })
}

fn figures(report: &mut Report, crush: &Crush, before: u64, (idle, busy): (&Histogram<u64>, &Histogram<u64>)) {
    let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
    report.figure(("logins", Unit::Count), float(crush.times.len()), "let in");
    report.figure(("login_seconds", Unit::Seconds), crush.took.as_secs_f64(), "until the last login succeeded");
    report.figure(("login_waits", Unit::Count), f64::from(crush.waits), "refusals with a time to retry");
    report.figure(
        ("memory_growth_bytes", Unit::Bytes),
        float(crush.peak.saturating_sub(before)),
        "the node's anonymous memory: most during the logins, against just before",
    );
    report.figure(("idle_p99_us", Unit::Microseconds), p99(idle), "signals before the logins");
    report.figure(("login_p99_us", Unit::Microseconds), p99(busy), "signals during the logins");
    report.figure(("p99_ratio", Unit::Ratio), p99(busy) / p99(idle).max(1e-3), "the second against the first");
}
