//! One connection from accept to its first request: timeouts, TLS, and whether it continues as a socket or as HTTP. It
//! must not know what the router serves, nor how connections are accepted.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::caps::Place;
use super::connection::{self, Arrival, Lobby, Reading, Stream, Upgraded};
use super::entrance::Entrance;
use super::handshake::Refusal;
use super::http1::{self, Begun};
use super::scratch::Scratch;
use super::tls::TlsStream;
use super::upgrade;

/// One accepted connection.
pub(crate) struct Guest<L> {
    pub(crate) entrance: Arc<Entrance<L>>,
    pub(crate) peer: SocketAddr,
    /// Its permit, held as long as the connection.
    pub(crate) place: Place,
    /// The handle of the connection's task, for the write half of its socket.
    pub(crate) task: oneshot::Receiver<JoinHandle<()>>,
}

/// How a connection continues after its first bytes.
enum Way {
    /// As a socket: the response, the arrival, and the bytes received after the request.
    Socket(Vec<u8>, Arrival, Box<[u8]>),
    /// As HTTP: the bytes read, and the refusal if they ask for a socket.
    Http(Box<[u8]>, Option<Refusal>),
    /// It has ended.
    Gone,
}

impl<L: Lobby> Guest<L> {
    /// Serves the connection until it ends (`None`) or its socket is open; then the rest of its life is [`Reading`], and
    /// its permit must be held as long.
    pub(crate) async fn enter(
        self,
        stream: TcpStream,
        tls: Option<Arc<ServerConfig>>,
    ) -> Option<(Place, Reading<L::Session>)> {
        let limits = &self.entrance.limits;
        match tls {
            None => {
                self.in_time(limits.first_byte_within, stream.readable()).await?;
                self.speak(stream).await
            }
            Some(config) => {
                let handshake = Box::pin(TlsStream::accept(stream, config));
                let stream = self.in_time(limits.tls_handshake_within, handshake).await?;
                self.speak(stream).await
            }
        }
    }

    /// Waits for a step that a client must take before it gets a request's buffers; a stop ends the wait.
    async fn in_time<T>(&self, within: Duration, step: impl Future<Output = io::Result<T>>) -> Option<T> {
        let step = timeout(within, step);
        tokio::select! {
            biased;
            () = self.entrance.stop.cancelled() => None,
            done = step => done.ok()?.ok(),
        }
    }

    async fn speak<S: Stream + AsyncRead + AsyncWrite + Unpin>(
        self,
        mut stream: S,
    ) -> Option<(Place, Reading<L::Session>)> {
        let Self { entrance, peer, place, task } = self;
        let upgraded = match first(&entrance, peer, &place, &mut stream) {
            Way::Socket(answer, arrival, early) => {
                let answered = async { stream.write_all(&answer).await.and(stream.flush().await) };
                timeout(entrance.limits.answer_stuck_within, answered).await.ok()?.ok()?;
                Upgraded { stream, early, arrival, place }
            }
            Way::Http(early, refused) => {
                let begun = Begun { stream, peer, early, refused, place };
                Box::pin(http1::serve(begun, Arc::clone(&entrance))).await?
            }
            Way::Gone => return None,
        };
        connection::open(upgraded, &*entrance.lobby, task.await.ok()?, &entrance.limits).await
    }
}

/// Reads once, without waiting, and decides how the connection continues.
fn first<L: Lobby, S: AsyncRead + Unpin>(
    entrance: &Entrance<L>,
    peer: SocketAddr,
    place: &Place,
    stream: &mut S,
) -> Way {
    let mut read = match Scratch::read(stream).now_or_never() {
        Some(Ok(read)) => read,
        Some(Err(_)) => return Way::Gone,
        None => return Way::Http(Box::default(), None),
    };
    let bytes = &*read.bytes();
    let Some((head, length)) = upgrade::head(bytes) else { return Way::Http(bytes.into(), None) };
    match entrance.judge(&head, &entrance.known(peer, &head), place) {
        Ok((accepted, arrival)) => Way::Socket(upgrade::answer(&accepted), arrival, bytes[length..].into()),
        // The HTTP server sends the refusal.
        Err(refusal) => Way::Http(bytes.into(), Some(refusal)),
    }
}
