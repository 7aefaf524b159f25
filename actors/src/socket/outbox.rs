//! Outgoing frames: those of one activation are written with one call; frames for a slow reader are buffered, bounded in
//! bytes.

use std::sync::Arc;

use crate::{
    ports::{ConnectionGone, FrameSink, Text},
    protocol::encode::Head,
};

/// One text frame.
pub(super) enum Frame {
    /// In one piece.
    Whole(String),
    /// In three; all receivers share the middle one.
    Numbered(Head, Arc<str>, &'static str),
}

/// Frames in order, and their size in bytes.
pub(super) struct Outbox {
    frames: Vec<Frame>,
    bytes: usize,
}

/// Frames per write: four pieces each, and the kernel accepts 1 024 in one call.
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
    /// An empty outbox.
    pub(super) const fn new() -> Self {
        Self { frames: Vec::new(), bytes: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        if self.frames.capacity() == 0 {
            self.frames = Vec::with_capacity(1); // usually one
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

    /// Writes frames until the sink buffers some; returns the buffered bytes.
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
        return sink.send(&[frame.text()]); // usually one
    }
    let mut texts = [[""; 3]; TOGETHER_MAX];
    for (text, frame) in texts.iter_mut().zip(frames) {
        *text = frame.text();
    }
    sink.send(&texts[..frames.len()])
}
