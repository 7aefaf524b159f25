//! A node started by this run: on free ports, its data in a temporary directory, its limits raised so that they do not
//! limit the load. Must not know the scenario.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::certificate::Certificate;
use super::cgroup::Cgroup;
use super::{Endpoint, Terms, Token, Which, tokens};
use crate::limits::{START_WITHIN, STOP_WITHIN};

/// Settings of every load: no limit meant for one client may limit the generator.
const RAISED: [&str; 17] = [
    "http.connections_max=1000000",
    "http.connections_per_address_max=1000000",
    "socket.hello_within=5m",
    "socket.messages_per_second=1000000",
    "socket.messages_burst_max=1000000",
    "budget.user_factor=1000",
    "budget.address_factor=1000000",
    "budget.room_joins_per_second=1000000",
    "budget.room_joins_burst_max=1000000",
    "budget.flood_max=1000000",
    "room.per_host_max=1000000",
    "room.mesh_participants_max=100",
    "rate_limits.auth_per_address=1000000/1m",
    "rate_limits.requests_per_address=10000000/1m",
    "rate_limits.requests_per_user=10000000/1m",
    "rate_limits.sockets_per_address=10000000/1m",
    "log.filter=warn",
];

/// A running child.
pub(super) struct Started {
    address: SocketAddr,
    admin: SocketAddr,
    program: PathBuf,
    arguments: Vec<String>,
    cpus: Option<String>,
    /// Its certificate; `None`: plain.
    certificate: Option<Certificate>,
    data: TempDir,
    child: Child,
    /// Its control group, if its memory is limited; after the child, because an occupied group cannot be removed.
    cgroup: Option<Cgroup>,
}

#[derive(Deserialize)]
struct Ready {
    http: SocketAddr,
    admin: SocketAddr,
}

impl Started {
    pub(super) async fn start(which: &Which, terms: &Terms<'_>) -> anyhow::Result<Self> {
        let program = which.program()?;
        let missing = || {
            format!(
                "there is no {} → build it (cargo build --release -p aldis), or name one with --aldis",
                program.display()
            )
        };
        let program = fs::canonicalize(&program).with_context(missing)?; // it is started in another directory
        let data = tempfile::tempdir().context("cannot make a directory for the node's data")?;
        let certificate = which.tls.then(|| Certificate::make(data.path())).transpose()?;
        let cgroup = terms.memory_max.and_then(|bytes| Cgroup::limited(bytes).ok());
        // Where no group can be made, the node is told what a group would tell it.
        let memory_max = terms.memory_max.filter(|_| cgroup.is_none());
        let settings = RAISED
            .iter()
            .copied()
            .filter(|_| !terms.has_default_limits)
            .chain(terms.settings.iter().copied())
            .map(str::to_owned)
            .chain(memory_max.map(|bytes| format!("node.memory_max={}KiB", bytes / 1024)))
            .chain(certificate.iter().flat_map(Certificate::settings))
            .chain(which.node_set.iter().cloned());
        let shared = shared(which, data.path())?;
        let arguments = settings.flat_map(|pair| ["--set".to_owned(), pair]).chain(shared).collect();
        let child = spawn((&program, which.node_cpus.as_deref(), cgroup.as_ref()), (data.path(), &arguments))?;
        let mut started = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            admin: SocketAddr::from(([127, 0, 0, 1], 0)),
            program,
            arguments,
            cpus: which.node_cpus.clone(),
            certificate,
            data,
            child,
            cgroup,
        };
        (started.address, started.admin) = started.ready().await?;
        Ok(started)
    }

    /// Its current address.
    pub(super) fn door(&self) -> anyhow::Result<Endpoint> {
        Endpoint::here(self.address, self.certificate.as_ref().map(|own| own.cert.as_path()))
    }

    /// The address of its admin listener, which is always plain.
    pub(super) fn side_door(&self) -> anyhow::Result<Endpoint> {
        Endpoint::here(self.admin, None)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Its data directory.
    pub(super) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Stops it, and starts it again on the same data.
    pub(super) async fn again(&mut self) -> anyhow::Result<()> {
        self.end().await?;
        self.after_end().await
    }

    /// Starts it again on the same data, when it has ended.
    pub(super) async fn after_end(&mut self) -> anyhow::Result<()> {
        let how = (&*self.program, self.cpus.as_deref(), self.cgroup.as_ref());
        self.child = spawn(how, (self.data.path(), &self.arguments))?;
        (self.address, self.admin) = self.ready().await?;
        Ok(())
    }

    /// From its next start on it is this program.
    pub(super) fn runs(&mut self, program: &Path) -> anyhow::Result<()> {
        // It is started in another directory.
        self.program = fs::canonicalize(program).with_context(|| format!("there is no {}", program.display()))?;
        Ok(())
    }

    /// Kills it.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        // It cannot remove it itself any more.
        Ok(fs::remove_file(self.data.path().join("ready.json"))?)
    }

    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).context("the node ended by itself")?;
        Ok(kill_process(pid, signal)?)
    }

    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.end().await
    }

    /// Tokens signed with its key.
    pub(super) async fn mint(&self, count: usize) -> anyhow::Result<Vec<Token>> {
        let mut command = Command::new(&self.program);
        command.args(["token", "mint", "--json", "--ttl", "12h", "--count"]).arg(count.to_string());
        command.current_dir(self.data.path()); // the caller's directory must not configure it
        command.args(&self.arguments); // which database has the keys
        let minted = command.arg("--data-dir").arg(self.data.path()).stderr(Stdio::inherit()).output().await?;
        ensure!(minted.status.success(), "{} token mint failed", self.program.display());
        tokens::parse(&String::from_utf8(minted.stdout)?)
    }

    /// Waits until it serves; returns its addresses.
    async fn ready(&mut self) -> anyhow::Result<(SocketAddr, SocketAddr)> {
        let (file, begun) = (self.data.path().join("ready.json"), Instant::now());
        loop {
            if let Ok(text) = fs::read_to_string(&file) {
                let ready: Ready = serde_json::from_str(&text).context("the node's ready file is malformed")?;
                return Ok((ready.http, ready.admin));
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > START_WITHIN {
                bail!(
                    "the node did not come up within {START_WITHIN:?} ({ended:?}); the end of its log:\n{}",
                    self.log()
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn end(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        let ended = timeout(STOP_WITHIN, self.child.wait()).await;
        let status = ended.with_context(|| format!("the node did not stop within {STOP_WITHIN:?} of SIGTERM"))??;
        ensure!(status.success(), "the node ended with {status}; the end of its log:\n{}", self.log());
        Ok(())
    }

    /// The most memory that its control group has used, in bytes, if it has one.
    pub(super) fn cgroup_peak(&self) -> Option<u64> {
        self.cgroup.as_ref()?.peak()
    }

    /// The last lines of its log.
    fn log(&self) -> String {
        let text = fs::read_to_string(self.data.path().join("node.log")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// What the nodes of one cluster are told: their Redis, their database, and the secret of its signing keys, which is the same
/// in each run, so that a database serves several.
fn shared(which: &Which, data: &Path) -> anyhow::Result<Vec<String>> {
    let (Some(_), Some(redis), Some(database)) = (which.cluster, &which.redis_url, &which.database_url) else {
        return Ok(Vec::new());
    };
    let secret = data.join("cluster.secret");
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&secret)?;
    file.write_all("5e".repeat(32).as_bytes())?;
    let sealed = format!("auth.key_secret_file={}", secret.display());
    Ok(["--redis-url", redis, "--database-url", database, "--set", &sealed].map(str::to_owned).into())
}

/// A program, its processors, and its control group; then the node's data and settings.
fn spawn(
    (program, cpus, cgroup): (&Path, Option<&str>, Option<&Cgroup>),
    (data, settings): (&Path, &Vec<String>),
) -> anyhow::Result<Child> {
    let mut arguments: Vec<OsString> = Vec::new();
    if let Some(cgroup) = cgroup {
        // The shell enters the group, then becomes the node: no moment of the node is outside.
        arguments.extend(["sh", "-c", r#"echo 0 > "$0" && exec "$@""#].map(OsString::from));
        arguments.push(cgroup.processes().into());
    }
    if let Some(cpus) = cpus {
        arguments.extend(["taskset", "--cpu-list", cpus].map(OsString::from));
    }
    arguments.push(program.into());
    let mut command = Command::new(&arguments[0]);
    command.args(&arguments[1..]);
    let log = fs::OpenOptions::new().create(true).append(true).open(data.join("node.log"))?;
    command.args(["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"]);
    command.arg("--data-dir").arg(data).arg("--ready-file").arg(data.join("ready.json")).args(settings);
    // The caller's environment and directory must not configure this node.
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("ALDIS_"));
    for name in own {
        command.env_remove(name);
    }
    command.current_dir(data).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    command.spawn().with_context(|| format!("cannot start {}", program.display()))
}
