//! matchbox_server's (full mesh): a room in the path, ids that the server assigns, JSON signals by id. Of two in a room
//! only the earlier is notified of the other, so it sends first and the newcomer learns its id from that.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Dialect, Ear, Heard, Phrase, Voice, candidate, mark};
use crate::wire::Upgrade;

/// See the head of this file.
pub(crate) struct Matchbox {
    /// Whether callers join rooms in pairs, or each its own.
    pub(crate) meets: bool,
}

/// The server's messages, as far as they are needed here.
#[derive(Deserialize)]
enum Event<'a> {
    IdAssigned(IgnoredAny),
    NewPeer(&'a str),
    PeerLeft(IgnoredAny),
    Signal { sender: &'a str },
}

impl Dialect for Matchbox {
    fn upgrade(&self, n: usize) -> Option<Upgrade> {
        let path = if self.meets { format!("/room{}", n / 2) } else { format!("/alone{n}") };
        Some(Upgrade { path, subprotocol: None, resumes: false })
    }

    /// Its client's default.
    fn beat(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }

    fn say(&self, _: usize, phrase: Phrase, voice: &mut Voice, out: &mut String) {
        let _ = match phrase {
            Phrase::Offer => write!(out, r#"{{"Signal":{{"receiver":"{}","data":{{}}}}}}"#, voice.id),
            Phrase::Beat => write!(out, r#""KeepAlive""#),
            Phrase::Message(at, bytes) => {
                let written = write!(out, r#"{{"Signal":{{"receiver":"{}","data":"#, voice.id);
                candidate(out, (0, bytes), voice.mark(at), "}}");
                written
            }
            Phrase::Greeting | Phrase::Join | Phrase::Answer | Phrase::Ack(_) => Ok(()),
        };
    }

    fn hear(&self, _: &mut Ear, text: &[u8]) -> Heard {
        match serde_json::from_slice(text) {
            Ok(Event::IdAssigned(_)) => Heard { ready: !self.meets, ..Heard::default() },
            Ok(Event::NewPeer(id)) => Heard { say: Some(Phrase::Offer), ..Heard::met(id) },
            Ok(Event::Signal { sender }) => match mark(text) {
                Some(mark) => Heard { mark: Some(mark), ..Heard::default() },
                None => Heard::met(sender),
            },
            Ok(Event::PeerLeft(_)) => Heard::default(),
            Err(_) => Heard::trouble(text),
        }
    }
}
