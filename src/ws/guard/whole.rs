//! The short cut: a frame that has come whole, and is a whole message by itself, is judged by its head alone.
//!
//! The rules are the guard's own. For everything else, and for all that breaks a rule, it answers `None`: the guard,
//! fed the same bytes, says which.

use std::ops::Range;

use super::{
    Limits, Message,
    head::{Content, Head},
};

/// A message or control frame that stands whole at the front of some bytes, in one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// What it is.
    pub kind: Kind,
    /// Where its payload stands.
    pub payload: Range<usize>,
    /// What its payload is masked with.
    pub mask: [u8; 4],
}

/// What a client can say in one frame and go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text; whether it is UTF-8 is still to be seen.
    Text,
    /// Bytes.
    Binary,
    /// A ping.
    Ping,
    /// A pong.
    Pong,
}

impl Whole {
    /// What stands whole at the front of what a guard [at rest](super::Guard::at_rest) would be fed. `None`: more bytes
    /// are to come, or frames; or it is a close frame; or it breaks a rule.
    ///
    /// **Invariant:** a guard lets pass what is answered here, if a text is UTF-8, and is at rest behind it. The tests of
    /// the guard and the fuzz target `frame_guard` hold it.
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

    /// The payload in the bytes that it was found at the front of, its mask taken off; or, the second time, put on
    /// again.
    pub fn unmask<'a>(&self, bytes: &'a mut [u8]) -> &'a mut [u8] {
        let payload = &mut bytes[self.payload.clone()];
        fastwebsockets::unmask(payload, self.mask);
        payload
    }
}
