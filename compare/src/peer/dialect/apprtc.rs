//! AppRTC's (version 1, the Collider's): a caller registers with a room, and its messages are relayed to the other one
//! there, as text within JSON. Registering is not answered, so the two of a pair greet each other.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate, escaped_mark};
use client::wire::Upgrade;

/// See the head of this file.
pub(crate) struct AppRtc;

/// The quotes in a candidate, each of which takes a backslash.
const QUOTES: usize = 12;

/// The server's messages.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    msg: Cow<'a, str>,
    #[serde(borrow)]
    error: Cow<'a, str>,
}

impl Dialect for AppRtc {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        Some(Upgrade { path: "/ws".to_owned(), subprotocol: None, resumes: false })
    }

    fn greets(&self) -> &'static [Phrase] {
        &[Phrase::Greeting, Phrase::Offer]
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        let _ = match phrase {
            Phrase::Greeting => write!(out, r#"{{"cmd":"register","roomid":"r{}","clientid":"c{n}"}}"#, n / 2),
            Phrase::Offer => write!(out, r#"{{"cmd":"send","msg":"{{}}"}}"#),
            Phrase::Message(at, bytes) => {
                let written = write!(out, r#"{{"cmd":"send","msg":""#);
                let (begun, end) = (out.len(), r#""}"#);
                candidate(out, (0, bytes.saturating_sub(QUOTES + end.len())), state.mark(at), "");
                let text = out.split_off(begun).replace('"', r#"\""#);
                out.push_str(&text);
                out.push_str(end);
                written
            }
            Phrase::Join | Phrase::Answer | Phrase::Ack(_) | Phrase::Beat => Ok(()),
        };
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        if let Some(mark) = escaped_mark(text) {
            return Incoming { mark: Some(mark), ..Incoming::default() };
        }
        match serde_json::from_slice(text) {
            Ok(Said { msg, error }) if error.is_empty() && msg == "{}" => Incoming::ready(),
            Ok(_) | Err(_) => Incoming::trouble(text),
        }
    }
}
