//! A browser as a node sees it: what it says goes into a line, what it hears comes out of a wire.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    node::NodeRef,
    ports::{Farewell, Later, Text, Wire, WireGone},
    protocol::{Close, RoomId},
    socket::{Credential, Hangup, Line},
};
use serde_json::Value;
use tokio::{sync::mpsc, time::timeout};

/// What comes out of a wire.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Text(Value),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Closed(Option<u16>),
}

/// A wire into the test; it can be told to take nothing.
struct TestWire {
    to: mpsc::UnboundedSender<Heard>,
    clogged: Arc<Mutex<bool>>,
}

impl Wire for TestWire {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, WireGone> {
        let mut bytes = 0;
        for text in texts {
            let text = text.concat();
            let value = serde_json::from_str(&text).expect("the node sends JSON");
            self.to.send(Heard::Text(value)).map_err(|_| WireGone)?;
            bytes += text.len();
        }
        Ok(if *self.clogged.lock().expect("never poisoned") { bytes } else { 0 })
    }

    fn ping(&mut self, payload: &[u8]) -> Result<usize, WireGone> {
        self.to.send(Heard::Ping(payload.to_vec())).map(|()| 0).map_err(|_| WireGone)
    }

    fn pong(&mut self, payload: &[u8]) -> Result<usize, WireGone> {
        self.to.send(Heard::Pong(payload.to_vec())).map(|()| 0).map_err(|_| WireGone)
    }

    fn flush(self: Box<Self>) -> Later<Result<Box<dyn Wire>, WireGone>> {
        Box::pin(async move {
            while *self.clogged.lock().expect("never poisoned") {
                tokio::time::sleep(Duration::from_millis(10)).await; // paused
            }
            Ok(self as Box<dyn Wire>)
        })
    }

    fn close(self: Box<Self>, farewell: Farewell) -> Later<()> {
        let _ = self.to.send(Heard::Closed(farewell.code)); // the browser may be gone
        Box::pin(async {})
    }
}

/// One connection of one browser.
pub(crate) struct Browser {
    said: mpsc::UnboundedSender<Said>,
    heard: mpsc::UnboundedReceiver<Heard>,
    pub(crate) clogged: Arc<Mutex<bool>>,
    pub(crate) user: String,
    /// From the last `room_joined`.
    pub(crate) resume_token: String,
    /// The last `seq` heard.
    pub(crate) seq: u64,
    /// Answers pings by itself.
    pub(crate) pongs: bool,
}

enum Said {
    Text(String),
    Together(Vec<String>),
    Pong(Vec<u8>),
    Hangup(Hangup),
}

impl Browser {
    /// Opens a connection; the token may come with the handshake.
    pub(crate) fn connect(node: &NodeRef, token: Option<String>) -> Self {
        Self::connect_with(node, token.map_or(Credential::None, Credential::Token))
    }

    /// The same, with what the handshake brought.
    pub(crate) fn connect_with(node: &NodeRef, credential: Credential) -> Self {
        let (to, heard) = mpsc::unbounded_channel();
        let (said, mut saying) = mpsc::unbounded_channel();
        let clogged = Arc::new(Mutex::new(false));
        let wire = TestWire { to, clogged: Arc::clone(&clogged) };
        let line = node.open_socket(Box::new(wire), credential).expect("the node has room");
        tokio::spawn(async move { read(line, &mut saying).await });
        Self { said, heard, clogged, user: String::new(), resume_token: String::new(), seq: 0, pongs: true }
    }

    pub(crate) fn says(&self, text: &str) {
        let _ = self.said.send(Said::Text(text.to_owned())); // to a closed socket nothing can be said
    }

    /// All these reach the node with one read.
    pub(crate) fn says_at_once<const N: usize>(&self, texts: [String; N]) {
        let _ = self.said.send(Said::Together(texts.into())); // likewise
    }

    pub(crate) fn hangs_up(&self, how: Hangup) {
        let _ = self.said.send(Said::Hangup(how)); // likewise
    }

    /// The next numbered message or answer of this type; what else comes before it fails the test.
    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        let heard = self.next().await;
        if let Heard::Text(message) = &heard
            && message["type"] == kind
        {
            return message["data"].clone();
        }
        panic!("{} waits for {kind} and hears {heard:?}", self.user)
    }

    /// Whatever comes next, pings and acks left out.
    pub(crate) async fn next(&mut self) -> Heard {
        self.next_within(Duration::from_secs(300))
            .await
            .unwrap_or_else(|| panic!("{} hears nothing for 300 s", self.user))
    }

    /// The same, if it comes in time.
    pub(crate) async fn next_within(&mut self, within: Duration) -> Option<Heard> {
        let until = tokio::time::Instant::now() + within;
        loop {
            let heard = tokio::time::timeout_at(until, self.heard.recv()).await.ok()??;
            match &heard {
                Heard::Ping(payload) if self.pongs => {
                    let _ = self.said.send(Said::Pong(payload.clone())); // as browsers do
                }
                Heard::Text(message) if message["type"] == "ack" || message["type"] == "heartbeat_ack" => {}
                Heard::Text(message) => {
                    if let Some(seq) = message["seq"].as_u64() {
                        assert_eq!(seq, self.seq + 1, "{} hears in order, once, without holes", self.user);
                        self.seq = seq;
                    }
                    return Some(heard);
                }
                Heard::Ping(_) | Heard::Pong(_) | Heard::Closed(_) => return Some(heard),
            }
        }
    }

    /// Nothing but pings and acks comes for so long; the browser keeps its heart beating meanwhile.
    pub(crate) async fn hears_nothing_for(&mut self, long: Duration) {
        let until = tokio::time::Instant::now() + long;
        while tokio::time::Instant::now() < until {
            self.says(r#"{"type":"heartbeat"}"#);
            let left = until - tokio::time::Instant::now();
            if let Some(heard) = self.next_within(left.min(Duration::from_secs(5))).await {
                panic!("{} hears {heard:?}", self.user);
            }
        }
    }

    pub(crate) async fn joins(&mut self, room: RoomId) -> Value {
        self.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#));
        let joined = self.hears("room_joined").await;
        self.resume_token = joined["resumeToken"].as_str().expect("a resume token").to_owned();
        self.seq = 0;
        joined
    }

    /// Says hello on this connection and goes on with what `before` had.
    pub(crate) async fn resumes(&mut self, before: &Browser) -> Value {
        let (token, resume, seq) = (&before.user, &before.resume_token, before.seq);
        self.says(&format!(
            r#"{{"type":"hello","data":{{"token":"{token}","resume":{{"resumeToken":"{resume}","seq":{seq}}}}}}}"#
        ));
        self.hears("welcome").await;
        (self.user, self.resume_token, self.seq) = (token.clone(), resume.clone(), seq);
        match self.next().await {
            Heard::Text(message) => message,
            other @ (Heard::Ping(_) | Heard::Pong(_) | Heard::Closed(_)) => {
                panic!("{} resumes and hears {other:?}", self.user)
            }
        }
    }

    pub(crate) fn offers(&self, cid: u64, to: &str, sdp: &str) {
        self.signals("offer", cid, to, &format!(r#""sdp":"{sdp}""#));
    }

    pub(crate) fn answers(&self, cid: u64, to: &str, sdp: &str) {
        self.signals("answer", cid, to, &format!(r#""sdp":"{sdp}""#));
    }

    pub(crate) fn candidate(&self, cid: u64, to: &str, candidate: &str) {
        self.signals("ice_candidate", cid, to, &format!(r#""candidate":{{"candidate":"{candidate}"}}"#));
    }

    fn signals(&self, kind: &str, cid: u64, to: &str, payload: &str) {
        self.says(&format!(r#"{{"type":"{kind}","cid":{cid},"data":{{"targetUserId":"{to}",{payload}}}}}"#));
    }

    pub(crate) fn chats(&self, cid: u64, content: &str) {
        self.says(&format!(r#"{{"type":"chat_message","cid":{cid},"data":{{"content":"{content}"}}}}"#));
    }

    /// An `error` with this code, then this close code.
    pub(crate) async fn is_closed(&mut self, code: &str, close: Close) {
        assert_eq!(self.hears("error").await["code"], code);
        assert_eq!(self.next().await, Heard::Closed(Some(close.number())));
    }

    /// The node drops the wire, and with it the connection.
    pub(crate) async fn goes(mut self) {
        let dropped = async { while self.heard.recv().await.is_some() {} };
        timeout(Duration::from_secs(60), dropped).await.expect("the wire is dropped");
    }
}

async fn read(mut line: Line, saying: &mut mpsc::UnboundedReceiver<Said>) {
    while let Some(said) = saying.recv().await {
        match said {
            Said::Text(text) => {
                line.text(&text).await;
                line.pause();
            }
            Said::Together(texts) => {
                for text in texts {
                    line.text(&text).await;
                }
                line.pause();
            }
            Said::Pong(payload) => line.pong(payload),
            Said::Hangup(how) => line.hang_up(how),
        }
    }
    line.hang_up(Hangup::Lost);
}
