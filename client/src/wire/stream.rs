//! A connection and its halves, plain or over TLS; which it is costs one look. Must not know frames.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustix::net::{Shutdown, shutdown};
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::tls::Tls;

/// An open connection.
pub enum Stream {
    /// TCP.
    Plain(TcpStream),
    /// TLS.
    Tls(Arc<Tls>),
}

/// The side that reads.
pub enum ReadHalf {
    /// TCP.
    Plain(OwnedReadHalf),
    /// TLS.
    Tls(Arc<Tls>),
}

/// The side that writes; dropped, it ends that direction, as a process that ends does.
pub enum WriteHalf {
    /// TCP.
    Plain(OwnedWriteHalf),
    /// TLS.
    Tls(Ends),
}

/// A TLS connection that is shut for writing when this is dropped.
pub struct Ends {
    tls: Arc<Tls>,
    quietly: bool,
}

/// Bytes taken at once while an answer's head is read.
const HEAD_BYTES: usize = 1_024;

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        Self::Plain(stream)
    }
}

impl Stream {
    /// Its two sides.
    #[must_use]
    pub fn into_split(self) -> (ReadHalf, WriteHalf) {
        match self {
            Self::Plain(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf::Plain(read), WriteHalf::Plain(write))
            }
            Self::Tls(tls) => (ReadHalf::Tls(Arc::clone(&tls)), WriteHalf::Tls(Ends { tls, quietly: false })),
        }
    }

    pub(super) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Tls(tls) => tls.write_all(bytes).await,
        }
    }

    /// Appends what comes next; 0: the end.
    ///
    /// # Errors
    ///
    /// The connection has failed.
    pub async fn read_buf(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read_buf(bytes).await,
            Self::Tls(tls) => {
                let mut piece = [0; HEAD_BYTES];
                let mut buffer = ReadBuf::new(&mut piece);
                poll_fn(|cx| tls.poll_read(cx, &mut buffer)).await?;
                bytes.extend_from_slice(buffer.filled());
                Ok(buffer.filled().len())
            }
        }
    }
}

impl ReadHalf {
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(half) => Pin::new(half).poll_read(cx, buffer),
            Self::Tls(tls) => tls.poll_read(cx, buffer),
        }
    }
}

impl WriteHalf {
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(half) => half.try_write(bytes),
            Self::Tls(ends) => ends.tls.try_write(bytes),
        }
    }

    pub(super) async fn writable(&self) -> io::Result<()> {
        self.tcp().writable().await
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(half) => half.as_ref(),
            Self::Tls(ends) => &ends.tls.tcp,
        }
    }

    /// Goes without ending its direction.
    pub(super) fn forget(self) {
        match self {
            Self::Plain(half) => half.forget(),
            Self::Tls(mut ends) => ends.quietly = true,
        }
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        if !self.quietly {
            let _ = shutdown(&self.tls.tcp, Shutdown::Write); // fails only where the connection is gone already
        }
    }
}
