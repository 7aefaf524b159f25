//! A PostgreSQL server for the tests: made when the first test needs it, stopped when the last one has ended; a database
//! of its own for each test.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::storage::{Postgres, Settings};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database of the server.
pub(crate) struct Database {
    _server: Arc<Server>,
    pub(crate) port: u16,
    pub(crate) name: String,
}

impl Database {
    pub(crate) async fn open(&self, settings: &Settings) -> Arc<Postgres> {
        Arc::new(Postgres::open(&self.url(), settings).await.expect("a database"))
    }

    pub(crate) fn url(&self) -> String {
        url(self.port, &self.name)
    }

    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("a connection")
    }

    /// Runs statements on a connection of its own.
    pub(crate) async fn run(&self, sql: &str) {
        run(&mut self.connection().await, sql).await;
    }

    /// The text that a query gives.
    pub(crate) async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql)
            .fetch_one(&mut self.connection().await)
            .await
            .unwrap_or_else(|why| panic!("{why}: {sql}"))
    }

    /// Makes a database with the same content; nobody may be connected to this one.
    pub(super) async fn copy(&self) -> Self {
        made(&self._server, Some(&self.name)).await
    }
}

/// An empty database.
pub(crate) async fn database() -> Database {
    static SHARED: Mutex<Weak<Server>> = Mutex::const_new(Weak::new());
    let mut shared = SHARED.lock().await;
    let server = match shared.upgrade() {
        Some(server) => server,
        None => {
            let server = Arc::new(Server::start().await);
            *shared = Arc::downgrade(&server);
            server
        }
    };
    drop(shared);
    made(&server, None).await
}

/// An empty database of a server that no other test uses.
pub(crate) async fn own_database() -> Database {
    made(&Arc::new(Server::start().await), None).await
}

async fn made(server: &Arc<Server>, template: Option<&str>) -> Database {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("t{}", MADE.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&url(server.port, "postgres")).await.expect("a connection");
    let template = template.unwrap_or("template0");
    run(&mut connection, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    Database { _server: Arc::clone(server), port: server.port, name }
}

pub(super) async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|why| panic!("{why}: {sql}"));
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://aldis@127.0.0.1:{port}/{database}")
}

struct Server {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Server {
    async fn start() -> Self {
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
        let process = command(is_root())
            .args([&text(&programs.join("postgres")), "-D", &data_text, "-p", &port.to_string()])
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
        Self { process, port, _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGQUIT: what it holds is of no use to anybody.
        let _ = Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status(); // or it has ended
        let _ = self.process.wait();
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

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
