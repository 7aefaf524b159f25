//! `aldis-compare`: other servers and Aldis under the same load, in the same run. Exit codes: 0 success, 1 a server failed,
//! 2 usage error. Must not know how a server is spoken to.

mod peer;

use std::process::ExitCode;

use benches::options::Shared;
use benches::report::Outcome;
use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};

use peer::{Cluster, Echo, Peers};

const EXAMPLES: &str = "\
Examples:
  aldis-compare peers
  aldis-compare peers --only echo,ws,aldis --rounds 1 --for 3 --pairs 100 --connections 500
  aldis-compare cluster --cluster 2 --redis-url redis://127.0.0.1 --database-url postgres://aldis@127.0.0.1/bench";

/// Puts other servers and Aldis under the same load.
#[derive(Debug, Parser)]
#[command(name = "aldis-compare", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Compare {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    shared: Shared,
}

/// The command.
#[derive(Debug, Subcommand)]
enum Task {
    /// Compare other servers and Aldis, each on one core: writes docs/benchmarks.md
    Peers(Box<Peers>),
    /// Compare Socket.IO with its Redis Streams adapter, Sockudo with its Redis adapter, and Aldis, each as a cluster on the same Redis
    Cluster(Cluster),
    /// Serve as the baseline of `peers`: a bare TCP echo
    Echo(Echo),
}

fn main() -> ExitCode {
    let Compare { task, shared } = Compare::parse();
    if shared.which.is_tls() {
        let words = "--tls: the other servers are compared without TLS, so Aldis is too\n";
        Compare::command().error(ErrorKind::ArgumentConflict, words).exit();
    }
    benches::exit_code(match task {
        Task::Peers(peers) => benches::within(shared.or_apart(), async |run| peers.play(run).await),
        Task::Cluster(cluster) => benches::within(shared.or_apart(), async |run| cluster.play(run).await),
        Task::Echo(echo) => echo.serve().map(|()| Outcome::Good),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Compare::command().debug_assert();
    }
}
