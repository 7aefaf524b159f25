//! `webhooks`: people come and go on two nodes while the backend that is told of it is dead, and the node that tells it is killed in
//! the middle of that time: that all of it is told afterwards, in order and without a gap, and what waiting costs in memory. Must not
//! know how events are kept.

mod receiver;
mod visitor;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use actors::protocol::UserId;
use anyhow::{Context as _, ensure};
use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinSet;

use receiver::Receiver;
use visitor::{Visited, Visitor};

use super::cluster::stage::Stage;
use super::{Run, files_for, seconds};
use crate::limits::TOLD_WITHIN;
use crate::node::Memory;
use crate::options::at_least_one;
use crate::report::{Report, Unit, float};

pub(super) const FIGURES: &[&str] =
    &["joins", "interrupted", "events", "lives", "repeated", "refused", "told_seconds", "rss_before", "rss_after"];

/// How long people come and go once the backend is back.
const AFTERWARDS: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Options of `webhooks`.
#[derive(Debug, Args)]
pub(crate) struct Webhooks {
    /// Rooms
    #[arg(long, default_value_t = 50, value_parser = at_least_one)]
    rooms: usize,
    /// People who come and go in each room
    #[arg(long, default_value_t = 2, value_parser = at_least_one)]
    members: usize,
    /// How often each of them comes; half of that time they stay
    #[arg(long, default_value = "4", value_name = "SECONDS", value_parser = seconds)]
    every: Duration,
    /// How long they do so before the backend dies
    #[arg(long, default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    warm: Duration,
    /// How long the backend answers 503; a node is killed (SIGKILL) when half of it is over
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    dead: Duration,
    /// How much the memory of the node that lives may grow meanwhile, in MiB
    #[arg(long, default_value_t = 64)]
    grown_max: u64,
}

/// The people, who come and go until they are told to end.
struct People {
    going: JoinSet<(UserId, Visited)>,
    end: watch::Sender<bool>,
}

impl Webhooks {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        files_for(2 * self.rooms * self.members)?; // people, and deliveries
        let receiver = Receiver::start().await?;
        let mut stage = Stage::build(&run.shared.which, 2, (None, None), &receiver.settings()).await?;
        let people = self.people(&stage).await?;
        run.watch("warm up", self.warm, || receiver.words()).await;
        let before = memory(&stage)?;
        receiver.dies(true);
        run.watch("no backend", self.dead / 2, || receiver.words()).await;
        stage.nodes[0].kill().await?;
        run.watch("no backend, a node killed", self.dead / 2, || receiver.words()).await;
        let after = memory(&stage)?;
        receiver.dies(false);
        let back = Instant::now();
        run.watch("the backend is back", AFTERWARDS, || receiver.words()).await;
        let joins = people.end().await?;
        let missing = run.during("told", all_told(&receiver, &joins), || receiver.words()).await;

        let mut report = run.report("webhooks");
        let took = back.elapsed().as_secs_f64();
        report.figure(("told_seconds", Unit::Seconds), took, "from the backend's return until it knew everything");
        visits(&mut report, &joins);
        receiver.judge(&mut report);
        if let Some(missing) = missing {
            report.violation(missing);
        }
        self.grown(&mut report, (before, after));
        stage.start_again(0).await?;
        stage.stop().await?;
        Ok(report)
    }

    async fn people(&self, stage: &Stage) -> anyhow::Result<People> {
        let node = &stage.nodes[0];
        let (rooms, tokens) =
            (node.rooms(self.rooms, self.members).await?, node.tokens(self.rooms * self.members).await?);
        let (end, ends) = watch::channel(false);
        let mut going = JoinSet::new();
        let places = rooms.into_iter().flat_map(|room| std::iter::repeat_n(room, self.members));
        for ((number, token), room) in (0_u32..).zip(tokens).zip(places) {
            let visitor = Visitor { nodes: stage.entrance(), token, room };
            let pause = self.every / 2;
            // Spread over the first round.
            let first = self.every.mul_f64(f64::from(number % 16) / 16.0);
            let ends = ends.clone();
            going.spawn(async move {
                tokio::time::sleep(first).await;
                visitor.comes_and_goes(pause, ends).await
            });
        }
        Ok(People { going, end })
    }

    fn grown(&self, report: &mut Report, (before, after): (Memory, Memory)) {
        let what = "resident memory of the node that lives, while the backend is well";
        report.figure(("rss_before", Unit::Bytes), float(before.rss), what);
        report.figure(("rss_after", Unit::Bytes), float(after.rss), "the same at the end of the time without it");
        let grown = after.rss.saturating_sub(before.rss) >> 20;
        if grown > self.grown_max {
            report.violation(format!("the memory of a node grew by {grown} MiB while events waited"));
        }
    }
}

impl People {
    /// They finish their visits; how often each came.
    async fn end(mut self) -> anyhow::Result<BTreeMap<UserId, Visited>> {
        self.end.send_replace(true);
        let mut joins = BTreeMap::new();
        while let Some(ended) = self.going.join_next().await {
            let (user, visited) = ended?;
            joins.insert(user, visited);
        }
        ensure!(joins.values().any(|visited| visited.joined > 0), "nobody was let in");
        Ok(joins)
    }
}

fn visits(report: &mut Report, joins: &BTreeMap<UserId, Visited>) {
    let sum = |of: fn(&Visited) -> u64| float(joins.values().map(of).sum());
    report.figure(("joins", Unit::Count), sum(|visited| visited.joined), "that people were told of");
    report.figure(("interrupted", Unit::Count), sum(|visited| visited.interrupted), "visits that a killed node ended");
}

/// Of the node that is not killed.
fn memory(stage: &Stage) -> anyhow::Result<Memory> {
    stage.nodes[1].memory()?.context("the process of a node that this run started")
}

/// Waits until every join was told and every life has ended; what is missing, if that does not come about.
async fn all_told(receiver: &Receiver, joins: &BTreeMap<UserId, Visited>) -> Option<String> {
    let begun = Instant::now();
    loop {
        let missing = receiver.missing(joins);
        if missing.is_none() || begun.elapsed() > TOLD_WITHIN {
            return missing;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
