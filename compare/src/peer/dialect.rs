//! The protocol of each server: the handshake, the first messages, a message from one caller to another, and how it is
//! recognised. Pure. Must not know sockets, nor what is measured.
//!
//! Callers are numbered; in all dialects but the floor's, 2n and 2n + 1 are a pair.

mod aldis;
mod apprtc;
mod echo;
mod keyed;
mod matchbox;
mod peerjs;
mod relay;
mod socketio;
mod sockudo;
mod spreed;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::time::Duration;

use actors::protocol::client::{Cid, Seq};

pub(crate) use aldis::{Aldis, Seats};
pub(crate) use apprtc::AppRtc;
pub(crate) use echo::Echo;
pub(crate) use matchbox::Matchbox;
pub(crate) use peerjs::PeerJs;
pub(crate) use relay::Relay;
pub(crate) use socketio::SocketIo;
pub(crate) use sockudo::Sockudo;
pub(crate) use spreed::Spreed;

use benches::clock::Nanos;
use client::messages::Mark;
use client::wire::Upgrade;

/// A server's protocol.
pub(crate) trait Dialect: Send + Sync {
    /// The upgrade request; `None` where there is none.
    fn upgrade(&self, n: usize) -> Option<Upgrade>;

    /// The client's first messages, unless the server starts.
    fn greets(&self) -> &'static [Phrase] {
        &[]
    }

    /// The partner of a caller.
    fn partner(&self, n: usize) -> usize {
        n ^ 1
    }

    /// The interval of a caller's keep-alive.
    fn beat(&self) -> Option<Duration> {
        None
    }

    /// Writes one text frame. A phrase that the dialect does not have writes nothing.
    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String);

    /// Reads one text frame.
    fn decode(&self, ear: &mut Ear, text: &[u8]) -> Incoming;
}

/// A message of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phrase {
    Greeting,
    Join,
    Offer,
    Answer,
    Ack(Seq),
    Beat,
    /// A message for the partner with its due time, in a frame of this many bytes.
    Message(Nanos, usize),
}

/// A caller's sequence numbers.
#[derive(Debug, Default)]
pub(crate) struct SendState {
    cid: Cid,
    told: u64,
    /// The id that the server gave and that frames must name: the partner's, or the caller's own.
    pub(crate) id: String,
}

/// A caller's receive state.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// Numbered frames since the last acknowledgement.
    unacked: u32,
    /// The caller's own id, if the server assigns ids and announces all callers to all.
    own: String,
    /// The partner is known.
    has_met: bool,
}

/// A parsed frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Incoming {
    /// To be sent in response.
    pub(crate) say: Option<Phrase>,
    /// To be sent after a while.
    pub(crate) later: Option<(Duration, Phrase)>,
    /// The caller is ready.
    pub(crate) ready: bool,
    /// The id to use from now on.
    pub(crate) id: Option<String>,
    /// The partner's message.
    pub(crate) mark: Option<Mark>,
    /// An error.
    pub(crate) trouble: Option<String>,
}

impl SendState {
    fn cid(&mut self) -> Cid {
        self.cid += 1;
        self.cid
    }

    /// The next message's mark; callers never rejoin, so it has no join order.
    fn mark(&mut self, at: Nanos) -> Mark {
        self.told += 1;
        Mark { n: self.told, at, rev: 0 }
    }
}

impl Ear {
    /// The one of these that is not the caller is the partner, who may be announced more than once.
    fn meet<'a>(&mut self, mut ids: impl Iterator<Item = &'a str>) -> Incoming {
        let partner = ids.find(|id| *id != self.own).filter(|_| !self.has_met);
        self.has_met |= partner.is_some();
        partner.map_or_else(Incoming::default, Incoming::met)
    }
}

impl Incoming {
    fn ready() -> Self {
        Self { ready: true, ..Self::default() }
    }

    /// The caller knows its partner.
    fn met(id: &str) -> Self {
        Self { ready: true, id: Some(id.to_owned()), ..Self::default() }
    }

    fn send(phrase: Phrase) -> Self {
        Self { say: Some(phrase), ..Self::default() }
    }

    fn trouble(text: &[u8]) -> Self {
        Self { trouble: Some(String::from_utf8_lossy(text).into_owned()), ..Self::default() }
    }

    /// The message that a frame must hold.
    fn message(text: &[u8]) -> Self {
        mark(text).map_or_else(|| Self::trouble(text), |mark| Self { mark: Some(mark), ..Self::default() })
    }
}

/// Appends a candidate with a mark, padded so that what was written from `begun` on, `end` included, has `bytes` bytes.
fn candidate(out: &mut String, (begun, bytes): (usize, usize), mark: Mark, end: &str) {
    let Mark { n, at, .. } = mark;
    // Writing into a String cannot fail.
    let _ = write!(out, r#"{{"n":{n},"at":{at},"sdpMid":"0","candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host "#);
    let written = out.len() - begun + 2 + end.len();
    out.extend(std::iter::repeat_n('x', bytes.saturating_sub(written)));
    out.push_str("\"}");
    out.push_str(end);
}

/// The mark in a frame, at any position: servers keep fields that they do not know, but not their order.
fn mark(text: &[u8]) -> Option<Mark> {
    mark_after(text, (br#""n":"#, br#""at":"#))
}

/// The mark in a frame that holds JSON within a string.
fn escaped_mark(text: &[u8]) -> Option<Mark> {
    mark_after(text, (br#"\"n\":"#, br#"\"at\":"#))
}

fn mark_after(text: &[u8], (n, at): (&[u8], &[u8])) -> Option<Mark> {
    let after = |key: &[u8]| {
        let from = text.windows(key.len()).position(|window| window == key)? + key.len();
        let digits = text[from..].split(|byte| !byte.is_ascii_digit()).next()?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    Some(Mark { n: after(n)?, at: after(at)?, rev: 0 })
}
