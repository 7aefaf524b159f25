//! The floor's: no handshake, only messages, each of which returns to its sender.

use super::{Dialect, Ear, Heard, Phrase, Voice, candidate};
use crate::wire::Upgrade;

/// See [`crate::peer::echo`].
pub(crate) struct Echo;

impl Dialect for Echo {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        None
    }

    fn partner(&self, n: usize) -> usize {
        n
    }

    fn say(&self, _: usize, phrase: Phrase, voice: &mut Voice, out: &mut String) {
        if let Phrase::Message(at, bytes) = phrase {
            candidate(out, (0, bytes), voice.mark(at), "");
        }
    }

    fn hear(&self, _: &mut Ear, text: &[u8]) -> Heard {
        Heard::message(text)
    }
}
