//! `cluster`: Socket.IO with its Redis Streams adapter, Sockudo with its Redis adapter, and Aldis, each as several nodes on the same
//! Redis; the two of a pair are on different nodes. Must not know how a server is spoken to.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use benches::node::Redis;
use benches::options::at_least_one;
use benches::report::{Machine, Outcome, micros_each};
use benches::scenario::{Run, files_for, seconds};
use clap::Args;
use serde::Serialize;

use super::caller::Talk;
use super::host::{Host, Place};
use super::kind::Kind;
use super::outcome;
use super::programs::Programs;
use super::work::{self, Open, Size};
use super::{keep, prepare};

/// The servers, in the order of the table.
const KINDS: [Kind; 3] = [Kind::Socketio, Kind::Sockudo, Kind::Aldis];

/// Options of `cluster`.
#[derive(Debug, Args)]
pub(crate) struct Cluster {
    /// Rounds, in each of which every server is measured once; medians are shown
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Pairs of clients that exchange messages
    #[arg(long, default_value_t = 200, value_parser = at_least_one)]
    pairs: usize,
    /// Open loop: messages a second, of all pairs together
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// How long the load runs before it is measured
    #[arg(long, default_value = "3", value_name = "SECONDS", value_parser = seconds)]
    warm: Duration,
    /// How long it is measured
    #[arg(long = "for", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
    /// Folder of the Node servers' packages
    #[arg(long, default_value = "compare/peers", value_name = "FOLDER")]
    packages: PathBuf,
}

/// All results.
#[derive(Debug, Serialize)]
struct Compared {
    machine: Machine,
    /// Of the servers that were measured.
    versions: Vec<(Kind, String)>,
    /// Servers that are not installed here.
    left_out: Vec<Kind>,
    rounds: Vec<Figures>,
}

/// One server's results of one round.
#[derive(Debug, Serialize)]
struct Figures {
    kind: Kind,
    /// CPU time of all nodes together, and of Redis, per received message.
    nodes_cpu_us: f64,
    redis_cpu_us: f64,
    open: Open,
}

/// A column of the table, and where its numbers are.
type Column = (&'static str, fn(&Figures) -> f64);

const COLUMNS: [Column; 5] = [
    ("nodes' CPU per message, µs", |figures| figures.nodes_cpu_us),
    ("Redis' CPU per message, µs", |figures| figures.redis_cpu_us),
    ("p50, µs", |figures| figures.open.p50_us),
    ("p99, µs", |figures| figures.open.p99_us),
    ("messages/s", |figures| figures.open.per_second),
];

impl Cluster {
    /// Measures, and prints the table.
    pub(crate) async fn play(&self, run: &Run) -> anyhow::Result<Outcome> {
        let which = run.shared.which.clone();
        let (nodes, redis) = which.cluster().context(
            "a cluster needs a number of nodes, a Redis and a PostgreSQL → --cluster 2 --redis-url … --database-url …",
        )?;
        ensure!(run.shared.html.is_none(), "--html: cluster prints its table → name a file with --json");
        let redis = Redis::at(redis)?;
        let cpus = which.cpus().context("cluster starts its servers itself → leave --url away")?.to_owned();
        let programs = Programs::find(&[]);
        let (kinds, left_out) = installed(&programs);
        let place = Place { cpus, peers: self.packages.clone(), programs, which: which.clone() };
        files_for(2 * self.pairs)?;
        prepare(&kinds, (&place.peers, true)).await?;
        let mut versions = Vec::new();
        for kind in &kinds {
            versions.push((*kind, outcome::version(*kind, &place).await?));
        }
        let mut rounds = Vec::new();
        for round in 1..=self.rounds {
            for kind in kinds.iter().copied() {
                let step = run.show.span(kind.name(), self.warm + self.span);
                step.show(format!("round {round} of {}", self.rounds));
                rounds.push(self.turn((kind, &place), &redis, run).await.with_context(|| kind.name())?);
            }
        }
        let compared = Compared { machine: Machine::this(), versions, left_out, rounds };
        if let Some(json) = &run.shared.json {
            keep(json, &serde_json::to_string_pretty(&compared)?)?;
        }
        eprint!("{nodes} nodes, {} pairs. {}\n\n{}", self.pairs, compared.machine.line(), compared.page());
        Ok(Outcome::Good)
    }

    /// Measures one server in one round.
    async fn turn(&self, (kind, place): (Kind, &Place), redis: &Redis, run: &Run) -> anyhow::Result<Figures> {
        let size = self.size(run);
        let host = Host::start(kind, place, work::callers(&size)).await?;
        let figures = self.figures(&host, redis, (kind, run, &size)).await.with_context(|| host.log());
        let stopped = host.stop().await;
        figures.and_then(|figures| stopped.map(|()| figures))
    }

    async fn figures(
        &self,
        host: &Host,
        redis: &Redis,
        (kind, run, size): (Kind, &Run, &Size),
    ) -> anyhow::Result<Figures> {
        let talk = Talk::new(host.dialect(true), (run.epoch, size.payload))?;
        let party = work::gather(host, (talk, size)).await?;
        let relayed = || party.talk.relayed.load(Relaxed);
        let (cpu, by_redis, before) = (host.cpu()?, redis.cpu().await?, relayed());
        let open = work::open(&party, size).await?;
        let (cpu, by_redis) = (host.cpu()?.saturating_sub(cpu), redis.cpu().await?.saturating_sub(by_redis));
        let count = relayed() - before;
        party.go().await?;
        ensure!(count > 0, "no message arrived");
        let (nodes_cpu_us, redis_cpu_us) = (micros_each(cpu, count), micros_each(by_redis, count));
        Ok(Figures { kind, nodes_cpu_us, redis_cpu_us, open })
    }

    fn size(&self, run: &Run) -> Size {
        let Self { pairs, rate, warm, span, .. } = *self;
        let (payload, ramp) = (run.shared.payload, run.shared.ramp);
        Size { pairs, rate: rate.into(), connections: 0, payload, ramp, warm, span, rest: Duration::ZERO }
    }
}

/// Those that are here, and those that are not.
fn installed(programs: &Programs) -> (Vec<Kind>, Vec<Kind>) {
    KINDS.into_iter().partition(|kind| kind.program().is_none() || programs.of(*kind).is_some())
}

impl Compared {
    /// The table, then what was measured, and what was not and why.
    fn page(&self) -> String {
        let mut out = table(&self.rounds) + "\n";
        for (kind, version) in &self.versions {
            out += &format!("- {}: {version}\n", kind.name());
        }
        for kind in &self.left_out {
            let Some(program) = kind.program() else { continue };
            out += &format!("- {}: not installed on this machine; to include it: {}\n", kind.name(), program.install);
        }
        out
    }
}

/// Medians of all rounds.
fn table(all: &[Figures]) -> String {
    let titles: Vec<_> = COLUMNS.iter().map(|(title, _)| *title).collect();
    let mut out = format!("| | {} |\n|---|{}\n", titles.join(" | "), "---:|".repeat(titles.len()));
    for kind in KINDS.into_iter().filter(|kind| all.iter().any(|figures| figures.kind == *kind)) {
        let cells = COLUMNS.iter().map(|(_, of)| {
            let mut values: Vec<f64> = all.iter().filter(|figures| figures.kind == kind).map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).map_or_else(|| "–".to_owned(), |median| format!("{median:.1}"))
        });
        out += &format!("| {} | {} |\n", kind.name(), cells.collect::<Vec<_>>().join(" | "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_median_of_each_server_and_says_which_is_not_installed() {
        let figures = |kind, nodes_cpu_us| {
            let open = Open { p50_us: 1.0, p99_us: 2.0, lag_p99_us: 0.1, per_second: 10.0 };
            Figures { kind, nodes_cpu_us, redis_cpu_us: 3.0, open }
        };
        let all = [(Kind::Aldis, 9.0), (Kind::Aldis, 4.0), (Kind::Aldis, 5.0), (Kind::Socketio, 7.0)];
        let compared = Compared {
            machine: Machine::this(),
            versions: vec![(Kind::Aldis, "aldis 1".to_owned())],
            left_out: vec![Kind::Sockudo],
            rounds: all.map(|(kind, cpu)| figures(kind, cpu)).into(),
        };
        let page = compared.page();
        assert!(
            page.contains("| Aldis | 5.0 | 3.0 | 1.0 | 2.0 | 10.0 |") && page.contains("- Aldis: aldis 1\n"),
            "{page}"
        );
        assert!(page.contains("| Socket.IO 4 | 7.0 |"), "{page}");
        assert!(!page.contains("| Sockudo |"), "it was not measured: {page}");
        assert!(page.contains("- Sockudo: not installed on this machine; to include it: "), "{page}");
    }

    #[test]
    fn what_is_not_installed_is_left_out() {
        assert_eq!(installed(&Programs::default()), (vec![Kind::Socketio, Kind::Aldis], vec![Kind::Sockudo]));
    }
}
