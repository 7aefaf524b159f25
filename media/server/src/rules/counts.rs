//! How many of each there are. Must not know of what.

use serde::Serialize;

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rooms.
    pub rooms: usize,
    /// Peers.
    pub peers: usize,
    /// Transports.
    pub transports: usize,
    /// Producers.
    pub producers: usize,
    /// Consumers.
    pub consumers: usize,
}
