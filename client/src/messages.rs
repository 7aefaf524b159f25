//! The protocol's JSON as a client sends and receives it. Must not know sockets, nor which messages are valid when.

mod incoming;
mod outgoing;

pub use incoming::{Body, Incoming, Mark, parse};
pub use outgoing::{
    acknowledge, answer, candidate, chat, end_of_candidates, heartbeat, hello, hello_again, join, leave, offer,
};

#[cfg(test)]
mod tests;
