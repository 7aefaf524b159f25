//! Outgoing frames: those of one activation are written with one call; frames for a slow reader are buffered, bounded in
//! bytes.

use std::sync::Arc;

use smallvec::SmallVec;

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

/// Frames in order. An empty outbox costs a pointer.
pub(super) struct Outbox(Option<Box<Queue>>);

#[derive(Default)]
struct Queue {
    /// Usually one.
    frames: SmallVec<[Frame; 1]>,
    /// Their size.
    bytes: usize,
}

/// Frames per write: four pieces each, and the kernel accepts 1 024 in one call.
const TOGETHER_MAX: usize = 16;

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Whole(text) => text.len(),
            Self::Numbered(head, body, tail) => head.byte_len() + body.len() + tail.len(),
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
        Self(None)
    }

    #[inline]
    pub(super) fn push(&mut self, frame: Frame) {
        let queue = self.0.get_or_insert_default();
        queue.bytes += frame.len();
        queue.frames.push(frame);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |queue| queue.bytes)
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// Writes frames until the sink buffers some; returns the buffered bytes.
    pub(super) fn write(&mut self, sink: &mut dyn FrameSink) -> Result<usize, ConnectionGone> {
        let Some(mut queue) = self.0.take() else { return Ok(0) };
        let mut done = 0;
        let mut buffered = Ok(0);
        for together in queue.frames.chunks(TOGETHER_MAX) {
            done += together.len();
            buffered = send(sink, together);
            if buffered != Ok(0) {
                break;
            }
        }
        if done < queue.frames.len() {
            queue.bytes -= queue.frames.drain(..done).map(|frame| frame.len()).sum::<usize>();
            self.0 = Some(queue);
        }
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
