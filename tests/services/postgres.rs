//! A PostgreSQL server for tests: a process on a free port with its data in a folder of its own, stopped when it is dropped.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address of a database on this port.
pub(crate) fn url(port: u16, database: &str) -> String {
    format!("postgres://aldis@127.0.0.1:{port}/{database}")
}

/// A running server.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) port: u16,
    folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let programs = programs();
        let data = folder.path().join("data");
        run_program(&["chmod", "755", &text(folder.path())], false);
        if is_root() {
            run_program(&["chown", "postgres", &text(folder.path())], false);
        }
        let initdb = text(&programs.join("initdb"));
        let arguments = ["--no-sync", "--auth=trust", "--username=aldis", "--encoding=UTF8", "--locale=C.UTF-8"];
        let data_text = text(&data);
        let made: Vec<&str> = [initdb.as_str(), "--pgdata", &data_text].into_iter().chain(arguments).collect();
        run_program(&made, true);
        let port = free_port();
        let process = run(&folder, port).await;
        Self { process, port, folder }
    }

    /// Kills it: its connections are cut, and further ones are refused.
    pub(crate) fn kill(&mut self) {
        // A process that a test has stopped ends when it goes on. SIGQUIT: it does not wait for anybody.
        let _ = Command::new("kill").args(["-CONT", &self.process.id().to_string()]).status();
        let _ = Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status(); // or it has ended
        let _ = self.process.wait();
    }

    /// Starts it again with what it had, on the same port.
    pub(crate) async fn restart(&mut self) {
        self.process = run(&self.folder, self.port).await;
    }
}

async fn run(folder: &TempDir, port: u16) -> Child {
    let data = text(&folder.path().join("data"));
    let process = command(is_root())
        .args([&text(&programs().join("postgres")), "-D", &data, "-p", &port.to_string()])
        .args(["-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "max_connections=200"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("postgres starts");
    let until = Instant::now() + PATIENCE;
    while PgConnection::connect(&url(port, "postgres")).await.is_err() {
        assert!(Instant::now() < until, "PostgreSQL does not answer on port {port}");
        tokio::task::yield_now().await;
    }
    process
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The programs of the newest version that is installed.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    programs.max().expect("PostgreSQL's programs are installed: apt-get install postgresql")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout == b"0\n"
}

/// A command that runs as the user `postgres` if we are root, whom PostgreSQL refuses.
fn command(as_postgres: bool) -> Command {
    let mut command = Command::new(if as_postgres { "setpriv" } else { "env" });
    if as_postgres {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]);
    }
    command
}

fn run_program(arguments: &[&str], as_postgres: bool) {
    let done = command(as_postgres && is_root()).args(arguments).output().expect("a program runs");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A port that nobody listens on, below those that Linux gives to outgoing connections: it is free until the server starts.
pub(crate) fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| rand::random_range(10_000..30_000));
    ports.find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("one of them is free")
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
