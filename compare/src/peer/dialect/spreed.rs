//! The Nextcloud signaling server's, as of its internal clients: hello with a secret's checksum, a room for each pair,
//! messages by the session id from the room's events. And the configuration that this needs.

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::keyed::checksum;
use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate};
use client::wire::Upgrade;

/// See the head of this file.
pub(crate) struct Spreed {
    /// Whether callers join rooms, each pair its own, or only send hello.
    pub(crate) meets: bool,
}

/// The secret of internal clients.
const SECRET: &str = "of internal clients";
/// The Nextcloud of the sessions; internal clients never cause a request to it, so no server needs to listen there.
const BACKEND: &str = "http://127.0.0.1:9/";

/// The server's messages, as far as they are needed here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said<'a> {
    Hello {
        #[serde(borrow)]
        hello: Session<'a>,
    },
    Room {},
    Event {
        #[serde(borrow)]
        event: Event<'a>,
    },
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default)]
    join: Vec<Session<'a>>,
    leave: Option<IgnoredAny>,
    update: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Session<'a> {
    sessionid: &'a str,
}

impl Spreed {
    /// The configuration of a standalone server: the package's own example, with an address, secrets and a backend filled
    /// in, and messages between servers kept in process.
    pub(crate) fn config(address: SocketAddr) -> String {
        format!(
            "[http]\nlisten = {address}\n\n\
             [sessions]\nhashkey = the-secret-for-session-checksums\nblockkey = -encryption-key-\n\n\
             [clients]\ninternalsecret = {SECRET}\n\n\
             [backend]\nbackends = aldis-bench\n\n\
             [aldis-bench]\nurl = {BACKEND}\nsecret = of the backend\n\n\
             [nats]\nurl = :loopback:\n"
        )
    }
}

impl Dialect for Spreed {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        Some(Upgrade { path: "/spreed".to_owned(), subprotocol: None, resumes: false })
    }

    fn greets(&self) -> &'static [Phrase] {
        &[Phrase::Greeting]
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        let _ = match phrase {
            Phrase::Greeting => hello(out, &format!("{n:032}")), // the server wants at least so many characters
            Phrase::Join => write!(out, r#"{{"type":"room","room":{{"roomid":"r{}"}}}}"#, n / 2),
            Phrase::Message(at, bytes) => {
                let id = &state.id;
                let written = write!(
                    out,
                    r#"{{"type":"message","message":{{"recipient":{{"type":"session","sessionid":"{id}"}},"data":"#
                );
                candidate(out, (0, bytes), state.mark(at), "}}");
                written
            }
            Phrase::Offer | Phrase::Answer | Phrase::Ack(_) | Phrase::Beat => Ok(()),
        };
    }

    fn decode(&self, ear: &mut Ear, text: &[u8]) -> Incoming {
        if text.starts_with(br#"{"type":"message""#) {
            return Incoming::message(text);
        }
        match serde_json::from_slice(text) {
            Ok(Said::Hello { hello: Session { sessionid } }) if self.meets => {
                sessionid.clone_into(&mut ear.own);
                Incoming::send(Phrase::Join)
            }
            Ok(Said::Hello { .. }) => Incoming::ready(),
            Ok(Said::Room {} | Said::Event { event: Event { leave: Some(_), .. } | Event { update: Some(_), .. } }) => {
                Incoming::default()
            }
            Ok(Said::Event { event }) => ear.meet(event.join.iter().map(|session| session.sessionid)),
            Err(_) => Incoming::trouble(text),
        }
    }
}

/// The checksum is of a random value chosen by the caller.
fn hello(out: &mut String, random: &str) -> std::fmt::Result {
    let token = checksum(SECRET, random);
    write!(
        out,
        r#"{{"type":"hello","hello":{{"version":"1.0","auth":{{"type":"internal","params":{{"random":"{random}","token":"{token}","backend":"{BACKEND}"}}}}}}}}"#
    )
}
