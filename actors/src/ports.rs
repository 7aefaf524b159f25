//! The system's dependencies on the outside, besides the ledger; the edge implements them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

use crate::protocol::{Close, LoginId, RoomId, RoomMode, UserId, server::IceServer};

pub mod grants;
mod history;
mod hosts;
pub mod media;
pub mod reports;
mod revocations;
mod traces;

pub use crate::executor::Later;

pub use grants::{Action, Denied, Grants};
pub use history::{History, Noted, Said};
pub use hosts::{Hosts, RoomPolicy};
pub use media::{MediaError, MediaEvent, MediaListener, MediaServers, Placement};
pub use revocations::{Revocation, RevocationScope, Revocations};
pub use traces::{SpanEnd, Traces};

/// The identity that a token proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The token's `sub`.
    pub user: UserId,
    /// The name to show to others.
    pub name: Arc<str>,
    /// When the token expires, in seconds since the Unix epoch.
    pub expires: u64,
    /// When the token was issued, in milliseconds since the Unix epoch.
    pub issued_ms: u64,
    /// The login session that the token belongs to, if it names one; for a token signed by an API key, that key.
    pub login: Option<LoginId>,
    /// What the token grants; `None`: everything that the owner of an account may do.
    pub grants: Option<Arc<Grants>>,
}

impl Identity {
    /// Whether the token allows this.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, action: Action) -> Result<(), Denied> {
        grants::decide(self.grants.as_deref(), action)
    }
}

/// Why a token is not accepted; the text says what is wrong with it and never repeats it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Malformed, of another issuer, or not signed by a key of this cluster.
    #[error("{0}")]
    Invalid(String),
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// Whether it is valid cannot be told now; trying again helps.
    #[error("{0}")]
    Unavailable(String),
}

/// Verifies access tokens; called on the socket's path, so it must not block (RS256 ≈ 22 µs).
pub trait Verifier: Send + Sync {
    /// The identity that the token proves.
    ///
    /// # Errors
    /// [`TokenError`] if it is not valid, or no longer.
    fn verify(&self, token: &str) -> Result<Identity, TokenError>;

    /// A token that grants this identity the same, for the same time, but in that room: for a member that is moved there. `None` if
    /// the present one is not for one room only or is another issuer's, or no token can be signed.
    fn token_for(&self, _identity: &Identity, _room: RoomId) -> Option<String> {
        None
    }
}

/// A room's settings in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSettings {
    /// Maximum number of seats.
    pub participants_max: u32,
    /// How long a disconnected seat is kept.
    pub seat_window: Duration,
    /// How media is to flow.
    pub mode: RoomMode,
    /// Whether it may be joined.
    pub active: bool,
    /// Who hosts it, and who may join; `None`: these are defaults, as for `revision`.
    pub policy: Option<Arc<RoomPolicy>>,
    /// Rises with each change, from 1: of two readings the one with the lower revision is old. 0: these are defaults, because
    /// the settings could not be read.
    pub revision: u64,
}

/// The revision at which a room was removed: none is newer, for its id is never used again.
pub const REMOVED: u64 = u64::MAX;

/// A dependency did not answer in time; retrying is worthwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a dependency did not answer in time")]
pub struct Unavailable;

/// Looks up rooms' settings, read through a cache (design §3).
pub trait Rooms: Send + Sync {
    /// The settings of a room, or `None` if there is no such room. Bounded in time by the implementation.
    fn settings(&self, room: RoomId) -> Later<Result<Option<RoomSettings>, Unavailable>>;
    /// A node has changed or closed the room: a copy of its settings that is kept near must not be used any more. Must not block.
    fn changed(&self, _room: RoomId) {}
}

/// Hands out STUN and TURN servers.
pub trait IceServers: Send + Sync {
    /// The servers for this user, with fresh credentials.
    fn servers(&self, user: UserId) -> Vec<IceServer>;
}

/// Load shedding at the edge: whether refused clients wait for a retry delay.
pub trait Shedding: Send + Sync {
    /// The longest retry delay that a refused client may be waiting for now; zero if there is none.
    fn retry_delay_max(&self) -> Duration;
}

/// Randomness for session ids and resume secrets; seeded in tests.
pub trait Entropy: Send + Sync {
    /// 128 random bits, unpredictable in production.
    fn bits(&self) -> u128;
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits(&self) -> u128 {
        // Each UUID (version 4) has 122 random bits, the fixed ones at the same places.
        Uuid::new_v4().as_u128() ^ Uuid::new_v4().as_u128().rotate_left(64)
    }
}

/// A reproducible sequence for tests (SplitMix64); never for production.
#[derive(Debug, Default)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next 64 bits.
    pub fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn bits(&self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }
}

/// A close frame's code and reason (RFC 6455 §5.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseFrame {
    /// The code; `None` is an empty frame.
    pub code: Option<u16>,
    /// At most 123 bytes.
    pub reason: &'static str,
}

impl From<Close> for CloseFrame {
    fn from(close: Close) -> Self {
        Self { code: Some(close.number()), reason: close.as_str() }
    }
}

/// The connection is gone; nothing can be written any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection is gone")]
pub struct ConnectionGone;

/// One message in three pieces, so that the part that all receivers share is not copied.
pub type Text<'a> = [&'a str; 3];

/// Where a socket's frames leave the system.
pub trait FrameSink: Send + Sync + 'static {
    /// Encodes each text as one text frame and writes as much as the kernel takes now, with one call. `Ok(0)`: all is
    /// written; `Ok(n)`: `n` bytes are buffered inside, hand the sink to [`FrameSink::flush`] before sending more.
    ///
    /// # Errors
    /// [`ConnectionGone`] if the connection is broken.
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone>;

    /// Writes a ping (RFC 6455 §5.5.2) of at most 125 bytes; answers as [`FrameSink::send`] does.
    ///
    /// # Errors
    /// [`ConnectionGone`] if the connection is broken.
    fn ping(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone>;

    /// Writes a pong (RFC 6455 §5.5.3) of at most 125 bytes; answers as [`FrameSink::send`] does.
    ///
    /// # Errors
    /// [`ConnectionGone`] if the connection is broken.
    fn pong(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone>;

    /// Waits until everything buffered is written; the deadline is the caller's.
    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>>;

    /// Writes what is buffered, then a close frame, and ends the connection; bounded in time. A sink that is dropped ends
    /// its connection as well, without a close frame.
    fn close(self: Box<Self>, frame: CloseFrame) -> Later<()>;
}
