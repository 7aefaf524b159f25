//! The scenarios, phase by phase, and what they have in common. Must not know how a report is shown.

mod attack;
mod broadcast;
mod churn;
mod cluster;
mod growth;
mod idle;
mod joining;
mod login;
mod media;
mod mesh;
mod overload;
mod relay;
mod rooms;
mod script;
mod slow;
mod storm;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use actors::protocol::RoomId;
use anyhow::ensure;
use clap::Subcommand;

use crate::clock::Epoch;
use crate::crowd::{Arrival, Company, Crowd, Guest, Sources};
use crate::limits::{FILES_BESIDE, KNOCKS_MAX};
use crate::member::{Conduct, Negotiation, Part, Play, Reconnect, Script};
use crate::node::{Node, Token};
use crate::options::Shared;
use crate::oracle::{RoomNumber, Roster};
use crate::report::{Machine, Report, Unit, micros_each};
use crate::show::Show;
use crate::tally::Tally;

/// A scenario with its options.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// Idle connections in rooms: the node's memory per connection, stage by stage
    Idle(idle::Idle),
    /// Signals between pairs, at a fixed rate (open loop) or with a fixed number in flight (closed loop)
    Relay(relay::Relay),
    /// Many concurrent logins beside the signals of calls: their cost in memory and latency
    Login(login::Login),
    /// Requests to a media server through the node, beside the same without it; chat while it hangs; idle connections in
    /// rooms with and without one
    Media(media::Media),
    /// All rooms are listed page by page, beside the signals of calls: how long a page takes, and what it costs the calls
    Rooms(rooms::Rooms),
    /// Whole joins at a steady rate: seat, offers, answers and candidates with everybody there, until the last pair is
    /// connected
    Mesh(mesh::Mesh),
    /// Idle connections and active rooms, at several sizes: how costs grow with their number
    Growth(growth::Growth),
    /// Members leave and join beside members that signal, or all are idle between messages: the cost for those that stay
    Churn(churn::Churn),
    /// Chat in large rooms (fan-out): throughput and latency of the deliveries
    Broadcast(broadcast::Broadcast),
    /// Slow readers in active rooms: their cost for the others and the node, and how they are closed
    Slow(slow::Slow),
    /// Far more newcomers than the node can admit, beside established calls: the effect on these, and load shedding
    Overload(overload::Overload),
    /// Hostile clients beside established calls: what they cost the calls and the node
    Attack(attack::Attack),
    /// All sockets are dropped at once, and all members resume: how long it takes, and that no session is lost
    Storm(storm::Storm),
    /// Calls over several nodes behind a balancer, while a node, Redis or PostgreSQL fails: how long members are away,
    /// and that nothing is lost
    Cluster(cluster::Cluster),
    /// People come and go while the backend that is told of it is dead, and a node is killed meanwhile: that all of it is told
    /// afterwards, in order, and what that costs in memory
    Webhooks(webhooks::Webhooks),
}

/// One run.
pub struct Run {
    /// Its options.
    pub shared: Shared,
    /// Its progress.
    pub show: Show,
    /// Its clock.
    pub epoch: Epoch,
}

impl Scenario {
    /// The figures that its report has.
    pub(crate) const fn figures(&self) -> &'static [&'static str] {
        match self {
            Self::Idle(_) => idle::FIGURES,
            Self::Relay(_) => relay::FIGURES,
            Self::Login(_) => login::FIGURES,
            Self::Media(_) => media::FIGURES,
            Self::Rooms(_) => rooms::FIGURES,
            Self::Mesh(_) => mesh::FIGURES,
            Self::Growth(_) => growth::FIGURES,
            Self::Churn(_) => churn::FIGURES,
            Self::Broadcast(_) => broadcast::FIGURES,
            Self::Slow(_) => slow::FIGURES,
            Self::Overload(_) => overload::FIGURES,
            Self::Attack(attack) => attack.figures(),
            Self::Storm(_) => storm::FIGURES,
            Self::Cluster(_) => cluster::FIGURES,
            Self::Webhooks(_) => webhooks::FIGURES,
        }
    }

    pub(crate) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        // Boxed: a scenario's state is large, and only one is played.
        match self {
            Self::Idle(idle) => Box::pin(idle.play(run)).await,
            Self::Relay(relay) => Box::pin(relay.play(run)).await,
            Self::Login(login) => Box::pin(login.play(run)).await,
            Self::Media(media) => Box::pin(media.play(run)).await,
            Self::Rooms(rooms) => Box::pin(rooms.play(run)).await,
            Self::Mesh(mesh) => Box::pin(mesh.play(run)).await,
            Self::Growth(growth) => Box::pin(growth.play(run)).await,
            Self::Churn(churn) => Box::pin(churn.play(run)).await,
            Self::Broadcast(broadcast) => Box::pin(broadcast.play(run)).await,
            Self::Slow(slow) => Box::pin(slow.play(run)).await,
            Self::Overload(overload) => Box::pin(overload.play(run)).await,
            Self::Attack(attack) => Box::pin(attack.play(run)).await,
            Self::Storm(storm) => Box::pin(storm.play(run)).await,
            Self::Cluster(cluster) => Box::pin(cluster.play(run)).await,
            Self::Webhooks(webhooks) => Box::pin(webhooks.play(run)).await,
        }
    }
}

/// Rooms, their members and their behaviour.
struct Casting {
    rooms: usize,
    seats: usize,
    /// Members of a room beyond its seats; they follow its members among the guests.
    outside: usize,
    joins_at_once: bool,
    negotiation: Option<Negotiation>,
    comeback: Option<Reconnect>,
    /// Errors that members may receive in this scenario without failing the run.
    expected: &'static [&'static str],
}

impl Run {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared, show: Show::new(), epoch: Epoch::begin() }
    }

    fn report(&self, scenario: &'static str) -> Report {
        Report::of(scenario, Machine::this())
    }

    /// Creates the rooms and the tokens, and assigns members.
    async fn roster(&self, node: &Node, casting: Casting, script: Box<dyn Script>) -> anyhow::Result<Company> {
        let Casting { rooms, seats, outside, joins_at_once, negotiation, comeback, expected } = casting;
        let (knocks, people) = (rooms.min(KNOCKS_MAX), rooms * (seats + outside));
        files_for(people + knocks)?;
        let step = self.show.step("make rooms", rooms);
        let rooms = node.rooms(rooms, seats).await?;
        drop(step);
        let step = self.show.step("mint tokens", people + knocks);
        let tokens = node.tokens(people + knocks).await?;
        drop(step);
        let numbered = || (0..).zip(&rooms);
        let belongings = numbered().flat_map(|room| std::iter::repeat_n(room, seats + outside));
        let mut guests: Vec<_> = tokens.into_iter().zip(belongings.chain(numbered().take(knocks))).map(guest).collect();
        let knockers = guests.split_off(people);
        let roster = Roster::new(seats, guests.iter().map(|guest| (guest.part.user.clone(), guest.part.number)));
        let conduct = Conduct { joins_at_once, negotiation, ack_every: self.shared.ack_every, comeback };
        Ok(Company { guests, knockers, play: self.play(roster, (conduct, Tally::expecting(expected)), script) })
    }

    fn play(&self, roster: Roster, (conduct, tally): (Conduct, Tally), script: Box<dyn Script>) -> Arc<Play> {
        let (heartbeat_seconds, ending) = (AtomicU64::new(0), AtomicBool::new(false));
        Arc::new(Play { epoch: self.epoch, roster, tally, conduct, script, heartbeat_seconds, ending })
    }

    /// Opens all sockets.
    async fn open(&self, node: &Node, company: Company) -> anyhow::Result<Crowd> {
        let Shared { source, per_source, ramp, .. } = &self.shared;
        let sources = Sources::plan(source, *per_source, (node.address, company.guests.len()))?;
        let to = node.doors();
        Crowd::open(company, Arrival { to, sources, ramp: *ramp, show: &self.show }).await
    }

    /// The end of every scenario: strangers try full rooms, all members leave, the oracle's results are recorded, the
    /// node stops.
    async fn close(&self, (node, mut crowd): (Node, Crowd), mut report: Report) -> anyhow::Result<Report> {
        self.knock(&node, &mut crowd, &mut report).await?;
        crowd.go(&self.show).await?;
        report.judge(&crowd.play.tally);
        drop(crowd); // its sockets close before the node is asked to
        node.stop().await?;
        Ok(report)
    }

    /// Strangers try to join full rooms; every success violates the limit.
    async fn knock(&self, node: &Node, crowd: &mut Crowd, report: &mut Report) -> anyhow::Result<()> {
        let guests = std::mem::take(&mut crowd.knockers);
        let roster = Roster::new(
            crowd.play.roster.limit(),
            guests.iter().map(|guest| (guest.part.user.clone(), guest.part.number)),
        );
        let conduct = Conduct { joins_at_once: true, negotiation: None, ack_every: 1, comeback: None };
        let play = self.play(roster, (conduct, Tally::default()), Box::new(script::Deaf));
        let strangers = self.open(node, Company { guests, knockers: Vec::new(), play }).await?;
        let let_in = strangers.knock(&self.show).await?;
        if let_in > 0 {
            let answers = strangers.play.tally.troubles();
            report.violation(format!("{let_in} strangers were not refused with room_full by a full room ({answers})"));
        }
        strangers.go(&self.show).await
    }

    /// Awaits `work`, showing progress every quarter of a second.
    async fn during<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = T>,
        mut words: impl FnMut() -> String,
    ) -> T {
        let step = self.show.span(name, Duration::ZERO);
        let mut look = tokio::time::interval(Duration::from_millis(250));
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased; // no progress is shown for finished work
                done = &mut work => return done,
                _ = look.tick() => step.show(words()),
            }
        }
    }

    async fn watch(&self, name: &'static str, span: Duration, mut words: impl FnMut() -> String) {
        let step = self.show.span(name, span);
        let mut look = tokio::time::interval(Duration::from_millis(250));
        let passing = tokio::time::sleep(span);
        tokio::pin!(passing);
        loop {
            // In this order, because no progress is shown for a finished span.
            tokio::select! {
                biased;
                () = &mut passing => return,
                _ = look.tick() => step.show(words()),
            }
        }
    }
}

fn guest((token, (number, room)): (Token, (RoomNumber, &RoomId))) -> Guest {
    Guest { part: Part { user: token.user, room: *room, number }, token: token.token.into(), receive_bytes: None }
}

/// What the Redis of a cluster has cost, if it is known: for each of so many, and of one core.
fn redis_figures(
    report: &mut Report,
    name: &'static str,
    (before, after): (Option<Duration>, Option<Duration>),
    (count, span): (u64, Duration),
) {
    if let Some((before, after)) = before.zip(after) {
        let cpu = after.saturating_sub(before);
        report.figure((name, Unit::Microseconds), micros_each(cpu, count), "user and system time of the nodes' Redis");
        let percent = 100.0 * cpu.as_secs_f64() / span.as_secs_f64();
        report.figure(("redis_cpu_percent", Unit::Percent), percent, "of one core");
    }
}

/// Raises the limit of open files as far as possible, and fails if that is not enough.
///
/// # Errors
///
/// It is not enough.
pub fn files_for(connections: usize) -> anyhow::Result<()> {
    let needed = connections + FILES_BESIDE;
    let got = usize::try_from(rlimit::increase_nofile_limit(u64::MAX)?).unwrap_or(usize::MAX);
    ensure!(
        got >= needed,
        "{connections} connections need {needed} open files, but this process may have {got} at most → raise the hard limit (ulimit -Hn, LimitNOFILE), or run several generators with fewer connections each"
    );
    Ok(())
}

/// Parses seconds.
///
/// # Errors
///
/// It is no duration.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches('s').parse::<f64>().ok();
    let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    duration.ok_or_else(|| "write seconds, such as 10 or 2.5".to_owned())
}
