//! A user's socket to a node.

use client::{
    Connection,
    wire::{Cut, Ending, Upgrade, Way},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::process::PATIENCE;

/// A user's socket.
pub(super) struct Socket(Connection);

impl Socket {
    /// Connects to a node; offers `aldis.resume` beside the protocol if it will resume.
    pub(super) async fn open(http: &str, resumes: bool) -> anyhow::Result<Self> {
        let asked = Upgrade { resumes, ..Upgrade::aldis() };
        Ok(Self(Connection::open(Way::to(http.parse()?), &asked).await?))
    }

    /// The next message; else how the connection has ended: its close code, if there was one.
    pub(super) async fn next(&mut self) -> Result<Value, Option<u16>> {
        match self.0.next().await {
            Ok(text) => Ok(serde_json::from_slice(&text).expect("JSON")),
            Err(Ending::Closed(code)) => Err(code),
            Err(Ending::Lost) => Err(None),
            Err(Ending::Bad(why)) => panic!("{why}"),
        }
    }

    /// Ends the connection without a close frame.
    pub(super) fn abandon(&self) {
        self.0.cut(Cut::Drop);
    }

    /// Sends a text, unless the connection has ended.
    pub(super) fn tries_to_say(&self, text: &str) {
        let _ = self.0.send(text); // the reader sees the end
    }

    /// Sends bytes that may be no frame.
    pub(super) fn sends_bytes(&self, bytes: &[u8]) {
        self.0.send_raw(bytes).expect("sent");
    }

    pub(super) fn says(&self, message: Value) {
        self.0.send(&message.to_string()).expect("sent");
    }

    /// The next message of this type; others before it are skipped.
    pub(super) async fn hears(&mut self, kind: &str) -> Value {
        let mut others = Vec::new();
        let hearing = async {
            loop {
                let message = self.next().await.unwrap_or_else(|code| panic!("closed with {code:?} before {kind}"));
                if message["type"] == kind {
                    return message;
                }
                others.push(message);
            }
        };
        let heard = timeout(PATIENCE, hearing).await;
        heard.unwrap_or_else(|_| panic!("{kind} does not come, but {others:?}"))
    }

    /// The next message of one of these types; others before it are skipped.
    pub(super) async fn hears_of(&mut self, kinds: &[&str]) -> Value {
        let hearing = async {
            loop {
                let message = self.next().await.unwrap_or_else(|code| panic!("closed with {code:?} before {kinds:?}"));
                if kinds.iter().any(|kind| message["type"] == *kind) {
                    return message;
                }
            }
        };
        timeout(PATIENCE, hearing).await.unwrap_or_else(|_| panic!("none of {kinds:?} comes"))
    }

    pub(super) async fn joins(&mut self, room: &str) -> Value {
        self.says(json!({ "type": "join_room", "data": { "roomId": room } }));
        self.hears("room_joined").await["data"].clone()
    }

    /// That the node still answers.
    pub(super) async fn is_alive(&mut self) {
        self.says(json!({ "type": "heartbeat", "data": {} }));
        self.hears("heartbeat_ack").await;
    }

    /// The close code with which the node ends the socket.
    pub(super) async fn is_closed(&mut self) -> Option<u16> {
        let closing = async {
            loop {
                if let Err(code) = self.next().await {
                    return code;
                }
            }
        };
        timeout(PATIENCE, closing).await.expect("the socket is closed")
    }
}
