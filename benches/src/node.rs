//! The node under test: started for this run, or already running. Its address, rooms, tokens, and its process's memory and
//! CPU time. Must not know scenarios.

mod certificate;
mod cgroup;
mod endpoint;
mod process;
mod pulse;
mod rest;
mod started;
mod tokens;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::protocol::RoomId;
use anyhow::{Context as _, bail, ensure};
use rustix::process::Signal;
use tokio::task::JoinSet;

use endpoint::Endpoint;
pub(crate) use process::{Memory, Process};
pub(crate) use pulse::{Beats, Pulse};
pub(crate) use rest::{Credentials, LoggedIn, Rest};
use started::Started;
pub(crate) use tokens::Token;

use crate::limits::REQUESTS_AT_ONCE;
use crate::wire::Trust;

/// The node, by the command line.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Which {
    /// The aldis to start for this run, on free ports and in a temporary directory [default: the one beside this program]
    #[arg(long, value_name = "PATH", global = true, conflicts_with = "url")]
    aldis: Option<PathBuf>,
    /// Start it with this key of its configuration, besides those a load needs; may be repeated
    #[arg(long, value_name = "KEY=VALUE", global = true, conflicts_with = "url")]
    node_set: Vec<String>,
    /// Start it on these processors, such as 0 or 0-3 (with taskset)
    #[arg(long, value_name = "LIST", global = true, conflicts_with = "url")]
    node_cpus: Option<String>,
    /// Start it with TLS, with a generated certificate that every client verifies
    #[arg(long, global = true, conflicts_with = "url")]
    tls: bool,
    /// A node that is already running, such as http://127.0.0.1:8080, or https:// for TLS; it must allow the load (see the
    /// README)
    #[arg(long, value_name = "URL", global = true)]
    url: Option<String>,
    /// Trusted certificates for a node with TLS [default: those of this system]
    #[arg(long, value_name = "FILE", global = true, requires = "url")]
    ca: Option<PathBuf>,
    /// The process of that node, if it runs on this machine: without it, memory and CPU are not measured
    #[arg(long, global = true, requires = "url")]
    pid: Option<u32>,
    /// Tokens for that node, as `aldis token mint --json` writes them
    #[arg(long, value_name = "FILE", global = true, requires = "url")]
    tokens: Option<PathBuf>,
}

impl Which {
    /// The program to start.
    pub(crate) fn program(&self) -> anyhow::Result<PathBuf> {
        self.aldis.clone().map_or_else(started::beside, Ok)
    }

    /// The processors of a started node, if configured.
    pub(crate) fn cpus(&self) -> Option<&str> {
        self.node_cpus.as_deref()
    }

    /// Whether to start the node with TLS.
    pub(crate) const fn is_tls(&self) -> bool {
        self.tls
    }

    /// Whether a node is started, and without TLS.
    pub(crate) const fn starts_plain(&self) -> bool {
        self.url.is_none() && !self.tls
    }

    /// Sets the processors of a started node, unless configured.
    pub(crate) fn or_on_cpus(&mut self, cpus: &str) {
        if self.url.is_none() {
            self.node_cpus.get_or_insert_with(|| cpus.to_owned());
        }
    }
}

/// How a node is started, if this run starts it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terms<'a> {
    /// Keys that the scenario needs.
    pub(crate) settings: &'a [&'a str],
    /// Whether its limits per client are those of an operator who set none; else they are raised for the load.
    pub(crate) has_default_limits: bool,
    /// Bytes of memory that it may use: limited by a control group where one can be made, else only by its settings.
    pub(crate) memory_max: Option<u64>,
}

/// A node that serves.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    /// The certificates that its clients trust; `None`: no TLS.
    pub(crate) trust: Option<Arc<Trust>>,
    pub(crate) rest: Rest,
    pub(crate) process: Option<Process>,
    which: Which,
    started: Option<Started>,
}

impl Node {
    /// Starts the node, or finds it. `settings`: keys that the scenario needs, for a node that is started.
    pub(crate) async fn reach(which: Which, settings: &[&str]) -> anyhow::Result<Self> {
        Self::reach_on(which, Terms { settings, ..Terms::default() }).await
    }

    /// The same on other terms.
    pub(crate) async fn reach_on(which: Which, terms: Terms<'_>) -> anyhow::Result<Self> {
        if let Some(url) = &which.url {
            let door = Endpoint::at(url, which.ca.as_deref())?;
            let process = which.pid.map(Process::of).transpose()?;
            return Self::behind(door, which, (process, None));
        }
        let started = Started::start(&which, &terms).await?;
        let process = Some(Process::of(started.pid())?);
        Self::behind(started.door()?, which, (process, Some(started)))
    }

    fn behind(
        door: Endpoint,
        which: Which,
        (process, started): (Option<Process>, Option<Started>),
    ) -> anyhow::Result<Self> {
        let rest = Rest::behind(&door)?;
        Ok(Self { address: door.address, trust: door.trust, rest, process, which, started })
    }

    /// Restarts a node that this run started, on the same data, so that its memory contains nothing of the preparation. A
    /// node that was already running is not restarted.
    pub(crate) async fn again(&mut self) -> anyhow::Result<()> {
        if let Some(started) = &mut self.started {
            started.again().await?;
        }
        self.found_again()
    }

    /// Kills a node that this run started (SIGKILL).
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        self.started.as_mut().context("a node that runs already is not killed")?.kill().await
    }

    /// Starts a killed node on the same data.
    pub(crate) async fn after_kill(&mut self) -> anyhow::Result<()> {
        self.started.as_mut().context("a node that runs already is not started")?.after_end().await?;
        self.found_again()
    }

    /// Sends a signal to a node that this run started.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        self.started.as_ref().context("a node that runs already is sent no signals")?.signal(signal)
    }

    /// A node that was started again has another address and process.
    fn found_again(&mut self) -> anyhow::Result<()> {
        let Some(started) = &self.started else { return Ok(()) };
        let door = started.door()?;
        (self.address, self.rest) = (door.address, Rest::behind(&door)?);
        self.process = Some(Process::of(started.pid())?);
        Ok(())
    }

    /// The address for liveness probes: the admin listener, if it is known; on the public port a probe waits in the accept
    /// queue like all connections.
    pub(crate) fn side(&self) -> anyhow::Result<Rest> {
        self.started.as_ref().map_or_else(|| Ok(self.rest.clone()), |started| Rest::behind(&started.side_door()?))
    }

    /// Stops a node that was started here.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self.started {
            Some(started) => started.stop().await,
            None => Ok(()),
        }
    }

    /// This many users with tokens.
    pub(crate) async fn tokens(&self, count: usize) -> anyhow::Result<Vec<Token>> {
        let tokens = match (&self.started, &self.which.tokens) {
            (Some(started), _) => started.mint(count).await?,
            (None, Some(file)) => tokens::parse(
                &tokio::fs::read_to_string(file).await.with_context(|| format!("cannot read {}", file.display()))?,
            )?,
            (None, None) => bail!(
                "a node that runs already does not give its key away → mint {count} tokens where it runs (aldis token mint --count {count} --json) and give the file with --tokens"
            ),
        };
        ensure!(tokens.len() >= count, "{} tokens, but {count} are needed → mint more", tokens.len());
        Ok(tokens.into_iter().take(count).collect())
    }

    /// This many new rooms for this many members each.
    pub(crate) async fn rooms(&self, count: usize, seats: usize) -> anyhow::Result<Vec<RoomId>> {
        let host = self.rest.sign_up(&Credentials::fresh("host", 0)).await?;
        let (mut making, mut rooms, mut asked) = (JoinSet::new(), Vec::with_capacity(count), 0);
        while rooms.len() < count {
            while asked < count && making.len() < REQUESTS_AT_ONCE {
                let (rest, host) = (self.rest.clone(), host.clone());
                making.spawn(async move { rest.make_room(&host, seats).await });
                asked += 1;
            }
            if let Some(made) = making.join_next().await {
                rooms.push(made??);
            }
        }
        Ok(rooms)
    }

    /// This many accounts.
    pub(crate) async fn accounts(&self, count: usize, mut each: impl FnMut()) -> anyhow::Result<Vec<Credentials>> {
        let people: Vec<_> = (0..count).map(|n| Credentials::fresh("caller", n)).collect();
        let mut making = JoinSet::new();
        for person in people.clone() {
            if making.len() >= REQUESTS_AT_ONCE
                && let Some(made) = making.join_next().await
            {
                made??;
                each();
            }
            let rest = self.rest.clone();
            making.spawn(async move { rest.sign_up(&person).await });
        }
        while let Some(made) = making.join_next().await {
            made??;
            each();
        }
        Ok(people)
    }

    /// The node's memory, if its process is known.
    pub(crate) fn memory(&self) -> anyhow::Result<Option<Memory>> {
        self.process.as_ref().map(Process::memory).transpose()
    }

    /// The node's anonymous memory, in bytes, looked up cheaply; 0 if its process is not known.
    pub(crate) fn anonymous(&self) -> anyhow::Result<u64> {
        self.process.as_ref().map_or(Ok(0), Process::anonymous)
    }

    /// The most memory that the node has used so far: its own pages, and all that its control group counts, if it is in
    /// one; 0 and `None` if its process is not known.
    pub(crate) fn peak(&self) -> anyhow::Result<(u64, Option<u64>)> {
        let own = self.process.as_ref().map_or(Ok(0), Process::peak)?;
        Ok((own, self.started.as_ref().and_then(Started::cgroup_peak)))
    }

    /// The CPU time that the node has taken, if its process is known.
    pub(crate) fn cpu(&self) -> anyhow::Result<Option<Duration>> {
        self.process.as_ref().map(Process::cpu).transpose()
    }
}
