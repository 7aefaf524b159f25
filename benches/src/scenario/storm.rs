//! `storm`: all sockets are dropped at the same moment, and all members reconnect and resume. How long it takes, that
//! no session is lost, and that the node stays live throughout. Must not know how members reconnect.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;

use super::relay::{drained, rates, rounds};
use super::{Casting, Run, seconds};
use crate::clock::Nanos;
use crate::crowd::Crowd;
use crate::latency::{Latencies, histogram};
use crate::member::{Negotiation, Outbox, Part, Play, Reconnect, Relayed, Script};
use crate::node::{Beats, Node, Pulse};
use crate::oracle::RoomNumber;
use crate::pace::{Offer, Pace};
use crate::report::{Report, Unit, float, micros};
use client::wire::Cut;

pub(super) const FIGURES: &[&str] = &[
    "connections",
    "back_seconds",
    "back_p50_us",
    "back_p99_us",
    "resumed",
    "resume_failed",
    "rooms_lost",
    "knocked_in_vain",
    "live_p50_us",
    "live_max_us",
    "live_missed",
    "steady_p99_us",
    "after_p99_us",
    "node_cpu_seconds",
    "lost",
];

/// Options of `storm`.
#[derive(Debug, Args)]
pub(crate) struct Storm {
    /// Connections, all joined, all dropped
    #[arg(long, default_value_t = 2_000)]
    connections: usize,
    /// Members of each room, and its seats
    #[arg(long, default_value_t = 4)]
    room_size: usize,
    /// Signals per second and member, before, during and after; those due while disconnected are sent later
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// Drop only every Nth member's socket, so that others of their rooms stay connected
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    each: u32,
    /// How the sockets are dropped
    #[arg(long, value_enum, default_value_t = Cut::Reset)]
    cut: Cut,
    /// Back-off of the reconnects
    #[arg(long, value_enum, default_value_t = Reconnect::Jittered)]
    comeback: Reconnect,
    /// How often this happens
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    storms: u32,
    /// How long signals are measured before the first storm, and after each
    #[arg(long = "for", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// Records latencies of signals, and how long members were disconnected.
struct Away {
    latencies: Arc<Latencies>,
    times: Mutex<Histogram<u64>>,
    last: AtomicU64,
    lost: Mutex<BTreeSet<RoomNumber>>,
}

impl Script for Away {
    fn relayed(&self, play: &Play, _mouth: &Outbox, relayed: Relayed) {
        self.latencies.record(relayed.at, play.epoch.now());
    }

    fn back(&self, play: &Play, _who: &Part, lost_at: Nanos) {
        let now = play.epoch.now();
        self.last.fetch_max(now, Relaxed);
        self.times.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(now.saturating_sub(lost_at));
    }

    fn unresumed(&self, who: Part) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).insert(who.number);
    }
}

/// The results of the storms.
struct Weather {
    /// From the first drop until the last member has resumed, in the worst storm.
    worst: Nanos,
    beats: Beats,
    node_cpu: Option<Duration>,
}

impl Storm {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(
            self.room_size >= 2 && self.connections >= self.room_size,
            "--connections {} do not fill one room of {} (2 at least)",
            self.connections,
            self.room_size
        );
        let latencies = Arc::new(Latencies::new(&["warm", "steady", "storm", "after"])?);
        let away = Arc::new(Away {
            latencies: Arc::clone(&latencies),
            times: Mutex::new(histogram()?),
            last: AtomicU64::new(0),
            lost: Mutex::default(),
        });
        let node = Node::reach(run.shared.which.clone(), &[]).await?;
        let crowd = self.crowd(run, &node, &away).await?;

        let pace = self.begin(run, &crowd)?;
        latencies.enter("steady");
        run.watch("steady", self.span, rates(&crowd, &latencies)).await;
        let weather = self.rage(run, (&node, &crowd), &away).await?;
        latencies.enter("after");
        run.watch("after", self.span, rates(&crowd, &latencies)).await;
        if let Some(pace) = pace {
            pace.end().await?;
        }
        let lost = drained(&crowd).await;

        let mut report = run.report("storm");
        for phase in ["steady", "storm", "after"] {
            report.phase(phase, &latencies.of(phase)?);
        }
        self.figures(&mut report, &crowd, (&away, &weather));
        let p99 = |phase| anyhow::Ok(micros(latencies.of(phase)?.value_at_quantile(0.99)));
        if self.rate > 0.0 {
            report.figure(("steady_p99_us", Unit::Microseconds), p99("steady")?, "signals before the storm");
            report.figure(("after_p99_us", Unit::Microseconds), p99("after")?, "signals after all have resumed");
        }
        report.figure(("lost", Unit::Count), float(lost), "signals sent, but not arrived");
        if lost > 0 {
            report.failure(format!("{lost} signals were lost"));
        }
        run.close((node, crowd), report).await
    }

    async fn crowd(&self, run: &Run, node: &Node, away: &Arc<Away>) -> anyhow::Result<Crowd> {
        let (rooms, seats) = (self.connections / self.room_size, self.room_size);
        let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 0, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms,
            seats,
            outside: 0,
            joins_at_once: true,
            negotiation: Some(negotiation),
            comeback: Some(self.comeback),
            expected: &[],
        };
        let guests = run.roster(node, casting, Box::new(Arc::clone(away))).await?;
        let crowd = run.open(node, guests).await?;
        crowd.greet_and_join(&run.show).await?;
        crowd.negotiated(&run.show, (rooms * seats * (seats - 1) / 2) as u64).await?;
        Ok(crowd)
    }

    fn begin(&self, run: &Run, crowd: &Crowd) -> anyhow::Result<Option<Pace>> {
        if self.rate <= 0.0 {
            return Ok(None);
        }
        let rate = self.rate * float(crowd.outboxes.len() as u64);
        let offer = Offer { directions: rounds(crowd, self.room_size), rate, bytes: run.shared.payload };
        Pace::begin(offer, Arc::clone(&crowd.play)).map(Some)
    }

    /// Storm after storm; the probe continues between them.
    async fn rage(&self, run: &Run, (node, crowd): (&Node, &Crowd), away: &Away) -> anyhow::Result<Weather> {
        let (pulse, cpu) = (Pulse::begin(&node.side()?)?, node.cpu()?);
        let mut worst = 0;
        for storm in 1..=u64::from(self.storms) {
            away.latencies.enter("storm");
            let begun = run.epoch.now();
            let struck = crowd.outboxes.iter().step_by(self.each as usize);
            let cuts = async { struck.for_each(|outbox| outbox.cut(self.cut)) };
            let goal = storm * self.struck(crowd);
            crowd.reach(&run.show, "come back", (goal, |tally| &tally.back), cuts).await?;
            worst = worst.max(away.last.load(Relaxed).saturating_sub(begun));
            if storm < u64::from(self.storms) {
                away.latencies.enter("after");
                run.watch("lull", self.span, rates(crowd, &away.latencies)).await;
            }
        }
        let node_cpu = node.cpu()?.zip(cpu).map(|(later, earlier)| later.saturating_sub(earlier));
        Ok(Weather { worst, beats: pulse.end().await?, node_cpu })
    }

    /// How many sockets a storm drops.
    fn struck(&self, crowd: &Crowd) -> u64 {
        (crowd.outboxes.len() as u64).div_ceil(u64::from(self.each))
    }

    fn figures(&self, report: &mut Report, crowd: &Crowd, (away, weather): (&Away, &Weather)) {
        let tally = &crowd.play.tally;
        let times = away.times.lock().unwrap_or_else(PoisonError::into_inner);
        let at = |times: &Histogram<u64>, quantile| micros(times.value_at_quantile(quantile));
        report.phase("away", &times);
        report.phase("health/live", &weather.beats.times);
        let struck = self.struck(crowd);
        report.figure(("connections", Unit::Count), float(struck), "dropped at the same moment");
        let back = Duration::from_nanos(weather.worst).as_secs_f64();
        report.figure(("back_seconds", Unit::Seconds), back, "from the first drop until the last has resumed");
        let what = "from the loss of a socket until its session was resumed";
        report.figure(("back_p50_us", Unit::Microseconds), at(&times, 0.5), what);
        report.figure(("back_p99_us", Unit::Microseconds), at(&times, 0.99), what);
        report.figure(("resumed", Unit::Count), float(tally.resumed.load(Relaxed)), "resumed sessions");
        let (failed, why) = tally.unresumed_all();
        report.figure(("resume_failed", Unit::Count), float(failed), "sessions that could not be resumed");
        let rooms = away.lost.lock().unwrap_or_else(PoisonError::into_inner).len();
        report.figure(
            ("rooms_lost", Unit::Count),
            float(rooms as u64),
            "rooms with a session that could not be resumed",
        );
        if rooms > 0 {
            report.violation(format!("{failed} sessions in {rooms} rooms could not be resumed ({why})"));
        }
        let vain = float(tally.knocked_in_vain.load(Relaxed));
        report.figure(("knocked_in_vain", Unit::Count), vain, "attempts to reconnect that failed");
        let Beats { times: beats, missed } = &weather.beats;
        report.figure(
            ("live_p50_us", Unit::Microseconds),
            at(beats, 0.5),
            "GET /health/live, each on a new connection",
        );
        report.figure(("live_max_us", Unit::Microseconds), micros(beats.max()), "the longest of them");
        report.figure(("live_missed", Unit::Count), float(*missed), "missing or failed responses to it");
        if let Some(cpu) = weather.node_cpu {
            report.figure(("node_cpu_seconds", Unit::Seconds), cpu.as_secs_f64(), "the node's, from the cut on");
        }
        if *missed > 0 {
            report.violation(format!("{missed} of {} probes of /health/live failed", missed + beats.len()));
        }
        let (all, cut) = (tally.interruptions(None), struck * u64::from(self.storms));
        if all > cut {
            report.failure(format!("{} connections ended besides the {cut} that were cut", all - cut));
        }
    }
}
