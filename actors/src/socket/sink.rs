//! A socket's frame sink: writes frames at once, or queues them while a flush waits for a slow reader.

use std::{sync::Arc, time::Instant};

use tokio::sync::oneshot;

use super::{
    Env,
    outbox::{Frame, Outbox},
};
use crate::{
    bytes::{Buffer, BufferedBytes},
    clock::Moment,
    messages::{To, socket::Message},
    ports::{CloseFrame, ConnectionGone, FrameSink, Later},
    protocol::SocketId,
};

/// The sink, and the queued frames.
pub(super) struct Writer {
    sink: Sink,
    outbox: Outbox,
}

/// Two variants instead of three: the compiler stores them in two words.
enum Sink {
    /// It accepts frames.
    Ready(Box<dyn FrameSink>),
    /// It is being flushed, beside the cell; `None`: it was closed, or the connection is broken.
    Away(Option<Box<Flushing>>),
}

const GONE: Sink = Sink::Away(None);

struct Flushing {
    /// The deadline after which the reader counts as slow.
    by: Instant,
    /// Bytes buffered in the sink and queued behind it: booked in the node's account.
    buffered: usize,
    booked: Booked,
    /// Whether a ping is to be sent once it is ready again.
    ping_due: bool,
    /// Dropped with this, it ends the flush, and with it the connection.
    #[expect(dead_code, reason = "kept for its drop")]
    cancel: oneshot::Sender<()>,
}

/// Bytes buffered for a slow reader, booked in the node's account. Frames that are written at once are not booked.
struct Booked(Arc<BufferedBytes>, usize);

impl Booked {
    fn set(&mut self, waiting: usize) {
        let Self(account, booked) = self;
        account.add(Buffer::Outbox, waiting.saturating_sub(*booked));
        account.remove(Buffer::Outbox, booked.saturating_sub(waiting));
        *booked = waiting;
    }
}

impl Drop for Booked {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// The environment of writes.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) id: SocketId,
    pub(super) env: &'a Env,
    pub(super) now: Instant,
}

impl<'a> At<'a> {
    pub(super) const fn new(id: SocketId, env: &'a Env, now: Moment) -> Self {
        Self { id, env, now: now.at }
    }
}

impl Writer {
    pub(super) const fn new(sink: Box<dyn FrameSink>) -> Self {
        Self { sink: Sink::Ready(sink), outbox: Outbox::new() }
    }

    /// The frame is written with the others of this activation.
    #[inline]
    pub(super) fn put(&mut self, frame: Frame) {
        match &mut self.sink {
            Sink::Ready(_) => self.outbox.push(frame),
            Sink::Away(Some(flushing)) => {
                self.outbox.push(frame);
                flushing.booked.set(self.outbox.bytes() + flushing.buffered);
            }
            Sink::Away(None) => {}
        }
    }

    /// Whether a write has found the connection broken.
    pub(super) const fn is_gone(&self) -> bool {
        matches!(self.sink, Sink::Away(None))
    }

    /// Whether the reader is too slow: in bytes or in time.
    pub(super) fn is_slow(&self, at: At<'_>) -> bool {
        let Sink::Away(Some(flushing)) = &self.sink else { return false };
        let (waiting, limits) = (self.outbox.bytes() + flushing.buffered, &at.env.limits);
        // Slow readers together must not fill the memory; one message may always wait.
        let share = usize::try_from(at.env.bytes.share()).unwrap_or(usize::MAX).max(limits.message_bytes_max);
        waiting > limits.outbox_bytes_max.min(share) || at.now >= flushing.by
    }

    /// The deadline of a blocked write.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        match &self.sink {
            Sink::Away(flushing) => flushing.as_ref().map(|flushing| flushing.by),
            Sink::Ready(_) => None,
        }
    }

    /// Writes the queued frames, if the sink accepts them; returns the task to run beside the cell.
    pub(super) fn write(&mut self, at: At<'_>) -> Option<To> {
        let Sink::Ready(sink) = &mut self.sink else { return None };
        if self.outbox.is_empty() {
            return None;
        }
        let buffered = self.outbox.write(&mut **sink);
        self.wrote(buffered, at)
    }

    /// Writes a ping behind all queued frames; later, if the sink does not accept it.
    pub(super) fn ping(&mut self, payload: &[u8], at: At<'_>) -> Option<To> {
        let aside = self.write(at);
        match &mut self.sink {
            Sink::Ready(sink) => {
                let buffered = sink.ping(payload);
                self.wrote(buffered, at)
            }
            Sink::Away(flushing) => {
                if let Some(flushing) = flushing {
                    flushing.ping_due = true;
                }
                aside
            }
        }
    }

    /// Writes a pong. It is omitted while the sink is being flushed: those bytes also prove that the node is alive.
    pub(super) fn pong(&mut self, payload: &[u8], at: At<'_>) -> Option<To> {
        let aside = self.write(at);
        let Sink::Ready(sink) = &mut self.sink else { return aside };
        let buffered = sink.pong(payload);
        self.wrote(buffered, at)
    }

    fn wrote(&mut self, buffered: Result<usize, ConnectionGone>, at: At<'_>) -> Option<To> {
        match buffered {
            Ok(0) => None,
            Ok(buffered) => self.flush(buffered, at),
            Err(ConnectionGone) => {
                self.end();
                None
            }
        }
    }

    /// Flushes the sink beside the cell; it returns as a message.
    fn flush(&mut self, buffered: usize, at: At<'_>) -> Option<To> {
        let Sink::Ready(sink) = std::mem::replace(&mut self.sink, GONE) else { return None };
        let (cancel, cancelled) = oneshot::channel();
        let by = at.now + at.env.limits.write_within;
        let mut booked = Booked(Arc::clone(&at.env.bytes), 0);
        booked.set(self.outbox.bytes() + buffered);
        self.sink = Sink::Away(Some(Box::new(Flushing { by, buffered, booked, ping_due: false, cancel })));
        let id = at.id;
        Some(To::Aside(Box::pin(async move {
            tokio::select! {
                biased; // once the socket is closed, its output is not needed
                _ = cancelled => None,
                flushed = sink.flush() => Some(To::Socket(id, Message::Flushed(flushed))),
            }
        })))
    }

    /// A blocked write was completed, or failed; returns whether a ping is pending.
    pub(super) fn flushed(&mut self, sink: Result<Box<dyn FrameSink>, ConnectionGone>) -> bool {
        let Sink::Away(Some(flushing)) = std::mem::replace(&mut self.sink, GONE) else {
            return false; // closed meanwhile
        };
        match sink {
            Ok(sink) => {
                self.sink = Sink::Ready(sink);
                flushing.ping_due
            }
            Err(ConnectionGone) => {
                self.end();
                false
            }
        }
    }

    /// Writes the queued frames, then a close frame, and ends. A reader too slow for its frames gets no close frame.
    pub(super) fn close(&mut self, frame: CloseFrame) -> Option<To> {
        if let Sink::Ready(sink) = &mut self.sink {
            let _ = self.outbox.write(&mut **sink); // `close` writes what is buffered; a broken connection loses it
        }
        let sink = std::mem::replace(&mut self.sink, GONE);
        self.end();
        let Sink::Ready(sink) = sink else { return None };
        let closed = sink.close(frame);
        let aside: Later<Option<To>> = Box::pin(async move {
            closed.await;
            None
        });
        Some(To::Aside(aside))
    }

    /// Nothing is written any more.
    pub(super) fn end(&mut self) {
        self.sink = GONE;
        self.outbox.clear();
    }
}
