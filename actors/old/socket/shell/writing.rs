//! Where a socket's frames go: to the wire at once, or behind a wire that waits for the kernel.

use std::sync::Arc;

use super::{Command, Frame, Meters, Shell};
use crate::{
    ports::{Farewell, Wire, WireGone},
    protocol::{Close, ServerToClient, encode::unnumbered},
    socket::Hangup,
};

/// Where the wire is.
pub(super) enum WireState {
    /// Here, and takes what it is given.
    Ready(Box<dyn Wire>),
    /// Waiting elsewhere for the kernel to take what it holds.
    Flushing(#[expect(dead_code, reason = "kept for its drop")] Flushing),
    /// Closed, or broken.
    Gone,
}

impl WireState {
    fn ready(self) -> Option<Box<dyn Wire>> {
        match self {
            Self::Ready(wire) => Some(wire),
            Self::Flushing(_) | Self::Gone => None,
        }
    }
}

/// A task that ends with its owner: a reader too slow for what waits is too slow for a close frame as well.
pub(super) struct Flushing(tokio::task::JoinHandle<()>);

impl Drop for Flushing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Shell {
    pub(super) fn send(&mut self, message: &ServerToClient) {
        if let ServerToClient::Error(refusal) = message {
            Meters::refused(refusal.code);
        }
        self.put(Frame::Whole(unnumbered(message)));
    }

    /// Lets a frame go with this turn's others, or wait while the wire is away.
    pub(super) fn put(&mut self, frame: Frame) {
        self.directory.meters.sent.increment(1);
        match self.line {
            WireState::Ready(_) => self.outbox.push(frame),
            WireState::Flushing(_) => {
                self.outbox.push(frame);
                self.outbox.waits(&self.directory.meters.outbox);
                if self.outbox.bytes() > self.directory.settings.socket.outbox_bytes_max {
                    self.tell_myself(Command::Close(Close::SlowReader));
                }
            }
            WireState::Gone => {}
        }
    }

    /// Writes what was put, if the wire is here.
    pub(super) fn write(&mut self) {
        if !self.outbox.is_empty()
            && let WireState::Ready(wire) = &mut self.line
        {
            let held = self.outbox.write(&mut **wire, &self.directory.meters.outbox);
            self.written(held);
        }
    }

    pub(super) fn control(&mut self, write: impl FnOnce(&mut dyn Wire) -> Result<usize, WireGone>) {
        self.write(); // a ping names the last number that went before it
        // While the wire flushes, a pong is left out: what it holds proves as well that the node lives.
        if let WireState::Ready(wire) = &mut self.line {
            let held = write(&mut **wire);
            self.written(held);
        }
    }

    fn written(&mut self, held: Result<usize, WireGone>) {
        match held {
            Ok(0) => {}
            Ok(_) => self.flush(),
            Err(WireGone) => self.lost(),
        }
    }

    /// The slow path: the wire waits in a task of its own and comes back as a message.
    fn flush(&mut self) {
        let line = std::mem::replace(&mut self.line, WireState::Gone);
        let Some(wire) = line.ready() else { return };
        let (id, directory, within) =
            (self.id, Arc::clone(&self.directory), self.directory.settings.socket.write_within);
        self.line = WireState::Flushing(Flushing(tokio::spawn(async move {
            let command = match tokio::time::timeout(within, wire.flush()).await {
                Ok(Ok(wire)) => Command::Flushed(Ok(wire)),
                Ok(Err(gone)) => Command::Flushed(Err(gone)),
                Err(_) => Command::Close(Close::SlowReader),
            };
            directory.tell_socket(id, command);
        })));
    }

    pub(super) fn flushed(&mut self, wire: Result<Box<dyn Wire>, WireGone>) {
        let Ok(wire) = wire else { return self.lost() };
        self.line = WireState::Ready(wire);
        self.write();
    }

    /// A broken connection is learnt of by writing: the reader would tell the same.
    fn lost(&mut self) {
        self.line = WireState::Gone;
        self.tell_myself(Command::Hangup(Hangup::Lost));
    }

    /// Rare, and through the door like everything else; it comes to it after this turn.
    fn tell_myself(&self, command: Command) {
        self.directory.tell_socket(self.id, command);
    }

    pub(super) fn close(&mut self, farewell: Farewell) {
        self.write();
        let line = std::mem::replace(&mut self.line, WireState::Gone);
        if let Some(wire) = line.ready() {
            self.directory.tasks.spawn(wire.close(farewell));
        }
        self.end();
    }
}
