//! The stream between socket and frame parser: the parser sees only what the guard lets pass.

use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::guard::Guard;

/// A guard shared by the parser's stream and the reader; never locked across an await.
#[derive(Debug)]
pub(super) struct Shared(Mutex<Guard>);

impl Shared {
    pub(super) fn new(guard: Guard) -> Self {
        Self(Mutex::new(guard))
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&mut Guard) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The bytes that woke the reader, then the stream, all through the guard.
#[derive(Debug)]
pub(super) struct Guarded<'a, S> {
    early: &'a [u8],
    stream: &'a mut S,
    guard: &'a Shared,
}

impl<'a, S> Guarded<'a, S> {
    pub(super) fn new(early: &'a [u8], stream: &'a mut S, guard: &'a Shared) -> Self {
        Self { early, stream, guard }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<'_, S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.guard.look(|guard| guard.is_over()) {
            return Poll::Ready(Err(over()));
        }
        let before = buf.filled().len();
        if this.early.is_empty() {
            ready!(Pin::new(&mut *this.stream).poll_read(cx, buf))?;
        } else {
            let (now, later) = this.early.split_at(this.early.len().min(buf.remaining()));
            buf.put_slice(now);
            this.early = later;
        }
        let new = buf.filled().len() - before;
        let passed = this.guard.look(|guard| guard.feed(&buf.filled()[before..]));
        buf.set_filled(before + passed);
        // Zero bytes would mean the end of the stream.
        if new > 0 && passed == 0 { Poll::Ready(Err(over())) } else { Poll::Ready(Ok(())) }
    }
}

fn over() -> io::Error {
    io::Error::other("nothing passes the guard any more")
}
