//! What is on its way to the client: the frames of one turn, which go with one write, and what waits for a reader that
//! is slower than its room; bounded in bytes.

use std::sync::Arc;

use metrics::Gauge;

use crate::{
    ports::{Text, Wire, WireGone},
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
    frames: Vec<Frame>,
    bytes: usize,
    /// What the gauge knows of; what goes with its own turn never shows there.
    told: usize,
}

/// Frames that go with one write: four pieces each, and the kernel takes 1 024 in one call.
const TOGETHER_MAX: usize = 16;

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Whole(text) => text.len(),
            Self::Numbered(head, body, tail) => head.as_str().len() + body.len() + tail.len(),
        }
    }

    fn text(&self) -> Text<'_> {
        match self {
            Self::Whole(text) => [text, "", ""],
            Self::Numbered(head, body, tail) => [head.as_str(), body, tail],
        }
    }
}

impl Outbox {
    /// Nothing is on its way.
    pub(super) const fn new() -> Self {
        Self { frames: Vec::new(), bytes: 0, told: 0 }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        self.frames.push(frame);
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// What is in here waits beyond its turn: the gauge shall know.
    pub(super) fn waits(&mut self, gauge: &Gauge) {
        self.tell(self.bytes, gauge);
    }

    /// Nothing of it will ever be written.
    pub(super) fn is_over(&mut self, gauge: &Gauge) {
        self.frames = Vec::new();
        self.tell(0, gauge);
    }

    /// Writes frames until the wire holds some back; answers the bytes that it holds.
    pub(super) fn write(&mut self, wire: &mut dyn Wire, gauge: &Gauge) -> Result<usize, WireGone> {
        let mut frames = std::mem::take(&mut self.frames); // an idle socket keeps no buffer
        let mut done = 0;
        let mut held = Ok(0);
        for together in frames.chunks(TOGETHER_MAX) {
            let mut texts = [[""; 3]; TOGETHER_MAX];
            for (text, frame) in texts.iter_mut().zip(together) {
                *text = frame.text();
            }
            done += together.len();
            held = wire.send(&texts[..together.len()]);
            if held != Ok(0) {
                break;
            }
        }
        if done < frames.len() {
            self.frames = frames.split_off(done);
        }
        self.bytes = self.frames.iter().map(Frame::len).sum();
        self.tell(self.bytes, gauge);
        held
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; an outbox is far below 2^52 bytes")]
    fn tell(&mut self, bytes: usize, gauge: &Gauge) {
        if self.told != bytes {
            gauge.increment(bytes as f64 - self.told as f64);
            self.told = bytes;
        }
    }
}
