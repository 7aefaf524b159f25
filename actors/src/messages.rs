//! Everything that rooms, sockets and users are told, and by whom; a turn's output is addressed with [`To`].
//!
//! | from → to | room | socket | user |
//! |---|---|---|---|
//! | socket | seats, signals, chat, acknowledgements | – | attached, refreshed, detached |
//! | room | – | answers, deliveries, ends | – |
//! | user | – | expiring, close | – |
//! | node | pushes, notices, epochs | drain, close | kick |
//!
//! Ordering: what one cell tells another arrives in the order told; nothing else is promised.

use std::time::Instant;

use crate::{
    ports::{Later, RoomSettings},
    protocol::{RoomId, SocketId, UserId},
};

pub mod room;
pub mod socket;
pub mod user;

/// A message with its addressee, or another wish of a turn.
pub enum To {
    /// Tells a room, if it is open on this node; if not, `room::refused` answers for it.
    Room(RoomId, room::Message),
    /// Tells a room, and opens it with these settings if it is not open.
    OpenRoom(RoomId, RoomSettings, room::Message),
    /// Tells a socket, if it is still there.
    Socket(SocketId, socket::Message),
    /// Tells a user, if they have a socket on this node.
    User(UserId, user::Message),
    /// Tells a user; starts their cell if need be.
    StartUser(UserId, user::Message),
    /// Sends a tick at that time, or a little later.
    Wake(Key, Instant),
    /// Runs beside the cells (a blocked write, a close frame), counted, so that a drain waits for it; then tells the result.
    Aside(Later<Option<To>>),
}

/// The address of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A socket's.
    Socket(SocketId),
    /// A user's.
    User(UserId),
    /// A room's.
    Room(RoomId),
}
