//! The write side of one connection: messages in, frames out.
//!
//! What the kernel takes at once costs no allocation and no task; what it does not take waits in the [`Outlet`], which is
//! then lent to [`flush`](Wire::flush). It must not know what a message means, nor bound the queue before it.

mod pipe;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

use super::frame::{Head, Opcode};
pub(crate) use pipe::Pipe;

/// The connection is gone; nothing can be written any more, and what was not flushed is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection is gone")]
pub struct WireGone;

/// The last words to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// The close code (RFC 6455 §7.4); `None` answers an empty close frame.
    pub code: Option<u16>,
    /// Cut to 123 bytes at a character's edge; not sent without a code.
    pub reason: Cow<'static, str>,
}

/// A future that only the slow path pays for.
pub type Slow<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a socket's messages leave the system; the edge implements it.
pub trait Wire: Send + 'static {
    /// Encodes the pieces of `text` as one text frame and writes as much as the kernel takes now. `Ok(0)`: all written.
    /// `Ok(n)`: about n bytes wait inside; hand the wire to [`flush`](Self::flush) before sending more.
    ///
    /// # Errors
    /// [`WireGone`] when the connection failed.
    fn send(&mut self, text: &[&str]) -> Result<usize, WireGone>;

    /// As [`send`](Self::send), a ping of at most 125 bytes.
    ///
    /// # Errors
    /// [`WireGone`] when the connection failed.
    fn ping(&mut self, payload: &[u8]) -> Result<usize, WireGone>;

    /// As [`send`](Self::send), a pong of at most 125 bytes.
    ///
    /// # Errors
    /// [`WireGone`] when the connection failed.
    fn pong(&mut self, payload: &[u8]) -> Result<usize, WireGone>;

    /// Waits until everything inside is written and gives the wire back. The deadline is the caller's: dropping the
    /// future drops the connection.
    fn flush(self: Box<Self>) -> Slow<Result<Box<dyn Wire>, WireGone>>;

    /// Writes what waits, then the close frame, ends the write side, gives the peer a bounded time to close, hangs up.
    fn close(self: Box<Self>, farewell: Farewell) -> Slow<()>;
}

/// The write half of an upgraded connection. Dropping it ends the connection and its reader.
#[derive(Debug)]
pub struct Outlet {
    pipe: Pipe,
    waiting: Vec<u8>,
    reader: JoinHandle<()>,
    farewell_within: Duration,
}

/// Payload pieces that fit one vectored write beside the head; more are joined first.
const PIECES: usize = 7;

impl Outlet {
    pub(crate) fn new(pipe: Pipe, reader: JoinHandle<()>, farewell_within: Duration) -> Self {
        Self { pipe, waiting: Vec::new(), reader, farewell_within }
    }

    /// As [`Wire::send`], one binary frame. `aldis.v1` has none.
    ///
    /// # Errors
    /// [`WireGone`] when the connection failed.
    pub fn send_binary(&mut self, payload: &[u8]) -> Result<usize, WireGone> {
        self.frame(Opcode::Binary, &[payload])
    }

    fn frame(&mut self, opcode: Opcode, payload: &[&[u8]]) -> Result<usize, WireGone> {
        if payload.len() > PIECES {
            return self.frame(opcode, &[&payload.concat()]);
        }
        let length = payload.iter().map(|piece| piece.len()).sum();
        let head = Head::new(opcode, length);
        let mut slices = [IoSlice::new(&[]); 1 + PIECES];
        slices[0] = IoSlice::new(head.bytes());
        for (slice, piece) in slices[1..].iter_mut().zip(payload) {
            *slice = IoSlice::new(piece);
        }
        let slices = &mut slices[..=payload.len()];
        let written = if self.waiting.is_empty() { self.pipe.write_now(slices)? } else { 0 };
        let mut unwritten = &mut slices[..];
        IoSlice::advance_slices(&mut unwritten, written);
        for slice in unwritten {
            self.waiting.extend_from_slice(slice);
        }
        if self.waiting.is_empty() && !self.pipe.is_flushed_now()? {
            return Ok(head.bytes().len() + length);
        }
        Ok(self.waiting.len())
    }

    async fn write_out(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.pipe.write_all(&waiting).await?;
        self.pipe.flush().await
    }

    async fn say_farewell(&mut self, farewell: &Farewell) -> io::Result<()> {
        let mut payload = Vec::new();
        if let Some(code) = farewell.code {
            payload.extend_from_slice(&code.to_be_bytes());
            payload.extend_from_slice(cut(&farewell.reason, 123).as_bytes());
        }
        self.waiting.extend_from_slice(Head::new(Opcode::Close, payload.len()).bytes());
        self.waiting.extend_from_slice(&payload);
        self.write_out().await?;
        self.pipe.shutdown().await
    }
}

impl Wire for Outlet {
    fn send(&mut self, text: &[&str]) -> Result<usize, WireGone> {
        let mut pieces: [&[u8]; PIECES] = [&[]; PIECES];
        if text.len() > PIECES {
            return self.frame(Opcode::Text, &[text.concat().as_bytes()]);
        }
        for (piece, text) in pieces.iter_mut().zip(text) {
            *piece = text.as_bytes();
        }
        self.frame(Opcode::Text, &pieces[..text.len()])
    }

    fn ping(&mut self, payload: &[u8]) -> Result<usize, WireGone> {
        self.frame(Opcode::Ping, &[payload])
    }

    fn pong(&mut self, payload: &[u8]) -> Result<usize, WireGone> {
        self.frame(Opcode::Pong, &[payload])
    }

    fn flush(mut self: Box<Self>) -> Slow<Result<Box<dyn Wire>, WireGone>> {
        Box::pin(async move {
            self.write_out().await.map_err(|_| WireGone)?;
            Ok(self as Box<dyn Wire>)
        })
    }

    fn close(mut self: Box<Self>, farewell: Farewell) -> Slow<()> {
        Box::pin(async move {
            let within = self.farewell_within;
            // However it ends, dropping the outlet ends the connection.
            let _ = tokio::time::timeout(within, async {
                if self.say_farewell(&farewell).await.is_ok() {
                    let _ = (&mut self.reader).await;
                }
            })
            .await;
        })
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// The longest start of `text` within `max` bytes that ends between characters.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
