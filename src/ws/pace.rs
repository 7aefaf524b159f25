//! Timeouts of an HTTP connection: distinguishes receiving a head (short) from idling between requests (long), and
//! detects a response that the client does not read. hyper's own timer cannot: it runs from one response to the end of
//! the next head. It must not know the content of heads or responses.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::sleep;

/// What an HTTP connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// Receiving a head; this is the initial state.
    Head,
    /// Handling a request.
    Answer,
    /// Idle: the response is sent, nothing was received since.
    Pause,
}

/// The state of one connection, shared by its stream, its service and its timeout.
#[derive(Clone, Debug)]
pub(super) struct Pace(watch::Sender<Now>);

/// The state of both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Now {
    doing: Doing,
    /// Whether the peer does not accept what we write.
    stuck: bool,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Now { doing: Doing::Head, stuck: false }))
    }

    /// A whole head was received.
    pub(super) fn answering(&self) {
        self.turn(|now| now.doing = Doing::Answer);
    }

    /// The response is complete.
    pub(super) fn answered(&self) {
        self.turn(|now| now.doing = Doing::Pause);
    }

    fn heard(&self) {
        self.turn(|now| {
            if now.doing == Doing::Pause {
                now.doing = Doing::Head;
            }
        });
    }

    fn wrote<T>(&self, written: Poll<T>) -> Poll<T> {
        self.turn(|now| now.stuck = written.is_pending());
        written
    }

    fn turn(&self, change: impl FnOnce(&mut Now)) {
        self.0.send_if_modified(|now| {
            let before = *now;
            change(now);
            *now != before
        });
    }

    /// Returns when receiving a head takes longer than `head_within`, or a response is stuck for `stuck_within`.
    pub(super) async fn late(&self, head_within: Duration, stuck_within: Duration) {
        let mut watched = self.0.subscribe();
        loop {
            let now = *watched.borrow_and_update();
            let within = if now.stuck { stuck_within } else { head_within };
            tokio::select! {
                // Changes first: bytes that arrived in time are not late.
                biased;
                _ = watched.changed() => {}
                () = sleep(within), if now.stuck || now.doing == Doing::Head => return,
            }
        }
    }
}

/// A stream that reports reads and writes to its pace. The bytes that were read from it before are read again first.
#[derive(Debug)]
pub(super) struct Paced<S> {
    stream: S,
    early: Box<[u8]>,
    /// How much of `early` was read again.
    repeated: usize,
    pace: Pace,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, early: Box<[u8]>, pace: Pace) -> Self {
        Self { stream, early, repeated: 0, pace }
    }

    /// The stream, and the rest of `early` that was not read again.
    pub(super) fn into_parts(self) -> (S, Box<[u8]>) {
        (self.stream, self.early[self.repeated..].into())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if self.repeated < self.early.len() {
            let rest = &self.early[self.repeated..];
            let now = rest.len().min(buf.remaining());
            buf.put_slice(&rest[..now]);
            self.repeated += now;
            self.pace.heard();
            return Poll::Ready(Ok(()));
        }
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pace.heard();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.pace.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.pace.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.pace.wrote(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Pace, Poll};
    use tokio::time::{Instant, advance, timeout};

    const WITHIN: Duration = Duration::from_secs(5);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_first_head_is_late_after_its_time() {
        let begin = Instant::now();
        Pace::new().late(WITHIN, LONG * 2).await;
        assert_eq!(begin.elapsed(), WITHIN);
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_or_a_pause_is_never_late() {
        let pace = Pace::new();
        pace.answering();
        assert!(timeout(LONG, pace.late(WITHIN, LONG * 2)).await.is_err());
        pace.heard();
        assert!(timeout(LONG, pace.late(WITHIN, LONG * 2)).await.is_err(), "a body may be slow");
        pace.answered();
        assert!(timeout(LONG, pace.late(WITHIN, LONG * 2)).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_is_not_read_is_late() {
        let pace = Pace::new();
        pace.answering();
        let begin = Instant::now();
        let mut late = std::pin::pin!(pace.late(WITHIN, LONG));
        assert!(pace.wrote(Poll::<()>::Pending).is_pending());
        assert!(timeout(LONG / 2, &mut late).await.is_err());
        assert!(pace.wrote(Poll::Ready(())).is_ready());
        assert!(timeout(LONG * 9, &mut late).await.is_err(), "it is taken again");
        assert!(pace.wrote(Poll::<()>::Pending).is_pending());
        late.await;
        assert_eq!(begin.elapsed(), LONG / 2 + LONG * 9 + LONG);
    }

    #[tokio::test(start_paused = true)]
    async fn each_head_has_its_own_timeout_and_more_bytes_do_not_extend_it() {
        let pace = Pace::new();
        let mut late = std::pin::pin!(pace.late(WITHIN, LONG * 2));
        for _ in 0..3 {
            assert!(timeout(Duration::from_secs(4), &mut late).await.is_err());
            pace.answering();
            pace.answered();
            pace.heard();
        }
        let begin = Instant::now();
        assert!(timeout(Duration::from_secs(4), &mut late).await.is_err());
        pace.heard();
        advance(Duration::from_millis(900)).await;
        late.await;
        assert_eq!(begin.elapsed(), WITHIN);
    }
}
