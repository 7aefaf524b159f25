//! The accept loop: one port for HTTP and WebSocket, plain or TLS. Every wait and every count has a limit ([`Limits`]).
//!
//! axum's own `serve` installs no timer, so an unfinished head could stay for ever: hence this one. It must not know
//! routes or sessions.

mod queue;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use ipnet::IpNet;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use queue::Queue;

use super::caps::{Caps, Full, Place};
use super::connection::{self, Lobby, Stream};
use super::handshake::{Origin, Policy};
use super::http1::{self, Front};
use super::limits::Limits;
use super::metrics;
use super::pace::Pace;
use super::tls::{Certificates, TlsStream};
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

/// The address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source} → stop what listens there, or choose another address (port 0: any free)")]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

impl Listener {
    /// Listens on `address` (port 0: any free one), plain, for pages of the same host.
    ///
    /// # Errors
    /// [`BindError`] when the address is taken, foreign or forbidden.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, BindError> {
        let tcp = TcpListener::bind(address).await.map_err(|source| BindError { address, source })?;
        let (limits, policy) = (Arc::new(limits), Arc::new(Policy::default()));
        Ok(Self { tcp, limits, policy, tls: None, proxies: Arc::new([]), load: None })
    }

    /// Also lets pages of these origins open sockets.
    #[must_use]
    pub fn allow_origins(self, allowed_origins: Vec<Origin>) -> Self {
        Self { policy: Arc::new(Policy { allowed_origins }), ..self }
    }

    /// Speaks TLS only. Reload the certificates through the same `Arc`.
    #[must_use]
    pub fn with_tls(self, certificates: Arc<Certificates>) -> Self {
        Self { tls: Some(certificates), ..self }
    }

    /// Believes what proxies in these networks say about their clients, and exempts them from the limit by address.
    #[must_use]
    pub fn trust_proxies(self, networks: Vec<IpNet>) -> Self {
        Self { proxies: networks.into(), ..self }
    }

    /// Where it listens, with the port that was given.
    ///
    /// # Errors
    /// The system's, which never comes for a bound listener.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Tells this load how many wait to be welcomed.
    #[must_use]
    pub fn watched_by(self, load: Arc<Load>) -> Self {
        Self { load: Some(load), ..self }
    }

    /// Accepts until `stop`, a few at a time, so that the turns of those who are in come in between. Every connection's task is in `tasks`: HTTP ends with its current answer, sockets are the
    /// lobby's to close.
    pub async fn serve<L: Lobby>(self, router: Router, lobby: Arc<L>, tasks: TaskTracker, stop: CancellationToken) {
        let caps = Caps::new(self.limits.connections_max, self.limits.connections_per_address_max);
        let mut pause = Pause::new(self.limits.accept_pause_max);
        let mut queue = Queue::new(std::thread::available_parallelism().map_or(1, usize::from));
        loop {
            let mut filled = queue.fill(&self.tcp);
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
                self.welcome(stream, peer, (&router, &lobby, &caps), (&tasks, &stop));
            }
            queue.rest().await;
        }
    }

    /// Starts the task of one connection, if there is a place for it.
    fn welcome<L: Lobby>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        (router, lobby, caps): (&Router, &Arc<L>, &Arc<Caps>),
        (tasks, stop): (&TaskTracker, &CancellationToken),
    ) {
        let by_proxy = self.proxies.iter().any(|network| network.contains(&peer.ip().to_canonical()));
        let address = (!by_proxy).then(|| peer.ip());
        let place = match caps.take(address) {
            Ok(place) => place,
            Err(full) => return turn_away(full, peer),
        };
        let front = Front {
            router: router.clone(),
            lobby: Arc::clone(lobby),
            policy: Arc::clone(&self.policy),
            peer,
            proxies: Arc::clone(&self.proxies),
            over_tls: self.tls.is_some(),
            pace: Pace::new(),
            arrival: Mutex::new(None),
        };
        let (limits, tls) = (Arc::clone(&self.limits), self.tls.as_ref().map(|tls| tls.now()));
        let guest = Guest { front, place, limits, tasks: tasks.clone(), stop: stop.clone() };
        // Boxed: what HTTP needs is given back when a socket is opened.
        tasks.spawn(Box::pin(guest.welcome(stream, tls)));
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Listener").field("tcp", &self.tcp).field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

/// One connection on its way in.
struct Guest<L> {
    front: Front<L>,
    place: Place,
    limits: Arc<Limits>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl<L: Lobby> Guest<L> {
    async fn welcome(self, stream: TcpStream, tls: Option<Arc<ServerConfig>>) {
        // Signals are small and urgent; without it the connection works, only slower.
        let _ = stream.set_nodelay(true);
        match tls {
            None => {
                if self.in_time(self.limits.first_byte_within, stream.readable()).await.is_some() {
                    self.speak(stream).await;
                }
            }
            Some(config) => {
                let handshake = TlsStream::accept(stream, config);
                if let Some(stream) = self.in_time(self.limits.tls_handshake_within, handshake).await {
                    self.speak(stream).await;
                }
            }
        }
    }

    /// What a client has to do before it is worth a request's buffers; a stop ends the wait.
    async fn in_time<T>(&self, within: Duration, step: impl Future<Output = io::Result<T>>) -> Option<T> {
        let step = timeout(within, step);
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            done = step => done.ok()?.ok(),
        }
    }

    async fn speak<S: Stream + AsyncRead + AsyncWrite + Unpin>(self, stream: S) {
        let Self { front, place, limits, tasks, stop } = self;
        let lobby = Arc::clone(&front.lobby);
        if let Some(upgraded) = http1::serve(stream, front, &limits, &stop).await {
            connection::open(upgraded, lobby, place, limits, &tasks);
        }
    }
}

fn turn_away(full: Full, peer: SocketAddr) {
    let why = match full {
        Full::Node => "node",
        Full::Address => "address",
    };
    metrics::turned_away(why);
    tracing::debug!(%peer, limit = why, "turned a connection away");
}

/// Backs off while the process or the system has no file descriptors: accepting again at once would only spin.
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

/// Errors of a connection that was gone before it was accepted; the listener is well.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
