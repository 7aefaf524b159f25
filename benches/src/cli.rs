//! The command line: scenarios and what they share. Exit codes: 0 all well, 1 the run failed or the node broke a
//! promise, 2 asked wrongly, 3 an expectation was missed. Must not know how anything is played.

mod shared;

use std::fs;
use std::io;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};

pub(crate) use shared::Shared;

use crate::peer::{Echo, Peers};
use crate::report::{Outcome, Report};
use crate::scenario::{Run, Scenario};

const EXAMPLES: &str = "\
Examples:
  aldis-bench idle --connections 10000 --room-size 4
  aldis-bench relay --pairs 500 --rate 20
  aldis-bench relay --pairs 500 --in-flight 16
  aldis-bench login --logins 500
  aldis-bench peers --only echo,ws,aldis
  aldis-bench relay --url http://127.0.0.1:8080 --pid 4711 --tokens tokens.jsonl --json run.json --expect 'p99_us<=500'

Exit codes: 0 all well, 1 the run failed or the node broke a promise, 2 asked wrongly, 3 an expectation was missed.";

/// Loads an Aldis node as browsers do, measures it, and checks on the way that it keeps its promises.
#[derive(Debug, Parser)]
#[command(name = "aldis-bench", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Bench {
    #[command(subcommand)]
    asked: Asked,
    #[command(flatten)]
    shared: Shared,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
enum Asked {
    #[command(flatten)]
    Scenario(Scenario),
    /// Other servers and Aldis given the same work in turn, each on one core: writes docs/benchmarks.md
    Peers(Box<Peers>),
    /// Serve as the floor that `peers` measures against: a bare TCP echo
    Echo(Echo),
}

impl Asked {
    /// The figures that its report has.
    const fn figures(&self) -> &'static [&'static str] {
        match self {
            Self::Scenario(scenario) => scenario.figures(),
            Self::Peers(_) | Self::Echo(_) => &[],
        }
    }
}

/// Does what the process's arguments ask, and says how it went.
#[must_use]
pub fn run() -> ExitCode {
    let Bench { asked, shared } = Bench::parse();
    if let Some(unknown) = shared.expect.iter().find(|expected| !asked.figures().contains(&expected.figure())) {
        let words = format!(
            "--expect: `{}` is no figure of this scenario; it has {}\n",
            unknown.figure(),
            asked.figures().join(", ")
        );
        Bench::command().error(ErrorKind::InvalidValue, words).exit();
    }
    match play(&asked, shared) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Ok(Outcome::Missed) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn play(asked: &Asked, shared: Shared) -> anyhow::Result<Outcome> {
    match asked {
        Asked::Scenario(scenario) => {
            let (json, expectations) = (shared.json.clone(), shared.expect.clone());
            let mut report = within(shared, async |run| scenario.play(run).await)?;
            let outcome = report.hold(&expectations);
            report.write(&mut io::stdout().lock())?;
            json.map_or(Ok(()), |file| keep(&report, &file))?;
            Ok(outcome)
        }
        Asked::Peers(peers) => within(shared.or_apart(), async |run| peers.play(run).await),
        Asked::Echo(echo) => echo.serve().map(|()| Outcome::Good),
    }
}

/// Does something on the processors and threads that were asked for.
fn within<T>(shared: Shared, work: impl AsyncFnOnce(&Run) -> anyhow::Result<T>) -> anyhow::Result<T> {
    shared.pin()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(shared.threads()).enable_all().build()?;
    runtime.block_on(work(&Run::new(shared)))
}

fn keep(report: &Report, file: &std::path::Path) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(report)?;
    fs::write(file, text).with_context(|| format!("cannot write {} → check --json", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_put_together_rightly() {
        Bench::command().debug_assert();
    }

    #[test]
    fn what_scenarios_share_may_follow_the_scenario() {
        let asked = ["aldis-bench", "relay", "--pairs", "2", "--rate", "5", "--aldis", "x", "--expect", "p99_us<=500"];
        let bench = Bench::try_parse_from(asked).expect("right");
        assert_eq!(bench.shared.expect.len(), 1);
        let both = ["aldis-bench", "relay", "--rate", "5", "--in-flight", "1"];
        assert!(Bench::try_parse_from(both).is_err(), "an open and a closed loop at once");
    }
}
