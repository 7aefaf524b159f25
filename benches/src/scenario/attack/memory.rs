//! `attack memory`: clients make a node with little memory buffer what nobody takes: early candidates, descriptions for
//! disconnected members of rooms that keep their seats, for members that acknowledge nothing, and for members that read
//! nothing. Beside them, established calls signal, and some of their members are disconnected and resume. Must not know how
//! the node bounds its buffers.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use actors::protocol::{RoomId, UserId};
use anyhow::ensure;
use bytesize::ByteSize;
use clap::Args;
use hdrhistogram::Histogram;
use tokio::time::sleep;

use super::flood::{Kind, Raid, Spoils};
use super::{Apart, SETTINGS, account};
use crate::attacker::{Account, Attacker};
use crate::crowd::Crowd;
use crate::latency::Latencies;
use crate::member::{Negotiation, Reconnect};
use crate::node::{Credentials, Node, Terms, Token};
use crate::pace::{Offer, Pace};
use crate::report::{Report, Unit, float, micros};
use crate::scenario::relay::{directions, drained, rates};
use crate::scenario::script::Measure;
use crate::scenario::{Casting, Run, files_for, seconds};
use client::wire::Cut;

pub(super) const FIGURES: &[&str] = &[
    "pairs",
    "memory_max_bytes",
    "is_cgroup",
    "peak_rss_bytes",
    "peak_cgroup_bytes",
    "candidates_sent",
    "candidates_refused",
    "to_absent_sent",
    "to_absent_refused",
    "to_silent_sent",
    "to_silent_refused",
    "to_deaf_sent",
    "to_deaf_refused",
    "attack_bytes",
    "attackers_closed",
    "cut",
    "resumed",
    "resume_failed",
    "closed",
    "idle_p99_us",
    "attack_p99_us",
    "p99_ratio",
    "lost",
];

/// Sockets of the one user that sends early candidates, each in a room of its own.
const CANDIDATE_SOCKETS: usize = 5;
/// Other members of these rooms.
const CANDIDATE_TARGETS: usize = 16;
/// Rooms with members that take nothing, each with one attacker: of each kind.
const DESCRIPTION_SOCKETS: usize = 8;
/// In this order.
const DESCRIPTION_KINDS: [Kind; 3] = [Kind::ToAbsent, Kind::ToSilent, Kind::ToDeaf];
/// All attackers.
const ATTACKERS: usize = CANDIDATE_SOCKETS + DESCRIPTION_KINDS.len() * DESCRIPTION_SOCKETS;
/// What the kernel holds for a member that reads nothing: little, so that the node buffers the rest.
const DEAF_RECEIVE_BYTES: u32 = 4 * 1024;
/// How long these rooms keep the seats of disconnected members, in seconds: the longest that a host may set.
const WINDOW_SECONDS: u32 = 120;

/// Options of `attack memory`.
#[derive(Debug, Args)]
pub(crate) struct Memory {
    /// Established calls of two
    #[arg(long, default_value_t = 250)]
    pairs: usize,
    /// Messages a second of each call, both directions together
    #[arg(long, default_value_t = 4.0)]
    rate: f64,
    /// Memory that the node may use: enforced with a cgroup where one can be made, else only checked
    #[arg(long, default_value = "256MiB")]
    memory_max: ByteSize,
    /// Members of each room to which descriptions are sent, up to 99
    #[arg(long, default_value_t = 24)]
    targets: usize,
    /// Members of established calls that are disconnected a second, and resume
    #[arg(long, default_value_t = 2.0)]
    cuts: f64,
    /// How long the calls are measured without an attack
    #[arg(long, default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    idle: Duration,
    /// Duration of the attack
    #[arg(long = "for", default_value = "40", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
}

/// One attacker and its accomplices in a room; those that are to be absent are disconnected.
async fn gather(
    kind: Kind,
    accounts: Vec<Account>,
    (room, targets): (RoomId, Vec<UserId>),
) -> anyhow::Result<(Raid, Attacker)> {
    let attacker = Attacker::open(&accounts[0]).await?;
    attacker.join(room).await?;
    let mut accomplices = Vec::new();
    for account in &accounts[1..] {
        let mut account = account.clone();
        account.way.receive_bytes = (kind == Kind::ToDeaf).then_some(DEAF_RECEIVE_BYTES);
        let accomplice = Attacker::open(&account).await?;
        accomplice.join(room).await?;
        accomplices.push(accomplice);
    }
    match kind {
        Kind::ToAbsent => accomplices.drain(..).for_each(|accomplice| accomplice.cut()),
        Kind::ToDeaf => accomplices.iter().for_each(Attacker::stall),
        Kind::EarlyCandidates | Kind::ToSilent => {}
    }
    let account = accounts[0].clone();
    Ok((Raid { kind, account, room, targets, accomplices }, attacker))
}

/// The results.
#[derive(Default)]
struct Siege {
    /// In the order of the kinds of attack.
    spoils: [Spoils; 4],
    cut: u64,
    lost: u64,
    peak: (u64, Option<u64>),
}

impl Memory {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        ensure!(self.pairs > 0 && (1..100).contains(&self.targets), "--pairs 1 at least, --targets 1 to 99");
        ensure!(self.span <= Duration::from_secs(60), "--for: attackers send no heartbeat, so 60 s at most");
        let latencies = Arc::new(Latencies::new(&["warm", "idle", "attack", "after"])?);
        let terms = Terms { settings: SETTINGS, has_default_limits: true, memory_max: Some(self.memory_max.as_u64()) };
        let node = Node::reach_on(run.shared.which.clone(), terms).await?;
        let crowd = self.crowd(run, &node, &latencies).await?;
        let rate = self.rate * float(self.pairs as u64);
        let offer = Offer { directions: directions(&crowd), rate, bytes: run.shared.payload };
        let pace = Pace::begin(offer, Arc::clone(&crowd.play))?;
        run.watch("warm up", Duration::from_secs(2), rates(&crowd, &latencies)).await;
        latencies.enter("idle");
        run.watch("idle", self.idle, rates(&crowd, &latencies)).await;
        latencies.enter("warm");
        let apart = Apart::begin()?;
        let raids = run.during("prepare the attack", self.prepare(&node, &apart), rates(&crowd, &latencies)).await?;
        latencies.enter("attack");
        let siege = run.during("attack", self.attack(&crowd, &apart, raids), rates(&crowd, &latencies)).await?;
        latencies.enter("after");
        drop(apart); // before the report
        pace.end().await?;
        crowd.reach(&run.show, "come back", (siege.cut, |tally| &tally.back), std::future::ready(())).await?;
        let siege = Siege { lost: drained(&crowd).await, peak: node.peak()?, ..siege };

        let mut report = run.report("attack memory");
        let (idle, busy) = (latencies.of("idle")?, latencies.of("attack")?);
        report.phase("idle", &idle);
        report.phase("attack", &busy);
        self.figures(&mut report, (&crowd, &siege), (&idle, &busy));
        self.judge(&mut report, (&crowd, &siege));
        run.close((node, crowd), report).await
    }

    async fn crowd(&self, run: &Run, node: &Node, latencies: &Arc<Latencies>) -> anyhow::Result<Crowd> {
        let people = CANDIDATE_SOCKETS * (CANDIDATE_TARGETS + 1)
            + DESCRIPTION_KINDS.len() * DESCRIPTION_SOCKETS * (self.targets + 1);
        files_for(2 * self.pairs + people)?;
        let negotiation = Negotiation { sdp_bytes: 1_500, candidates: 0, candidate_bytes: run.shared.payload };
        let casting = Casting {
            rooms: self.pairs,
            seats: 2,
            outside: 0,
            joins_at_once: true,
            negotiation: Some(negotiation),
            comeback: Some(Reconnect::Jittered),
            expected: &[],
        };
        let company = run.roster(node, casting, Box::new(Measure(Arc::clone(latencies)))).await?;
        let crowd = run.open(node, company).await?;
        crowd.greet_and_join(&run.show).await?;
        crowd.negotiated(&run.show, self.pairs as u64).await?;
        Ok(crowd)
    }

    /// All attackers are in their rooms, and their targets after them.
    async fn prepare(&self, node: &Node, apart: &Apart) -> anyhow::Result<Vec<(Raid, Attacker)>> {
        // The tokens of a node are minted anew at each call, for new users.
        let tokens = node
            .tokens(1 + CANDIDATE_TARGETS + DESCRIPTION_KINDS.len() * DESCRIPTION_SOCKETS * (1 + self.targets))
            .await?;
        let (early, others) = tokens.split_at(1 + CANDIDATE_TARGETS);
        let host = node.rest.sign_up(&Credentials::fresh("attacker", 0)).await?;
        let mut preparing = Vec::new();
        for n in 0..ATTACKERS {
            let (kind, people) = match n.checked_sub(CANDIDATE_SOCKETS) {
                None => (Kind::EarlyCandidates, early),
                Some(room) => {
                    let kind = DESCRIPTION_KINDS[room / DESCRIPTION_SOCKETS];
                    (kind, &others[room * (1 + self.targets)..(room + 1) * (1 + self.targets)])
                }
            };
            let room = node.rest.make_patient_room(&host, people.len(), WINDOW_SECONDS).await?;
            // One user attacks from one address, also with several sockets; everybody else has one of their own.
            let number = |at: usize| if kind == Kind::EarlyCandidates && at == 0 { 0 } else { 1 + n * 100 + at };
            let accounts: Vec<_> =
                people.iter().enumerate().map(|(at, token)| account(node, token, number(at))).collect();
            let targets = people[1..].iter().map(|token: &Token| token.user.clone()).collect();
            preparing.push(apart.spawn(gather(kind, accounts, (room, targets))));
        }
        let mut raids = Vec::new();
        for prepared in preparing {
            raids.push(prepared.await??);
        }
        Ok(raids)
    }

    /// All attack until the end; meanwhile members of the calls are disconnected, one after the other.
    async fn attack(&self, crowd: &Crowd, apart: &Apart, raids: Vec<(Raid, Attacker)>) -> anyhow::Result<Siege> {
        let until = Instant::now() + self.span;
        let attack = |(raid, attacker): (Raid, Attacker)| (raid.kind, apart.spawn(raid.run(attacker, until)));
        let attacking: Vec<_> = raids.into_iter().map(attack).collect();
        let mut siege = Siege::default();
        let mut outboxes = crowd.outboxes.iter();
        while self.cuts > 0.0 && Instant::now() + Duration::from_secs(2) < until {
            sleep(Duration::from_secs_f64(1.0 / self.cuts)).await;
            if let Some(outbox) = outboxes.next() {
                outbox.cut(Cut::Reset);
                siege.cut += 1;
            }
        }
        for (kind, attack) in attacking {
            let sum = &mut siege.spoils[kind as usize];
            *sum = sum.and(attack.await??);
        }
        Ok(siege)
    }

    fn figures(
        &self,
        report: &mut Report,
        (crowd, siege): (&Crowd, &Siege),
        (idle, busy): (&Histogram<u64>, &Histogram<u64>),
    ) {
        let Siege { spoils, cut, lost, peak } = siege;
        let [candidates, to_absent, to_silent, to_deaf] = spoils;
        let all = candidates.and(*to_absent).and(*to_silent).and(*to_deaf);
        let mut count = |name, value: u64, what| report.figure((name, Unit::Count), float(value), what);
        count("pairs", self.pairs as u64, "established calls");
        count("is_cgroup", u64::from(peak.1.is_some()), "1: a cgroup enforced the limit; 0: only the check below did");
        count("candidates_sent", candidates.sent, "early candidates of one user with 5 sockets");
        count("candidates_refused", candidates.refused, "of these, refused");
        count("to_absent_sent", to_absent.sent, "descriptions of 60 kB for disconnected members, by 8 sockets");
        count("to_absent_refused", to_absent.refused, "of these, refused");
        count("to_silent_sent", to_silent.sent, "the same for members that acknowledge nothing, by 8 sockets");
        count("to_silent_refused", to_silent.refused, "of these, refused");
        count("to_deaf_sent", to_deaf.sent, "the same for members that read nothing, by 8 sockets");
        count("to_deaf_refused", to_deaf.refused, "of these, refused");
        count("attackers_closed", all.closed, "sockets of attackers that were closed");
        count("cut", *cut, "members of calls that were disconnected during the attack");
        let tally = &crowd.play.tally;
        count("resumed", tally.resumed.load(Relaxed), "of these, resumed");
        count("resume_failed", tally.unresumed_all().0, "of these, not resumed");
        count("closed", tally.interruptions(None).saturating_sub(*cut), "sockets of calls that the node closed");
        count("lost", *lost, "signals of the calls that did not arrive");
        let mut bytes = |name, value: u64, what| report.figure((name, Unit::Bytes), float(value), what);
        bytes("memory_max_bytes", self.memory_max.as_u64(), "memory that the node may use");
        bytes("peak_rss_bytes", peak.0, "the node's resident memory, at most");
        bytes("peak_cgroup_bytes", peak.1.unwrap_or_default(), "the same with the kernel's share, by the cgroup");
        bytes("attack_bytes", all.bytes, "sent by all attackers");
        let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
        report.figure(("idle_p99_us", Unit::Microseconds), p99(idle), "signals before");
        report.figure(
            ("attack_p99_us", Unit::Microseconds),
            p99(busy),
            "signals during the attack, resent ones included",
        );
        report.figure(("p99_ratio", Unit::Ratio), p99(busy) / p99(idle).max(1e-3), "the second against the first");
    }

    fn judge(&self, report: &mut Report, (crowd, siege): (&Crowd, &Siege)) {
        let tally = &crowd.play.tally;
        if siege.lost > 0 {
            report.violation(format!("{} signals between members of calls were lost", siege.lost));
        }
        let closed = tally.interruptions(None).saturating_sub(siege.cut);
        if closed > 0 {
            report.violation(format!("the node closed {closed} sockets of calls"));
        }
        // A cgroup does not count pages of the program's file that others have loaded.
        let used = siege.peak.1.unwrap_or(siege.peak.0);
        if used > self.memory_max.as_u64() {
            report.violation(format!("the node took {used} bytes of memory, more than it may"));
        }
        if siege.spoils.iter().any(|spoils| spoils.sent == 0) {
            report.failure("some attackers sent nothing: nothing was shown".to_owned());
        }
    }
}
