//! The command line: scenarios. Exit codes: 0 success, 1 the run failed or the node violated a
//! guarantee, 2 usage error, 3 an expectation was missed. Must not know how a scenario runs.

mod harness;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};

use harness::Asked;

use crate::options::Shared;
use crate::report::{Outcome, Report, compare};
use crate::scenario::{Run, Scenario};

const EXAMPLES: &str = "\
Examples:
  aldis-bench idle --connections 10000 --room-size 4
  aldis-bench relay --pairs 500 --rate 20
  aldis-bench relay --pairs 500 --in-flight 16
  aldis-bench login --logins 500
  aldis-bench rooms --rooms 10000
  aldis-bench mesh --connections 4000 --joins 400
  aldis-bench media --callers 100 --rate 1000
  aldis-bench storm --connections 5000 --html storm.html
  aldis-bench cluster --count 3 --kill
  aldis-bench cluster --rolling --next ../next/aldis
  aldis-bench report before.json after.json --html compared.html
  aldis-bench relay --cluster 2 --redis-url redis://127.0.0.1 --database-url postgres://aldis@127.0.0.1/bench
  aldis-bench relay --url http://127.0.0.1:8080 --pid 4711 --tokens tokens.jsonl --json run.json --expect 'p99_us<=500'

Exit codes: 0 success, 1 the run failed or the node violated a guarantee, 2 usage error, 3 an expectation was missed.";

const HOW_TO_BENCH: &str = "\
load: no scenario is named, so nothing is run. Build a node and name one:
  cargo build --release -p aldis
  cargo bench -p benches --bench load -- relay --pairs 500 --rate 20
  cargo bench -p benches --bench load -- --help";

/// Loads an Aldis node as browsers do, measures it, and verifies its guarantees meanwhile.
#[derive(Debug, Parser)]
#[command(name = "aldis-bench", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Bench {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    shared: Shared,
}

/// The command.
#[derive(Debug, Subcommand)]
enum Task {
    #[command(flatten)]
    Play(Scenario),
    /// Compare runs side by side: percentiles and figures of files written by --json, on the page given by --html
    Report {
        /// Files written by --json
        #[arg(required = true, value_name = "RUN.json")]
        runs: Vec<PathBuf>,
    },
}

impl Task {
    /// The figures that `--expect` may name.
    const fn figures(&self) -> &'static [&'static str] {
        match self {
            Self::Play(scenario) => scenario.figures(),
            Self::Report { .. } => &[],
        }
    }
}

/// Runs the command of the process's arguments and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    carry_out(Bench::parse())
}

/// The same for `cargo bench`: without a scenario it prints how to name one, and does nothing.
#[must_use]
pub fn run_as_bench() -> ExitCode {
    let is_known = |task: &str| Bench::command().find_subcommand(task).is_some();
    match harness::asked(std::env::args_os(), is_known) {
        Asked::Run(arguments) => carry_out(Bench::parse_from(arguments)),
        Asked::Nothing => {
            eprintln!("{HOW_TO_BENCH}");
            ExitCode::SUCCESS
        }
    }
}

fn carry_out(Bench { task, shared }: Bench) -> ExitCode {
    check(&task, &shared);
    exit_code(match task {
        Task::Play(scenario) => play(&scenario, shared),
        Task::Report { runs } => show(&runs, &shared),
    })
}

/// The exit code of a command; its error is printed.
#[must_use]
pub fn exit_code(done: anyhow::Result<Outcome>) -> ExitCode {
    match done {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Ok(Outcome::Missed) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

/// Exits with a usage error if the task lacks an expected figure or an option.
fn check(task: &Task, shared: &Shared) {
    if let Some(unknown) = shared.expect.iter().find(|expected| !task.figures().contains(&expected.figure())) {
        let has = if task.figures().is_empty() { "none".to_owned() } else { task.figures().join(", ") };
        let words = format!("--expect: `{}` is not a figure of this command; it has {has}\n", unknown.figure());
        Bench::command().error(ErrorKind::InvalidValue, words).exit();
    }
}

fn show(runs: &[PathBuf], shared: &Shared) -> anyhow::Result<Outcome> {
    let file = shared.html.as_ref().context("no file for the page → give one with --html")?;
    compare(runs, file)?;
    Ok(Outcome::Good)
}

fn play(scenario: &Scenario, shared: Shared) -> anyhow::Result<Outcome> {
    let (json, html, expectations) = (shared.json.clone(), shared.html.clone(), shared.expect.clone());
    let mut report = within(shared, async |run| scenario.play(run).await)?;
    let outcome = report.hold(&expectations);
    report.write(&mut io::stdout().lock())?;
    json.map_or(Ok(()), |file| keep(&report, &file))?;
    html.map_or(Ok(()), |file| report.write_html(&file))?;
    Ok(outcome)
}

/// Runs something on the configured processors and threads.
///
/// # Errors
///
/// Those of `work`; or there are no such processors.
pub fn within<T>(shared: Shared, work: impl AsyncFnOnce(&Run) -> anyhow::Result<T>) -> anyhow::Result<T> {
    // One provider for all TLS; it fails only if one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
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
    fn the_command_line_is_consistent() {
        Bench::command().debug_assert();
    }

    #[test]
    fn the_nodes_of_a_cluster_are_named_or_started() {
        let is_right =
            |more: &str| Bench::try_parse_from(["aldis-bench", "relay"].into_iter().chain(more.split(' '))).is_ok();
        for right in [
            "--nodes http://a,http://b --pid 1,2 --redis-url redis://r",
            "--cluster 2 --redis-url redis://r --database-url postgres://d",
        ] {
            assert!(is_right(right), "{right}");
        }
        for wrong in [
            "--cluster 2",
            "--cluster 2 --redis-url redis://r",
            "--cluster 0 --redis-url redis://r --database-url postgres://d",
            "--cluster 2 --redis-url redis://r --database-url postgres://d --nodes http://a",
            "--pid 1",
        ] {
            assert!(!is_right(wrong), "{wrong}");
        }
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
