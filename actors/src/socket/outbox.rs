//! Frames on their way to the client: those of one activation are written with one call; what a slow reader does not take
//! waits, bounded in bytes.

use std::sync::Arc;

use crate::{
    ports::{ConnectionGone, FrameSink, Text},
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
}

/// Frames that go with one write: four pieces each, and the kernel takes 1 024 in one call.
const TOGETHER_MAX: usize = 16;

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Whole(text) => text.len(),
            Self::Numbered(head, body, tail) => head.len() + body.len() + tail.len(),
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
        Self { frames: Vec::new(), bytes: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        if self.frames.capacity() == 0 {
            self.frames = Vec::with_capacity(1); // mostly, it is one
        }
        self.frames.push(frame);
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        self.frames = Vec::new();
        self.bytes = 0;
    }

    /// Writes frames until the sink buffers some; answers the bytes that it buffers.
    pub(super) fn write(&mut self, sink: &mut dyn FrameSink) -> Result<usize, ConnectionGone> {
        let mut frames = std::mem::take(&mut self.frames); // an idle socket keeps no buffer
        let mut done = 0;
        let mut buffered = Ok(0);
        for together in frames.chunks(TOGETHER_MAX) {
            done += together.len();
            buffered = send(sink, together);
            if buffered != Ok(0) {
                break;
            }
        }
        if done < frames.len() {
            self.frames = frames.split_off(done);
        }
        self.bytes = self.frames.iter().map(Frame::len).sum();
        buffered
    }
}

/// Writes frames with one call.
fn send(sink: &mut dyn FrameSink, frames: &[Frame]) -> Result<usize, ConnectionGone> {
    if let [frame] = frames {
        return sink.send(&[frame.text()]); // mostly, it is one
    }
    let mut texts = [[""; 3]; TOGETHER_MAX];
    for (text, frame) in texts.iter_mut().zip(frames) {
        *text = frame.text();
    }
    sink.send(&texts[..frames.len()])
}
