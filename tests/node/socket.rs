//! A user's socket to a node.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

use crate::process::PATIENCE;

/// A user's socket.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects to a node and offers these sub-protocols.
    pub(super) async fn open(http: &str, protocols: &str) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{http}/ws").into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().expect("a header"));
        let (socket, answer) = tokio_tungstenite::connect_async(request).await?;
        assert_eq!(answer.headers()["sec-websocket-protocol"], "aldis.v1");
        Ok(Self(socket))
    }

    /// The next message; else how the connection has ended: its close code, if there was one.
    pub(super) async fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Ends the connection without a close frame.
    pub(super) async fn abandon(&mut self) {
        let _ = self.0.get_mut().shutdown().await; // it may have ended
    }

    /// Sends a message, unless the connection has ended.
    pub(super) async fn tries_to_say(&mut self, message: &Value) {
        let _ = self.0.send(Message::text(message.to_string())).await; // the reader sees the end
    }

    /// Sends a text that may be no message.
    pub(super) async fn sends_text(&mut self, text: &[u8]) {
        let text = String::from_utf8(text.to_vec()).expect("UTF-8");
        self.0.send(Message::text(text)).await.expect("sent");
    }

    /// Sends bytes that may be no frame.
    pub(super) async fn sends_bytes(&mut self, bytes: &[u8]) {
        self.0.flush().await.expect("what was sent before");
        self.0.get_mut().write_all(bytes).await.expect("sent");
    }

    pub(super) async fn says(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    /// The next message of this type; others before it are skipped.
    pub(super) async fn hears(&mut self, kind: &str) -> Value {
        let mut others = Vec::new();
        let hearing = async {
            loop {
                let heard = self.0.next().await.unwrap_or_else(|| panic!("closed before {kind}"));
                if let Message::Text(text) = heard.expect("a frame") {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    if message["type"] == kind {
                        return message;
                    }
                    others.push(message);
                }
            }
        };
        let heard = timeout(PATIENCE, hearing).await;
        heard.unwrap_or_else(|_| panic!("{kind} does not come, but {others:?}"))
    }

    pub(super) async fn joins(&mut self, room: &str) -> Value {
        self.says(json!({ "type": "join_room", "data": { "roomId": room } })).await;
        self.hears("room_joined").await["data"].clone()
    }

    /// That the node still answers.
    pub(super) async fn is_alive(&mut self) {
        self.says(json!({ "type": "heartbeat", "data": {} })).await;
        self.hears("heartbeat_ack").await;
    }

    /// The close code with which the node ends the socket.
    pub(super) async fn is_closed(&mut self) -> Option<u16> {
        let closing = async {
            while let Some(heard) = self.0.next().await {
                if let Ok(Message::Close(frame)) = heard {
                    return frame.map(|frame| frame.code.into());
                }
            }
            None
        };
        timeout(PATIENCE, closing).await.expect("the socket is closed")
    }
}
