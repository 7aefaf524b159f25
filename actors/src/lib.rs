//! The Aldis signaling system: who may say what to whom.
//!
//! Pure rules in the middle, a turn that performs their effects, an executor that runs turns. This crate knows no HTTP,
//! SQL, Redis or WebSocket bytes: its dependencies on the outside are traits in `ports` and `ledger`.
//!
//! Layers; a lower one never imports a higher one (enforced by `tests/tidy`):
//! `executor < bytes, clock, settings < ports < metrics < in_flight, ledger < messages < room, socket, user < node`.
//! `executor` imports nothing of this crate, and could be one of its own.

pub mod bytes;
pub mod clock;
pub mod executor;
pub mod in_flight;
pub mod ledger;
pub mod messages;
pub mod metrics;
pub mod node;
pub mod ports;
pub mod room;
pub mod settings;
pub mod socket;
pub mod user;

pub use aldis_protocol as protocol;
