//! What a user is told: by their sockets, and by the node.

use crate::protocol::{Close, SocketId};

/// What a user is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A socket is theirs, with a token until `expires` (seconds since the Unix epoch).
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
    /// The time has come that the user asked to be woken at.
    Tick,
    /// All their sockets are to be closed.
    Kick(Close),
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
    /// Makes their newest socket panic.
    #[cfg(feature = "fault-injection")]
    FaultNewestSocket,
}
