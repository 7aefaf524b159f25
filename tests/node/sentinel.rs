//! A Redis whose master fails over to a replica, as sentinels say.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
    postgres::free_port,
    process::PATIENCE,
    redis_server::Server,
};

/// A sentinel of the master on this port; stopped when the test is done with it.
struct Sentinel {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Sentinel {
    fn start(master: u16) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a directory"), free_port());
        let configuration = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 10000\n"
        );
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, configuration).expect("written");
        let mut command = Command::new("redis-server");
        command.arg(&file).arg("--sentinel").stdout(Stdio::null());
        Self { process: command.spawn().expect("redis-server starts"), port, _folder: folder }
    }
}

impl Sentinel {
    /// Waits until it does; it asks the master every ten seconds.
    async fn knows_a_replica(&self) {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).expect("an address");
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "the sentinel does not learn of the replica");
            let Ok(mut connection) = client.get_multiplexed_async_connection().await else { continue };
            let asked = redis::cmd("SENTINEL").arg("replicas").arg("main").query_async(&mut connection).await;
            let replicas: Vec<redis::Value> = asked.unwrap_or_default();
            if !replicas.is_empty() {
                return;
            }
        }
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_stay_while_the_master_fails_over_to_its_replica() {
    let (port, second) = (free_port().to_string(), free_port().to_string());
    let mut master = Server::start_with(&["--port", &port]);
    let _replica =
        Server::start_with(&["--port", &second, "--replicaof", "127.0.0.1", &port, "--repl-diskless-sync-delay", "0"]);
    let sentinel = Sentinel::start(port.parse().expect("a port"));
    let mut cluster = Cluster::start(0, &[]).await;
    // The first of the sentinels says nothing, the second is none.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent_port = silent.local_addr().expect("an address").port();
    let sentinels = [silent_port, free_port(), sentinel.port].map(|port| format!("127.0.0.1:{port}")).join(",");
    let url = format!("redis+sentinel://{sentinels}/main");
    sentinel.knows_a_replica().await;
    for _ in 0..2 {
        cluster.add(&["--redis-url", &url]).await;
    }
    let mut members = cluster.rooms(1, 4).await.remove(0);
    all_say(&mut members).await;
    all_hear(&mut members, 1).await;
    master.kill();
    cluster.nodes[0].until_ready_is(503).await;
    for node in &cluster.nodes {
        node.until_ready_is(200).await;
    }
    // The new master's epoch settles.
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(5)))).await;
    all_say(&mut members).await;
    all_hear(&mut members, 2).await;
    nobody_has_left(&members);
}
