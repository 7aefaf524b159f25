//! Messages to a user: from their sockets, and from the node.

use crate::{
    ports::RevocationScope,
    protocol::{Close, SocketId},
};

/// A message to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A socket belongs to this user, with a token until `expires` (seconds since the Unix epoch).
    Attached {
        /// The socket.
        socket: SocketId,
        /// When its token expires.
        expires: u64,
    },
    /// A socket has a newer token.
    Refreshed {
        /// The socket.
        socket: SocketId,
        /// When the new token expires.
        expires: u64,
    },
    /// A socket has ended.
    Detached(SocketId),
    /// The scheduled time has come.
    Tick,
    /// Close all sockets.
    Kick(Close),
    /// These tokens are revoked: close their sockets.
    Revoked(RevocationScope),
    /// Panics, for tests of supervision.
    #[cfg(feature = "fault-injection")]
    Fault,
    /// Makes their newest socket panic.
    #[cfg(feature = "fault-injection")]
    FaultNewestSocket,
}
