//! What waits for a reader that is slower than its room: bounded in bytes.

use std::{collections::VecDeque, sync::Arc};

use metrics::Gauge;

use crate::{
    ports::{Wire, WireGone},
    protocol::encode::Head,
};

/// One text frame.
pub(super) enum Frame {
    /// In one piece.
    Whole(String),
    /// In three; the middle one is shared by all who receive it.
    Numbered(Head, Arc<str>, &'static str),
}

/// Frames in order, and how many bytes they are.
pub(super) struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    gauge: Gauge,
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.take_off(self.bytes);
    }
}

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Whole(text) => text.len(),
            Self::Numbered(head, body, tail) => head.as_str().len() + body.len() + tail.len(),
        }
    }

    /// Writes the frame; answers the bytes that the wire still holds.
    pub(super) fn write(&self, wire: &mut dyn Wire) -> Result<usize, WireGone> {
        match self {
            Self::Whole(text) => wire.send(&[text]),
            Self::Numbered(head, body, tail) => wire.send(&[head.as_str(), body, tail]),
        }
    }
}

impl Outbox {
    /// An empty one, whose bytes this gauge counts.
    pub(super) const fn new(gauge: Gauge) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, gauge }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; an outbox is far below 2^52 bytes")]
    fn take_off(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.gauge.decrement(bytes as f64);
    }

    #[expect(clippy::cast_precision_loss, reason = "as above")]
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        self.gauge.increment(frame.len() as f64);
        self.frames.push_back(frame);
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Writes frames until the wire holds some back; answers the bytes that it holds.
    pub(super) fn write(&mut self, wire: &mut dyn Wire) -> Result<usize, WireGone> {
        while let Some(frame) = self.frames.pop_front() {
            self.take_off(frame.len());
            let held = frame.write(wire)?;
            if held > 0 {
                return Ok(held);
            }
        }
        self.frames = VecDeque::new(); // an idle socket keeps no buffer
        Ok(0)
    }
}
