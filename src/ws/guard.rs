//! Validates a client's frames as their bytes pass (RFC 6455 §5), before the frame parser above trusts them.
//!
//! Pure: given bytes, it returns how many may pass and, for a violation, the close code. It buffers no payload, so a
//! client cannot make it hold memory. It must not know sockets, tasks or the meaning of messages.

mod close;
mod head;
#[cfg(test)]
mod tests;
mod utf8;
mod whole;

use actors::protocol::Close;
use close::CloseBody;
use head::{Content, Head, HeadBytes};
use utf8::Utf8;
pub use whole::{Kind, Whole};

/// Limits of a client's messages; a violation closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Payload bytes of one message, over all its frames: the most a connection can make us buffer.
    pub message_bytes_max: u64,
    /// Frames of one message: empty frames cost work without counting as bytes.
    pub fragments_max: u32,
    /// Whether binary messages are accepted. The protocol `aldis.v1` is text only (1003).
    pub binary: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message_bytes_max: 64 * 1024, fragments_max: 64, binary: false }
    }
}

/// A violation: its close code (RFC 6455 §7.4.1) and the reason, for the close frame and the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `Protocol`, `Binary`, `NotUtf8` or `TooBig`.
    pub close: Close,
    /// Which rule, worded for the client's developer. At most 123 bytes.
    pub why: &'static str,
}

impl Violation {
    const fn protocol(why: &'static str) -> Self {
        Self { close: Close::Protocol, why }
    }
}

/// The state between two chunks of a connection's bytes.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    step: Step,
    message: Option<Message>,
    delivered: u64,
    over: Option<Over>,
}

#[derive(Debug)]
enum Step {
    Head(HeadBytes),
    Payload(Payload),
}

/// The message whose last frame has not been received yet, or is passing now.
#[derive(Debug)]
struct Message {
    text: Option<Utf8>,
    bytes: u64,
    fragments: u32,
}

/// The payload that is passing.
#[derive(Debug)]
struct Payload {
    left: u64,
    mask: [u8; 4],
    fin: bool,
    content: Content,
    close: CloseBody,
}

/// Why no further bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Closed,
    Violated(Violation),
}

/// Payload is unmasked for the UTF-8 check in pieces of this size, on the stack.
const PIECE: usize = 512;

impl Guard {
    /// A guard before the first byte of a connection; a guard [at rest](Self::at_rest) equals it.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, step: Step::Head(HeadBytes::default()), message: None, delivered: 0, over: None }
    }

    /// Validates the next bytes of the connection and returns how many of them may pass: all, or those before the
    /// violation, or those up to the end of the close frame. Afterwards check [`violation`](Self::violation).
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        let mut passed = 0;
        while passed < bytes.len() && self.over.is_none() {
            let rest = &bytes[passed..];
            let judged = match &mut self.step {
                Step::Head(_) => self.head(rest),
                Step::Payload(_) => self.payload(rest),
            };
            match judged {
                Ok(taken) => passed += taken,
                Err(violation) => self.over = Some(Over::Violated(violation)),
            }
        }
        passed
    }

    /// The violation, if there was one: nothing passes after it.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        match self.over {
            Some(Over::Violated(violation)) => Some(violation),
            Some(Over::Closed) | None => None,
        }
    }

    /// Whether the connection has ended: a close frame has passed, or a rule was broken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// The number of whole messages and control frames that have passed: the parser above must have delivered as many
    /// before it can be dropped.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Whether every byte so far belongs to a finished frame and no fragmented message is open.
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.message.is_none() && matches!(&self.step, Step::Head(bytes) if bytes.is_empty())
    }

    fn head(&mut self, rest: &[u8]) -> Result<usize, Violation> {
        let Step::Head(bytes) = &mut self.step else { return Ok(0) };
        let taken = bytes.take(rest);
        let Some(head) = bytes.parse()? else { return Ok(taken) };
        let content = self.enter(&head)?;
        let Head { length, mask, fin, .. } = head;
        self.step = Step::Payload(Payload { left: length, mask, fin, content, close: CloseBody::default() });
        if length == 0 {
            self.finish()?;
        }
        Ok(taken)
    }

    /// The rules between frames: continuation order (RFC 6455 §5.4) and the limits of a message.
    fn enter(&mut self, head: &Head) -> Result<Content, Violation> {
        if head.content.is_control() {
            return Ok(head.content);
        }
        let message = match (head.content, &mut self.message) {
            (Content::Continuation, None) => {
                return Err(Violation::protocol("continuation frame without a message to continue"));
            }
            (Content::Continuation, Some(open)) => open,
            (_, Some(_)) => return Err(Violation::protocol("new message inside a fragmented message")),
            (content, open @ None) => open.insert(Message::begin(content, &self.limits)?),
        };
        message.grow(head.length, &self.limits)?;
        Ok(head.content)
    }

    fn payload(&mut self, rest: &[u8]) -> Result<usize, Violation> {
        let Step::Payload(payload) = &mut self.step else { return Ok(0) };
        let taken = usize::try_from(payload.left).unwrap_or(usize::MAX).min(rest.len());
        let text = self.message.as_mut().and_then(|message| message.text.as_mut());
        match (payload.content, text) {
            (Content::Close, _) => unmasked(&rest[..taken], payload.mask, |plain| payload.close.feed(plain))?,
            (Content::Text | Content::Continuation, Some(text)) => {
                unmasked(&rest[..taken], payload.mask, |plain| text.feed(plain).map_err(|_| NOT_UTF8))?;
            }
            (Content::Text | Content::Continuation | Content::Binary | Content::Ping | Content::Pong, _) => {}
        }
        payload.mask.rotate_left(taken % 4);
        payload.left -= taken as u64;
        if payload.left == 0 {
            self.finish()?;
        }
        Ok(taken)
    }

    fn finish(&mut self) -> Result<(), Violation> {
        let fresh = Step::Head(HeadBytes::default());
        let Step::Payload(payload) = std::mem::replace(&mut self.step, fresh) else { return Ok(()) };
        if payload.content.is_control() {
            if payload.content == Content::Close {
                payload.close.finish()?;
                self.over = Some(Over::Closed);
            }
            self.delivered += 1;
        } else if payload.fin {
            if let Some(Message { text: Some(text), .. }) = &self.message
                && !text.is_complete()
            {
                return Err(NOT_UTF8);
            }
            self.message = None;
            self.delivered += 1;
        }
        Ok(())
    }
}

impl Message {
    /// A message of this content, before its first frame.
    fn begin(content: Content, limits: &Limits) -> Result<Self, Violation> {
        if content == Content::Binary && !limits.binary {
            return Err(Violation { close: Close::Binary, why: "binary message; this protocol is text only" });
        }
        Ok(Self { text: (content == Content::Text).then(Utf8::default), bytes: 0, fragments: 0 })
    }

    /// Adds a frame of this many bytes.
    fn grow(&mut self, length: u64, limits: &Limits) -> Result<(), Violation> {
        self.fragments += 1;
        self.bytes = self.bytes.saturating_add(length);
        if self.bytes > limits.message_bytes_max {
            return Err(Violation { close: Close::TooBig, why: "message too big" });
        }
        if self.fragments > limits.fragments_max {
            return Err(Violation { close: Close::TooBig, why: "message in too many frames" });
        }
        Ok(())
    }
}

const NOT_UTF8: Violation = Violation { close: Close::NotUtf8, why: "text that is not UTF-8" };

/// Yields `masked` without its mask, piece by piece; `mask` starts at the first byte's key.
fn unmasked(
    masked: &[u8],
    mask: [u8; 4],
    mut look: impl FnMut(&[u8]) -> Result<(), Violation>,
) -> Result<(), Violation> {
    let mut plain = [0; PIECE];
    for piece in masked.chunks(PIECE) {
        let plain = &mut plain[..piece.len()];
        plain.copy_from_slice(piece);
        fastwebsockets::unmask(plain, mask);
        look(plain)?;
    }
    Ok(())
}
