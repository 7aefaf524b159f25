//! The write side of one connection: messages in, frames out.
//!
//! What the kernel accepts at once costs no allocation and no task; the rest is buffered in the [`Outlet`], which is
//! then passed to [`flush`](FrameSink::flush). It must not know what a message means, nor limit the queue before it.

mod pipe;
#[cfg(test)]
mod tests;

use std::io::IoSlice;
use std::time::Duration;

use actors::ports::{CloseFrame, ConnectionGone, FrameSink, Later, Text};

use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

use super::frame::{Head, Opcode};
pub(crate) use pipe::Pipe;

/// The write half of an upgraded connection. Dropping it ends the connection and its reader.
#[derive(Debug)]
pub struct Outlet {
    pipe: Pipe,
    waiting: Vec<u8>,
    reader: JoinHandle<()>,
    farewell_within: Duration,
}

/// Texts written with one call.
const TEXTS: usize = 16;
/// Slices of one text in a vectored write: its header and its pieces.
const SLICES: usize = 4;

/// A control frame holds 125 bytes, the code takes two (RFC 6455 §5.5).
const REASON_BYTES_MAX: usize = 123;

impl Outlet {
    pub(crate) fn new(pipe: Pipe, reader: JoinHandle<()>, farewell_within: Duration) -> Self {
        Self { pipe, waiting: Vec::new(), reader, farewell_within }
    }

    /// As [`FrameSink::send`], for one binary frame. `aldis.v1` has none.
    ///
    /// # Errors
    /// [`ConnectionGone`] when the connection failed.
    pub fn send_binary(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.frame(Opcode::Binary, payload)
    }

    fn frame(&mut self, opcode: Opcode, payload: &[u8]) -> Result<usize, ConnectionGone> {
        let head = Head::new(opcode, payload.len());
        self.write(&mut [IoSlice::new(head.bytes()), IoSlice::new(payload)])
    }

    /// Writes what the kernel accepts; the rest is buffered.
    fn write(&mut self, mut slices: &mut [IoSlice<'_>]) -> Result<usize, ConnectionGone> {
        let written = if self.waiting.is_empty() { self.pipe.write_now(slices)? } else { 0 };
        IoSlice::advance_slices(&mut slices, written);
        for slice in slices {
            self.waiting.extend_from_slice(slice);
        }
        if self.waiting.is_empty() && !self.pipe.is_flushed_now()? {
            return Ok(written);
        }
        Ok(self.waiting.len())
    }

    /// Waits until the buffer is written, as [`FrameSink::flush`] does.
    ///
    /// # Errors
    /// [`ConnectionGone`] when the connection failed.
    pub async fn flushed(&mut self) -> Result<(), ConnectionGone> {
        let waiting = std::mem::take(&mut self.waiting);
        self.pipe.write_all(&waiting).await.map_err(|_| ConnectionGone)?;
        self.pipe.flush().await.map_err(|_| ConnectionGone)
    }

    async fn write_close(&mut self, frame: CloseFrame) -> Result<(), ConnectionGone> {
        let mut payload = Vec::new();
        if let Some(code) = frame.code {
            let reason = &frame.reason[..frame.reason.floor_char_boundary(REASON_BYTES_MAX)];
            payload.extend_from_slice(&code.to_be_bytes());
            payload.extend_from_slice(reason.as_bytes());
        }
        self.waiting.extend_from_slice(Head::new(Opcode::Close, payload.len()).bytes());
        self.waiting.extend_from_slice(&payload);
        self.flushed().await?;
        self.pipe.shutdown().await.map_err(|_| ConnectionGone)?;
        // The reader ends when the peer closes its side.
        let _ = (&mut self.reader).await;
        Ok(())
    }
}

impl FrameSink for Outlet {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        let mut held = 0;
        for texts in texts.chunks(TEXTS) {
            let mut heads = [const { None }; TEXTS];
            for (head, text) in heads.iter_mut().zip(texts) {
                *head = Some(Head::new(Opcode::Text, text.iter().map(|piece| piece.len()).sum()));
            }
            let mut slices = [IoSlice::new(&[]); SLICES * TEXTS];
            for ((slices, head), text) in slices.chunks_exact_mut(SLICES).zip(&heads).zip(texts) {
                slices[0] = IoSlice::new(head.as_ref().map_or(&[], Head::bytes));
                for (slice, piece) in slices[1..].iter_mut().zip(text) {
                    *slice = IoSlice::new(piece.as_bytes());
                }
            }
            held = self.write(&mut slices[..SLICES * texts.len()])?;
        }
        Ok(held)
    }

    fn ping(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.frame(Opcode::Ping, payload)
    }

    fn pong(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.frame(Opcode::Pong, payload)
    }

    fn flush(mut self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move {
            self.flushed().await?;
            Ok(self as Box<dyn FrameSink>)
        })
    }

    fn close(mut self: Box<Self>, frame: CloseFrame) -> Later<()> {
        Box::pin(async move {
            // In any case, dropping the outlet ends the connection.
            let _ = tokio::time::timeout(self.farewell_within, self.write_close(frame)).await;
        })
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.reader.abort();
    }
}
