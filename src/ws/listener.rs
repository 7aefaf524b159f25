//! The accept loop: one port for HTTP and WebSocket, plain or TLS. Every wait and every count is limited ([`Limits`]).
//!
//! axum's own `serve` installs no timer, so an unfinished head could stay open without end: hence this one. It must not
//! know routes or sessions.

mod queue;
mod spare;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use queue::Queue;
use spare::Spare;

use super::caps::{Caps, Full, Place};
use super::connection::{Lobby, Reading};
use super::entrance::Entrance;
use super::guest::Guest;
use super::limits::Limits;
use super::metrics;
use super::reader::Session;
use super::tls::Certificates;
use crate::load::Load;
use crate::net::Rules;
use crate::net::rate::Table;

/// A bound port, before and while it is served.
pub struct Listener {
    tcp: TcpListener,
    limits: Arc<Limits>,
    rules: Arc<Rules>,
    sockets: Option<Arc<Table>>,
    tls: Option<Arc<Certificates>>,
    load: Option<Arc<Load>>,
    /// Whether the last descriptor is for a response, not for a refusal.
    always_answers: bool,
}

/// The listener could not be bound.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address}: {source} → stop the process that listens there, or choose another address (port 0: any free)"
)]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

impl Listener {
    /// Listens on `address` (port 0: any free one), plain, with the default rules.
    ///
    /// # Errors
    /// [`BindError`] when the address is in use, not local, or forbidden.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, BindError> {
        let tcp = TcpListener::bind(address).await.map_err(|source| BindError { address, source })?;
        // Signals are small and urgent. Accepted connections inherit the option; where they do not, they are only
        // slower.
        let _ = SockRef::from(&tcp).set_tcp_nodelay(true);
        Ok(Self {
            tcp,
            limits: Arc::new(limits),
            rules: Arc::default(),
            sockets: None,
            tls: None,
            load: None,
            always_answers: false,
        })
    }

    /// Knows clients and pages by these rules. Connections of trusted proxies count against the limit by address of the
    /// clients that open sockets over them.
    #[must_use]
    pub fn with_rules(self, rules: Arc<Rules>) -> Self {
        Self { rules, ..self }
    }

    /// Counts in this table how often each client opens a socket.
    #[must_use]
    pub fn with_socket_rate(self, sockets: Arc<Table>) -> Self {
        Self { sockets: Some(sockets), ..self }
    }

    /// Serves TLS only. Reload the certificates through the same `Arc`.
    #[must_use]
    pub fn with_tls(self, certificates: Arc<Certificates>) -> Self {
        Self { tls: Some(certificates), ..self }
    }

    /// Answers even when the process has no descriptor left, one connection at a time: for probes.
    #[must_use]
    pub fn always_answering(self) -> Self {
        Self { always_answers: true, ..self }
    }

    /// The address it listens on, with the actual port.
    ///
    /// # Errors
    /// The system's, which cannot happen for a bound listener.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Reports the length of the accept queue to this load.
    #[must_use]
    pub fn watched_by(self, load: Arc<Load>) -> Self {
        Self { load: Some(load), ..self }
    }

    /// Accepts until `stop`, a few connections at a time, so that established ones get their turns in between. Every
    /// connection's task is in `tasks`: HTTP ends with its current response; the lobby closes sockets.
    pub async fn serve<L: Lobby>(self, router: Router, lobby: Arc<L>, tasks: TaskTracker, stop: CancellationToken) {
        let caps = Caps::new(self.limits.connections_max, self.limits.connections_per_address_max);
        let (mut pause, mut spare) = (Pause::new(self.limits.accept_pause_max), Spare::new());
        let mut queue = Queue::new(std::thread::available_parallelism().map_or(1, usize::from));
        let entrance = Arc::new(self.entrance(router, lobby, stop.clone()));
        loop {
            let mut filled = queue.fill(&self.tcp, caps.left());
            if filled.is_ok() && queue.is_empty() {
                // Stop first: a busy port must not starve it.
                let accepted = tokio::select! {
                    biased;
                    () = stop.cancelled() => return,
                    accepted = self.tcp.accept() => accepted,
                };
                filled = accepted.map(|accepted| queue.push(accepted));
            } else if stop.is_cancelled() {
                return;
            }
            match filled {
                Ok(()) => {
                    pause.reset();
                    spare.refill();
                }
                Err(error) => {
                    // A client that is closed at once tries elsewhere; one that waits for nothing does not.
                    let last = spare.accept(&self.tcp).filter(|_| self.always_answers);
                    spare.refill();
                    match last {
                        Some(last) => queue.push(last),
                        None => pause.after(&error).await,
                    }
                }
            }
            for (stream, peer) in queue.next(self.load.as_deref()) {
                self.welcome(stream, peer, (&entrance, &caps), &tasks);
            }
            queue.rest().await;
        }
    }

    /// Starts the task of one connection, unless a limit is reached.
    fn welcome<L: Lobby>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        (entrance, caps): (&Arc<Entrance<L>>, &Arc<Caps>),
        tasks: &TaskTracker,
    ) {
        let address = (!self.rules.trusts(peer.ip())).then(|| peer.ip());
        let place = match caps.take(address) {
            Ok(place) => place,
            Err(full) => return turn_away(full, peer),
        };
        // The write half of a socket can end its connection's task, so it is made with that task's handle.
        let (give, task) = oneshot::channel();
        let guest = Guest { entrance: Arc::clone(entrance), peer, place, task };
        // Boxed, so that its state is freed. That of an idle socket is in the task.
        let entering = Box::pin(guest.enter(stream, self.tls.as_ref().map(|tls| tls.now())));
        let handle = tasks.spawn(life(entering));
        // A connection that has already ended needs none.
        let _ = give.send(handle);
    }

    /// State that its connections share.
    fn entrance<L>(&self, router: Router, lobby: Arc<L>, stop: CancellationToken) -> Entrance<L> {
        Entrance {
            router,
            lobby,
            rules: Arc::clone(&self.rules),
            sockets: self.sockets.clone(),
            limits: Arc::clone(&self.limits),
            over_tls: self.tls.is_some(),
            stop,
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Listener").field("tcp", &self.tcp).field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

/// A connection's task: its way in, then the reading of its socket, which is stored in place of the former.
async fn life<N: Session, F: Future<Output = Option<(Place, Reading<N>)>>>(entering: Pin<Box<F>>) {
    let Some((_place, reading)) = entering.await else { return };
    reading.run().await;
}

fn turn_away(full: Full, peer: SocketAddr) {
    let why = match full {
        Full::Node => "node",
        Full::Address => "address",
    };
    metrics::turned_away(why);
    tracing::debug!(%peer, limit = why, "connection rejected: limit reached");
}

/// Backs off while the process or the system is out of file descriptors: retrying at once would only spin.
#[derive(Debug)]
struct Pause {
    next: Duration,
    max: Duration,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(10);

    fn new(max: Duration) -> Self {
        Self { next: Self::FIRST, max }
    }

    fn reset(&mut self) {
        self.next = Self::FIRST;
    }

    async fn after(&mut self, error: &io::Error) {
        if is_of_one_connection(error) {
            return;
        }
        if self.next == Self::FIRST {
            tracing::error!(%error, "cannot accept connections → raise the limit of open files (ulimit -n)");
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(self.max);
    }
}

/// Errors of a connection that was closed before it was accepted, not of the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

#[cfg(test)]
mod tests {
    use actors::node::ConnectionHandle;

    use super::*;

    #[tokio::test]
    async fn an_accepted_connection_sends_small_messages_at_once() {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(free, Limits::default()).await.expect("a free port");
        let _client = TcpStream::connect(listener.local_addr().expect("its address")).await.expect("connected");
        let (accepted, _) = listener.tcp.accept().await.expect("accepted");
        assert!(accepted.nodelay().expect("a socket option"));
    }

    /// tokio aligns tasks to 128 bytes, and needs 112 and a pointer of the tracker for itself.
    #[test]
    fn an_idle_connections_task_takes_256_bytes() {
        type Entering = std::future::Ready<Option<(Place, Reading<ConnectionHandle>)>>;
        fn bytes<F>(_: impl FnOnce(Pin<Box<Entering>>) -> F) -> usize {
            size_of::<F>()
        }
        let life = bytes(life);
        assert!(life <= 136, "{life} bytes");
    }
}
