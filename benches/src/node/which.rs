//! Which node, or nodes, a run loads: the options of the command line. Must not know how they are started.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

/// The node, by the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Which {
    /// The aldis to start for this run, on free ports and in a temporary directory [default: the one beside this program]
    #[arg(long, value_name = "PATH", global = true, conflicts_with = "url")]
    pub(super) aldis: Option<PathBuf>,
    /// Start it with this key of its configuration, besides those a load needs; may be repeated
    #[arg(long, value_name = "KEY=VALUE", global = true, conflicts_with = "url")]
    pub(super) node_set: Vec<String>,
    /// Start it on these processors, such as 0 or 0-3 (with taskset)
    #[arg(long, value_name = "LIST", global = true, conflicts_with = "url")]
    pub(super) node_cpus: Option<String>,
    /// Start it with TLS, with a generated certificate that every client verifies
    #[arg(long, global = true, conflicts_with = "url")]
    pub(super) tls: bool,
    /// A node that is already running, such as http://127.0.0.1:8080, or https:// for TLS; or several of one cluster,
    /// separated by commas, over which the members of each room are spread. They must allow the load (see the README)
    #[arg(long, visible_alias = "nodes", value_name = "URL", value_delimiter = ',', global = true)]
    pub(super) url: Vec<String>,
    /// Trusted certificates for a node with TLS [default: those of this system]
    #[arg(long, value_name = "FILE", global = true, requires = "url")]
    pub(super) ca: Option<PathBuf>,
    /// The processes of those nodes, if they run on this machine: without them, memory and CPU are not measured
    #[arg(long, value_delimiter = ',', global = true, requires = "url")]
    pub(super) pid: Vec<u32>,
    /// Tokens for that node, as `aldis token mint --json` writes them
    #[arg(long, value_name = "FILE", global = true, requires = "url")]
    pub(super) tokens: Option<PathBuf>,
    /// Start so many nodes, as one cluster on the Redis and the PostgreSQL that are named; members of a room are spread
    /// over them
    #[arg(long, value_name = "NODES", global = true, conflicts_with = "url", requires = "redis_url", value_parser = cluster)]
    #[arg(requires = "database_url")]
    pub(super) cluster: Option<usize>,
    /// The Redis that the nodes share: relay and mesh measure its CPU time, too
    #[arg(long, value_name = "URL", global = true)]
    pub(super) redis_url: Option<String>,
    /// The PostgreSQL of a cluster that is started: a database that nobody else uses
    #[arg(long, value_name = "URL", global = true, requires = "cluster")]
    pub(super) database_url: Option<String>,
}

/// Parses the number of a cluster's nodes.
fn cluster(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|nodes| (1..=64).contains(nodes)).ok_or_else(|| "write a number from 1 to 64".to_owned())
}

impl Which {
    /// The program to start.
    ///
    /// # Errors
    ///
    /// This program's own path is not known.
    pub fn program(&self) -> anyhow::Result<PathBuf> {
        self.aldis.clone().map_or_else(beside, Ok)
    }

    /// The processors of a started node, if configured.
    #[must_use]
    pub fn cpus(&self) -> Option<&str> {
        self.node_cpus.as_deref()
    }

    /// How many nodes to start as one cluster, and the Redis that they share, if configured.
    #[must_use]
    pub fn cluster(&self) -> Option<(usize, &str)> {
        self.cluster.zip(self.redis_url.as_deref())
    }

    /// Whether one node is started, and without TLS.
    pub(crate) const fn starts_plain(&self) -> bool {
        self.url.is_empty() && self.cluster.is_none() && !self.tls
    }

    /// Whether to start the node with TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }

    /// Sets the processors of a started node, unless configured.
    pub(crate) fn or_on_cpus(&mut self, cpus: &str) {
        if self.url.is_empty() {
            self.node_cpus.get_or_insert_with(|| cpus.to_owned());
        }
    }
}

/// The `aldis` that was built with this program; benches are one folder deeper.
fn beside() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("this program has no folder")?;
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    Ok(folder.join("aldis"))
}

/// What a program says of its version.
pub(crate) async fn version_of(program: &Path) -> anyhow::Result<String> {
    let asked = Command::new(program).arg("--version").output().await;
    let output = asked.with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(output.status.success(), "{} --version ended with {}", program.display(), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
