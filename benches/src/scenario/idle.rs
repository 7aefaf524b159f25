//! `idle`: idle, joined connections, and the node's memory for each.
//!
//! Members connect stage by stage (bare socket, hello, seat, negotiated call, rest), so that the report shows the memory
//! of each stage. Must not know how memory is read.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;

use super::script::Measure;
use super::{Casting, Run, seconds};
use crate::crowd::{Company, Crowd};
use crate::latency::Latencies;
use crate::member::Negotiation;
use crate::node::{Memory, Node, Process};
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] = &[
    "connections",
    "joins_told_to_wait",
    "bytes_per_connection",
    "rss_bytes_per_connection",
    "pss_bytes_per_connection",
    "node_cpu_at_rest_percent",
    "negotiation_p99_us",
    "own_bytes_per_connection",
];

/// Options of `idle`.
#[derive(Debug, Args)]
pub(crate) struct Idle {
    /// Connections, all joined
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// Members of each room, and its seats
    #[arg(long, default_value_t = 4)]
    room_size: usize,
    /// Candidates that each two members exchange each way before they are idle
    #[arg(long, default_value_t = 10)]
    candidates: u32,
    /// Approximate size of a session description
    #[arg(long, default_value_t = 1_500)]
    sdp_bytes: usize,
    /// Exchange nothing: members only join
    #[arg(long)]
    silent: bool,
    /// How long connections are idle before memory is measured: longer than the node's ping interval
    #[arg(long, default_value = "25", value_name = "SECONDS", value_parser = seconds)]
    rest: Duration,
    /// Let each member send hello and join as soon as its socket is open, for a node with a short hello_within
    #[arg(long)]
    at_once: bool,
}

impl Idle {
    /// This many connections in rooms of four, which join as soon as they are open.
    pub(super) const fn at_once(connections: usize, rest: Duration) -> Self {
        Self { connections, room_size: 4, candidates: 10, sdp_bytes: 1_500, silent: false, rest, at_once: true }
    }

    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(
            self.room_size >= 1 && self.connections >= self.room_size,
            "--connections {} do not fill one room of {}",
            self.connections,
            self.room_size
        );
        let rooms = self.connections / self.room_size;
        let latencies = Arc::new(Latencies::new(&["warm up", "negotiation"])?);
        let mut report = run.report("idle");
        // Bare sockets wait while the memory is read.
        let mut node = Node::reach(run.shared.which.clone(), &[]).await?;
        node.process
            .as_ref()
            .context("idle reads the node's memory → name its process with --pid, or let it be started here")?;

        let script = || Box::new(Measure(Arc::clone(&latencies)));
        let mut warm = Vec::with_capacity(WARM_ROUNDS);
        for _ in 0..WARM_ROUNDS {
            warm.push(run.roster(&node, self.casting(run, WARM_ROOMS.min(rooms)), script()).await?);
        }
        let guests = run.roster(&node, self.casting(run, rooms), script()).await?;
        node.again().await?; // what it took to make rooms and accounts is no connection's
        let mut stages = Stages { node: &node, report: &mut report, connections: rooms * self.room_size };
        for round in warm {
            self.warm_up(run, round, &mut stages).await?;
        }
        latencies.enter("negotiation");
        let own = Process::own().memory()?;
        let empty = stages.reached("warm").await?;
        let crowd = run.open(&node, guests).await?;
        self.settle(run, &crowd, Some(&mut stages)).await?;
        let cpu = node.cpu()?.unwrap_or_default();
        run.watch("rest", self.rest, String::new).await;
        let cpu = node.cpu()?.unwrap_or_default().saturating_sub(cpu);
        let rested = stages.reached("at rest").await?;
        let own = Process::own().memory()?.rss.saturating_sub(own.rss);

        let count = crowd.outboxes.len();
        figures(&mut report, (empty, rested), count);
        report.figure(
            ("node_cpu_at_rest_percent", Unit::Percent),
            100.0 * cpu.as_secs_f64() / self.rest.as_secs_f64(),
            "of one core, for all connections' heartbeats and pings",
        );
        report.figure(
            ("own_bytes_per_connection", Unit::Bytes),
            float(own) / float(count as u64),
            "the generator's own, to know how far it reaches",
        );
        let waited = float(crowd.play.tally.waited.load(Relaxed));
        report.figure(("joins_told_to_wait", Unit::Count), waited, "joins refused with `unavailable` and retried");
        let times = latencies.of("negotiation")?;
        report.figure(
            ("negotiation_p99_us", Unit::Microseconds),
            micros(times.value_at_quantile(0.99)),
            "candidates while everybody negotiates at once",
        );
        report.phase("negotiation", &times);
        run.close((node, crowd), report).await
    }

    fn casting(&self, run: &Run, rooms: usize) -> Casting {
        let negotiation = (!self.silent).then_some(self.negotiation(run));
        Casting {
            rooms,
            seats: self.room_size,
            outside: 0,
            joins_at_once: self.at_once,
            negotiation,
            comeback: None,
            expected: &[],
        }
    }

    /// Runs a few short calls, so that one-time allocations of the node are not attributed to the first connections.
    async fn warm_up(&self, run: &Run, guests: Company, stages: &mut Stages<'_>) -> anyhow::Result<()> {
        let crowd = run.open(stages.node, guests).await?;
        self.settle(run, &crowd, None).await?;
        crowd.go(&run.show).await?;
        stages.report.judge(&crowd.play.tally);
        tokio::time::sleep(FORGET).await;
        Ok(())
    }

    fn negotiation(&self, run: &Run) -> Negotiation {
        Negotiation { sdp_bytes: self.sdp_bytes, candidates: self.candidates, candidate_bytes: run.shared.payload }
    }

    /// All members send hello, join and negotiate: stage by stage, or each at once.
    async fn settle(&self, run: &Run, crowd: &Crowd, mut stages: Option<&mut Stages<'_>>) -> anyhow::Result<()> {
        if self.at_once {
            crowd.greet_and_join(&run.show).await?;
        } else {
            reached(&mut stages, "sockets open").await?;
            crowd.greet(&run.show).await?;
            reached(&mut stages, "hello sent").await?;
            crowd.join(&run.show).await?;
        }
        let pairs = crowd.outboxes.len() * (self.room_size - 1) / 2;
        crowd.negotiated(&run.show, pairs as u64).await?;
        reached(&mut stages, "joined").await
    }
}

/// Rooms of the warm-up crowd, and the number of rounds: an allocator returns free memory (of the start, of the first
/// round) only when it allocates more.
const WARM_ROOMS: usize = 50;
/// See [`WARM_ROOMS`].
const WARM_ROUNDS: usize = 3;
/// How long a node may take to free them.
const FORGET: Duration = Duration::from_secs(5);

/// The node's memory by stage.
struct Stages<'a> {
    node: &'a Node,
    report: &'a mut Report,
    connections: usize,
}

/// How long a node may take to finish the work of a stage, before its memory is read.
const SETTLE: Duration = Duration::from_secs(2);

impl Stages<'_> {
    async fn reached(&mut self, name: &'static str) -> anyhow::Result<Memory> {
        tokio::time::sleep(SETTLE).await;
        let memory = self.node.memory()?.context("the node's process is not known")?;
        self.report.stage(name, memory, self.connections);
        Ok(memory)
    }
}

async fn reached(stages: &mut Option<&mut Stages<'_>>, name: &'static str) -> anyhow::Result<()> {
    match stages {
        Some(stages) => stages.reached(name).await.map(drop),
        None => Ok(()),
    }
}

fn figures(report: &mut Report, (empty, rested): (Memory, Memory), connections: usize) {
    let each = |of: fn(Memory) -> u64| (float(of(rested)) - float(of(empty))) / float(connections.max(1) as u64);
    report.figure(("connections", Unit::Count), float(connections as u64), "joined and at rest");
    report.figure(
        ("bytes_per_connection", Unit::Bytes),
        each(|memory| memory.anonymous),
        "anonymous memory, from warm to at rest; user and share of the room included",
    );
    report.figure(
        ("rss_bytes_per_connection", Unit::Bytes),
        each(|memory| memory.rss),
        "the same of RSS, the program's own pages included",
    );
    report.figure(("pss_bytes_per_connection", Unit::Bytes), each(|memory| memory.pss), "the same of PSS");
}
