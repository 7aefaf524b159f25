//! The read side of one connection: bytes in, a [`Session`]'s events out.
//!
//! It hibernates: an idle reader waits for the stream without a buffer. What it then reads is usually whole frames
//! (`whole`); from the first that is not, a guarded frame parser continues (`parser`) until it is at rest again.
//! Nothing here is cancel-safe, so it must not be used in a `select!`: the parser loses its position when dropped. To
//! end a reader from outside, abort its task. It must not know what a message means.

mod parser;
#[cfg(test)]
mod tests;
mod whole;

use std::future::{self, Future, poll_fn};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncRead;

use super::guard::Violation;
use super::limits::Limits;
use super::metrics;
use super::scratch::Scratch;
use whole::Stop;

/// The receiver of a client's messages. A method that waits makes the reader, and so the client, wait (back-pressure);
/// it flushes its batch first.
pub trait Session: Send + 'static {
    /// As [`text`](Self::text), if that needs no waiting; else `false`, and the message was not processed.
    fn text_now(&mut self, _text: &str) -> bool {
        false
    }
    /// One whole text message.
    fn text(&mut self, text: &str) -> impl Future<Output = ()> + Send;
    /// One whole binary message; only where [`guard::Limits::binary`](super::guard::Limits::binary) allows any.
    fn binary(&mut self, _bytes: &[u8]) -> impl Future<Output = ()> + Send {
        future::ready(())
    }
    /// A ping; the client waits for a pong with the same payload (≤ 125 bytes).
    fn ping(&mut self, payload: &[u8]) -> impl Future<Output = ()> + Send;
    /// A pong, solicited or not.
    fn pong(&mut self, payload: &[u8]) -> impl Future<Output = ()> + Send;
    /// All whole messages of one read have been delivered: flushes the batch.
    fn flush_batch(&mut self) {}
    /// The last event. The session sends the close frame in response.
    fn closed(self, ending: Ending) -> impl Future<Output = ()> + Send;
}

/// How the read side ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client's close frame. Respond with the same code.
    Closed {
        /// Absent when the frame was empty.
        code: Option<u16>,
        /// UTF-8, ≤ 123 bytes.
        reason: String,
    },
    /// The client violated the protocol: respond with the violation's code.
    Violated(Violation),
    /// The stream ended, or failed, without a close frame.
    Lost,
}

/// What was read, how much of it was delivered, and why no more of it.
type Stopped = (Scratch, usize, Stop);

/// The read half of an upgraded connection.
#[derive(Debug)]
pub struct Reader<S> {
    stream: S,
    /// Read before the connection became a socket; usually nothing, so it costs a pointer.
    early: Option<Box<Scratch>>,
    limits: Arc<Limits>,
}

impl<S: AsyncRead + Unpin + Send> Reader<S> {
    /// `early`: the bytes received after the request's head.
    pub fn new(stream: S, early: Box<[u8]>, limits: Arc<Limits>) -> Self {
        let early = (!early.is_empty()).then(|| Box::new(Scratch::own(early)));
        Self { stream, early, limits }
    }

    /// Reads until the end, notifies the session, then waits for the peer to finish within
    /// [`farewell_within`](Limits::farewell_within).
    pub fn run<N: Session>(self, session: N) -> impl Future<Output = ()> + Send {
        // Captured instead of passed as arguments, which an async function would store twice.
        let (mut reader, mut session) = (self, session);
        async move {
            let ending = loop {
                let Some(stopped) = poll_fn(|cx| reader.poll_whole(cx, &mut session)).await else {
                    break Ending::Lost;
                };
                // Boxed, like everything that an idle connection does not need: it costs a pointer.
                if let Some(ending) = Box::pin(reader.continued(stopped, &mut session)).await {
                    break ending;
                }
            };
            Box::pin(reader.end(session, ending)).await;
        }
    }

    /// Reads and delivers without waiting for the session; the rest of a read where that has stopped, or `None` at the
    /// end of the stream.
    fn poll_whole<N: Session>(&mut self, cx: &mut Context<'_>, session: &mut N) -> Poll<Option<Stopped>> {
        loop {
            let read = match self.early.take() {
                Some(early) => Ok(*early),
                None => ready!(Scratch::poll_read(&mut self.stream, cx)),
            };
            let Ok(mut read) = read else { return Poll::Ready(None) };
            let mut done = 0;
            let stop = whole::deliver(read.bytes(), &mut done, &self.limits.frames, session);
            if done < read.bytes().len() {
                return Poll::Ready(Some((read, done, stop)));
            }
            session.flush_batch();
        }
    }

    /// Delivers the rest of a read.
    async fn continued<N: Session>(
        &mut self,
        (mut read, mut done, mut stop): Stopped,
        session: &mut N,
    ) -> Option<Ending> {
        while let Stop::Wait(whole) = stop {
            let next = done + whole.payload.end;
            whole::wait(whole, &read.bytes()[done..], session).await;
            done = next;
            stop = whole::deliver(read.bytes(), &mut done, &self.limits.frames, session);
        }
        let rest = &read.bytes()[done..];
        let ending = if rest.is_empty() {
            None
        } else {
            let rest = rest.into();
            drop(read);
            Box::pin(self.parse(rest, session)).await
        };
        if ending.is_none() {
            session.flush_batch();
        }
        ending
    }

    async fn parse<N: Session>(&mut self, bytes: Box<[u8]>, session: &mut N) -> Option<Ending> {
        parser::deliver(bytes, &mut self.stream, self.limits.frames, session).await
    }

    async fn end<N: Session>(mut self, mut session: N, ending: Ending) {
        if let Ending::Violated(violation) = &ending {
            metrics::violated(violation.close);
        }
        let lost = ending == Ending::Lost;
        session.flush_batch();
        session.closed(ending).await;
        if !lost {
            self.drain().await;
        }
    }

    /// Discards further bytes, so that no reset overtakes our close frame.
    async fn drain(&mut self) {
        let within = self.limits.farewell_within;
        let mut left = self.limits.farewell_bytes_max;
        let rest = async {
            while let Ok(mut read) = Scratch::read(&mut self.stream).await
                && read.bytes().len() <= left
            {
                left -= read.bytes().len();
            }
        };
        // Whether the peer closed or the timeout expired, the stream is dropped next.
        let _ = tokio::time::timeout(within, rest).await;
    }
}
