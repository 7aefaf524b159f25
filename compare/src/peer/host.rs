//! A server under test: started on a free port and on its own processor; its CPU time and memory; stopped. Must not
//! know what is measured.

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::dialect::{self, Dialect, Seats};
use super::kind::Kind;
use super::programs::Programs;
use benches::limits::START_WITHIN;
use benches::node::{Node, Process, Which};

/// Where servers come from, and where they run.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) which: Which,
    pub(crate) cpus: String,
    /// The folder of the other servers' packages.
    pub(crate) peers: PathBuf,
    pub(crate) programs: Programs,
}

/// A running server.
pub(crate) struct Host {
    /// Where it listens, or each node of its cluster.
    pub(crate) addresses: Vec<SocketAddr>,
    kind: Kind,
    place: Place,
    server: Server,
    seats: Arc<Seats>,
}

enum Server {
    Aldis(Box<Node>),
    /// One, or those of a cluster.
    Other(Vec<Other>),
}

struct Other {
    address: SocketAddr,
    child: Child,
    log: NamedTempFile,
    /// Its configuration files, which it may read at any time.
    _config: NamedTempFile,
}

impl Host {
    /// Starts it, with seats for this many callers.
    pub(crate) async fn start(kind: Kind, place: &Place, callers: usize) -> anyhow::Result<Self> {
        let (server, seats) = if kind == Kind::Aldis {
            let mut node = Box::new(Node::reach(place.which.clone(), &[]).await?);
            let rooms = node.rooms(callers.div_ceil(2), 2).await?;
            let seats = Seats { tokens: node.tokens(rooms.len() * 2).await?, rooms };
            node.again().await?;
            (Server::Aldis(node), seats)
        } else {
            (Server::Other(Other::all(kind, place).await?), Seats::default())
        };
        Ok(Self { addresses: server.addresses(), kind, place: place.clone(), server, seats: Arc::new(seats) })
    }

    /// Restarts it, so that its memory contains nothing of the previous load.
    pub(crate) async fn again(&mut self) -> anyhow::Result<()> {
        match &mut self.server {
            Server::Aldis(node) => {
                node.again().await?;
            }
            Server::Other(others) => {
                for other in &mut *others {
                    other.child.kill().await?;
                }
                *others = Other::all(self.kind, &self.place).await?;
            }
        }
        self.addresses = self.server.addresses();
        Ok(())
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self.server {
            Server::Aldis(node) => node.stop().await,
            Server::Other(others) => {
                for mut other in others {
                    other.child.kill().await?;
                }
                Ok(())
            }
        }
    }

    /// Its protocol; `calls`: whether callers can send each other messages.
    pub(crate) fn dialect(&self, calls: bool) -> Box<dyn Dialect> {
        match self.kind {
            Kind::Echo => Box::new(dialect::Echo),
            Kind::Ws => Box::new(dialect::Relay),
            Kind::Peerjs => Box::new(dialect::PeerJs),
            Kind::Socketio => Box::new(dialect::SocketIo),
            Kind::Matchbox => Box::new(dialect::Matchbox { meets: calls }),
            Kind::Sockudo => Box::new(dialect::Sockudo),
            Kind::AppRtc => Box::new(dialect::AppRtc),
            Kind::Spreed => Box::new(dialect::Spreed { meets: calls }),
            Kind::Aldis => Box::new(dialect::Aldis { seats: Arc::clone(&self.seats), joins: calls }),
        }
    }

    /// CPU time of the server and its children.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        match &self.server {
            Server::Aldis(node) => node.cpu()?.context("the node's process is not known"),
            Server::Other(others) => others
                .iter()
                .map(|other| other.family()?.iter().map(Process::cpu).sum::<anyhow::Result<Duration>>())
                .sum(),
        }
    }

    /// Anonymous memory of the server and its children, in bytes; a Node server has collected its garbage before.
    pub(crate) async fn memory(&self) -> anyhow::Result<u64> {
        match &self.server {
            Server::Aldis(node) => Ok(node.memory()?.context("the node's process is not known")?.anonymous),
            Server::Other(others) => {
                let mut bytes = 0;
                for other in others {
                    if self.kind.node_server().is_some() {
                        other.collect().await?;
                    }
                    bytes += other
                        .family()?
                        .iter()
                        .map(|process| Ok(process.memory()?.anonymous))
                        .sum::<anyhow::Result<u64>>()?;
                }
                Ok(bytes)
            }
        }
    }

    /// The end of its log.
    pub(crate) fn log(&self) -> String {
        match &self.server {
            Server::Aldis(_) => String::new(),
            Server::Other(others) => others.iter().map(Other::log).collect(),
        }
    }
}

/// How long a Node server may take to collect its garbage and give pages back.
const COLLECTED_WITHIN: Duration = Duration::from_secs(1);

impl Server {
    fn addresses(&self) -> Vec<SocketAddr> {
        match self {
            Self::Aldis(node) => node.addresses(),
            Self::Other(others) => others.iter().map(|other| other.address).collect(),
        }
    }
}

impl Other {
    /// One, or as many as a cluster has.
    async fn all(kind: Kind, place: &Place) -> anyhow::Result<Vec<Self>> {
        let mut all = Vec::new();
        for _ in 0..place.which.cluster().map_or(1, |(nodes, _)| nodes) {
            all.push(Self::start(kind, place).await?);
        }
        if all.len() > 1 {
            tokio::time::sleep(kind.meets_within()).await;
        }
        Ok(all)
    }

    async fn start(kind: Kind, place: &Place) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?; // free, and free again when it is dropped
        let (log, mut config) = (NamedTempFile::new()?, NamedTempFile::new()?);
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &place.cpus]);
        if let Some(server) = kind.node_server() {
            let folder = fs::canonicalize(place.peers.join(server.folder(place.which.cluster().is_some())))?;
            command.args(["node", "--expose-gc", "--require", "../collect.cjs", "server.cjs"]);
            command.current_dir(folder).env("PORT", address.port().to_string()).env("NODE_ENV", "production");
            command.envs(place.which.cluster().map(|(_, redis)| ("REDIS_URL", redis)));
        } else if let Some(program) = place.programs.of(kind) {
            command.arg(program);
        }
        match kind {
            Kind::Matchbox => {
                command.arg(address.to_string()).env("RUST_LOG", "warn");
            }
            Kind::Sockudo => {
                command.envs(dialect::Sockudo::environment(address)).env("RUST_LOG", "warn");
                let redis = place.which.cluster().map(|(_, redis)| redis);
                command.envs(redis.into_iter().flat_map(dialect::Sockudo::shared_by));
            }
            Kind::AppRtc => {
                let port = address.port().to_string();
                command.args(["--host-ip", "127.0.0.1", "--port", &port, "--grpc-port", "0"]);
            }
            Kind::Spreed => {
                config.write_all(dialect::Spreed::config(address).as_bytes())?;
                command.arg("--config").arg(config.path());
            }
            Kind::Echo => {
                command.arg(std::env::current_exe()?).args(["echo", "--bind", &address.to_string()]);
            }
            Kind::Ws | Kind::Peerjs | Kind::Socketio | Kind::Aldis => {}
        }
        command.stdin(Stdio::null()).stdout(log.reopen()?).stderr(log.reopen()?).kill_on_drop(true);
        let child = command.spawn().context("cannot start taskset → install util-linux")?;
        let mut other = Self { address, child, log, _config: config };
        other.ready(address).await?;
        Ok(other)
    }

    /// Waits until it accepts connections.
    async fn ready(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > START_WITHIN {
                bail!("the server did not come up within {START_WITHIN:?} ({ended:?}); it said:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap_or_default()
    }

    async fn collect(&self) -> anyhow::Result<()> {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let pid = pid.with_context(|| format!("the server ended by itself; it said:\n{}", self.log()))?;
        for _ in 0..2 {
            kill_process(pid, Signal::USR2)?;
            tokio::time::sleep(COLLECTED_WITHIN).await;
        }
        Ok(())
    }

    /// The server's process and all below it.
    fn family(&self) -> anyhow::Result<Vec<Process>> {
        let pid = self.child.id().with_context(|| format!("the server ended by itself; it said:\n{}", self.log()))?;
        let all = parents()?;
        let (mut pids, mut at) = (vec![pid], 0);
        while let Some(parent) = pids.get(at).copied() {
            pids.extend(all.iter().filter(|(_, its)| *its == parent).map(|(pid, _)| *pid));
            at += 1;
        }
        pids.into_iter().map(Process::of).collect()
    }
}

/// All processes of this machine, each with its parent (proc(5), the second field behind the name in brackets).
fn parents() -> anyhow::Result<Vec<(u32, u32)>> {
    let pids = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let parent = |pid: u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?; // it may have ended meanwhile
        stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    Ok(pids.filter_map(|pid| Some((pid, parent(pid)?))).collect())
}
