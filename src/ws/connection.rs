//! One upgraded connection: its halves, its reader's task, its session. It must not know how it was accepted.

use std::future::Future;
use std::sync::Arc;

use tokio::io::AsyncRead;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::caps::Place;
pub use super::handshake::Busy;
use super::handshake::{Origin, Token};
use super::limits::Limits;
use super::reader::{Reader, Session};
use super::tls::TlsStream;
use super::wire::{Outlet, Pipe};
use crate::http::client::Client;

/// Who takes sockets in: the system behind the edge.
pub trait Lobby: Send + Sync + 'static {
    /// What becomes of one socket.
    type Session: Session;

    /// Whether a new socket may come now.
    ///
    /// # Errors
    /// [`Busy`] while overloaded or draining; the client is answered 503 and told when to retry.
    fn admit(&self) -> Result<(), Busy>;

    /// Takes in a new socket. `None`: refused after all, with the farewell said through `outlet`.
    fn open(&self, arrival: Arrival, outlet: Outlet) -> impl Future<Output = Option<Self::Session>> + Send;
}

/// What is known of a client when its socket opens.
#[derive(Debug)]
pub struct Arrival {
    /// Who it is, seen through trusted proxies.
    pub client: Client,
    /// The token, if the request brought one; else `hello` must.
    pub token: Option<Token>,
    /// The page's origin, an allowed one; absent for what is no browser.
    pub origin: Option<Origin>,
}

/// A stream that can become a socket.
pub(crate) trait Stream: Sized + Send + 'static {
    type Read: AsyncRead + Unpin + Send + 'static;
    fn halves(self) -> (Self::Read, Pipe);
}

impl Stream for TcpStream {
    type Read = OwnedReadHalf;
    fn halves(self) -> (OwnedReadHalf, Pipe) {
        let (read, write) = self.into_split();
        (read, Pipe::Plain(write))
    }
}

impl Stream for TlsStream {
    type Read = Self;
    fn halves(self) -> (Self, Pipe) {
        (self.share(), Pipe::Tls(self))
    }
}

/// An upgraded stream, and what came behind the request's head.
#[derive(Debug)]
pub(crate) struct Upgraded<S> {
    pub(crate) stream: S,
    pub(crate) early: Box<[u8]>,
    pub(crate) arrival: Arrival,
}

/// Starts the socket's one task, its reader. `place` is given back when the task ends.
pub(crate) fn open<S: Stream, L: Lobby>(
    upgraded: Upgraded<S>,
    lobby: Arc<L>,
    place: Place,
    limits: Arc<Limits>,
    tasks: &TaskTracker,
) {
    let Upgraded { stream, early, arrival } = upgraded;
    let (read, pipe) = stream.halves();
    // The outlet can end the reader, so it is made with the handle of the very task that makes it.
    let (give, take) = oneshot::channel();
    let farewell_within = limits.farewell_within;
    // Boxed, both: the task of an idle connection is two pointers and its place.
    let opening = Box::pin(async move {
        let outlet = Outlet::new(pipe, take.await.ok()?, farewell_within);
        let session = lobby.open(arrival, outlet).await?;
        Some(Box::pin(Reader::new(read, early, limits).run(session)))
    });
    let reader = tasks.spawn(async move {
        let _place = place;
        if let Some(reading) = opening.await {
            reading.await;
        }
    });
    // Nobody else holds the other end: it is waiting.
    let _ = give.send(reader);
}
