//! `churn`: in every room two members stay and signal, while beside them one leaves and another joins, at a steady
//! rate; or all members are idle between messages. The cost of joins and leaves for the staying members, and that none
//! of their messages is lost. Must not know how a join is measured.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use actors::protocol::{Code, RoomId, UserId};
use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;

use super::joining::Joining;
use super::relay::rates;
use super::{Casting, Run, seconds};
use crate::crowd::Crowd;
use crate::latency::Latencies;
use crate::limits::DRAIN_WITHIN;
use crate::member::{Negotiation, Outbox, Play, Relayed, Script};
use crate::node::Node;
use crate::pace::{Direction, Offer, Pace, Whom};
use crate::ramp::Ramp;
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] = &[
    "changes",
    "changes_per_second",
    "signals",
    "p50_us",
    "p99_us",
    "max_us",
    "connected_p50_us",
    "connected_p99_us",
    "too_late",
    "node_cpu_percent",
    "lost",
];

/// Members of a room that stay.
const STAYERS: usize = 2;
/// Messages to or from a member that has just left must be refused.
const TOO_LATE: &[&str] = &[Code::PeerNotFound.as_str(), Code::NotInRoom.as_str()];

/// Options of `churn`.
#[derive(Debug, Args)]
pub(crate) struct Churn {
    /// Rooms; in each, two members stay
    #[arg(long, default_value_t = 200)]
    rooms: usize,
    /// Members of each room, and its seats; one more person waits outside
    #[arg(long, default_value_t = 4)]
    room_size: usize,
    /// Changes a second in all rooms: one leaves, and the one outside joins; at most one a second in each room, 0: none
    #[arg(long, default_value_t = 50)]
    changes: u32,
    /// Messages per second between the two staying members of each room
    #[arg(long, default_value_t = 10.0, conflicts_with = "sleep")]
    rate: f64,
    /// Instead: each sends one message, then is idle for this long, so that the node's cells become idle, too
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    sleep: Option<Duration>,
    /// Duration of the run
    #[arg(long = "for", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// Watches the staying members, and lets the next one join after a leave.
struct Turnover {
    latencies: Arc<Latencies>,
    joining: Joining,
    stayers: OnceLock<HashSet<UserId>>,
    /// Messages received between staying members.
    heard: AtomicU64,
    /// The member that joins after this one has left.
    next: Mutex<HashMap<UserId, (UserId, Outbox, RoomId)>>,
}

impl Script for Turnover {
    fn relayed(&self, play: &Play, _mouth: &Outbox, Relayed { signal, at }: Relayed) {
        let stays = |user| self.stayers.get().is_some_and(|stayers| stayers.contains(user));
        if stays(&signal.from.user) && stays(&signal.to.user) {
            self.heard.fetch_add(1, Relaxed);
            self.latencies.record(at, play.epoch.now());
        }
    }

    fn left(&self, play: &Play, who: UserId) {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner).remove(&who);
        if let Some((user, outbox, room)) = next {
            self.joining.due(user, play.epoch.now());
            outbox.join(room);
        }
    }

    fn seated(&self, play: &Play, who: UserId, others: usize) {
        self.joining.seated(who, others, play.epoch.now());
    }

    fn complete(&self, play: &Play, newcomer: UserId) {
        self.joining.complete(newcomer, play.epoch.now());
    }
}

/// The result.
struct Outcome {
    changes: u64,
    said: u64,
    lost: u64,
    node_cpu: Option<Duration>,
}

impl Churn {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(
            self.room_size > STAYERS,
            "--room-size {}: two stay, and at least one must come and go",
            self.room_size
        );
        ensure!(
            self.changes as usize <= self.rooms,
            "--changes {}: more than one a second in each of {} rooms → more --rooms",
            self.changes,
            self.rooms
        );
        let turnover = Arc::new(Turnover {
            latencies: Arc::new(Latencies::new(&["warm", "churn", "after"])?),
            joining: Joining::new()?,
            stayers: OnceLock::new(),
            heard: AtomicU64::new(0),
            next: Mutex::default(),
        });
        let node = Node::reach(run.shared.which.clone(), &[]).await?;
        let crowd = self.crowd(run, &node, &turnover).await?;
        let outcome = self.turn(run, (&node, &crowd), &turnover).await?;

        let mut report = run.report("churn");
        self.figures(&mut report, (&crowd, &outcome), &turnover)?;
        run.close((node, crowd), report).await
    }

    async fn crowd(&self, run: &Run, node: &Node, turnover: &Arc<Turnover>) -> anyhow::Result<Crowd> {
        let seats = self.room_size;
        let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 10, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms: self.rooms,
            seats,
            outside: 1,
            joins_at_once: false,
            negotiation: Some(negotiation),
            comeback: None,
            expected: TOO_LATE,
        };
        let company = run.roster(node, casting, Box::new(Arc::clone(turnover))).await?;
        let stay = company.guests.chunks_exact(seats + 1).flat_map(|room| &room[..STAYERS]);
        let _ = turnover.stayers.set(stay.map(|guest| guest.part.user.clone()).collect());
        let crowd = run.open(node, company).await?;
        crowd.greet(&run.show).await?;
        let joins = async {
            let mut ramp = Ramp::new(run.shared.ramp);
            for (outboxes, guests) in crowd.outboxes.chunks_exact(seats + 1).zip(crowd.guests.chunks_exact(seats + 1)) {
                for outbox in &outboxes[..seats] {
                    ramp.turn().await;
                    outbox.join(guests[0].part.room);
                }
            }
        };
        crowd.reach(&run.show, "join rooms", ((self.rooms * seats) as u64, |tally| &tally.joined), joins).await?;
        crowd.negotiated(&run.show, (self.rooms * seats * (seats - 1) / 2) as u64).await?;
        Ok(crowd)
    }

    /// Between the two staying members of each room; a room's messages follow each other, so that a room may be idle.
    fn directions(&self, crowd: &Crowd) -> Vec<Direction> {
        let rooms = crowd.outboxes.chunks_exact(self.room_size + 1).zip(crowd.guests.chunks_exact(self.room_size + 1));
        let both = |(outboxes, guests): (&[Outbox], &[crate::crowd::Guest])| {
            let to = |n: usize| Whom::One(guests[n].part.user.clone());
            [(outboxes[0].clone(), to(1)), (outboxes[1].clone(), to(0))]
        };
        rooms.flat_map(both).collect()
    }

    /// Signals and changes, until the time is over and everything has settled.
    async fn turn(&self, run: &Run, (node, crowd): (&Node, &Crowd), turnover: &Turnover) -> anyhow::Result<Outcome> {
        let directions = self.directions(crowd);
        let rate = match self.sleep {
            Some(sleep) => float(directions.len() as u64) / sleep.as_secs_f64().max(1e-3),
            None => self.rate * float(self.rooms as u64),
        };
        turnover.latencies.enter("churn");
        let (before, cpu) = (turnover.heard.load(Relaxed), node.cpu()?);
        let pace = Pace::begin(Offer { directions, rate, bytes: run.shared.payload }, Arc::clone(&crowd.play))?;
        let words = rates(crowd, &turnover.latencies);
        let ((), changes) = tokio::join!(run.watch("churn", self.span, words), self.change(crowd, turnover));
        let node_cpu = node.cpu()?.zip(cpu).map(|(later, earlier)| later.saturating_sub(earlier));
        let said = pace.end().await?.len();
        let seated = (self.rooms * self.room_size) as u64 + changes;
        crowd.reach(&run.show, "settle", (seated, |tally| &tally.joined), std::future::ready(())).await?;
        let until = Instant::now() + DRAIN_WITHIN;
        let lost = loop {
            let lost = said.saturating_sub(turnover.heard.load(Relaxed) - before);
            if lost == 0 || Instant::now() > until {
                break lost;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        Ok(Outcome { changes, said, lost, node_cpu })
    }

    /// Change after change, room after room; returns their number.
    async fn change(&self, crowd: &Crowd, turnover: &Turnover) -> u64 {
        let until = Instant::now() + self.span;
        let people = self.room_size + 1;
        // The changing members of each room, the longest present first, and the one outside last.
        let mut rooms: Vec<VecDeque<usize>> =
            (0..self.rooms).map(|room| (room * people + STAYERS..(room + 1) * people).collect()).collect();
        let (mut ramp, mut changes) = (Ramp::new(self.changes), 0);
        while self.changes > 0 && Instant::now() < until {
            for room in &mut rooms {
                ramp.turn().await;
                if Instant::now() >= until {
                    break;
                }
                let (Some(leaves), Some(joins)) = (room.pop_front(), room.back().copied()) else { continue };
                room.push_back(leaves);
                let (leaver, newcomer) = (crowd.guests[leaves].part.clone(), crowd.guests[joins].part.clone());
                let next = (newcomer.user, crowd.outboxes[joins].clone(), newcomer.room);
                turnover.next.lock().unwrap_or_else(PoisonError::into_inner).insert(leaver.user, next);
                crowd.play.roster.left(leaver.number);
                crowd.outboxes[leaves].leave();
                changes += 1;
            }
        }
        changes
    }

    fn figures(
        &self,
        report: &mut Report,
        (crowd, outcome): (&Crowd, &Outcome),
        turnover: &Turnover,
    ) -> anyhow::Result<()> {
        let at = |times: &Histogram<u64>, quantile| micros(times.value_at_quantile(quantile));
        let times = turnover.latencies.of("churn")?;
        let joins = turnover.joining.times();
        report.phase("churn", &times);
        report.phase("join to seat", &joins.seated);
        report.phase("join to connected", &joins.connected);
        let (seconds, changes) = (self.span.as_secs_f64(), float(outcome.changes));
        report.figure(("changes", Unit::Count), changes, "one left, another joined");
        report.figure(("changes_per_second", Unit::PerSecond), changes / seconds, "the same a second");
        report.figure(("signals", Unit::Count), float(outcome.said), "between the staying members");
        for (name, quantile) in [("p50_us", 0.5), ("p99_us", 0.99), ("max_us", 1.0)] {
            report.figure((name, Unit::Microseconds), at(&times, quantile), "signals between the staying members");
        }
        let what = "from the user_left of one member until the next one is connected with all others";
        report.figure(("connected_p50_us", Unit::Microseconds), at(&joins.connected, 0.5), what);
        report.figure(("connected_p99_us", Unit::Microseconds), at(&joins.connected, 0.99), what);
        let too_late: u64 = TOO_LATE.iter().map(|code| crowd.play.tally.refused_with(code)).sum();
        report.figure(
            ("too_late", Unit::Count),
            float(too_late),
            "refused messages to or from a member who had just left",
        );
        if let Some(cpu) = outcome.node_cpu {
            report.figure(("node_cpu_percent", Unit::Percent), 100.0 * cpu.as_secs_f64() / seconds, "of one core");
        }
        report.figure(("lost", Unit::Count), float(outcome.lost), "lost signals between the staying members");
        if outcome.lost > 0 {
            report.failure(format!("{} signals between members who stayed were lost", outcome.lost));
        }
        Ok(())
    }
}
