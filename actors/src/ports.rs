//! What the system needs from outside, beside the ledger; the edge implements it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::protocol::{
    Close, RoomId, UserId,
    server::{IceServer, Mode},
};

/// A boxed future; only slow paths pay for one.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a future answers if it need not be waited for. One that does may be awaited afterwards.
pub(crate) fn at_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    match Pin::new(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

/// Who a token says is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The token's `sub`.
    pub user: UserId,
    /// The name to show to others.
    pub name: Arc<str>,
    /// When the token runs out, in seconds since the Unix epoch.
    pub expires: u64,
}

/// Why a token is not accepted; the text says what is wrong with it and never repeats it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Malformed, of another issuer, or not signed by a key of this cluster.
    #[error("{0}")]
    Invalid(String),
    /// It was good once.
    #[error("the token has run out")]
    Expired,
}

/// Verifies access tokens; called on the socket's path, so it must not block (RS256 ≈ 22 µs).
pub trait Verifier: Send + Sync {
    /// Who the token says is there.
    ///
    /// # Errors
    /// [`TokenError`] if it is not to be trusted, or no longer.
    fn verify(&self, token: &str) -> Result<Identity, TokenError>;
}

/// What the database knows of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomSettings {
    /// Seats at most.
    pub participants_max: u32,
    /// How long a lost socket's seat is kept.
    pub seat_window: Duration,
    /// How media flows.
    pub mode: Mode,
    /// Whether it may be joined.
    pub active: bool,
}

/// A dependency did not answer in time; worth trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a dependency did not answer in time")]
pub struct Unavailable;

/// Looks up rooms' settings, read through a cache (design §3).
pub trait Rooms: Send + Sync {
    /// The settings of a room, or `None` if there is no such room. Bounded in time by the implementation.
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>>;
}

/// Hands out STUN and TURN servers.
pub trait IceServers: Send + Sync {
    /// The servers for this user, with fresh credentials.
    fn servers(&self, user: UserId) -> Vec<IceServer>;
}

/// The last words to a client: a close frame's number and reason (RFC 6455 §5.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Farewell {
    /// The number; `None` is an empty frame.
    pub code: Option<u16>,
    /// At most 123 bytes.
    pub reason: &'static str,
}

impl From<Close> for Farewell {
    fn from(close: Close) -> Self {
        Self { code: Some(close.number()), reason: close.as_str() }
    }
}

/// The other side is gone; nothing can be written any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection is gone")]
pub struct WireGone;

/// One message in three pieces, so that what all its receivers share needs no copy.
pub type Text<'a> = [&'a str; 3];

/// Where a socket's messages leave the system.
pub trait Wire: Send + Sync + 'static {
    /// Encodes each text as one text frame and writes as much as the kernel takes now, with one call. `Ok(0)`: all is
    /// written; `Ok(n)`: `n` bytes wait inside, hand the wire to [`Wire::flush`] before sending more.
    ///
    /// # Errors
    /// [`WireGone`] if the connection is broken.
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, WireGone>;

    /// Writes a ping (RFC 6455 §5.5.2) of at most 125 bytes; answers as [`Wire::send`] does.
    ///
    /// # Errors
    /// [`WireGone`] if the connection is broken.
    fn ping(&mut self, payload: &[u8]) -> Result<usize, WireGone>;

    /// Writes a pong (RFC 6455 §5.5.3) of at most 125 bytes; answers as [`Wire::send`] does.
    ///
    /// # Errors
    /// [`WireGone`] if the connection is broken.
    fn pong(&mut self, payload: &[u8]) -> Result<usize, WireGone>;

    /// Waits until everything inside is written; the deadline is the caller's.
    fn flush(self: Box<Self>) -> Later<Result<Box<dyn Wire>, WireGone>>;

    /// Writes what waits, then a close frame, and ends the connection; bounded in time. A wire that is dropped ends its
    /// connection as well, without a word.
    fn close(self: Box<Self>, farewell: Farewell) -> Later<()>;
}
