//! The minimal relay on Node's `ws`, see `benches/peers/ws/server.cjs`.

use std::fmt::Write as _;

use super::{Dialect, Ear, Heard, Phrase, Voice, candidate};
use crate::wire::Upgrade;

/// See the head of this file.
pub(crate) struct Relay;

impl Dialect for Relay {
    fn upgrade(&self, n: usize) -> Option<Upgrade> {
        Some(Upgrade { path: format!("/?p{n}"), subprotocol: None, resumes: false })
    }

    fn say(&self, n: usize, phrase: Phrase, voice: &mut Voice, out: &mut String) {
        if let Phrase::Message(at, bytes) = phrase {
            let _ = write!(out, r#"{{"to":"p{}","data":"#, self.partner(n));
            candidate(out, (0, bytes), voice.mark(at), "}");
        }
    }

    fn hear(&self, _: &mut Ear, text: &[u8]) -> Heard {
        if text.starts_with(br#"{"open""#) { Heard::ready() } else { Heard::message(text) }
    }
}
