//! The write half under an outlet: plain TCP, or TLS. It must not know frames.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use tokio::net::tcp::OwnedWriteHalf;

use super::ConnectionGone;
use crate::ws::tls::TlsStream;

/// Slices of up to this many bytes are copied together: cheaper than a vectored write.
const SHORT: usize = 4 * 1024;

thread_local! {
    static PIECE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The write half of an upgraded stream.
#[derive(Debug)]
pub(crate) enum Pipe {
    Plain(OwnedWriteHalf),
    Tls(TlsStream),
}

impl Pipe {
    /// Writes without waiting; returns the number of bytes.
    pub(super) fn write_now(&mut self, slices: &[IoSlice<'_>]) -> Result<usize, ConnectionGone> {
        let written = match self {
            Self::Plain(half) if slices.iter().map(|slice| slice.len()).sum::<usize>() <= SHORT => PIECE
                .with_borrow_mut(|piece| {
                    piece.clear();
                    slices.iter().for_each(|slice| piece.extend_from_slice(slice));
                    half.try_write(piece)
                }),
            Self::Plain(half) => half.try_write_vectored(slices),
            Self::Tls(stream) => stream.try_write(slices),
        };
        match written {
            Ok(0) => Err(ConnectionGone),
            Ok(written) => Ok(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(_) => Err(ConnectionGone),
        }
    }

    /// Whether everything written has left the process: TLS records may be buffered.
    pub(super) fn is_flushed_now(&mut self) -> Result<bool, ConnectionGone> {
        match self {
            Self::Plain(_) => Ok(true),
            Self::Tls(stream) => stream.is_sent_now().map_err(|_| ConnectionGone),
        }
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
