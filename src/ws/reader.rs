//! The read side of one connection: bytes in, a [`Session`]'s events out.
//!
//! It hibernates: at rest it waits for the stream with no buffer of its own; bytes wake a guarded frame parser, which is
//! dropped again as soon as every byte belongs to a delivered message. Nothing here may stand in a `select!`: the parser
//! loses its place when dropped. To end a reader from outside, abort its task. It must not know what a message means.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use actors::protocol::Close;
use fastwebsockets::{FragmentCollectorRead, Frame, OpCode, Role, WebSocketError, after_handshake_split};
use tokio::io::{AsyncRead, ReadBuf};

use super::guard::{Guard, Violation};
use super::guarded::{Guarded, Shared};
use super::limits::Limits;
use super::metrics;

/// Who is told what a client sends. A method that waits makes the reader, and so the client, wait.
pub trait Session: Send + 'static {
    /// One whole text message.
    fn text(&mut self, text: &str) -> impl Future<Output = ()> + Send;
    /// All whole messages that were read at once have been delivered; what was held back for company goes now.
    fn pause(&mut self) {}
    /// One whole binary message; only where [`guard::Limits::binary`](super::guard::Limits::binary) allows any.
    fn binary(&mut self, _bytes: &[u8]) -> impl Future<Output = ()> + Send {
        ready(())
    }
    /// A ping; the client waits for a pong with the same payload (≤ 125 bytes).
    fn ping(&mut self, payload: &[u8]) -> impl Future<Output = ()> + Send;
    /// A pong, asked for or not.
    fn pong(&mut self, payload: &[u8]) -> impl Future<Output = ()> + Send;
    /// The last event. The close frame that answers it is the session's to send.
    fn closed(self, ending: Ending) -> impl Future<Output = ()> + Send;
}

/// How the read side ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client's close frame. Answer with the same code.
    Closed {
        /// Absent when the frame was empty.
        code: Option<u16>,
        /// UTF-8, ≤ 123 bytes.
        reason: String,
    },
    /// The client broke a rule of the protocol: answer with the violation's code.
    Violated(Violation),
    /// The stream ended, or failed, without a close frame.
    Lost,
}

/// The read half of an upgraded connection.
#[derive(Debug)]
pub struct Reader<S> {
    stream: S,
    early: Box<[u8]>,
    limits: Arc<Limits>,
}

/// Longest read at rest. One per thread, shared by all its readers.
const SCRATCH: usize = 16 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH]);
}

impl<S: AsyncRead + Unpin + Send> Reader<S> {
    /// `early`: what came behind the request's head.
    pub fn new(stream: S, early: Box<[u8]>, limits: Arc<Limits>) -> Self {
        Self { stream, early, limits }
    }

    /// Reads until the end, tells the session, then lets the peer finish within
    /// [`farewell_within`](Limits::farewell_within).
    pub fn run<N: Session>(self, session: N) -> impl Future<Output = ()> + Send {
        // Captured rather than taken as arguments, which an async function would keep twice.
        let (mut reader, mut session) = (self, session);
        async move {
            // Boxed, all that is not needed at rest: an idle connection pays a pointer for it.
            let ending = loop {
                let bytes = match std::mem::take(&mut reader.early) {
                    early if early.is_empty() => reader.rest().await,
                    early => Ok(early),
                };
                let Ok(bytes) = bytes else { break Ending::Lost };
                if let Some(ending) = Box::pin(reader.wake(bytes, &mut session)).await {
                    break ending;
                }
            };
            Box::pin(reader.end(session, ending)).await;
        }
    }

    async fn end<N: Session>(mut self, session: N, ending: Ending) {
        if let Ending::Violated(violation) = &ending {
            metrics::violated(violation.close);
        }
        let lost = ending == Ending::Lost;
        session.closed(ending).await;
        if !lost {
            self.drain().await;
        }
    }

    /// Waits for bytes without holding a buffer.
    ///
    /// # Errors
    /// The stream's own, or its end.
    async fn rest(&mut self) -> io::Result<Box<[u8]>> {
        poll_fn(|cx| {
            BUFFER.with_borrow_mut(|scratch| {
                let mut buf = ReadBuf::new(scratch);
                match Pin::new(&mut self.stream).poll_read(cx, &mut buf) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                    Poll::Ready(Ok(())) if buf.filled().is_empty() => {
                        Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
                    }
                    Poll::Ready(Ok(())) => Poll::Ready(Ok(buf.filled().into())),
                }
            })
        })
        .await
    }

    /// Delivers messages until every byte read belongs to a delivered one (`None`) or the connection is over.
    async fn wake<N: Session>(&mut self, bytes: Box<[u8]>, session: &mut N) -> Option<Ending> {
        let limits = self.limits.frames;
        let guard = Shared::new(Guard::new(limits));
        let source = Guarded::new(&bytes, &mut self.stream, &guard);
        let (mut read, _) = after_handshake_split(source, tokio::io::empty(), Role::Server);
        read.set_auto_close(false);
        read.set_auto_pong(false);
        read.set_max_message_size(usize::try_from(limits.message_bytes_max).unwrap_or(usize::MAX).saturating_add(1));
        let mut frames = FragmentCollectorRead::new(read);
        let mut delivered = 0;
        loop {
            // With automatic answers off the parser never asks to send.
            let frame = match frames.read_frame(&mut |_| ready(Ok::<(), Infallible>(()))).await {
                Ok(frame) => frame,
                Err(error) => return Some(ending(&guard, &error)),
            };
            delivered += 1;
            if let Some(ending) = deliver(frame, session).await {
                return Some(ending);
            }
            session.pause();
            if guard.look(|guard| guard.at_rest() && !guard.is_over() && guard.delivered() == delivered) {
                return None;
            }
        }
    }

    /// Throws away what still comes, so that a reset does not overtake our close frame.
    async fn drain(&mut self) {
        let within = self.limits.farewell_within;
        let mut left = self.limits.farewell_bytes_max;
        let rest = async {
            while let Ok(bytes) = self.rest().await
                && bytes.len() <= left
            {
                left -= bytes.len();
            }
        };
        // Whether the peer hung up or the time is over, the stream is dropped next.
        let _ = tokio::time::timeout(within, rest).await;
    }
}

/// Why the parser has no further frame.
fn ending(guard: &Shared, error: &WebSocketError) -> Ending {
    match guard.look(|guard| guard.violation()) {
        Some(violation) => Ending::Violated(violation),
        None if matches!(error, WebSocketError::UnexpectedEOF | WebSocketError::IoError(_)) => Ending::Lost,
        None => Ending::Violated(Violation { close: Close::Protocol, why: "frame that cannot be parsed" }),
    }
}

async fn deliver<N: Session>(frame: Frame<'_>, session: &mut N) -> Option<Ending> {
    let payload = &frame.payload[..];
    match frame.opcode {
        OpCode::Text => match std::str::from_utf8(payload) {
            Ok(text) => session.text(text).await,
            Err(_) => {
                return Some(Ending::Violated(Violation { close: Close::NotUtf8, why: "text that is not UTF-8" }));
            }
        },
        OpCode::Binary | OpCode::Continuation => session.binary(payload).await,
        OpCode::Ping => session.ping(payload).await,
        OpCode::Pong => session.pong(payload).await,
        OpCode::Close => {
            let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
            return Some(Ending::Closed { code, reason });
        }
    }
    None
}
