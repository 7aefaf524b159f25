//! The node under test: started for this run, or already running. Its address, rooms, tokens, and its process's memory and
//! CPU time. Must not know scenarios.

mod broker;
mod certificate;
mod cgroup;
mod endpoint;
mod process;
mod pulse;
mod rest;
mod started;
mod tokens;
mod which;

use std::iter::{Sum, once};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actors::protocol::{RoomId, server::Mode};
use anyhow::{Context as _, bail, ensure};
use rustix::process::Signal;
use tokio::task::JoinSet;

pub use broker::Redis;
use endpoint::Endpoint;
pub use process::{Memory, Process};
pub(crate) use pulse::{Beats, Pulse};
pub(crate) use rest::{Credentials, LoggedIn, Operator, Rest};
use started::Started;
pub use tokens::Token;
pub use which::Which;
pub(crate) use which::version_of;

use crate::limits::REQUESTS_AT_ONCE;
use client::wire::Trust;

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
pub struct Node {
    /// Where it listens.
    pub address: SocketAddr,
    /// The certificates that its clients trust; `None`: no TLS.
    pub(crate) trust: Option<Arc<Trust>>,
    pub(crate) rest: Rest,
    pub(crate) process: Option<Process>,
    /// Tokens for a node that was already running.
    token_file: Option<PathBuf>,
    started: Option<Box<Started>>,
    /// The other nodes of its cluster.
    others: Vec<Self>,
    redis: Option<Box<Redis>>,
}

/// Where the sockets of one node are opened.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    /// `None`: plain.
    pub(crate) trust: Option<Arc<Trust>>,
}

impl Node {
    /// Starts the node, or finds it. `settings`: keys that the scenario needs, for a node that is started.
    ///
    /// # Errors
    ///
    /// It does not start, or cannot be found.
    pub async fn reach(which: Which, settings: &[&str]) -> anyhow::Result<Self> {
        Self::reach_on(which, Terms { settings, ..Terms::default() }).await
    }

    /// The same on other terms.
    pub(crate) async fn reach_on(which: Which, terms: Terms<'_>) -> anyhow::Result<Self> {
        // Boxed: otherwise the state of a start would be part of each scenario's.
        Box::pin(Self::find(which, terms)).await
    }

    async fn find(which: Which, terms: Terms<'_>) -> anyhow::Result<Self> {
        let (urls, pids) = (&which.url, &which.pid);
        ensure!(
            pids.is_empty() || pids.len() == urls.len(),
            "--pid: {} processes of {} nodes → give one for each, in the same order",
            pids.len(),
            urls.len()
        );
        let mut nodes = Vec::new();
        for (n, url) in urls.iter().enumerate() {
            let process = pids.get(n).copied().map(Process::of).transpose()?;
            nodes.push(Self::behind(Endpoint::at(url, which.ca.as_deref())?, (process, None))?);
        }
        let starts = if urls.is_empty() { which.cluster.unwrap_or(1) } else { 0 };
        for _ in 0..starts {
            let started = Box::new(Started::start(&which, &terms).await?);
            let process = Some(Process::of(started.pid())?);
            nodes.push(Self::behind(started.door()?, (process, Some(started)))?);
        }
        let mut nodes = nodes.into_iter();
        let (node, others) = (nodes.next().context("--url names no node")?, nodes.collect());
        let redis = which.redis_url.as_deref().map(Redis::at).transpose()?.map(Box::new);
        Ok(Self { others, redis, token_file: which.tokens, ..node })
    }

    fn behind(door: Endpoint, (process, started): (Option<Process>, Option<Box<Started>>)) -> anyhow::Result<Self> {
        let rest = Rest::behind(&door)?;
        let (address, trust) = (door.address, door.trust);
        Ok(Self { address, trust, rest, process, token_file: None, started, others: Vec::new(), redis: None })
    }

    /// Restarts a node that this run started, on the same data, so that its memory contains nothing of the preparation. A
    /// node that was already running is not restarted.
    ///
    /// # Errors
    ///
    /// It does not stop, or does not start.
    pub async fn again(&mut self) -> anyhow::Result<()> {
        self.restart().await?;
        for other in &mut self.others {
            other.restart().await?;
        }
        Ok(())
    }

    async fn restart(&mut self) -> anyhow::Result<()> {
        if let Some(started) = &mut self.started {
            started.again().await?;
        }
        self.found_again()
    }

    /// From its next start on it runs this program.
    ///
    /// # Errors
    ///
    /// There is no such program, or this run does not start the node.
    pub(crate) fn runs(&mut self, program: &Path) -> anyhow::Result<()> {
        self.started.as_mut().context("a node that runs already is not started")?.runs(program)
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

    /// Its operator.
    ///
    /// # Errors
    ///
    /// It was not started by this run, or its token cannot be read.
    pub(crate) async fn operator(&self) -> anyhow::Result<Operator> {
        let started =
            self.started.as_ref().context("a node that runs already does not give its operators' token away")?;
        let path = started.data().join("admin.token");
        let token = tokio::fs::read_to_string(&path).await;
        let token = token.with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Rest::behind(&started.side_door()?)?.into_operator(token.trim()))
    }

    /// Stops a node that was started here.
    ///
    /// # Errors
    ///
    /// It does not stop, or ends with an error.
    pub async fn stop(self) -> anyhow::Result<()> {
        for node in once(self.started).chain(self.others.into_iter().map(|other| other.started)).flatten() {
            node.stop().await?;
        }
        Ok(())
    }

    /// Where all its cluster's nodes listen.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.all().map(|node| node.address).collect()
    }

    /// Where the sockets of all its cluster's nodes are opened.
    pub(crate) fn doors(&self) -> Vec<Door> {
        self.all().map(|node| Door { address: node.address, trust: node.trust.clone() }).collect()
    }

    /// This many users with tokens.
    ///
    /// # Errors
    ///
    /// They cannot be minted, or the file holds too few.
    pub async fn tokens(&self, count: usize) -> anyhow::Result<Vec<Token>> {
        let tokens = match (&self.started, &self.token_file) {
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
    ///
    /// # Errors
    ///
    /// The node refuses them.
    pub async fn rooms(&self, count: usize, seats: usize) -> anyhow::Result<Vec<RoomId>> {
        self.rooms_of(count, (seats, Mode::Mesh)).await
    }

    /// The same, of this mode.
    pub(crate) async fn rooms_of(&self, count: usize, (seats, mode): (usize, Mode)) -> anyhow::Result<Vec<RoomId>> {
        let host = self.rest.sign_up(&Credentials::fresh("host", 0)).await?;
        let (mut making, mut rooms, mut asked) = (JoinSet::new(), Vec::with_capacity(count), 0);
        while rooms.len() < count {
            while asked < count && making.len() < REQUESTS_AT_ONCE {
                let (rest, host) = (self.rest.clone(), host.clone());
                making.spawn(async move { rest.make_room_of(&host, (seats, mode)).await });
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

    /// The CPU time that the Redis of its cluster has taken, if it is known.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub async fn redis_cpu(&self) -> anyhow::Result<Option<Duration>> {
        match &self.redis {
            Some(redis) => redis.cpu().await.map(Some),
            None => Ok(None),
        }
    }

    /// The node and the others of its cluster.
    fn all(&self) -> impl Iterator<Item = &Self> {
        once(self).chain(&self.others)
    }

    /// Of all processes; `None`: not all of them are known.
    fn sum<T: Sum>(&self, of: impl Fn(&Process) -> anyhow::Result<T>) -> anyhow::Result<Option<T>> {
        self.all().map(|node| node.process.as_ref().map(&of).transpose()).sum()
    }

    /// The node's memory, if its process is known.
    ///
    /// # Errors
    ///
    /// The process has ended.
    pub fn memory(&self) -> anyhow::Result<Option<Memory>> {
        self.sum(Process::memory)
    }

    /// The node's anonymous memory, in bytes, looked up cheaply; 0 if its process is not known.
    pub(crate) fn anonymous(&self) -> anyhow::Result<u64> {
        Ok(self.sum(Process::anonymous)?.unwrap_or(0))
    }

    /// The most memory that the node has used so far: its own pages, and all that its control group counts, if it is in
    /// one; 0 and `None` if its process is not known.
    pub(crate) fn peak(&self) -> anyhow::Result<(u64, Option<u64>)> {
        let own = self.process.as_ref().map_or(Ok(0), Process::peak)?;
        Ok((own, self.started.as_ref().and_then(|started| started.cgroup_peak())))
    }

    /// The CPU time that the node has taken, if its process is known.
    ///
    /// # Errors
    ///
    /// The process has ended.
    pub fn cpu(&self) -> anyhow::Result<Option<Duration>> {
        self.sum(Process::cpu)
    }
}
