//! The PeerJS server's, as its client speaks it: a key, an id and a token in the query, JSON messages with `dst`.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate};
use client::wire::Upgrade;

/// See the head of this file.
pub(crate) struct PeerJs;

impl Dialect for PeerJs {
    fn upgrade(&self, n: usize) -> Option<Upgrade> {
        Some(Upgrade {
            path: format!("/peerjs?key=peerjs&id=p{n}&token=t{n}&version=1.5.5"),
            subprotocol: None,
            resumes: false,
        })
    }

    /// Its client's default.
    fn beat(&self) -> Option<Duration> {
        Some(Duration::from_secs(5))
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        match phrase {
            Phrase::Message(at, bytes) => {
                let _ = write!(out, r#"{{"type":"CANDIDATE","dst":"p{}","payload":"#, self.partner(n));
                candidate(out, (0, bytes), state.mark(at), "}");
            }
            Phrase::Beat => out.push_str(r#"{"type":"HEARTBEAT"}"#),
            Phrase::Greeting | Phrase::Join | Phrase::Offer | Phrase::Answer | Phrase::Ack(_) => {}
        }
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        match text {
            br#"{"type":"OPEN"}"# => Incoming::ready(),
            text if text.starts_with(br#"{"type":"LEAVE""#) => Incoming::default(),
            text => Incoming::message(text),
        }
    }
}
