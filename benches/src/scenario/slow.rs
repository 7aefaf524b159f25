//! `slow`: slow readers in active rooms. Their cost for the others in latency and for the node in memory, and how they
//! are closed and reconnect. Must not know how a member stops reading.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use actors::protocol::UserId;
use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;

use super::relay::{rate, rates};
use super::{Casting, Run, seconds};
use crate::crowd::Crowd;
use crate::latency::Latencies;
use crate::limits::DRAIN_WITHIN;
use crate::member::{Negotiation, Outbox, Part, Play, Reconnect, Relayed, Script};
use crate::node::Node;
use crate::pace::{Direction, Offer, Pace, Whom};
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] = &[
    "stalled",
    "closed",
    "closed_4530",
    "resumed",
    "resume_failed",
    "before_p99_us",
    "stalled_p99_us",
    "p99_ratio",
    "memory_growth_bytes",
    "memory_per_stalled_bytes",
    "lost",
];

/// Options of `slow`.
#[derive(Debug, Args)]
pub(crate) struct Slow {
    /// Rooms
    #[arg(long, default_value_t = 50)]
    rooms: usize,
    /// Members of each room, and its seats
    #[arg(long, default_value_t = 4)]
    room_size: usize,
    /// Rooms in which one member stops reading
    #[arg(long, default_value_t = 10)]
    stalled: usize,
    /// Chat messages per second in each of these rooms, which are buffered for the slow readers
    #[arg(long, default_value_t = 100.0, value_parser = rate)]
    chat_rate: f64,
    /// Bytes of one of them, 4 000 at most
    #[arg(long, default_value_t = 4_000)]
    chat_bytes: usize,
    /// Measured signals per second of each reading member, in all rooms
    #[arg(long, default_value_t = 5.0, value_parser = rate)]
    rate: f64,
    /// How long they stop
    #[arg(long, default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    stall: Duration,
    /// How long everything is measured before and after
    #[arg(long = "for", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// Measures signals between reading members.
struct Bystanders {
    latencies: Arc<Latencies>,
    slow: OnceLock<HashSet<UserId>>,
    heard: AtomicU64,
    /// Lost connections of reading members.
    lost: AtomicU64,
}

impl Bystanders {
    fn reads(&self, user: UserId) -> bool {
        self.slow.get().is_some_and(|slow| !slow.contains(&user))
    }
}

impl Script for Bystanders {
    fn relayed(&self, play: &Play, _mouth: &Outbox, relayed: Relayed) {
        if self.reads(relayed.signal.to.user) {
            self.heard.fetch_add(1, Relaxed);
            self.latencies.record(relayed.at, play.epoch.now());
        }
    }

    fn interrupted(&self, who: Part) {
        self.lost.fetch_add(u64::from(self.reads(who.user)), Relaxed);
    }
}

/// The node's memory, and what did not arrive.
struct Outcome {
    before: u64,
    peak: u64,
    lost: u64,
}

impl Slow {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(self.room_size >= 3, "--room-size {}: one is slow, and two others talk", self.room_size);
        ensure!(self.stalled <= self.rooms, "--stalled {}: there are only {} rooms", self.stalled, self.rooms);
        let bystanders = Arc::new(Bystanders {
            latencies: Arc::new(Latencies::new(&["warm", "before", "stalled", "after"])?),
            slow: OnceLock::new(),
            heard: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        // A member that reads again late must still have its seat, so that the state of its inbox is seen.
        let node = Node::reach(run.shared.which.clone(), &["room.seat_window=1m"]).await?;
        let crowd = self.crowd(run, &node, &bystanders).await?;
        let outcome = self.talk(run, (&node, &crowd), &bystanders).await?;

        let mut report = run.report("slow");
        self.figures(&mut report, (&crowd, &outcome), &bystanders)?;
        run.close((node, crowd), report).await
    }

    async fn crowd(&self, run: &Run, node: &Node, bystanders: &Arc<Bystanders>) -> anyhow::Result<Crowd> {
        let seats = self.room_size;
        let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 0, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms: self.rooms,
            seats,
            outside: 0,
            joins_at_once: true,
            negotiation: Some(negotiation),
            comeback: Some(Reconnect::Jittered),
            expected: &["gap"],
        };
        let mut company = run.roster(node, casting, Box::new(Arc::clone(bystanders))).await?;
        let slow = company.guests.chunks_exact_mut(seats).take(self.stalled).filter_map(<[_]>::last_mut);
        let slow = slow.map(|guest| {
            guest.receive_bytes = Some(SLOW_RECEIVE_BYTES);
            guest.part.user.clone()
        });
        let _ = bystanders.slow.set(slow.collect());
        let crowd = run.open(node, company).await?;
        crowd.greet_and_join(&run.show).await?;
        crowd.negotiated(&run.show, (self.rooms * seats * (seats - 1) / 2) as u64).await?;
        Ok(crowd)
    }

    /// The members that are, or will be, slow.
    fn slow<'a>(&self, crowd: &'a Crowd) -> impl Iterator<Item = &'a Outbox> + use<'a> {
        crowd.outboxes.chunks_exact(self.room_size).take(self.stalled).filter_map(<[_]>::last)
    }

    /// From each reading member to the next one; the last of each room is left out, slow or not.
    fn directions(&self, crowd: &Crowd) -> Vec<Direction> {
        let rooms = crowd.outboxes.chunks_exact(self.room_size).zip(crowd.guests.chunks_exact(self.room_size));
        let readers = self.room_size - 1;
        let round = |(outboxes, guests): (&[Outbox], &[crate::crowd::Guest])| {
            let to = |n: usize| Whom::One(guests[(n + 1) % readers].part.user.clone());
            (0..readers).map(|n| (outboxes[n].clone(), to(n))).collect::<Vec<_>>()
        };
        rooms.flat_map(round).collect()
    }

    async fn talk(
        &self,
        run: &Run,
        (node, crowd): (&Node, &Crowd),
        bystanders: &Bystanders,
    ) -> anyhow::Result<Outcome> {
        let (latencies, play) = (&bystanders.latencies, &crowd.play);
        let directions = self.directions(crowd);
        let rate = self.rate * float(directions.len() as u64);
        let signals = Pace::begin(Offer { directions, rate, bytes: run.shared.payload }, Arc::clone(play))?;
        let others = u32::try_from(self.room_size - 1).unwrap_or(u32::MAX);
        let chatty = crowd.outboxes.chunks_exact(self.room_size).take(self.stalled);
        let directions: Vec<_> = chatty.map(|room| (room[0].clone(), Whom::All(others))).collect();
        let rate = self.chat_rate * float(self.stalled.max(1) as u64);
        let chat = Pace::begin(Offer { directions, rate, bytes: self.chat_bytes }, Arc::clone(play))?;

        run.watch("warm up", WARM, rates(crowd, latencies)).await;
        latencies.enter("before");
        run.watch("before", self.span, rates(crowd, latencies)).await;
        let (before, mut peak) = (node.anonymous()?, 0);
        latencies.enter("stalled");
        self.slow(crowd).for_each(|outbox| outbox.stall(true));
        let mut words = rates(crowd, latencies);
        let look = || {
            peak = peak.max(node.anonymous().unwrap_or_default());
            words()
        };
        run.watch("stalled", self.stall, look).await;
        latencies.enter("after");
        self.slow(crowd).for_each(|outbox| outbox.stall(false));
        run.watch("after", self.span, rates(crowd, latencies)).await;
        chat.end().await?;
        let said = signals.end().await?.len();
        let until = Instant::now() + DRAIN_WITHIN;
        while bystanders.heard.load(Relaxed) < said && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Outcome { before, peak, lost: said.saturating_sub(bystanders.heard.load(Relaxed)) })
    }

    fn figures(
        &self,
        report: &mut Report,
        (crowd, outcome): (&Crowd, &Outcome),
        bystanders: &Bystanders,
    ) -> anyhow::Result<()> {
        let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
        let (before, during) = (bystanders.latencies.of("before")?, bystanders.latencies.of("stalled")?);
        report.phase("before", &before);
        report.phase("stalled", &during);
        report.phase("after", &bystanders.latencies.of("after")?);
        let tally = &crowd.play.tally;
        let stalled = self.stalled as u64;
        report.figure(("stalled", Unit::Count), float(stalled), "readers who stopped reading");
        let what = "how often their connections ended; more than once if a replay is too much as well";
        report.figure(("closed", Unit::Count), float(tally.interruptions(None)), what);
        let told = tally.interruptions(Some(4_530));
        report.figure(("closed_4530", Unit::Count), float(told), "of these, with the close code for slow readers");
        report.figure(("resumed", Unit::Count), float(tally.resumed.load(Relaxed)), "of these, resumed");
        let (failed, _) = tally.unresumed_all();
        let what = "of these, whose inbox overflowed, and who joined again";
        report.figure(("resume_failed", Unit::Count), float(failed), what);
        report.figure(("before_p99_us", Unit::Microseconds), p99(&before), "signals of those who read, before");
        report.figure(("stalled_p99_us", Unit::Microseconds), p99(&during), "signals of those who read, meanwhile");
        report.figure(
            ("p99_ratio", Unit::Ratio),
            p99(&during) / p99(&before).max(1e-3),
            "the second against the first",
        );
        let growth = float(outcome.peak.saturating_sub(outcome.before));
        let what = "the node's anonymous memory: most while they stopped, against just before";
        report.figure(("memory_growth_bytes", Unit::Bytes), growth, what);
        let each = growth / float(stalled.max(1));
        report.figure(("memory_per_stalled_bytes", Unit::Bytes), each, "the same for each of them");
        report.figure(("lost", Unit::Count), float(outcome.lost), "lost signals of those who read");
        if outcome.lost > 0 {
            report.failure(format!("{} signals between members who read were lost", outcome.lost));
        }
        let cut = bystanders.lost.load(Relaxed);
        if cut > 0 {
            report.failure(format!("{cut} connections of members who read were closed unexpectedly"));
        }
        Ok(())
    }
}

/// What the kernel holds for a slow reader: little, so that the node feels it soon.
const SLOW_RECEIVE_BYTES: u32 = 16 * 1024;
/// How long the load runs before it is measured.
const WARM: Duration = Duration::from_secs(2);
