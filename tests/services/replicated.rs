//! A Redis with a replica, and a sentinel that watches both: processes on free ports of this machine, stopped when they are
//! dropped. Users are those of a file that has an `admin`.

use std::{
    collections::HashMap,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use redis::{ConnectionAddr, FromRedisValue, IntoConnectionInfo as _, RedisConnectionInfo, aio::MultiplexedConnection};
use tokio::time::interval;

use crate::{postgres::free_port, redis_server::Server};

/// How long a change among them may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often they are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What the sentinel calls the master.
pub(crate) const NAME: &str = "main";

/// A sentinel; stopped when it is dropped.
pub(crate) struct Sentinel {
    process: Child,
    pub(crate) port: u16,
    _folder: tempfile::TempDir,
}

/// See the module.
pub(crate) struct Replicated {
    servers: [(Server, u16); 2],
    pub(crate) sentinel: Sentinel,
}

/// Sends a command; errors are none of the caller's business, who asks again.
async fn ask<T: FromRedisValue>(connection: &mut MultiplexedConnection, words: &[&str]) -> Option<T> {
    redis::cmd(words[0]).arg(&words[1..]).query_async(connection).await.ok()
}

async fn connect(port: u16, user: Option<&str>) -> Option<MultiplexedConnection> {
    let login = RedisConnectionInfo::default();
    let login = user.map_or(login.clone(), |user| login.set_username(user).set_password("any"));
    let address = ConnectionAddr::Tcp("127.0.0.1".to_owned(), port);
    let info = address.into_connection_info().expect("an address").set_redis_settings(login);
    redis::Client::open(info).expect("an address").get_multiplexed_async_connection().await.ok()
}

/// The port of the master, as the sentinel on this port says.
pub(crate) async fn master(sentinel: u16) -> Option<u16> {
    let mut connection = connect(sentinel, None).await?;
    let address: (String, String) = ask(&mut connection, &["SENTINEL", "get-master-addr-by-name", NAME]).await?;
    address.1.parse().ok()
}

impl Sentinel {
    fn start(master: u16, down_after: Duration) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a directory"), free_port());
        let down_after = down_after.as_millis();
        let configuration = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor {NAME} 127.0.0.1 {master} 1\n\
             sentinel auth-user {NAME} admin\nsentinel auth-pass {NAME} any\n\
             sentinel down-after-milliseconds {NAME} {down_after}\nsentinel failover-timeout {NAME} 5000\n"
        );
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, configuration).expect("written");
        let mut command = Command::new("redis-server");
        command.arg(&file).arg("--sentinel").stdout(Stdio::null());
        Self { process: command.spawn().expect("redis-server starts"), port, _folder: folder }
    }

    /// The port of the master, as it says.
    pub(crate) async fn master(&self) -> Option<u16> {
        master(self.port).await
    }

    /// Whether it sees a master, and is not about to replace it.
    async fn is_calm(&self) -> bool {
        let Some(mut connection) = connect(self.port, None).await else { return false };
        let master: Option<HashMap<String, String>> = ask(&mut connection, &["SENTINEL", "master", NAME]).await;
        master.is_some_and(|master| master.get("flags").is_some_and(|flags| flags == "master"))
    }

    /// Whether it knows of a replica that could take over.
    async fn has_replica(&self) -> bool {
        let Some(mut connection) = connect(self.port, None).await else { return false };
        let replicas: Option<Vec<redis::Value>> = ask(&mut connection, &["SENTINEL", "replicas", NAME]).await;
        let flags = |replica: &redis::Value| {
            let pairs: HashMap<String, String> = redis::from_redis_value(replica.clone()).ok()?;
            Some(pairs.get("flags")? == "slave" && pairs.get("master-link-status")? == "ok")
        };
        replicas.unwrap_or_default().iter().any(|replica| flags(replica) == Some(true))
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.process.kill(); // it may have ended
        let _ = self.process.wait();
    }
}

impl Replicated {
    /// Starts them with these users; the sentinel takes a master for dead that is silent for so long.
    pub(crate) async fn start(users: &Path, down_after: Duration) -> Self {
        let (ports, users) = ([free_port(), free_port()], users.to_str().expect("UTF-8"));
        let [master, replica] = ports.map(|port| {
            let port = port.to_string();
            let login = ["--masteruser", "admin", "--masterauth", "any"];
            let own = ["--port", &port, "--aclfile", users, "--repl-diskless-sync-delay", "0"];
            [&own[..], &login[..]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
        });
        let start =
            |arguments: &[String]| Server::start_with(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let mut second = start(&follows(&replica, ports[0]));
        second.arguments = replica;
        let servers = [(start(&master), ports[0]), (second, ports[1])];
        let replicated = Self { servers, sentinel: Sentinel::start(ports[0], down_after) };
        replicated.is_whole().await;
        replicated
    }

    /// The place of the master, and that of the other one.
    async fn places(&self) -> (usize, usize) {
        let (begun, mut look) = (Instant::now(), interval(LOOK_EVERY));
        loop {
            look.tick().await; // the first one comes at once
            let port = self.sentinel.master().await;
            match self.servers.iter().position(|(_, own)| port == Some(*own)) {
                Some(master) => return (master, 1 - master),
                None => assert!(begun.elapsed() < PATIENCE, "the sentinel names no master"),
            }
        }
    }

    /// Gives a server a command, as `admin`.
    async fn tell(&self, place: usize, words: &[&str]) -> bool {
        let Some(mut connection) = connect(self.servers[place].1, Some("admin")).await else { return false };
        ask::<redis::Value>(&mut connection, words).await.is_some()
    }

    /// Gives the master a command.
    pub(crate) async fn command(&self, words: &[&str]) {
        let (master, _) = self.places().await;
        assert!(self.tell(master, words).await, "{words:?} is not obeyed");
    }

    /// Sends the master a signal.
    pub(crate) async fn signal(&self, name: &str) -> usize {
        let (master, _) = self.places().await;
        self.signal_at(master, name);
        master
    }

    /// Sends the server at this place a signal.
    pub(crate) fn signal_at(&self, place: usize, name: &str) {
        self.servers[place].0.signal(name);
    }

    /// Kills the master, and starts it again at once, empty.
    pub(crate) async fn restart(&mut self) {
        let (master, _) = self.places().await;
        self.servers[master].0.kill();
        self.servers[master].0.restart();
    }

    /// The replica is cut off from the master: what is written from now on does not reach it.
    pub(crate) async fn lags(&self) {
        let (master, replica) = self.places().await;
        // It is not let in again.
        assert!(self.tell(replica, &["CONFIG", "SET", "masteruser", "nobody"]).await, "the replica obeys");
        assert!(self.tell(master, &["CLIENT", "KILL", "TYPE", "replica"]).await, "the master obeys");
    }

    /// How many bytes of what the master has written the replica has not got.
    pub(crate) async fn behind(&self) -> u64 {
        let (master, replica) = self.places().await;
        let [written, got] = [master, replica].map(async |place| {
            let mut connection = connect(self.servers[place].1, Some("admin")).await.expect("it answers");
            let info: String = ask(&mut connection, &["INFO", "replication"]).await.expect("it answers");
            let offset = info.lines().find_map(|line| line.strip_prefix("master_repl_offset:"));
            offset.and_then(|offset| offset.trim().parse().ok()).unwrap_or(0)
        });
        u64::saturating_sub(written.await, got.await)
    }

    /// Kills the master, and waits until the sentinel has promoted the replica.
    pub(crate) async fn fails_over(&mut self) {
        let (old, _) = self.places().await;
        self.servers[old].0.kill();
        let (begun, mut look) = (Instant::now(), interval(LOOK_EVERY));
        while self.sentinel.master().await != Some(self.servers[1 - old].1) {
            assert!(begun.elapsed() < PATIENCE, "the sentinel promotes nobody");
            look.tick().await;
        }
    }

    /// The server that was killed is started again, as a replica.
    pub(crate) async fn returns(&mut self) {
        let (master, other) = self.places().await;
        let to = self.servers[master].1;
        let server = &mut self.servers[other].0;
        let own = server.arguments.clone();
        server.arguments = follows(&own, to);
        server.restart();
        server.arguments = own;
    }

    /// Waits until the other server follows whom the sentinel calls the master, and could take over.
    pub(crate) async fn is_whole(&self) {
        let (begun, mut look) = (Instant::now(), interval(LOOK_EVERY));
        loop {
            look.tick().await;
            assert!(begun.elapsed() < PATIENCE, "the replica does not follow");
            if !self.sentinel.is_calm().await {
                continue;
            }
            let (master, other) = self.places().await;
            let to = self.servers[master].1.to_string();
            // Servers that were promoted, cut off or left behind are told, as the sentinel would some seconds later.
            let told = self.tell(master, &["REPLICAOF", "NO", "ONE"]).await
                && self.tell(other, &["CONFIG", "SET", "masteruser", "admin"]).await
                && self.tell(other, &["REPLICAOF", "127.0.0.1", &to]).await;
            if told && self.follows(master).await && self.sentinel.has_replica().await {
                return;
            }
        }
    }

    /// Whether the master at this place has a replica that has all that it has.
    async fn follows(&self, master: usize) -> bool {
        let Some(mut connection) = connect(self.servers[master].1, Some("admin")).await else { return false };
        let info: Option<String> = ask(&mut connection, &["INFO", "replication"]).await;
        info.is_some_and(|info| info.contains("role:master") && info.contains("state=online"))
    }
}

/// The arguments of a server that follows the one on this port.
fn follows(own: &[String], to: u16) -> Vec<String> {
    let replica = ["--replicaof".to_owned(), "127.0.0.1".to_owned(), to.to_string()];
    own.iter().cloned().chain(replica).collect()
}
