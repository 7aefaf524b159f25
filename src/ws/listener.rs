//! The accept loop: one port for HTTP and WebSocket, plain or TLS. Every wait and every count is limited ([`Limits`]).
//!
//! axum's own `serve` installs no timer, so an unfinished head could stay open without end: hence this one. It must not
//! know routes or sessions.

mod queue;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ipnet::IpNet;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use queue::Queue;

use super::caps::{Caps, Full, Place};
use super::connection::{Lobby, Reading};
use super::entrance::Entrance;
use super::guest::Guest;
use super::handshake::{Origin, Policy};
use super::limits::Limits;
use super::metrics;
use super::reader::Session;
use super::tls::Certificates;
use crate::load::Load;

/// A bound port, before and while it is served.
pub struct Listener {
    tcp: TcpListener,
    limits: Arc<Limits>,
    policy: Arc<Policy>,
    tls: Option<Arc<Certificates>>,
    proxies: Arc<[IpNet]>,
    load: Option<Arc<Load>>,
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
    /// Listens on `address` (port 0: any free one), plain, for pages of the same host.
    ///
    /// # Errors
    /// [`BindError`] when the address is in use, not local, or forbidden.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, BindError> {
        let tcp = TcpListener::bind(address).await.map_err(|source| BindError { address, source })?;
        // Signals are small and urgent. Accepted connections inherit the option; where they do not, they are only
        // slower.
        let _ = SockRef::from(&tcp).set_tcp_nodelay(true);
        let (limits, policy) = (Arc::new(limits), Arc::new(Policy::default()));
        Ok(Self { tcp, limits, policy, tls: None, proxies: Arc::new([]), load: None })
    }

    /// Also lets pages of these origins open sockets.
    #[must_use]
    pub fn allow_origins(self, allowed_origins: Vec<Origin>) -> Self {
        Self { policy: Arc::new(Policy { allowed_origins }), ..self }
    }

    /// Serves TLS only. Reload the certificates through the same `Arc`.
    #[must_use]
    pub fn with_tls(self, certificates: Arc<Certificates>) -> Self {
        Self { tls: Some(certificates), ..self }
    }

    /// Trusts the forwarding headers of proxies in these networks, and exempts them from the limit by address.
    #[must_use]
    pub fn trust_proxies(self, networks: Vec<IpNet>) -> Self {
        Self { proxies: networks.into(), ..self }
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
        let mut pause = Pause::new(self.limits.accept_pause_max);
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
                Ok(()) => pause.reset(),
                Err(error) => pause.after(&error).await,
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
        let by_proxy = self.proxies.iter().any(|network| network.contains(&peer.ip().to_canonical()));
        let address = (!by_proxy).then(|| peer.ip());
        let place = match caps.take(address) {
            Ok(place) => place,
            Err(full) => return turn_away(full, peer),
        };
        // The write half of a socket can end its connection's task, so it is made with that task's handle.
        let (give, task) = oneshot::channel();
        let guest = Guest { entrance: Arc::clone(entrance), peer, task };
        // Boxed, so that its state is freed. That of an idle socket is in the task.
        let entering = Box::pin(guest.enter(stream, self.tls.as_ref().map(|tls| tls.now())));
        let handle = tasks.spawn(life(place, entering));
        // A connection that has already ended needs none.
        let _ = give.send(handle);
    }

    /// What its connections share.
    fn entrance<L>(&self, router: Router, lobby: Arc<L>, stop: CancellationToken) -> Entrance<L> {
        Entrance {
            router,
            lobby,
            policy: Arc::clone(&self.policy),
            proxies: Arc::clone(&self.proxies),
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
#[expect(clippy::manual_async_fn, reason = "an async function would store its arguments twice")]
fn life<N: Session, F: Future<Output = Option<Reading<N>>>>(
    place: Place,
    entering: Pin<Box<F>>,
) -> impl Future<Output = ()> + use<N, F> {
    async move {
        let _ = &place; // captured, and not a local variable, which would be stored beside it
        let Some(reading) = entering.await else { return };
        reading.run().await;
    }
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
        fn bytes<F>(
            _: impl FnOnce(Place, Pin<Box<std::future::Ready<Option<Reading<ConnectionHandle>>>>>) -> F,
        ) -> usize {
            size_of::<F>()
        }
        let life = bytes(life);
        assert!(life <= 136, "{life} bytes");
    }
}
