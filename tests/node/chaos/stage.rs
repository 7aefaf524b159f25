//! Where it happens: nodes as processes, a Redis with a replica and a sentinel, a PostgreSQL, and a proxy on every edge; and
//! what breaks them.

use std::{sync::Arc, time::Duration};

use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use tokio::{
    task::JoinHandle,
    time::{interval, sleep},
};

use super::{
    fault::{Edge, Fault, Harm},
    proxy::Proxy,
};
use crate::{cluster::Cluster, replicated::Replicated};

/// Clients share one address, reconnect more often than people do, and all that they say is kept to be judged.
pub(super) const SETTINGS: [&str; 10] = [
    "--set",
    "chat.keep_per_room_max=1000000",
    "--set",
    "budget.address_factor=10000",
    "--set",
    "rate_limits.sockets_per_address=100000/1m",
    "--set",
    "rate_limits.requests_per_address=100000/1m",
    "--set",
    "rate_limits.auth_per_address=100000/1m",
];

/// How long most faults last, in milliseconds.
const SPAN: std::ops::Range<u64> = 200..7_000;
/// What the replica misses before a failover.
const LAG: Duration = Duration::from_millis(1_200);
/// How often it is looked who the master is.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);

/// The proxies around a node.
struct Edges {
    clients: Proxy,
    redis: Proxy,
    postgres: Proxy,
}

/// See the module.
pub(super) struct Stage {
    pub(super) cluster: Cluster,
    redis: Replicated,
    edges: Arc<Vec<Edges>>,
    random: SmallRng,
    following: JoinHandle<()>,
}

impl Stage {
    /// Starts so many nodes. The replica takes the master's place if that says nothing for so long.
    pub(super) async fn start(nodes: usize, down_after: Duration, seed: u64) -> Self {
        let mut cluster = Cluster::start(0, &SETTINGS).await;
        let redis = Replicated::start(cluster.rights.path(), down_after).await;
        let (master, mut edges) = (redis.sentinel.master().await.expect("a master"), Vec::new());
        for _ in 0..nodes {
            let redis = Proxy::start(master).await;
            let postgres = Proxy::start(cluster.postgres.port).await;
            let url = format!("redis://127.0.0.1:{}", redis.port);
            cluster.add_through(postgres.port, &["--redis-url", &url]).await;
            let node = cluster.nodes.last().expect("it was added");
            edges.push(Edges { clients: Proxy::start(port(&node.http)).await, redis, postgres });
        }
        let edges = Arc::new(edges);
        let following = tokio::spawn(follow(redis.sentinel.port, master, Arc::clone(&edges)));
        Self { cluster, redis, edges, random: SmallRng::seed_from_u64(seed), following }
    }

    /// Where clients reach nodes.
    pub(super) fn addresses(&self) -> Vec<String> {
        self.edges.iter().map(|edges| edges.clients.address()).collect()
    }

    /// Strikes, and lets it heal again.
    pub(super) async fn strike(&mut self, fault: Fault) {
        let node = self.random.random_range(0..self.cluster.nodes.len());
        let span = Duration::from_millis(self.random.random_range(SPAN));
        eprintln!("{fault:?} node {node} for {span:?}");
        match fault {
            Fault::Edge(edge, harm) => self.harm(node, edge, harm, span).await,
            Fault::KillNode | Fault::StopNode => {
                self.cluster.nodes[node].signal(if fault == Fault::KillNode { "-KILL" } else { "-TERM" });
                self.cluster.nodes[node].again().await;
                self.edges[node].clients.leads_to(port(&self.cluster.nodes[node].http));
            }
            Fault::PauseNode => {
                self.cluster.nodes[node].signal("-STOP");
                sleep(span).await;
                self.cluster.nodes[node].signal("-CONT");
            }
            Fault::PauseRedis => self.pause_redis(span).await,
            Fault::KillSubscribers => self.redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await,
            Fault::KillCommands => self.redis.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await,
            Fault::FillRedis => {
                self.redis.command(&["CONFIG", "SET", "maxmemory", "1mb"]).await;
                sleep(span).await;
                self.redis.command(&["CONFIG", "SET", "maxmemory", "0"]).await;
            }
            Fault::PausePostgres => {
                self.cluster.signal_postgres("STOP");
                sleep(span).await;
                self.cluster.signal_postgres("CONT");
            }
            Fault::PauseBoth => {
                self.cluster.signal_postgres("STOP");
                self.pause_redis(span).await;
                self.cluster.signal_postgres("CONT");
            }
            Fault::EmptyRedis => self.redis.command(&["FLUSHALL"]).await,
            Fault::RestartRedis => {
                self.redis.restart().await;
                self.redis.is_whole().await;
            }
            Fault::Failover => {
                self.redis.is_whole().await;
                self.redis.lags().await;
                sleep(LAG).await;
                self.redis.fails_over().await;
                self.redis.returns().await;
                self.redis.is_whole().await;
            }
        }
    }

    /// Between two faults.
    pub(super) async fn rest(&mut self) {
        let pause = self.random.random_range(100..2_500);
        sleep(Duration::from_millis(pause)).await;
    }

    /// One of these, at random.
    pub(super) fn some<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.random.random_range(0..of.len())]
    }

    /// A master that wakes finds, where a replica took its place meanwhile, that it is one itself.
    async fn pause_redis(&self, span: Duration) {
        let paused = self.redis.signal("STOP").await;
        sleep(span).await;
        self.redis.signal_at(paused, "CONT");
        self.redis.is_whole().await;
    }

    async fn harm(&mut self, node: usize, edge: Edge, harm: Harm, span: Duration) {
        let (rate, bytes) = (self.random.random_range(300..20_000), self.random.random_range(50..20_000));
        let proxy = match edge {
            Edge::Clients => &self.edges[node].clients,
            Edge::Redis => &self.edges[node].redis,
            Edge::Postgres => &self.edges[node].postgres,
        };
        match harm {
            Harm::Hold => proxy.hold(),
            Harm::Reset => return proxy.cut(),
            Harm::Delay => proxy.delay(50, 800),
            Harm::Throttle => proxy.throttle(rate),
            Harm::CutAfterBytes => proxy.cut_after(bytes),
        }
        sleep(span).await;
        proxy.pass();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.following.abort();
    }
}

/// The proxies lead to whom the sentinel calls the master, and end connections to the one before.
async fn follow(sentinel: u16, mut master: u16, edges: Arc<Vec<Edges>>) {
    let mut look = interval(FOLLOW_EVERY);
    loop {
        look.tick().await;
        match crate::replicated::master(sentinel).await {
            Some(now) if now != master => master = now,
            Some(_) | None => continue,
        }
        eprintln!("the master is on port {master}");
        for edges in edges.iter() {
            edges.redis.leads_to(master);
            edges.redis.cut();
        }
    }
}

fn port(address: &str) -> u16 {
    address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("an address with a port")
}
