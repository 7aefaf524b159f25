//! `cluster`: calls over several nodes, one Redis and one PostgreSQL, under signals, while something fails. How long members
//! are away, and that nothing is lost, repeated or reordered and nobody is reported as gone who came back. Must not know how a
//! member reconnects.

mod balancer;
mod connects;
mod dealing;
mod fault;
mod found;
mod losses;
mod servers;
pub(super) mod stage;
mod watched;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actors::protocol::Code;
use anyhow::ensure;
use clap::Args;

use connects::Busiest;
use fault::{Fault, RedisFault};
use found::Found;
use stage::Stage;
use watched::Watched;

use super::relay::{drained, rates, rounds};
use super::{Casting, Run, seconds};
use crate::clock::Nanos;
use crate::crowd::{Arrival, Crowd, Sources};
use crate::latency::Latencies;
use crate::member::{Negotiation, Reconnect};
use crate::node::{Door, version_of};
use crate::options::at_least_one;
use crate::pace::{Offer, Pace};
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] = &[
    "connections",
    "nodes",
    "sockets_closed",
    "resumed",
    "resume_failed",
    "back_seconds",
    "back_p50_us",
    "back_p99_us",
    "back_max_us",
    "steady_p99_us",
    "fault_p99_us",
    "fault_max_us",
    "after_p99_us",
    "refused",
    "skipped",
    "told",
    "lost",
    "members_told",
    "false_user_left",
    "busiest_connects",
    "busiest_connects_mean",
    "busiest_connects_times",
    "most_on_one_node",
];

/// Members whose messages the ledger did not take in time are told so, and the receivers then miss a number; those of a node
/// that stops are told why their sockets are closed.
const EXPECTED: &[&str] = &[Code::Unavailable.as_str(), Code::Draining.as_str()];
/// Besides, a member that has no socket while Redis forgets may be told that its session has ended.
const EXPECTED_OF_A_LOSS: &[&str] = &[Code::Unavailable.as_str(), Code::Draining.as_str(), "seat_gone", "gap"];

/// Options of `cluster`.
#[derive(Debug, Args)]
pub(crate) struct Cluster {
    /// Nodes
    #[arg(long, default_value_t = 3, value_parser = at_least_one)]
    count: usize,
    /// Connections, all joined, through a balancer that deals them as `config/nginx/aldis.conf`
    #[arg(long, default_value_t = 1_000)]
    connections: usize,
    /// Members of each room, and its seats
    #[arg(long, default_value_t = 4)]
    room_size: usize,
    /// Signals per second and member, before, during and after
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// A Redis that is empty and nobody else's [default: one started for this run]
    #[arg(long, value_name = "URL")]
    on_redis: Option<String>,
    /// A PostgreSQL database that is empty and nobody else's [default: one started for this run]
    #[arg(long, value_name = "URL")]
    on_database: Option<String>,
    /// Kill a node (SIGKILL), and start it again when its members are back
    #[arg(long)]
    kill: bool,
    /// Stop a node in its tracks (SIGSTOP) for so long; the balancer takes it for dead after three seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pause: Option<Duration>,
    /// Stop and start every node, one after the other (SIGTERM)
    #[arg(long)]
    rolling: bool,
    /// With --rolling: the aldis of another version. Each node is stopped and started with it, one after the other; once all run it,
    /// each is started with its own again. Both must know the settings of a load
    #[arg(long, value_name = "PATH", requires = "rolling")]
    next: Option<PathBuf>,
    /// What happens to Redis
    #[arg(long, value_enum, conflicts_with = "on_redis")]
    redis: Option<RedisFault>,
    /// What happens to PostgreSQL
    #[arg(long, value_enum, conflicts_with = "on_database")]
    postgres: Option<fault::PostgresFault>,
    /// How long Redis or PostgreSQL is away
    #[arg(long, default_value = "3", value_name = "SECONDS", value_parser = seconds)]
    outage: Duration,
    /// How long signals are measured before the first fault, and after the last
    #[arg(long = "for", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

impl Cluster {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        let (connections, seats) = (self.connections, self.room_size);
        ensure!(
            seats >= 2 && connections >= seats,
            "--connections {connections} do not fill one room of {seats} (2 at least)"
        );
        ensure!(self.rate > 0.0, "--rate {}: without signals nothing is measured", self.rate);
        let latencies = Arc::new(Latencies::new(&["warm", "steady", "fault", "after"])?);
        let watched = Arc::new(Watched::new(Arc::clone(&latencies))?);
        let versions = self.versions(run).await?;
        let servers = (self.on_redis.as_deref(), self.on_database.as_deref());
        let mut stage = Stage::build(&run.shared.which, self.count, servers, &[]).await?;
        let crowd = self.crowd(run, &stage, &watched).await?;

        let rate = self.rate * float(crowd.outboxes.len() as u64);
        let offer = Offer { directions: rounds(&crowd, seats), rate, bytes: run.shared.payload };
        let pace = Pace::begin(offer, Arc::clone(&crowd.play))?;
        latencies.enter("steady");
        run.watch("steady", self.span, rates(&crowd, &latencies)).await;
        let mut back = 0;
        stage.balancer.forget();
        latencies.enter("fault");
        for fault in self.faults()? {
            let begun = run.epoch.now();
            stage.strike((run, &crowd), &fault).await?;
            back = back.max(watched.seen().last.saturating_sub(begun));
        }
        let busiest = stage.balancer.busiest();
        latencies.enter("after");
        run.watch("after", self.span, rates(&crowd, &latencies)).await;
        pace.end().await?;
        drained(&crowd).await;

        let mut report = run.report("cluster");
        report.ran(versions);
        for phase in ["steady", "fault", "after"] {
            report.phase(phase, &latencies.of(phase)?);
        }
        self.times(&mut report, (&latencies, &watched), back)?;
        self.losses(&mut report, &crowd, &watched);
        if let Some(busiest) = busiest {
            connects(&mut report, busiest);
        }
        let most = stage.balancer.open().into_iter().max().unwrap_or_default();
        report.figure(("most_on_one_node", Unit::Count), float(most as u64), "connections at the end");
        let node = stage.nodes.remove(0);
        let report = run.close((node, crowd), report).await?;
        stage.stop().await?;
        Ok(report)
    }

    fn faults(&self) -> anyhow::Result<Vec<Fault>> {
        let mut faults = Vec::new();
        faults.extend(self.kill.then_some(Fault::Kill));
        faults.extend(self.pause.map(Fault::Pause));
        if self.rolling {
            // Nodes are started in another directory.
            faults.push(Fault::Rolling(self.next.as_ref().map(std::fs::canonicalize).transpose()?));
        }
        faults.extend(self.redis.map(|how| Fault::Redis(how, self.outage)));
        faults.extend(self.postgres.map(|how| Fault::Postgres(how, self.outage)));
        Ok(faults)
    }

    /// Whether Redis loses what it took.
    fn forgets(&self) -> bool {
        self.redis.is_some_and(RedisFault::forgets)
    }

    /// Of the nodes, in the order in which they run.
    async fn versions(&self, run: &Run) -> anyhow::Result<Vec<String>> {
        let own = version_of(&run.shared.which.program()?).await?;
        let Some(next) = &self.next else { return Ok(vec![own]) };
        Ok(vec![own.clone(), version_of(next).await?, own])
    }

    async fn crowd(&self, run: &Run, stage: &Stage, watched: &Arc<Watched>) -> anyhow::Result<Crowd> {
        let (rooms, seats) = (self.connections / self.room_size, self.room_size);
        let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 0, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms,
            seats,
            outside: 0,
            joins_at_once: true,
            negotiation: Some(negotiation),
            comeback: Some(Reconnect::Jittered),
            expected: if self.forgets() { EXPECTED_OF_A_LOSS } else { EXPECTED },
        };
        let company = run.roster(&stage.nodes[0], casting, Box::new(Arc::clone(watched))).await?;
        let address = stage.balancer.address;
        let sources = Sources::plan(&run.shared.source, run.shared.per_source, (address, company.guests.len()))?;
        let to = vec![Door { address, trust: None }];
        let arrival = Arrival { to, sources, ramp: run.shared.ramp, show: &run.show };
        let crowd = Crowd::open(company, arrival).await?;
        crowd.greet_and_join(&run.show).await?;
        crowd.negotiated(&run.show, (rooms * seats * (seats - 1) / 2) as u64).await?;
        Ok(crowd)
    }

    fn times(
        &self,
        report: &mut Report,
        (latencies, watched): (&Latencies, &Watched),
        back: Nanos,
    ) -> anyhow::Result<()> {
        let of = |phase, quantile| anyhow::Ok(micros(latencies.of(phase)?.value_at_quantile(quantile)));
        report.figure(("steady_p99_us", Unit::Microseconds), of("steady", 0.99)?, "signals before the faults");
        report.figure(("fault_p99_us", Unit::Microseconds), of("fault", 0.99)?, "signals until all were back");
        report.figure(("fault_max_us", Unit::Microseconds), of("fault", 1.0)?, "the longest of them");
        report.figure(("after_p99_us", Unit::Microseconds), of("after", 0.99)?, "signals when all were back");
        let seen = watched.seen();
        report.phase("away", &seen.away);
        let seconds = Duration::from_nanos(back).as_secs_f64();
        report.figure(("back_seconds", Unit::Seconds), seconds, "from a fault until the last has resumed; the worst");
        let what = "from the loss of a socket until its session was resumed";
        for (name, quantile) in [("back_p50_us", 0.5), ("back_p99_us", 0.99), ("back_max_us", 1.0)] {
            report.figure((name, Unit::Microseconds), micros(seen.away.value_at_quantile(quantile)), what);
        }
        Ok(())
    }

    fn losses(&self, report: &mut Report, crowd: &Crowd, watched: &Watched) {
        let (tally, seen) = (&crowd.play.tally, watched.seen());
        let mut count = |name, value: u64, what| report.figure((name, Unit::Count), float(value), what);
        count("nodes", self.count as u64, "nodes");
        count("connections", crowd.outboxes.len() as u64, "over all nodes");
        count("sockets_closed", tally.interruptions(None), "by nodes and the balancer");
        count("resumed", tally.resumed.load(Relaxed), "resumed sessions");
        let (failed, why) = tally.unresumed_all();
        count("resume_failed", failed, "sessions that could not be resumed");
        count("refused", tally.refused_with(Code::Unavailable.as_str()), "signals that were refused as unavailable");
        count("skipped", tally.skipped.load(Relaxed), "signals that receivers saw to be missing");
        let sent: Vec<_> = crowd.outboxes.iter().zip(&crowd.guests).collect();
        let sent: Vec<_> = sent.iter().flat_map(|(outbox, guest)| outbox.last_signals(&guest.part.user)).collect();
        let verdict = seen.losses.judge(&sent);
        count("told", verdict.told, "signals that are missing, and whose receivers were told of a loss");
        count("lost", verdict.lost, "signals neither arrived nor refused, and nobody was told");
        count("members_told", seen.losses.members_told(), "members that were told of a loss");
        let falsely = seen.false_lefts();
        count("false_user_left", falsely, "user_left of members that resumed");
        if falsely > 0 {
            report.violation(format!("{falsely} times a member was reported as gone that came back"));
        }
        let found =
            Found { verdict, failed, failed_connected: seen.ended_connected, members_told: seen.losses.members_told() };
        found.judge(self.forgets(), &why).into_iter().for_each(|words| report.violation(words));
    }
}

fn connects(report: &mut Report, busiest: Busiest) {
    let what = "connections that one node took in the busiest second of the faults";
    report.figure(("busiest_connects", Unit::Count), float(busiest.most), what);
    let what = "the mean in that second of all nodes that take connections";
    report.figure(("busiest_connects_mean", Unit::Count), busiest.mean, what);
    report.figure(("busiest_connects_times", Unit::Ratio), busiest.times(), "the first as a multiple of the second");
}
