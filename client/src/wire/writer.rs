//! The write side of one client: its holder may write from any thread, and never waits.
//!
//! What the kernel takes at once costs no allocation and no task; what it does not take waits, bounded, and is
//! written by a task of its own. Must not know what is said.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::net::{Shutdown, shutdown};

use super::Opcode;
use super::frame;
use super::stream::WriteHalf;
use crate::limits::WAITING_BYTES_MAX;

/// A client's way to its node; `T` is what a speaker must know while it holds the floor.
pub struct Writer<T> {
    floor: Mutex<Floor<T>>,
}

struct Floor<T> {
    /// `None`: the line is over, until it is connected again.
    half: Option<Arc<WriteHalf>>,
    waiting: Vec<u8>,
    flushing: bool,
    /// Whether frames wait for [`Writer::release`], so that they go as one.
    held: bool,
    /// The next mask; 0: none, for a server that sends back what it got.
    mask: u32,
    speaker: T,
}

/// The connection is closed, failed, or the node reads too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterClosed;

/// How a connection is dropped without a close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Cut {
    /// With an RST, as when a process dies with unread data
    Reset,
    /// With a FIN and no close frame, as when a process ends
    Drop,
}

thread_local! {
    static DESK: RefCell<(String, Vec<u8>)> = const { RefCell::new((String::new(), Vec::new())) };
}

impl<T: Send + 'static> Writer<T> {
    /// A line whose frames are masked, the masks counted from `seed`.
    pub fn new(half: WriteHalf, seed: u32, speaker: T) -> Arc<Self> {
        Self::masked(half, seed | 1, speaker)
    }

    /// A line whose frames are not masked, so that they can be read when they come back as they are.
    pub fn bare(half: WriteHalf, speaker: T) -> Arc<Self> {
        Self::masked(half, 0, speaker)
    }

    fn masked(half: WriteHalf, mask: u32, speaker: T) -> Arc<Self> {
        let half = Some(Arc::new(half));
        let floor = Floor { half, waiting: Vec::new(), flushing: false, held: false, mask, speaker };
        Arc::new(Self { floor: Mutex::new(floor) })
    }

    /// Drops the connection without a close frame: the reader sees its end, and buffered data is discarded.
    pub fn cut(&self, how: Cut) {
        let mut floor = self.floor();
        floor.waiting = Vec::new();
        let Some(half) = floor.half.take() else { return };
        let stream = half.tcp();
        // Both fail only where the connection is gone already.
        if how == Cut::Reset {
            let _ = stream.set_zero_linger();
        }
        let _ = shutdown(stream, Shutdown::Read);
        if how == Cut::Reset
            && let Some(half) = Arc::into_inner(half)
        {
            half.forget(); // no FIN goes before the RST
        }
    }

    /// Goes on over another connection; before anybody else speaks, the texts that `again` answers are said.
    pub fn reconnect(self: &Arc<Self>, half: WriteHalf, again: impl FnOnce(&mut T) -> Vec<Arc<str>>) {
        let mut bytes = Vec::new();
        let mut floor = self.floor();
        (floor.half, floor.waiting, floor.flushing) = (Some(Arc::new(half)), Vec::new(), false);
        for text in again(&mut floor.speaker) {
            bytes.clear();
            if self.write(&mut floor, Opcode::Text, text.as_bytes(), &mut bytes).is_err() {
                return;
            }
        }
    }

    /// Says one text; `words` writes it, and what it decides stands in the order of the wire, also when the line is
    /// over.
    pub fn send<A>(self: &Arc<Self>, words: impl FnOnce(&mut T, &mut String) -> A) -> (A, Result<(), WriterClosed>) {
        DESK.with_borrow_mut(|(text, bytes)| {
            text.clear();
            bytes.clear();
            let mut floor = self.floor();
            let answer = words(&mut floor.speaker, text);
            let said = self.write(&mut floor, Opcode::Text, text.as_bytes(), bytes);
            (answer, said)
        })
    }

    /// Sends a control frame.
    ///
    /// # Errors
    ///
    /// The connection has ended, or the node reads too slowly.
    pub fn control(self: &Arc<Self>, opcode: Opcode, payload: &[u8]) -> Result<(), WriterClosed> {
        DESK.with_borrow_mut(|(_, bytes)| {
            bytes.clear();
            self.write(&mut self.floor(), opcode, payload, bytes)
        })
    }

    /// Sends bytes that need not be a frame, to try a server.
    ///
    /// # Errors
    ///
    /// The connection has ended, or the node reads too slowly.
    pub fn raw(self: &Arc<Self>, bytes: &[u8]) -> Result<(), WriterClosed> {
        self.pass(&mut self.floor(), bytes)
    }

    /// What is said from now on goes with one write, as the answers of a page to what it read at once do.
    pub fn hold(&self) {
        self.floor().held = true;
    }

    /// Writes what was held.
    pub fn release(self: &Arc<Self>) {
        let mut floor = self.floor();
        floor.held = false;
        let Some(half) = floor.half.clone() else { return };
        if floor.waiting.is_empty() || floor.flushing {
            return;
        }
        let waiting = std::mem::take(&mut floor.waiting);
        let Ok(written) = floor.try_write(&half, &waiting) else { return };
        floor.waiting = waiting;
        floor.waiting.drain(..written);
        self.flush_later(&mut floor, half);
    }

    /// Bytes that the kernel has not taken yet; `None`: the connection is closed.
    pub fn waiting(&self) -> Option<usize> {
        let floor = self.floor();
        floor.half.as_ref().map(|_| floor.waiting.len())
    }

    /// Looks at, or changes, what the speaker knows.
    pub fn with<A>(&self, look: impl FnOnce(&mut T) -> A) -> A {
        look(&mut self.floor().speaker)
    }

    fn floor(&self) -> std::sync::MutexGuard<'_, Floor<T>> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        self: &Arc<Self>,
        floor: &mut Floor<T>,
        opcode: Opcode,
        payload: &[u8],
        bytes: &mut Vec<u8>,
    ) -> Result<(), WriterClosed> {
        // A generator's masks need not be unpredictable, only different (xorshift32, which keeps 0).
        floor.mask ^= floor.mask << 13;
        floor.mask ^= floor.mask >> 17;
        floor.mask ^= floor.mask << 5;
        frame::write(bytes, opcode, payload, (floor.mask != 0).then(|| floor.mask.to_ne_bytes()));
        self.pass(floor, bytes)
    }

    fn pass(self: &Arc<Self>, floor: &mut Floor<T>, bytes: &[u8]) -> Result<(), WriterClosed> {
        let half = floor.half.clone().ok_or(WriterClosed)?;
        let at_once = floor.waiting.is_empty() && !floor.held;
        let written = if at_once { floor.try_write(&half, bytes)? } else { 0 };
        floor.waiting.extend_from_slice(&bytes[written..]);
        if floor.waiting.len() > WAITING_BYTES_MAX {
            return Err(floor.end());
        }
        if !floor.held {
            self.flush_later(floor, half);
        }
        Ok(())
    }

    /// What the kernel did not take is written by a task.
    fn flush_later(self: &Arc<Self>, floor: &mut Floor<T>, half: Arc<WriteHalf>) {
        if !floor.waiting.is_empty() && !floor.flushing {
            floor.flushing = true;
            tokio::spawn(Arc::clone(self).flush(half));
        }
    }

    /// Writes what waits, then ends.
    async fn flush(self: Arc<Self>, half: Arc<WriteHalf>) {
        while half.writable().await.is_ok() {
            let mut floor = self.floor();
            if floor.half.as_ref().is_none_or(|now| !Arc::ptr_eq(now, &half)) {
                return; // another connection's words are another task's
            }
            let waiting = std::mem::take(&mut floor.waiting);
            let Ok(written) = floor.try_write(&half, &waiting) else { return };
            if written == waiting.len() {
                floor.flushing = false;
                return;
            }
            floor.waiting = waiting;
            floor.waiting.drain(..written);
        }
    }
}

impl<T> Floor<T> {
    /// How much the kernel took: all, some, or nothing for now.
    fn try_write(&mut self, half: &WriteHalf, bytes: &[u8]) -> Result<usize, WriterClosed> {
        match half.try_write(bytes) {
            Ok(written) => Ok(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(_) => Err(self.end()),
        }
    }

    fn end(&mut self) -> WriterClosed {
        (self.half, self.waiting) = (None, Vec::new());
        WriterClosed
    }
}
