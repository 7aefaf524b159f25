//! A Redis and a PostgreSQL of the run's own, for faults: processes with their data in temporary folders. Must not know nodes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::limits::START_WITHIN;

/// How often a starting server is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A Redis without persistence.
pub(super) struct Redis {
    child: Child,
    folder: TempDir,
}

impl Redis {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a directory for Redis")?;
        Ok(Self { child: redis_in(folder.path()).await?, folder })
    }

    pub(super) fn url(&self) -> String {
        format!("redis+unix://{}", socket_in(self.folder.path()).display())
    }

    /// Stops it in its tracks (SIGSTOP), or lets it go on (SIGCONT).
    pub(super) fn signal(&self, name: &str) -> anyhow::Result<()> {
        signal(name, &[&self.child.id().to_string()])
    }

    /// Kills it.
    pub(super) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(fs::remove_file(socket_in(self.folder.path()))?)
    }

    /// Starts it again, empty.
    pub(super) async fn again(&mut self) -> anyhow::Result<()> {
        self.child = redis_in(self.folder.path()).await?;
        Ok(())
    }

    /// Empties it.
    pub(super) fn flush(&self) -> anyhow::Result<()> {
        let mut stream = UnixStream::connect(socket_in(self.folder.path()))?;
        stream.write_all(b"FLUSHALL\r\n")?; // an inline command of its protocol
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        ensure!(&answer == b"+OK\r\n", "Redis did not do FLUSHALL: {}", String::from_utf8_lossy(&answer));
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill(); // or it has ended
        let _ = self.child.wait();
    }
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("redis.sock")
}

async fn redis_in(folder: &Path) -> anyhow::Result<Child> {
    let socket = socket_in(folder);
    let mut command = Command::new("redis-server");
    command.args(["--port", "0", "--save", "", "--unixsocket"]).arg(&socket).arg("--dir").arg(folder);
    let missing = "cannot start redis-server → apt-get install redis-server, or name a server with --redis-url";
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context(missing)?;
    answers("redis-server", &mut child, || UnixStream::connect(&socket).is_ok()).await?;
    Ok(child)
}

/// A PostgreSQL.
pub(super) struct Postgres {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Postgres {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let missing = "PostgreSQL is not installed → apt-get install postgresql, or name a server with --database-url";
        let programs = programs().context(missing)?;
        let folder = tempfile::tempdir().context("cannot make a directory for PostgreSQL")?;
        let data = folder.path().join("data");
        if rustix::process::geteuid().is_root() {
            succeeds(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        let flags =
            ["--no-sync", "--auth=trust", "--username=aldis", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"];
        succeeds(as_postgres(&programs.join("initdb")).args(flags).arg(&data).stdout(Stdio::null()))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = as_postgres(&programs.join("postgres"));
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for option in ["fsync=off", "unix_socket_directories=", "listen_addresses=127.0.0.1", "max_connections=500"] {
            command.args(["-c", option]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut ready = Command::new(programs.join("pg_isready"));
        ready.args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()]);
        answers("postgres", &mut child, || ready.status().is_ok_and(|status| status.success())).await?;
        Ok(Self { child, port, _folder: folder })
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://aldis@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops all its processes in their tracks (SIGSTOP), or lets them go on (SIGCONT).
    pub(super) fn signal(&self, name: &str) -> anyhow::Result<()> {
        let parent = self.child.id().to_string();
        let _ = Command::new("pkill").args([&format!("-{name}"), "-P", &parent]).status(); // it may have no children
        signal(name, &[&parent])
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its processes may be stopped; SIGQUIT waits for nobody.
        let _ = (self.signal("CONT"), signal("QUIT", &[&self.child.id().to_string()]));
        let _ = self.child.wait();
    }
}

/// The folder of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max()
}

/// The program as the user `postgres` if we are root, whom PostgreSQL refuses.
fn as_postgres(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

fn succeeds(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

fn signal(name: &str, processes: &[&str]) -> anyhow::Result<()> {
    succeeds(Command::new("kill").arg(format!("-{name}")).args(processes))
}

async fn answers(name: &str, child: &mut Child, mut is_up: impl FnMut() -> bool) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !is_up() {
        if let Some(status) = child.try_wait()? {
            bail!("{name} ended with {status}");
        }
        ensure!(begun.elapsed() < START_WITHIN, "{name} does not answer within {START_WITHIN:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
