//! A person with a live socket on this node: its door, and what is said through it.
//!
//! Owns all sockets of one person here: how many there may be (newest wins), when their tokens run out, putting
//! them out. Must not know rooms' rules.

use std::{sync::Arc, time::Duration};

use crate::{
    directory::Directory,
    protocol::{Close, UserId},
    socket::SocketId,
};

pub(crate) mod actor;
pub(crate) mod rules;
pub(crate) mod shell;
#[cfg(test)]
mod tests;

/// Bounds of one person on one node, each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Sockets at once; tabs and devices of one person, not a farm. The oldest is closed.
    pub sockets_max: usize,
    /// How long before its end a token's owner is told.
    pub expiring_before: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sockets_max: 16, expiring_before: Duration::from_secs(60) }
    }
}

/// What a user's actor is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// A socket is theirs, with a token until `expires` (seconds since the Unix epoch).
    Attached { socket: SocketId, expires: u64 },
    /// A socket has a newer token.
    Refreshed { socket: SocketId, expires: u64 },
    /// A socket has ended.
    Detached { socket: SocketId },
    /// Time has come that the user asked to be woken at.
    Tick,
    /// All their sockets are to be closed.
    Kick(Close),
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
}

/// The door of a user on this node.
#[derive(Clone)]
pub struct UserRef {
    pub(crate) id: UserId,
    pub(crate) directory: Arc<Directory>,
}

impl UserRef {
    pub(crate) fn tell(&self, command: Command) {
        self.directory.tell_user(self.id, command);
    }
}
