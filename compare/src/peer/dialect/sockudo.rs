//! Sockudo's, which is Pusher's (protocol 7): a private channel for each pair, subscribed with a checksum of the
//! socket's id, and client events. And the environment variables that this needs.

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::Value;

use super::keyed::checksum;
use super::{Dialect, Ear, Incoming, Phrase, SendState, candidate};
use client::wire::Upgrade;

/// See the head of this file.
pub(crate) struct Sockudo;

const KEY: &str = "aldis-bench";
/// The secret that a subscriber of a private channel must know.
const SECRET: &str = "of the app";
/// The value of limits per client and per app.
const PLENTY: &str = "1000000000";

#[derive(Deserialize)]
struct Event {
    event: String,
    /// Usually JSON in a string.
    data: Value,
}

#[derive(Deserialize)]
struct Connected {
    socket_id: String,
}

impl Sockudo {
    /// Its defaults, on loopback, with an app and with the limits raised.
    pub(crate) fn environment(address: SocketAddr) -> Vec<(&'static str, String)> {
        let own = [("HOST", address.ip().to_string()), ("PORT", address.port().to_string())];
        let rest = [
            ("METRICS_HOST", "127.0.0.1"),
            ("METRICS_PORT", "0"),
            ("RATE_LIMITER_WS_MAX_REQUESTS", PLENTY),
            ("SOCKUDO_DEFAULT_APP_ID", KEY),
            ("SOCKUDO_DEFAULT_APP_KEY", KEY),
            ("SOCKUDO_DEFAULT_APP_SECRET", SECRET),
            ("SOCKUDO_DEFAULT_APP_ENABLE_CLIENT_MESSAGES", "true"),
            ("SOCKUDO_DEFAULT_APP_MAX_CONNECTIONS", PLENTY),
            ("SOCKUDO_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SECOND", PLENTY),
        ];
        own.into_iter().chain(rest.map(|(key, value)| (key, value.to_owned()))).collect()
    }

    /// What makes several of them one, by this Redis. By default they drop duplicates of messages that a backend publishes, for
    /// which they need a cache in common, and do not start without one.
    pub(crate) fn shared_by(redis: &str) -> [(&'static str, &str); 3] {
        [("ADAPTER_DRIVER", "redis"), ("CACHE_DRIVER", "redis"), ("REDIS_URL", redis)]
    }
}

impl Dialect for Sockudo {
    fn upgrade(&self, _: usize) -> Option<Upgrade> {
        Some(Upgrade {
            path: format!("/app/{KEY}?protocol=7&client=aldis-bench&version=1.0.0"),
            subprotocol: None,
            resumes: false,
        })
    }

    fn send(&self, n: usize, phrase: Phrase, state: &mut SendState, out: &mut String) {
        let pair = n / 2;
        let _ = match phrase {
            Phrase::Join => {
                let sum = checksum(SECRET, &format!("{}:private-{pair}", state.id));
                write!(
                    out,
                    r#"{{"event":"pusher:subscribe","data":{{"channel":"private-{pair}","auth":"{KEY}:{sum}"}}}}"#
                )
            }
            Phrase::Beat => write!(out, r#"{{"event":"pusher:pong","data":{{}}}}"#),
            Phrase::Message(at, bytes) => {
                let written = write!(out, r#"{{"event":"client-signal","channel":"private-{pair}","data":"#);
                candidate(out, (0, bytes), state.mark(at), "}");
                written
            }
            Phrase::Greeting | Phrase::Offer | Phrase::Answer | Phrase::Ack(_) => Ok(()),
        };
    }

    fn decode(&self, _: &mut Ear, text: &[u8]) -> Incoming {
        let message = Incoming::message(text);
        if message.mark.is_some() {
            return message;
        }
        let Ok(Event { event, data }) = serde_json::from_slice(text) else { return message };
        match (event.as_str(), serde_json::from_str(data.as_str().unwrap_or_default())) {
            ("pusher:connection_established", Ok(Connected { socket_id })) => {
                Incoming { id: Some(socket_id), ..Incoming::send(Phrase::Join) }
            }
            ("pusher_internal:subscription_succeeded", _) => Incoming::ready(),
            ("pusher:ping", _) => Incoming::send(Phrase::Beat),
            _ => message,
        }
    }
}
