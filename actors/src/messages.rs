//! Every message to a room, socket or user, and its senders; a turn's output is addressed with [`To`].
//!
//! | from → to | room | socket | user |
//! |---|---|---|---|
//! | socket | seats, signals, chat, acknowledgements | – | attached, refreshed, detached |
//! | room | – | answers, deliveries, ends | – |
//! | user | – | expiring, close | – |
//! | node | pushes, notices, epochs | drain, close | kick |
//!
//! Ordering: messages from one cell to another arrive in the order sent; there is no other guarantee.

use std::time::Instant;

use crate::{
    ports::{Later, RoomSettings},
    protocol::{RoomId, SocketId, UserId},
};

pub mod room;
pub mod socket;
pub mod user;

/// A message with its receiver, or another request of a turn.
pub enum To {
    /// To a room, if it is open on this node; else `room::refused` answers for it.
    Room(RoomId, room::Message),
    /// To a room, which is opened with these settings if it is not open.
    OpenRoom(RoomId, RoomSettings, room::Message),
    /// To a socket, if it still exists.
    Socket(SocketId, socket::Message),
    /// To a user with a socket on this node.
    User(UserId, user::Message),
    /// To a user, whose cell is started if necessary.
    StartUser(UserId, user::Message),
    /// The cell of this address has ended, and could not say whom that concerns: everybody is told.
    Lost(Key),
    /// Schedules a tick at that time, or a little later.
    Wake(Key, Instant),
    /// Runs a task beside the cells (a blocked write, a close frame), which a drain waits for; then sends its result.
    Aside(Later<Option<To>>),
}

/// The address of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A socket's.
    Socket(SocketId),
    /// A user's.
    User(UserId),
    /// A room's.
    Room(RoomId),
}
