//! The PeerJS server's, as its client speaks it: a key, an id and a token in the query, JSON messages with `dst`.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Dialect, Ear, Heard, Phrase, Voice, candidate};
use crate::wire::Upgrade;

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

    fn say(&self, n: usize, phrase: Phrase, voice: &mut Voice, out: &mut String) {
        match phrase {
            Phrase::Message(at, bytes) => {
                let _ = write!(out, r#"{{"type":"CANDIDATE","dst":"p{}","payload":"#, self.partner(n));
                candidate(out, (0, bytes), voice.mark(at), "}");
            }
            Phrase::Beat => out.push_str(r#"{"type":"HEARTBEAT"}"#),
            Phrase::Greeting | Phrase::Join | Phrase::Offer | Phrase::Answer | Phrase::Ack(_) => {}
        }
    }

    fn hear(&self, _: &mut Ear, text: &[u8]) -> Heard {
        match text {
            br#"{"type":"OPEN"}"# => Heard::ready(),
            text if text.starts_with(br#"{"type":"LEAVE""#) => Heard::default(),
            text => Heard::message(text),
        }
    }
}
