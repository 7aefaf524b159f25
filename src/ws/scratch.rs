//! Read buffers: one per thread, borrowed only while there are bytes to process, so that a waiting connection has none.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// The longest single read: a burst of candidates, or a description. A connection also keeps as much while its session
/// makes it wait.
const BYTES: usize = 8 * 1024;

thread_local! {
    static BUFFER: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// Bytes that were read. Their buffer returns to the thread when they are dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    buffer: Box<[u8]>,
    len: usize,
}

impl Scratch {
    /// Bytes in a buffer of their own.
    pub(super) fn own(bytes: Box<[u8]>) -> Self {
        Self { len: bytes.len(), buffer: bytes }
    }

    /// Waits for bytes without a buffer.
    ///
    /// # Errors
    /// The stream's own, or its end.
    pub(super) async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Self> {
        poll_fn(|cx| Self::poll_read(stream, cx)).await
    }

    /// As [`read`](Self::read).
    pub(super) fn poll_read<S: AsyncRead + Unpin>(stream: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<Self>> {
        let mut scratch = Self::lent();
        let mut into = ReadBuf::new(&mut scratch.buffer);
        ready!(Pin::new(stream).poll_read(cx, &mut into))?;
        let len = into.filled().len();
        if len == 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        scratch.len = len;
        Poll::Ready(Ok(scratch))
    }

    /// The thread's buffer, or a new one while it is borrowed.
    fn lent() -> Self {
        let buffer = BUFFER.try_with(Cell::take).ok().flatten();
        Self { buffer: buffer.unwrap_or_else(|| vec![0; BYTES].into()), len: 0 }
    }

    pub(super) fn bytes(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.len]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.buffer.len() == BYTES {
            let buffer = std::mem::take(&mut self.buffer);
            // A thread that ends does not need it.
            let _ = BUFFER.try_with(|place| place.set(Some(buffer)));
        }
    }
}
