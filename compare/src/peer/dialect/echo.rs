//! The floor's: no handshake, only messages, each of which returns to its sender.

use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate};
use client::wire::Upgrade;

/// See [`crate::peer::echo`].
pub(crate) struct Echo;

impl Dialect for Echo {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        None
    }

    fn partner(&self, n: usize) -> usize {
        n
    }

    fn send(&self, _: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        if let Phrase::Message(at, bytes) = phrase {
            candidate(out, (0, bytes), state.mark(at), "");
        }
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        Incoming::message(text)
    }
}
