//! One upgraded connection: its halves, its reader, its session. It must not know how it was accepted.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::AsyncRead;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::task::JoinHandle;

pub use super::handshake::Busy;
use super::handshake::{Origin, Token};
use super::limits::Limits;
use super::reader::{Reader, Session};
use super::tls::TlsStream;
use super::wire::{Outlet, Pipe};
use crate::http::client::Client;
use crate::load::New;

/// Who takes sockets in: the system behind the edge.
pub trait Lobby: Send + Sync + 'static {
    /// What becomes of one socket.
    type Session: Session;

    /// Whether a new socket may come now; a resume is refused later than a newcomer.
    ///
    /// # Errors
    /// [`Busy`] while overloaded or draining; the client is answered 503 and told when to retry.
    fn admit(&self, new: New) -> Result<(), Busy>;

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

/// The rest of a connection's life once its socket is open: reading until the end.
pub(crate) type Reading = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Opens the socket. `task`: the connection's own, which the write half ends when it is dropped. `None`: refused.
pub(crate) async fn open<S: Stream, L: Lobby>(
    upgraded: Upgraded<S>,
    lobby: &L,
    task: JoinHandle<()>,
    limits: &Arc<Limits>,
) -> Option<Reading> {
    let Upgraded { stream, early, arrival } = upgraded;
    let (read, pipe) = stream.halves();
    let session = lobby.open(arrival, Outlet::new(pipe, task, limits.farewell_within)).await?;
    Some(Box::pin(Reader::new(read, early, Arc::clone(limits)).run(session)))
}
