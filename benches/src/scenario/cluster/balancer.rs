//! The balancer in front of the nodes: a proxy that deals connections as nginx does with our configuration. Where a node does not listen,
//! or answers 503, it asks another one, and it counts. It reads the first line of an answer, and must not know what else the bytes mean.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connects::{Busiest, Connects};
use super::dealing::{Candidate, Dealing, Group};

/// As `proxy_connect_timeout` of `config/nginx/aldis.conf`.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// As `proxy_next_upstream_tries`.
const TRIES_MAX: usize = 2;
/// As `proxy_read_timeout` of `/ws`.
const ANSWER_WITHIN: Duration = Duration::from_secs(75);
/// The head of a request; as nodes take.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// How the answer of a node begins that drains or sheds load.
const UNAVAILABLE: &[u8] = b"HTTP/1.1 503";

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
    connects: Mutex<Connects>,
}

struct Upstream {
    address: SocketAddr,
    /// Whether it is given connections.
    is_up: bool,
    /// Open connections by group.
    open: [usize; 2],
    /// Ends its connections when it changes.
    cuts: watch::Sender<()>,
}

/// A node that is asked to take a connection.
struct Chosen {
    node: usize,
    address: SocketAddr,
    cuts: watch::Receiver<()>,
}

impl Balancer {
    /// Before nodes at these addresses.
    pub(super) async fn start(addresses: impl Iterator<Item = SocketAddr>) -> anyhow::Result<Self> {
        let upstream = |address| Upstream { address, is_up: true, open: [0, 0], cuts: watch::Sender::new(()) };
        let all: Vec<_> = addresses.map(upstream).collect();
        let nodes = Arc::new(Nodes {
            begun: Instant::now(),
            connects: Mutex::new(Connects::of(all.len())),
            all: Mutex::new(all),
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
        lock(&self.nodes.all).iter().map(|upstream| upstream.open.iter().sum()).collect()
    }

    /// The node with the most connections.
    pub(super) fn fullest(&self) -> usize {
        let open = self.open();
        (0..open.len()).max_by_key(|&node| open[node]).unwrap_or_default()
    }

    /// Forgets the connections counted so far.
    pub(super) fn forget(&self) {
        lock(&self.nodes.connects).forget();
    }

    /// The second in which one node took the most connections, if there were enough to compare.
    pub(super) fn busiest(&self) -> Option<Busiest> {
        lock(&self.nodes.connects).busiest()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Nodes {
    fn change(&self, node: usize, change: impl FnOnce(&mut Upstream)) {
        if let Some(upstream) = lock(&self.all).get_mut(node) {
            change(upstream);
        }
    }

    /// One of the nodes that were not tried.
    fn choose(&self, group: Group, tried: &[usize]) -> Option<Chosen> {
        let mut nodes = lock(&self.all);
        let candidates = nodes.iter().enumerate().filter(|(node, it)| it.is_up && !tried.contains(node));
        let candidates: Vec<_> =
            candidates.map(|(node, it)| Candidate { node, open: it.open[group as usize] }).collect();
        let node = lock(&self.dealing).deal(group, &candidates)?;
        let upstream = &mut nodes[node];
        upstream.open[group as usize] += 1;
        Some(Chosen { node, address: upstream.address, cuts: upstream.cuts.subscribe() })
    }

    fn closed(&self, group: Group, node: usize) {
        self.change(node, |upstream| upstream.open[group as usize] -= 1);
    }

    /// Counts a connection that the node took, or did not.
    fn count(&self, node: usize, is_taken: bool) {
        let (second, nodes) = (self.begun.elapsed().as_secs(), lock(&self.all));
        let mut connects = lock(&self.connects);
        let down = nodes.iter().enumerate().filter(|(_, upstream)| !upstream.is_up);
        down.for_each(|(node, _)| connects.refused(second, node));
        if is_taken { connects.took(second, node) } else { connects.refused(second, node) }
    }

    async fn carry(self: Arc<Self>, mut client: TcpStream) {
        let Some(request) = head(&mut client).await else { return };
        let (group, mut tried, mut refusal) = (lock(&self.dealing).group(), Vec::new(), None);
        while tried.len() < TRIES_MAX
            && let Some(Chosen { node, address, mut cuts }) = self.choose(group, &tried)
        {
            tried.push(node);
            let answer = tokio::select! {
                _ = cuts.changed() => None,
                answer = ask(address, &request) => answer,
            };
            let (taken, refused) = match answer {
                Some((server, begin)) if begin.starts_with(UNAVAILABLE) => (None, Some((server, begin))),
                taken => (taken, None),
            };
            self.count(node, taken.is_some());
            if let Some(taken) = taken {
                tokio::select! {
                    _ = cuts.changed() => {}
                    () = pass(client, taken) => {}
                }
                return self.closed(group, node);
            }
            self.closed(group, node);
            refusal = refused.or(refusal);
        }
        if let Some(refusal) = refusal {
            pass(client, refusal).await;
        }
    }
}

/// The head of a client's request; `None`: it has gone, or its head is too long.
async fn head(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut read = Vec::with_capacity(1_024);
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        if read.len() > HEAD_BYTES_MAX || client.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    Some(read)
}

/// A connection to the node on which it has begun to answer this request, and what it said; `None`: it does not listen, or has gone.
async fn ask(address: SocketAddr, request: &[u8]) -> Option<(TcpStream, Vec<u8>)> {
    let mut server = timeout(CONNECT_WITHIN, TcpStream::connect(address)).await.ok()?.ok()?;
    let _ = server.set_nodelay(true); // where the kernel refuses, only the measured latency is worse
    let answering = async {
        server.write_all(request).await.ok()?;
        let mut read = Vec::with_capacity(1_024);
        while read.len() < UNAVAILABLE.len() {
            if server.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        }
        Some(read)
    };
    let begin = timeout(ANSWER_WITHIN, answering).await.ok()??;
    Some((server, begin))
}

/// Passes bytes both ways, first what the node has said, until one side ends.
async fn pass(mut client: TcpStream, (mut server, begin): (TcpStream, Vec<u8>)) {
    let _ = client.set_nodelay(true); // as above
    if client.write_all(&begin).await.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut server).await; // whichever side ends, and however
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"GET /ws HTTP/1.1\r\nHost: nodes\r\n\r\n";

    /// A server that answers every request with this status, then a letter, and then listens.
    async fn says(status: &'static str, letter: char) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    assert_eq!(head(&mut client).await.as_deref(), Some(REQUEST));
                    client.write_all(format!("HTTP/1.1 {status}\r\n{letter}").as_bytes()).await.expect("it listens");
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

    /// A client, and what it was answered; nothing if no node was reached.
    async fn comes(balancer: &Balancer) -> (TcpStream, String) {
        let mut client = TcpStream::connect(balancer.address).await.expect("it listens");
        client.write_all(REQUEST).await.expect("it reads");
        let mut answer = [0; b"HTTP/1.1 101\r\na".len()];
        let answered = client.read_exact(&mut answer).await.is_ok();
        (client, if answered { String::from_utf8_lossy(&answer[9..]).replace("\r\n", " ") } else { String::new() })
    }

    #[tokio::test]
    async fn connections_go_to_nodes_that_listen_take_them_and_are_up() {
        let (a, b) = (says("101", 'a').await, says("101", 'b').await);
        let balancer = Balancer::start([a, nobody().await, b].into_iter()).await.expect("a port");
        let mut clients = Vec::new();
        for _ in 0..40 {
            clients.push(comes(&balancer).await);
        }
        let open = balancer.open();
        assert!(open[0] > 10 && open[1] == 0 && open[2] > 10 && open[0] + open[2] == 40, "{open:?}");
        balancer.down(0);
        for (client, answer) in &mut clients {
            let ended =
                timeout(Duration::from_millis(if answer == "101 a" { 5_000 } else { 5 }), client.read_u8()).await;
            assert_eq!(ended.is_ok(), answer == "101 a", "those of the node that is down, and no others");
        }
        assert_eq!(comes(&balancer).await.1, "101 b");
    }

    #[tokio::test]
    async fn a_node_that_drains_is_passed_over_and_no_part_of_the_mean() {
        let nodes = [says("503", 'c').await, says("101", 'a').await];
        let balancer = Balancer::start(nodes.into_iter()).await.expect("a port");
        let mut clients = Vec::new();
        for _ in 0..90 {
            clients.push(comes(&balancer).await);
        }
        assert!(clients.iter().all(|(_, answer)| answer == "101 a"));
        let busiest = balancer.busiest().expect("enough in one of at most a few seconds");
        assert!((busiest.times() - 1.0).abs() < 1e-9, "{busiest:?}");
    }

    #[tokio::test]
    async fn clients_that_no_node_takes_are_told_what_the_last_one_said() {
        let balancer = Balancer::start([says("503", 'c').await].into_iter()).await.expect("a port");
        assert_eq!(comes(&balancer).await.1, "503 c");
        assert_eq!(balancer.open(), [0]);
        let balancer = Balancer::start([nobody().await].into_iter()).await.expect("a port");
        assert_eq!(comes(&balancer).await.1, "");
    }
}
