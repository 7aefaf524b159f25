//! The minimal relay on Node's `ws`, see `compare/peers/ws/server.cjs`.

use std::fmt::Write as _;

use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate};
use client::wire::Upgrade;

/// See the head of this file.
pub(crate) struct Relay;

impl Dialect for Relay {
    fn upgrade(&self, n: usize) -> Option<Upgrade> {
        Some(Upgrade { path: format!("/?p{n}"), subprotocol: None, resumes: false })
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        if let Phrase::Message(at, bytes) = phrase {
            let _ = write!(out, r#"{{"to":"p{}","data":"#, self.partner(n));
            candidate(out, (0, bytes), state.mark(at), "}");
        }
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        if text.starts_with(br#"{"open""#) { Incoming::ready() } else { Incoming::message(text) }
    }
}
