//! A TCP connection under TLS. Whoever reads and whoever writes hold the same stream, and wait for the same socket.
//! It must not know what is said over it.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use rustls::ServerConfig;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::session::{PLAIN_BYTES_MAX, RECORD_BYTES_MAX, Session};

/// A handle of the stream: it ends with the last one.
pub(crate) struct TlsStream(Arc<Shared>);

struct Shared {
    tcp: TcpStream,
    /// Held while records are made and given to the kernel, so that they leave in order; never across an await.
    session: Mutex<Session>,
}

/// Room that all streams of a thread share, so that none needs its own.
struct Desk {
    came: Vec<u8>,
    plain: Vec<u8>,
    record: Vec<u8>,
}

thread_local! {
    static DESK: RefCell<Desk> =
        RefCell::new(Desk { came: Vec::new(), plain: Vec::new(), record: vec![0; RECORD_BYTES_MAX] });
}

impl TlsStream {
    /// Shakes hands. The caller bounds the time.
    ///
    /// # Errors
    /// The connection's, or what the client did against the rules.
    pub(crate) async fn accept(tcp: TcpStream, config: Arc<ServerConfig>) -> io::Result<Self> {
        let session = Mutex::new(Session::new(config).map_err(io::Error::other)?);
        let stream = Self(Arc::new(Shared { tcp, session }));
        loop {
            poll_fn(|cx| stream.poll_sent(cx)).await?;
            if !stream.session().is_handshaking() {
                return Ok(stream);
            }
            // What comes behind the handshake waits in the session.
            poll_fn(|cx| stream.poll_hear(cx, &mut ReadBuf::new(&mut []))).await?;
        }
    }

    /// Another handle of the same stream.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Writes what goes without waiting; how many bytes that was. Of the last of them a part may still be kept, see
    /// [`is_sent_now`](Self::is_sent_now).
    ///
    /// # Errors
    /// `WouldBlock` if nothing went; the connection's.
    pub(crate) fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut session = self.session();
        if !self.send(&mut session)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        DESK.with_borrow_mut(|Desk { plain, record, .. }| {
            let mut taken = 0;
            loop {
                gather(slices, taken, plain);
                if plain.is_empty() {
                    return Ok(taken);
                }
                let length = session.seal(plain, record)?;
                taken += plain.len();
                let sent = sent_now(self.0.tcp.try_write(&record[..length]))?;
                if sent < length {
                    session.unsent().extend_from_slice(&record[sent..length]);
                    return Ok(taken);
                }
            }
        })
    }

    /// Whether the kernel has everything that was written, now that it was offered the rest.
    ///
    /// # Errors
    /// The connection's.
    pub(crate) fn is_sent_now(&self) -> io::Result<bool> {
        self.send(&mut self.session())
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers the kernel what waits; whether it took all.
    fn send(&self, session: &mut Session) -> io::Result<bool> {
        let unsent = session.unsent();
        while !unsent.is_empty() {
            let sent = sent_now(self.0.tcp.try_write(unsent))?;
            if sent == 0 {
                return Ok(false);
            }
            unsent.drain(..sent);
        }
        *unsent = Vec::new();
        Ok(true)
    }

    fn poll_sent(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.is_sent_now()? {
            ready!(self.0.tcp.poll_write_ready(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Waits for records, and takes them once.
    fn poll_hear(&self, cx: &mut Context<'_>, plain: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.tcp.poll_read_ready(cx))?;
            match self.hear(plain) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                heard => return Poll::Ready(heard),
            }
        }
    }

    fn hear(&self, plain: &mut ReadBuf<'_>) -> io::Result<()> {
        DESK.with_borrow_mut(|Desk { came, .. }| {
            let mut session = self.session();
            let begun = session.room(came, RECORD_BYTES_MAX)?;
            let read = self.0.tcp.try_read(&mut came[begun..])?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let heard = session.hear(&mut came[..begun + read], plain);
            // An answer that does not go now goes with the next words.
            let _ = self.send(&mut session);
            heard
        })
    }
}

/// How much the kernel took.
fn sent_now(sent: io::Result<usize>) -> io::Result<usize> {
    match sent {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        sent => sent,
    }
}

/// Lays the next record's plain bytes together: those behind the first `taken`.
fn gather(slices: &[IoSlice<'_>], mut taken: usize, plain: &mut Vec<u8>) {
    plain.clear();
    for slice in slices {
        let skipped = taken.min(slice.len());
        taken -= skipped;
        let left = &slice[skipped..];
        plain.extend_from_slice(&left[..left.len().min(PLAIN_BYTES_MAX - plain.len())]);
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, plain: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = plain.filled().len();
        if plain.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        // Records may hold nothing for the reader: a key update, or half of one.
        while plain.filled().len() == before {
            let mut session = self.session();
            if session.take_unread(plain) || session.is_over() {
                break;
            }
            drop(session);
            ready!(self.poll_hear(cx, plain))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.try_write(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(self.0.tcp.poll_write_ready(cx))?,
                written => return Poll::Ready(written),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_sent(cx)
    }

    /// Says goodbye in TLS, then in TCP; what the client still says can be read.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.session().close();
        ready!(self.poll_sent(cx))?;
        Poll::Ready(SockRef::from(&self.0.tcp).shutdown(std::net::Shutdown::Write))
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TlsStream").field("tcp", &self.0.tcp).finish_non_exhaustive()
    }
}
