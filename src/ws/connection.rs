//! One upgraded connection: its halves, its reader, its session. It must not know how it was accepted.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::Either;
use tokio::io::AsyncRead;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::task::JoinHandle;

use super::caps::Place;
pub use super::handshake::Busy;
use super::limits::Limits;
use super::reader::{Reader, Session};
use super::tls::TlsStream;
use super::wire::{Outlet, Pipe};
use crate::load::New;
use crate::net::{Client, Origin, Token};

/// The system behind the edge, which new sockets are handed to.
pub trait Lobby: Send + Sync + 'static {
    /// The session of one socket.
    type Session: Session;

    /// Whether a new socket of this client is admitted now; a resume is refused later than a newcomer.
    ///
    /// # Errors
    /// [`Busy`] while overloaded or draining, or if the client has spent its budget; it gets 503 with `Retry-After`.
    fn admit(&self, client: &Client, new: New) -> Result<(), Busy>;

    /// Opens a session for a new socket. `None`: refused after all, and `outlet` was closed with the reason.
    fn open(&self, arrival: Arrival, outlet: Outlet) -> impl Future<Output = Option<Self::Session>> + Send;
}

/// What is known about a client when its socket opens.
#[derive(Debug)]
pub struct Arrival {
    /// Its address, seen through trusted proxies.
    pub client: Client,
    /// The token, if the request contained one; else `hello` must.
    pub token: Option<Token>,
    /// The page's origin, an allowed one; absent for clients that are not browsers.
    pub origin: Option<Origin>,
}

/// A stream that can become a socket.
pub(crate) trait Stream: Sized + Send + 'static {
    type Read: AsyncRead + Unpin + Send + 'static;
    fn halves(self) -> (Self::Read, Pipe);
    /// The reader of such a stream, as one of either kind.
    fn reading<N>(reader: Reader<Self::Read>, session: N) -> Reading<N>;
}

impl Stream for TcpStream {
    type Read = OwnedReadHalf;
    fn halves(self) -> (OwnedReadHalf, Pipe) {
        let (read, write) = self.into_split();
        (read, Pipe::Plain(write))
    }
    fn reading<N>(reader: Reader<OwnedReadHalf>, session: N) -> Reading<N> {
        Reading::Plain(reader, session)
    }
}

impl Stream for TlsStream {
    type Read = Self;
    fn halves(self) -> (Self, Pipe) {
        (self.share(), Pipe::Tls(self))
    }
    fn reading<N>(reader: Reader<Self>, session: N) -> Reading<N> {
        Reading::Tls(reader, session)
    }
}

/// An upgraded stream, and the bytes received after the request's head.
#[derive(Debug)]
pub(crate) struct Upgraded<S> {
    pub(crate) stream: S,
    pub(crate) early: Box<[u8]>,
    pub(crate) arrival: Arrival,
    pub(crate) place: Place,
}

/// An open socket, which is read from now on.
pub(crate) enum Reading<N> {
    Plain(Reader<OwnedReadHalf>, N),
    Tls(Reader<TlsStream>, N),
}

impl<N: Session> Reading<N> {
    /// Reads until the end.
    pub(crate) fn run(self) -> impl Future<Output = ()> + Send {
        match self {
            Self::Plain(reader, session) => Either::Left(reader.run(session)),
            Self::Tls(reader, session) => Either::Right(reader.run(session)),
        }
    }
}

/// Opens the socket. `task`: the connection's own, aborted when the write half is dropped. `None`: refused.
pub(crate) async fn open<S: Stream, L: Lobby>(
    upgraded: Upgraded<S>,
    lobby: &L,
    task: JoinHandle<()>,
    limits: &Arc<Limits>,
) -> Option<(Place, Reading<L::Session>)> {
    let Upgraded { stream, early, arrival, place } = upgraded;
    let (read, pipe) = stream.halves();
    let session = lobby.open(arrival, Outlet::new(pipe, task, limits.farewell_within)).await?;
    Some((place, S::reading(Reader::new(read, early, Arc::clone(limits)), session)))
}
