//! Socket.IO 4's (Engine.IO 4, WebSocket only): `0` opens, `40` joins the namespace, `42` is an event, `2` a ping.
//! For the events see `compare/peers/socketio/server.cjs`.

use std::fmt::Write as _;

use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate};
use client::wire::Upgrade;

/// See the head of this file.
pub(crate) struct SocketIo;

impl Dialect for SocketIo {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        Some(Upgrade { path: "/socket.io/?EIO=4&transport=websocket".to_owned(), subprotocol: None, resumes: false })
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        let _ = match phrase {
            Phrase::Join => write!(out, r#"40{{"user":"p{n}"}}"#),
            Phrase::Beat => write!(out, "3"),
            Phrase::Message(at, bytes) => {
                let written = write!(out, r#"42["signal","p{}","#, self.partner(n));
                candidate(out, (0, bytes), state.mark(at), "]");
                written
            }
            Phrase::Greeting | Phrase::Offer | Phrase::Answer | Phrase::Ack(_) => Ok(()),
        };
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        match text {
            [b'0', ..] => Incoming::send(Phrase::Join),
            [b'2'] => Incoming::send(Phrase::Beat),
            [b'4', b'0', ..] => Incoming::ready(),
            [b'4', b'2', ..] => Incoming::message(text),
            text => Incoming::trouble(text),
        }
    }
}
