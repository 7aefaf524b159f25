//! One WebSocket client of the signaling protocol, shared by the load generator, the comparisons and the tests.
//!
//! `wire` is bytes: TCP, TLS, the handshake, frames. `messages` is the protocol's JSON. `reconnect` says how long to wait
//! and asks to resume; `session` numbers messages and keeps those that are not acknowledged; a [`Connection`] is awaited
//! message by message, by programs with few of them. Must not know scenarios, nor what a member may say when.

mod connection;
pub mod limits;
pub mod messages;
mod reconnect;
mod session;
pub mod wire;

pub use connection::Connection;
pub use reconnect::{Reconnect, resume};
pub use session::{Gap, Sent, Session};
