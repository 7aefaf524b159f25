//! The Aldis signaling system: who may say what to whom.
//!
//! Pure rules in the middle, actors as thin shells around them, doors (`NodeRef`, `SocketRef`,
//! `UserRef`, `RoomRef`) in front. This crate knows no HTTP, SQL, Redis or WebSocket bytes: what it
//! needs from outside stands in `ports` and `ledger`.
//!
//! Layers, lower never imports higher: `protocol < ledger < rules < actors behind doors < node`.

pub mod bridge;
pub mod clock;
#[cfg(feature = "counts")]
pub mod counts;
mod directory;
pub mod ledger;
pub mod metrics;
pub mod node;
pub mod ports;
pub mod protocol;
pub mod room;
pub mod socket;
pub mod user;
