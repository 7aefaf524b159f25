//! Messages to a user: from their sockets, and from the node.

use crate::{
    ports::{Identity, RevocationScope},
    protocol::{RoomId, SocketId},
};

/// From when until when a token is valid, in seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLife {
    /// When it was issued.
    pub issued: u64,
    /// When it expires.
    pub expires: u64,
}

impl From<&Identity> for TokenLife {
    fn from(identity: &Identity) -> Self {
        Self { issued: identity.issued_ms / 1_000, expires: identity.expires }
    }
}

/// A message to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A socket belongs to this user.
    Attached {
        /// The socket.
        socket: SocketId,
        /// Its token's life.
        token: TokenLife,
    },
    /// A socket has a newer token.
    Refreshed {
        /// The socket.
        socket: SocketId,
        /// The new token's life.
        token: TokenLife,
    },
    /// A socket has ended.
    Detached(SocketId),
    /// The scheduled time has come.
    Tick,
    /// A backend moves them from the first room to the second.
    Move(RoomId, RoomId),
    /// These tokens are revoked: close their sockets.
    Revoked(RevocationScope),
    /// Panics, for tests of supervision.
    #[cfg(feature = "fault-injection")]
    Fault,
    /// Makes their newest socket panic; with `true` once more when it is to end.
    #[cfg(feature = "fault-injection")]
    FaultNewestSocket(bool),
}
