//! The fast path: a frame that was received whole, and is a whole message by itself, is validated by its header alone.
//!
//! The rules are the guard's. For everything else, and for all violations, it returns `None`: the guard, given the same
//! bytes, reports the violation.

use std::ops::Range;

use super::{
    Limits, Message,
    head::{Content, Head},
};

/// A whole message or control frame at the front of some bytes, in one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its kind.
    pub kind: Kind,
    /// The range of its payload.
    pub payload: Range<usize>,
    /// The mask of its payload.
    pub mask: [u8; 4],
}

/// A client's single-frame message, other than a close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, not yet validated as UTF-8.
    Text,
    /// Bytes.
    Binary,
    /// A ping.
    Ping,
    /// A pong.
    Pong,
}

impl Whole {
    /// The frame at the front of bytes that a guard [at rest](super::Guard::at_rest) would be given. `None`: the frame
    /// or message is incomplete, or it is a close frame, or it violates a rule.
    ///
    /// **Invariant:** a guard lets every frame returned here pass, if a text is UTF-8, and is at rest after it. The tests of the
    /// guard and the fuzz target `frame_guard` check it.
    #[must_use]
    pub fn at_front(bytes: &[u8], limits: &Limits) -> Option<Self> {
        let head = Head::read(bytes).ok()??;
        let kind = match head.content {
            Content::Text => Kind::Text,
            Content::Binary => Kind::Binary,
            Content::Ping => Kind::Ping,
            Content::Pong => Kind::Pong,
            Content::Continuation | Content::Close => return None,
        };
        if !head.content.is_control() {
            Message::begin(head.content, limits).and_then(|mut message| message.grow(head.length, limits)).ok()?;
        }
        let end = head.bytes.checked_add(usize::try_from(head.length).ok()?)?;
        (head.fin && end <= bytes.len()).then_some(Self { kind, payload: head.bytes..end, mask: head.mask })
    }

    /// Unmasks the payload in the bytes that start with this frame; the second time, masks it again.
    pub fn unmask<'a>(&self, bytes: &'a mut [u8]) -> &'a mut [u8] {
        let payload = &mut bytes[self.payload.clone()];
        fastwebsockets::unmask(payload, self.mask);
        payload
    }
}
