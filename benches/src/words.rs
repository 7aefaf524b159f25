//! The protocol's JSON as a client sends and receives it. Must not know sockets, nor which messages are valid when.

mod heard;
mod said;

pub(crate) use heard::{Body, Heard, Mark, hear};
pub(crate) use said::{
    acknowledge, answer, candidate, chat, end_of_candidates, heartbeat, hello, hello_again, join, leave, offer,
};

#[cfg(test)]
mod tests;
