//! matchbox_server's (full mesh): a room in the path, ids that the server assigns, JSON signals by id. Of two in a room
//! only the earlier is notified of the other, so it sends first and the newcomer learns its id from that.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate, mark};
use client::wire::Upgrade;

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

    fn send(&self, _: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        let _ = match phrase {
            Phrase::Offer => write!(out, r#"{{"Signal":{{"receiver":"{}","data":{{}}}}}}"#, state.id),
            Phrase::Beat => write!(out, r#""KeepAlive""#),
            Phrase::Message(at, bytes) => {
                let written = write!(out, r#"{{"Signal":{{"receiver":"{}","data":"#, state.id);
                candidate(out, (0, bytes), state.mark(at), "}}");
                written
            }
            Phrase::Greeting | Phrase::Join | Phrase::Answer | Phrase::Ack(_) => Ok(()),
        };
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        match serde_json::from_slice(text) {
            Ok(Event::IdAssigned(_)) => Incoming { ready: !self.meets, ..Incoming::default() },
            Ok(Event::NewPeer(id)) => Incoming { say: Some(Phrase::Offer), ..Incoming::met(id) },
            Ok(Event::Signal { sender }) => match mark(text) {
                Some(mark) => Incoming { mark: Some(mark), ..Incoming::default() },
                None => Incoming::met(sender),
            },
            Ok(Event::PeerLeft(_)) => Incoming::default(),
            Err(_) => Incoming::trouble(text),
        }
    }
}
