//! The stream under an outlet: plain TCP, or TLS over it. It must not know frames.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncWrite, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio_rustls::server::TlsStream;

use super::WireGone;

/// The write half of an upgraded stream.
#[derive(Debug)]
pub(crate) enum Pipe {
    Plain(OwnedWriteHalf),
    Tls(WriteHalf<Box<TlsStream<TcpStream>>>),
}

impl Pipe {
    /// Writes what the stream takes without waiting; how many bytes that was.
    pub(super) fn write_now(&mut self, slices: &[IoSlice<'_>]) -> Result<usize, WireGone> {
        let written = match self {
            Self::Plain(half) => half.try_write_vectored(slices),
            Self::Tls(half) => now(|cx| Pin::new(half).poll_write_vectored(cx, slices)),
        };
        match written {
            Ok(0) => Err(WireGone),
            Ok(written) => Ok(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(_) => Err(WireGone),
        }
    }

    /// Whether nothing that was written is still kept in the process: TLS records may be.
    pub(super) fn is_flushed_now(&mut self) -> Result<bool, WireGone> {
        match self {
            Self::Plain(_) => Ok(true),
            Self::Tls(half) => match now(|cx| Pin::new(half).poll_flush(cx)) {
                Ok(()) => Ok(true),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
                Err(_) => Err(WireGone),
            },
        }
    }
}

/// What a poll can do without anybody being woken later.
fn now<T>(poll: impl FnOnce(&mut Context<'_>) -> Poll<io::Result<T>>) -> io::Result<T> {
    match poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_write(cx, bytes),
            Self::Tls(half) => Pin::new(half).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_flush(cx),
            Self::Tls(half) => Pin::new(half).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_shutdown(cx),
            Self::Tls(half) => Pin::new(half).poll_shutdown(cx),
        }
    }
}
