//! The protocol's JSON as a client speaks and hears it. Must not know sockets, nor what is right to say.

mod heard;
mod said;

pub(crate) use heard::{Body, Heard, Mark, hear};
pub(crate) use said::{
    acknowledge, answer, candidate, chat, end_of_candidates, heartbeat, hello, hello_again, join, leave, offer,
};

#[cfg(test)]
mod tests;
