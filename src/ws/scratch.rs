//! Read buffers: one per thread, borrowed only while there are bytes to process, so that a waiting connection has none.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

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
        poll_fn(|cx| {
            let mut scratch = Self::lent();
            let mut into = ReadBuf::new(&mut scratch.buffer);
            match Pin::new(&mut *stream).poll_read(cx, &mut into) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if into.filled().is_empty() => {
                    Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
                }
                Poll::Ready(Ok(())) => {
                    scratch.len = into.filled().len();
                    Poll::Ready(Ok(scratch))
                }
            }
        })
        .await
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
