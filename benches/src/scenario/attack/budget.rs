//! `attack budget`: clients send as much as they can, or make others work, one attack after the other, in rooms with other
//! members. These hear few joins, are never refused for the attacker's rate, and are answered as fast as without it; a
//! flood ends its connection. Must not know how the node counts.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actors::protocol::{Close, Code, UserId};
use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::kinds::{Attack, Foe, Outcome};
use super::{Apart, SETTINGS, account};
use crate::crowd::{Crowd, Guest};
use crate::latency::Latencies;
use crate::limits::DRAIN_WITHIN;
use crate::member::{Negotiation, Outbox, Play, Relayed, Script};
use crate::node::{Node, Terms, Token};
use crate::pace::{Direction, Offer, Pace, Whom};
use crate::report::{Report, Unit, float, micros};
use crate::scenario::relay::rates;
use crate::scenario::{Casting, Run, seconds};

pub(super) const FIGURES: &[&str] = &[
    "rooms",
    "attackers",
    "idle_p99_us",
    "takeover_p99_ratio",
    "join_leave_p99_ratio",
    "flood_p99_ratio",
    "ping_p99_ratio",
    "guess_p99_ratio",
    "p99_ratio",
    "rounds",
    "takeovers_tried",
    "takeover_joins_heard",
    "join_leave_joins_heard",
    "flood_sent",
    "ping_sent",
    "guesses_sent",
    "guesses_answered",
    "closed_4529",
    "rate_limited",
    "lost",
];

/// Members of each room beside the attacker.
const MEMBERS: usize = 3;
/// Seats of a room.
const SEATS: usize = MEMBERS + 1;
/// Joins that a member may hear a second.
const JOINS_PER_SECOND: f64 = 10.0;
/// Messages to an attacker that has just left are refused, as they must be.
const TOO_LATE: &[&str] = &[Code::PeerNotFound.as_str(), Code::NotInRoom.as_str()];

/// Options of `attack budget`.
#[derive(Debug, Args)]
pub(crate) struct Budget {
    /// Rooms with three members each
    #[arg(long, default_value_t = 20)]
    rooms: usize,
    /// Rooms of these with an attacker
    #[arg(long, default_value_t = 2)]
    attacked: usize,
    /// Messages a second of each member to the next one
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// How often each attack is tried, each time after as long without one
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The longest p99 during an attack, as a multiple of that without one
    #[arg(long, default_value_t = 2.0)]
    p99_times_max: f64,
    /// Duration of each attack
    #[arg(long = "for", default_value = "4", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// Measures signals between members, and counts the joins that each hears.
struct Bystanders {
    latencies: Arc<Latencies>,
    heard: AtomicU64,
    joins: Mutex<HashMap<UserId, u64>>,
    /// Attackers, whom members answer; only signals between members are measured.
    foes: Mutex<HashSet<UserId>>,
}

impl Bystanders {
    /// The most joins that one member has heard since the last look.
    fn most_joins(&self) -> u64 {
        let joins = std::mem::take(&mut *self.joins.lock().unwrap_or_else(PoisonError::into_inner));
        joins.into_values().max().unwrap_or(0)
    }
}

impl Script for Bystanders {
    fn relayed(&self, play: &Play, _mouth: &Outbox, relayed: Relayed) {
        self.heard.fetch_add(1, Relaxed);
        self.latencies.record(relayed.at, play.epoch.now());
    }

    fn met(&self, listener: UserId, newcomer: UserId) {
        if self.foes.lock().unwrap_or_else(PoisonError::into_inner).contains(&newcomer) {
            *self.joins.lock().unwrap_or_else(PoisonError::into_inner).entry(listener).or_default() += 1;
        }
    }
}

/// The results of one attack, over all rounds.
struct Fought {
    attack: Attack,
    /// What the attackers did.
    outcomes: Vec<Outcome>,
    /// The most joins that one member heard.
    joins: u64,
}

impl Fought {
    const fn none(attack: Attack) -> Self {
        Self { attack, outcomes: Vec::new(), joins: 0 }
    }

    fn sum(&self, of: impl Fn(&Outcome) -> u64) -> u64 {
        self.outcomes.iter().map(of).sum()
    }
}

impl Budget {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!((1..=self.rooms).contains(&self.attacked), "--attacked: 1 to {} of the rooms", self.rooms);
        let phases: Vec<_> = ["warm", "idle"].into_iter().chain(Attack::ALL.map(Attack::name)).collect();
        let bystanders = Arc::new(Bystanders {
            latencies: Arc::new(Latencies::new(&phases)?),
            heard: AtomicU64::new(0),
            joins: Mutex::default(),
            foes: Mutex::default(),
        });
        let terms = Terms { settings: SETTINGS, has_default_limits: true, memory_max: None };
        let node = Node::reach_on(run.shared.which.clone(), terms).await?;
        let (crowd, foes) = self.crowd(run, &node, &bystanders).await?;

        let before = bystanders.heard.load(Relaxed);
        let directions = ring(&crowd);
        let rate = self.rate * float(directions.len() as u64);
        let pace = Pace::begin(Offer { directions, rate, bytes: run.shared.payload }, Arc::clone(&crowd.play))?;
        let latencies = &bystanders.latencies;
        run.watch("warm up", Duration::from_secs(2), rates(&crowd, latencies)).await;
        let mut fought = Attack::ALL.map(Fought::none);
        for _ in 0..self.rounds {
            for (fought, foes) in fought.iter_mut().zip(&foes) {
                self.fight(run, (&crowd, &bystanders), (fought, foes)).await?;
            }
        }
        let said = pace.end().await?.len();
        let lost = lost(&bystanders, before + said).await;

        let mut report = run.report("attack budget");
        self.figures(&mut report, &crowd, (&bystanders, &fought))?;
        report.figure(("lost", Unit::Count), float(lost), "signals between members that did not arrive");
        if lost > 0 {
            report.violation(format!("{lost} signals between members were lost"));
        }
        run.close((node, crowd), report).await
    }

    /// Members in their rooms, and for each attack one attacker in each attacked room, outside for now.
    async fn crowd(
        &self,
        run: &Run,
        node: &Node,
        bystanders: &Arc<Bystanders>,
    ) -> anyhow::Result<(Crowd, Vec<Vec<Foe>>)> {
        let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 10, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms: self.rooms,
            seats: SEATS,
            outside: Attack::ALL.len() - 1,
            joins_at_once: true,
            negotiation: Some(negotiation),
            comeback: None,
            expected: TOO_LATE,
        };
        let mut company = run.roster(node, casting, Box::new(Arc::clone(bystanders))).await?;
        company.knockers.clear(); // a seat of each room is free
        let mut foes: Vec<Vec<Foe>> = Attack::ALL.map(|_| Vec::new()).into();
        let people = std::mem::take(&mut company.guests);
        for (at, guest) in people.into_iter().enumerate() {
            let (room, place) = (at / (MEMBERS + Attack::ALL.len()), at % (MEMBERS + Attack::ALL.len()));
            match place.checked_sub(MEMBERS) {
                None => company.guests.push(guest),
                Some(which) if room < self.attacked => foes[which].push(self.foe(node, (guest, which), room)),
                Some(_) => {}
            }
        }
        let attackers = foes.iter().flatten().map(|foe| foe.user.clone());
        bystanders.foes.lock().unwrap_or_else(PoisonError::into_inner).extend(attackers);
        let crowd = run.open(node, company).await?;
        crowd.greet_and_join(&run.show).await?;
        crowd.negotiated(&run.show, (self.rooms * MEMBERS * (MEMBERS - 1) / 2) as u64).await?;
        Ok((crowd, foes))
    }

    /// An attacker with an address of its own.
    fn foe(&self, node: &Node, (guest, which): (Guest, usize), room: usize) -> Foe {
        let token = Token { user: guest.part.user.clone(), token: guest.token.as_ref().to_owned() };
        let account = account(node, &token, which * self.attacked + room);
        Foe { user: guest.part.user, account, room: guest.part.room, is_fast: room.is_multiple_of(2) }
    }

    /// Some time without an attack, in which the node also recovers from the one before; then all attackers of one attack.
    async fn fight(
        &self,
        run: &Run,
        (crowd, bystanders): (&Crowd, &Bystanders),
        (fought, foes): (&mut Fought, &[Foe]),
    ) -> anyhow::Result<()> {
        let (attack, latencies) = (fought.attack, &bystanders.latencies);
        latencies.enter("warm");
        run.watch("recover", RECOVERY, rates(crowd, latencies)).await;
        latencies.enter("idle");
        run.watch("idle", self.span, rates(crowd, latencies)).await;
        latencies.enter(attack.name());
        bystanders.most_joins();
        let until = Instant::now() + self.span;
        let apart = Apart::begin()?;
        let fight = |foe: &Foe| {
            let foe = foe.clone();
            apart.spawn(async move { foe.fight(attack, until).await })
        };
        let fighting = join_all(foes.iter().map(fight).collect());
        fought.outcomes.extend(run.during(attack.name(), fighting, rates(crowd, latencies)).await?);
        drop(apart); // before the report
        fought.joins = fought.joins.max(bystanders.most_joins());
        Ok(())
    }

    fn figures(
        &self,
        report: &mut Report,
        crowd: &Crowd,
        (bystanders, fought): (&Bystanders, &[Fought]),
    ) -> anyhow::Result<()> {
        let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
        let idle = bystanders.latencies.of("idle")?;
        report.phase("idle", &idle);
        report.figure(("rooms", Unit::Count), float(self.rooms as u64), "with three members each");
        report.figure(("attackers", Unit::Count), float(self.attacked as u64), "at a time, each in a room of its own");
        report.figure(("idle_p99_us", Unit::Microseconds), p99(&idle), "signals between members, without an attack");
        let mut worst: f64 = 0.0;
        for fought in fought {
            let times = bystanders.latencies.of(fought.attack.name())?;
            report.phase(fought.attack.name(), &times);
            let ratio = p99(&times) / p99(&idle).max(1e-3);
            let what = "p99 of signals between members during this attack, against that without one";
            report.figure((fought.attack.ratio_figure(), Unit::Ratio), ratio, what);
            worst = worst.max(ratio);
            self.judge(report, fought);
        }
        report.figure(("p99_ratio", Unit::Ratio), worst, "of the worst attack");
        report.figure(("rounds", Unit::Count), float(self.rounds as u64), "of all attacks");
        if worst > self.p99_times_max {
            report.violation(format!("p99 during an attack is {worst:.2} × that without one"));
        }
        let limited = crowd.play.tally.refused_with(Code::RateLimited.as_str());
        report.figure(("rate_limited", Unit::Count), float(limited), "messages of members refused for their rate");
        let closed: u64 = fought.iter().map(|fought| fought.sum(|outcome| outcome.closed_as_flood)).sum();
        report.figure(("closed_4529", Unit::Count), float(closed), "connections of attackers closed as floods");
        Ok(())
    }

    /// The figures of one attack, and what must be true of it.
    fn judge(&self, report: &mut Report, fought: &Fought) {
        let Fought { attack, outcomes, joins } = fought;
        for (name, of, what) in attack.figures() {
            report.figure((name, Unit::Count), float(fought.sum(of)), what);
        }
        if let Some(name) = attack.joins_figure() {
            report.figure((name, Unit::Count), float(*joins), "joins that one member heard, at most");
        }
        let most = JOINS_PER_SECOND * self.span.as_secs_f64();
        if float(*joins) > most {
            report.violation(format!("{}: a member heard {joins} joins, more than {most:.0}", attack.name()));
        }
        if outcomes.iter().any(|outcome| outcome.sent == 0) {
            report.failure(format!("{}: an attacker sent nothing: nothing was shown", attack.name()));
        }
        let open = outcomes.iter().filter(|outcome| outcome.closed_as_flood == 0).count();
        if attack.must_be_closed() && open > 0 {
            let code = Close::Rate.number();
            report.violation(format!("{}: {open} attackers were not closed with {code}", attack.name()));
        }
    }
}

async fn join_all(fighting: Vec<JoinHandle<Outcome>>) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for foe in fighting {
        outcomes.push(foe.await?);
    }
    Ok(outcomes)
}

/// Each member of each room to the next one.
fn ring(crowd: &Crowd) -> Vec<Direction> {
    let rooms = crowd.outboxes.chunks_exact(MEMBERS).zip(crowd.guests.chunks_exact(MEMBERS));
    let round = |(outboxes, guests): (&[Outbox], &[Guest])| {
        let next = guests.iter().cycle().skip(1).map(|guest| Whom::One(guest.part.user.clone()));
        outboxes.iter().cloned().zip(next).collect::<Vec<_>>()
    };
    rooms.flat_map(round).collect()
}

/// How many of the signals have not arrived when nothing more comes.
async fn lost(bystanders: &Bystanders, goal: u64) -> u64 {
    let until = Instant::now() + DRAIN_WITHIN;
    while bystanders.heard.load(Relaxed) < goal && Instant::now() < until {
        sleep(Duration::from_millis(20)).await;
    }
    goal.saturating_sub(bystanders.heard.load(Relaxed))
}

/// Between an attack and the next measurement: attackers' budgets are full again.
const RECOVERY: Duration = Duration::from_secs(2);
