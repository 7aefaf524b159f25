//! `peers`: other servers under the same load in the same run, so that figures can be compared.
//!
//! Each server runs alone on one processor and the generator on another, round after round in turn, so that what a busy
//! machine does to one it does to all. `kind` is which there are; `dialect` how each is spoken to (pure); `host` the
//! process, `program` and `programs` where it is found; `caller` and `party` the connections; `work` what is measured;
//! `outcome` the rounds together; `page` and `plot` what is written (pure); `echo` the floor; `cluster` compares nodes that
//! share a Redis. Must not know scenarios of one node.

mod aims;
mod caller;
mod cluster;
mod dialect;
mod echo;
mod host;
mod kind;
mod outcome;
mod page;
mod party;
mod plot;
mod program;
mod programs;
mod work;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;

pub(crate) use cluster::Cluster;
pub(crate) use echo::Echo;
use host::{Host, Place};
use kind::Kind;
use outcome::{Outcomes, Setting};
use programs::Programs;
use work::Size;

use benches::options::{Shared, at_least_one};
use benches::report::{Machine, Outcome};
use benches::scenario::{Run, files_for, seconds};

/// Options of `peers`.
#[derive(Debug, Args)]
pub(crate) struct Peers {
    /// Only these, such as echo,ws,aldis
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SERVERS")]
    only: Vec<Kind>,
    /// Rounds, in each of which every server is measured once; the page shows medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Pairs of clients that exchange messages
    #[arg(long, default_value_t = 500, value_parser = at_least_one)]
    pairs: usize,
    /// Open loop: messages a second, of all pairs together
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Idle connections whose memory is measured, and three times as many handshakes
    #[arg(long, default_value_t = 4_000, value_parser = at_least_one)]
    connections: usize,
    /// How long each load runs before it is measured
    #[arg(long, default_value = "3", value_name = "SECONDS", value_parser = seconds)]
    warm: Duration,
    /// How long each load is measured
    #[arg(long = "for", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
    /// How long connections are idle before memory is measured
    #[arg(long, default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    rest: Duration,
    /// Folder of the Node servers' packages
    #[arg(long, default_value = "compare/peers", value_name = "FOLDER")]
    packages: PathBuf,
    /// A matchbox_server that is not in target/peers/bin
    #[arg(long, value_name = "PATH")]
    matchbox: Option<PathBuf>,
    /// The page to write; its plot is written beside it, as .svg
    #[arg(long, default_value = "docs/benchmarks.md", value_name = "FILE")]
    out: PathBuf,
}

impl Peers {
    /// Measures, and writes the page.
    pub(crate) async fn play(&self, run: &Run) -> anyhow::Result<Outcome> {
        ensure!(
            run.shared.which.cluster().is_none(),
            "--cluster: peers compares single servers → aldis-compare cluster"
        );
        ensure!(run.shared.html.is_none(), "--html: peers writes a page of its own → name it with --out");
        let given: Vec<_> = self.matchbox.iter().map(|path| (Kind::Matchbox, path.clone())).collect();
        let programs = Programs::find(&given);
        let (kinds, left_out) = &programs.choose(&self.only)?;
        for program in left_out.iter().filter_map(|kind| kind.program()) {
            eprintln!("left out: {} is not installed → {}", program.name, program.install);
        }
        let size = self.size(&run.shared);
        files_for(work::callers(&size))?;
        let place = self.place(&run.shared, &programs)?;
        prepare(kinds, (&place.peers, false)).await?;
        let mut outcomes =
            Outcomes::new(kinds, Setting::find((kinds, left_out), &place, (Machine::this(), size.clone())).await?);
        for round in 1..=self.rounds {
            for kind in kinds {
                let step = run.show.span(kind.name(), self.warm * 3 + self.span * 3 + self.rest);
                step.show(format!("round {round} of {}", self.rounds));
                outcomes.add(*kind, self.turn(*kind, (run, &place), &size).await);
            }
        }
        let plot = self.out.with_extension("svg");
        keep(&plot, &plot::plot(&outcomes))?;
        keep(&self.out, &page::page(&outcomes, &plot))?;
        if let Some(json) = &run.shared.json {
            keep(json, &serde_json::to_string_pretty(&outcomes)?)?;
        }
        eprint!("{}", page::table(&outcomes));
        outcomes.troubles().for_each(|trouble| eprintln!("FAILED: {trouble}"));
        Ok(if outcomes.troubles().next().is_some() { Outcome::Failed } else { Outcome::Good })
    }

    /// Measures one server in one round.
    async fn turn(&self, kind: Kind, (run, place): (&Run, &Place), size: &Size) -> anyhow::Result<work::Figures> {
        let mut host = Host::start(kind, place, work::callers(size)).await?;
        let figures = work::round(&mut host, run.epoch, size).await.with_context(|| host.log());
        let stopped = host.stop().await;
        figures.and_then(|figures| stopped.map(|()| figures))
    }

    fn size(&self, shared: &Shared) -> Size {
        let Self { pairs, rate, warm, span, rest, .. } = *self;
        let connections = self.connections.next_multiple_of(2); // whole pairs
        Size { pairs, rate: rate.into(), connections, payload: shared.payload, ramp: shared.ramp, warm, span, rest }
    }

    fn place(&self, shared: &Shared, programs: &Programs) -> anyhow::Result<Place> {
        let (which, peers) = (shared.which.clone(), self.packages.clone());
        let cpus = which.cpus().context("peers starts its servers itself → leave --url away")?.to_owned();
        ensure!(
            peers.is_dir(),
            "there is no folder {} → run this in the repository's root, or give --packages",
            peers.display()
        );
        Ok(Place { which, cpus, peers, programs: programs.clone() })
    }
}

/// Installs missing packages by their lock files.
async fn prepare(kinds: &[Kind], (peers, is_clustered): (&Path, bool)) -> anyhow::Result<()> {
    for server in kinds.iter().filter_map(|kind| kind.node_server()) {
        let folder = peers.join(server.folder(is_clustered));
        if !folder.join("node_modules").is_dir() {
            let mut npm = tokio::process::Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
            let installed = npm.output().await.context("cannot start npm → install Node.js, or choose with --only")?;
            let words = String::from_utf8_lossy(&installed.stderr);
            ensure!(installed.status.success(), "npm ci failed in {}:\n{words}", folder.display());
        }
    }
    Ok(())
}

fn keep(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
