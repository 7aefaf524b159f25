//! The balancer in front of the nodes: a TCP proxy that deals connections as nginx does with our configuration, tries the next node where nobody
//! listens, and counts. Must not know what the bytes mean.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::dealing::Dealing;

/// As `proxy_connect_timeout` of `config/nginx/aldis.conf`.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// A running proxy; dropped, it accepts nothing more.
pub(super) struct Balancer {
    pub(super) address: SocketAddr,
    nodes: Arc<Nodes>,
    accepting: JoinHandle<()>,
}

/// The nodes behind it.
struct Nodes {
    begun: Instant,
    all: Mutex<Vec<Upstream>>,
    dealing: Mutex<Dealing>,
}

struct Upstream {
    address: SocketAddr,
    /// Whether it is given connections.
    is_up: bool,
    open: usize,
    /// Ends its connections when it changes.
    cuts: watch::Sender<()>,
    /// Connections made, by second since the start.
    made: BTreeMap<u64, u64>,
}

impl Balancer {
    /// Before nodes at these addresses.
    pub(super) async fn start(addresses: impl Iterator<Item = SocketAddr>) -> anyhow::Result<Self> {
        let upstream =
            |address| Upstream { address, is_up: true, open: 0, cuts: watch::Sender::new(()), made: BTreeMap::new() };
        let nodes = Arc::new(Nodes {
            begun: Instant::now(),
            all: Mutex::new(addresses.map(upstream).collect()),
            dealing: Mutex::new(Dealing::new()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, accepted) = (listener.local_addr()?, Arc::clone(&nodes));
        let accepting = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((client, _)) => drop(tokio::spawn(Arc::clone(&accepted).carry(client))),
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await, // out of files: wait for some
                }
            }
        });
        Ok(Self { address, nodes, accepting })
    }

    /// A node listens elsewhere now.
    pub(super) fn moved(&self, node: usize, address: SocketAddr) {
        self.nodes.change(node, |upstream| upstream.address = address);
    }

    /// The node fails its health check: it is given nothing more, and its connections end.
    pub(super) fn down(&self, node: usize) {
        self.nodes.change(node, |upstream| {
            upstream.is_up = false;
            upstream.cuts.send_replace(());
        });
    }

    /// The node passes its health check.
    pub(super) fn up(&self, node: usize) {
        self.nodes.change(node, |upstream| upstream.is_up = true);
    }

    /// How many connections each node has.
    pub(super) fn open(&self) -> Vec<usize> {
        self.nodes.lock().iter().map(|upstream| upstream.open).collect()
    }

    /// The node with the most connections.
    pub(super) fn fullest(&self) -> usize {
        let open = self.open();
        (0..open.len()).max_by_key(|&node| open[node]).unwrap_or_default()
    }

    /// Forgets the connections counted so far.
    pub(super) fn forget(&self) {
        self.nodes.lock().iter_mut().for_each(|upstream| upstream.made.clear());
    }

    /// The most connections that one node was given within a second, and the mean of all nodes in that second.
    pub(super) fn busiest(&self) -> (u64, f64) {
        let nodes = self.nodes.lock();
        let seconds = nodes.iter().flat_map(|upstream| &upstream.made);
        let Some((second, most)) = seconds.max_by_key(|(_, made)| **made) else { return (0, 0.0) };
        let sum: u64 = nodes.iter().filter_map(|upstream| upstream.made.get(second)).sum();
        (*most, crate::report::float(sum) / crate::report::float(nodes.len() as u64))
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Nodes {
    fn lock(&self) -> MutexGuard<'_, Vec<Upstream>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, node: usize, change: impl FnOnce(&mut Upstream)) {
        if let Some(upstream) = self.lock().get_mut(node) {
            change(upstream);
        }
    }

    /// One of the nodes that were not tried: its number, its address, and its cuts.
    fn choose(&self, tried: &[usize]) -> Option<(usize, SocketAddr, watch::Receiver<()>)> {
        let mut nodes = self.lock();
        let candidates = nodes.iter().enumerate().filter(|(node, it)| it.is_up && !tried.contains(node));
        let candidates: Vec<_> = candidates.map(|(node, it)| (node, it.open)).collect();
        let node = self.dealing.lock().unwrap_or_else(PoisonError::into_inner).deal(&candidates)?;
        let upstream = &mut nodes[node];
        upstream.open += 1;
        Some((node, upstream.address, upstream.cuts.subscribe()))
    }

    async fn carry(self: Arc<Self>, client: TcpStream) {
        let mut tried = Vec::new();
        while let Some((node, address, cuts)) = self.choose(&tried) {
            let connected = timeout(CONNECT_WITHIN, TcpStream::connect(address)).await;
            let Ok(Ok(server)) = connected else {
                self.change(node, |upstream| upstream.open -= 1);
                tried.push(node);
                continue;
            };
            let second = self.begun.elapsed().as_secs();
            self.change(node, |upstream| *upstream.made.entry(second).or_default() += 1);
            pass(client, server, cuts).await;
            return self.change(node, |upstream| upstream.open -= 1);
        }
    }
}

/// Passes bytes both ways until one side ends, or the node's connections are cut.
async fn pass(mut client: TcpStream, mut server: TcpStream, mut cuts: watch::Receiver<()>) {
    // Where the kernel refuses, only the measured latency is worse.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        _ = cuts.changed() => {}
        _ = copy_bidirectional(&mut client, &mut server) => {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// A server that says its letter to whom it accepts, and then listens.
    async fn says(letter: u8) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    client.write_all(&[letter]).await.expect("it listens");
                    let _: Result<u8, _> = client.read_u8().await; // until it goes
                });
            }
        });
        address
    }

    /// Nobody listens there.
    async fn nobody() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address")
    }

    #[tokio::test]
    async fn connections_go_to_nodes_that_listen_and_are_up() {
        let addresses = [says(b'a').await, nobody().await, says(b'b').await];
        let balancer = Balancer::start(addresses.into_iter()).await.expect("a port");
        let mut clients = Vec::new();
        for _ in 0..8 {
            let mut client = TcpStream::connect(balancer.address).await.expect("it listens");
            assert!(b"ab".contains(&client.read_u8().await.expect("a letter")));
            clients.push(client);
        }
        let open = balancer.open();
        assert!(open[0] > 0 && open[1] == 0 && open[2] > 0 && open[0] + open[2] == 8, "{open:?}");
        assert!(balancer.busiest().0 >= 1, "they were counted");
        balancer.down(0);
        let mut closed = 0;
        for client in &mut clients {
            let ended = timeout(Duration::from_secs(1), client.read_u8()).await;
            closed += usize::from(ended.is_ok());
        }
        assert_eq!(closed, open[0], "those of the node that is down");
        let mut client = TcpStream::connect(balancer.address).await.expect("it listens");
        assert_eq!(client.read_u8().await.expect("a letter"), b'b');
    }
}
