//! A person with a socket on this node.
//!
//! Owns all sockets of one person here: how many there may be (the newest stay), when their tokens expire, kicks. Must not
//! know rooms' rules. Decisions are pure (`rules`); [`UserTurn`] returns messages to sockets.

mod rules;
#[cfg(test)]
mod tests;
mod turn;

pub use turn::UserTurn;
