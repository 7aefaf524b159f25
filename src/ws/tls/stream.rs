//! A TCP connection under TLS. Reader and writer share the stream and wait for the same socket. It must not know the
//! content.

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

/// A handle of the stream, which is closed when the last one is dropped.
pub(crate) struct TlsStream(Arc<Shared>);

struct Shared {
    tcp: TcpStream,
    /// Locked while records are sealed and written, so that they are sent in order; never across an await.
    session: Mutex<Session>,
}

/// Scratch space shared by all streams of a thread.
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
    /// Performs the handshake. The caller limits the time.
    ///
    /// # Errors
    /// The connection's, or the client's violation of the protocol.
    pub(crate) async fn accept(tcp: TcpStream, config: Arc<ServerConfig>) -> io::Result<Self> {
        let session = Mutex::new(Session::new(config).map_err(io::Error::other)?);
        let stream = Self(Arc::new(Shared { tcp, session }));
        loop {
            poll_fn(|cx| stream.poll_sent(cx)).await?;
            if !stream.session().is_handshaking() {
                return Ok(stream);
            }
            // Data received after the handshake is kept in the session.
            poll_fn(|cx| stream.poll_hear(cx, &mut ReadBuf::new(&mut []))).await?;
        }
    }

    /// Another handle of the same stream.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Writes without waiting; returns the number of bytes. Some of their records may still be buffered, see
    /// [`is_sent_now`](Self::is_sent_now).
    ///
    /// # Errors
    /// `WouldBlock` if nothing was written; the connection's.
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

    /// Writes the buffered records; returns whether the kernel has accepted all of them.
    ///
    /// # Errors
    /// The connection's.
    pub(crate) fn is_sent_now(&self) -> io::Result<bool> {
        self.send(&mut self.session())
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the buffered records; returns whether the kernel accepted all of them.
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

    /// Waits for records, and reads once.
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
            // A response that cannot be written now is sent with the next write.
            let _ = self.send(&mut session);
            heard
        })
    }
}

/// How much the kernel accepted.
fn sent_now(sent: io::Result<usize>) -> io::Result<usize> {
    match sent {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        sent => sent,
    }
}

/// Collects the next record's plain bytes: those after the first `taken`.
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
        // Records may contain no data for the reader: a key update, or a partial record.
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

    /// Sends `close_notify`, then FIN; the client's remaining data can still be read.
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
