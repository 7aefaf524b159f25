//! The write side of one client: whoever holds the line may speak, from any thread, and is never made to wait.
//!
//! What the kernel takes at once costs no allocation and no task; what it does not take waits, bounded, and is
//! written by a task of its own. Must not know what is said.

use std::cell::RefCell;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::tcp::OwnedWriteHalf;

use super::Opcode;
use super::frame;
use crate::limits::WAITING_BYTES_MAX;

/// A client's way to its node; `T` is what a speaker must know while it holds the floor.
pub(crate) struct Line<T> {
    half: OwnedWriteHalf,
    floor: Mutex<Floor<T>>,
    over: AtomicBool,
}

struct Floor<T> {
    waiting: Vec<u8>,
    flushing: bool,
    /// The next mask; 0: none, for a server that sends back what it got.
    mask: u32,
    speaker: T,
}

/// The line is over: closed, failed, or the node takes less than it is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineOver;

thread_local! {
    static DESK: RefCell<(String, Vec<u8>)> = const { RefCell::new((String::new(), Vec::new())) };
}

impl<T: Send + 'static> Line<T> {
    pub(crate) fn new(half: OwnedWriteHalf, seed: u32, speaker: T) -> Arc<Self> {
        Self::masked(half, seed | 1, speaker)
    }

    /// A line whose frames are not masked, so that they can be read when they come back as they are.
    pub(crate) fn bare(half: OwnedWriteHalf, speaker: T) -> Arc<Self> {
        Self::masked(half, 0, speaker)
    }

    fn masked(half: OwnedWriteHalf, mask: u32, speaker: T) -> Arc<Self> {
        let floor = Floor { waiting: Vec::new(), flushing: false, mask, speaker };
        Arc::new(Self { half, floor: Mutex::new(floor), over: AtomicBool::new(false) })
    }

    /// Says one text; `words` writes it, and what it decides stands in the order of the wire.
    pub(crate) fn say<A>(self: &Arc<Self>, words: impl FnOnce(&mut T, &mut String) -> A) -> Result<A, LineOver> {
        DESK.with_borrow_mut(|(text, bytes)| {
            text.clear();
            bytes.clear();
            let mut floor = self.floor();
            let answer = words(&mut floor.speaker, text);
            self.write(&mut floor, Opcode::Text, text.as_bytes(), bytes)?;
            Ok(answer)
        })
    }

    /// Sends a control frame.
    pub(crate) fn control(self: &Arc<Self>, opcode: Opcode, payload: &[u8]) -> Result<(), LineOver> {
        DESK.with_borrow_mut(|(_, bytes)| {
            bytes.clear();
            self.write(&mut self.floor(), opcode, payload, bytes)
        })
    }

    /// Looks at, or changes, what the speaker knows.
    pub(crate) fn with<A>(&self, look: impl FnOnce(&mut T) -> A) -> A {
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
    ) -> Result<(), LineOver> {
        if self.over.load(Ordering::Relaxed) {
            return Err(LineOver);
        }
        // A generator's masks need not be unpredictable, only different (xorshift32, which keeps 0).
        floor.mask ^= floor.mask << 13;
        floor.mask ^= floor.mask >> 17;
        floor.mask ^= floor.mask << 5;
        frame::write(bytes, opcode, payload, (floor.mask != 0).then(|| floor.mask.to_ne_bytes()));
        let written = if floor.waiting.is_empty() { self.try_write(bytes)? } else { 0 };
        if written < bytes.len() {
            floor.waiting.extend_from_slice(&bytes[written..]);
            if floor.waiting.len() > WAITING_BYTES_MAX {
                return Err(self.end());
            }
            if !floor.flushing {
                floor.flushing = true;
                tokio::spawn(Arc::clone(self).flush());
            }
        }
        Ok(())
    }

    /// How much the kernel took: all, some, or nothing for now.
    fn try_write(&self, bytes: &[u8]) -> Result<usize, LineOver> {
        match self.half.try_write(bytes) {
            Ok(written) => Ok(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(_) => Err(self.end()),
        }
    }

    fn end(&self) -> LineOver {
        self.over.store(true, Ordering::Relaxed);
        LineOver
    }

    /// Writes what waits, then ends.
    async fn flush(self: Arc<Self>) {
        while self.half.writable().await.is_ok() {
            let mut floor = self.floor();
            let Ok(written) = self.try_write(&floor.waiting) else { return };
            floor.waiting.drain(..written);
            if floor.waiting.is_empty() {
                floor.waiting = Vec::new();
                floor.flushing = false;
                return;
            }
        }
    }
}
