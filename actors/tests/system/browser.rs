//! A browser as a node sees it: it sends into a connection's handle, and receives from a sink.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    messages::socket::{Credential, Disconnect},
    node::{ConnectionHandle, NodeRef},
    ports::{CloseFrame, ConnectionGone, FrameSink, Later, Text},
    protocol::{Close, RoomId},
};
use serde_json::Value;
use tokio::{sync::mpsc, time::timeout};

/// The output of a sink.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Text(Value),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Closed(Option<u16>),
}

/// A sink into the test; it can block.
struct TestSink {
    to: mpsc::UnboundedSender<Heard>,
    clogged: Arc<Mutex<bool>>,
}

impl FrameSink for TestSink {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        let mut bytes = 0;
        for text in texts {
            let text = text.concat();
            let value = serde_json::from_str(&text).expect("the node sends JSON");
            self.to.send(Heard::Text(value)).map_err(|_| ConnectionGone)?;
            bytes += text.len();
        }
        Ok(if *self.clogged.lock().expect("never poisoned") { bytes } else { 0 })
    }

    fn ping(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.to.send(Heard::Ping(payload.to_vec())).map(|()| 0).map_err(|_| ConnectionGone)
    }

    fn pong(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.to.send(Heard::Pong(payload.to_vec())).map(|()| 0).map_err(|_| ConnectionGone)
    }

    fn flush(self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move {
            while *self.clogged.lock().expect("never poisoned") {
                tokio::time::sleep(Duration::from_millis(10)).await; // paused
            }
            Ok(self as Box<dyn FrameSink>)
        })
    }

    fn close(self: Box<Self>, frame: CloseFrame) -> Later<()> {
        let _ = self.to.send(Heard::Closed(frame.code)); // the browser may be dropped
        Box::pin(async {})
    }
}

/// One connection of one browser.
pub(crate) struct Browser {
    said: mpsc::UnboundedSender<Said>,
    pub(crate) heard: mpsc::UnboundedReceiver<Heard>,
    pub(crate) clogged: Arc<Mutex<bool>>,
    pub(crate) user: String,
    /// From the last `room_joined`.
    pub(crate) resume_token: String,
    /// The last `seq` received.
    pub(crate) seq: u64,
    /// Whether it answers pings automatically.
    pub(crate) pongs: bool,
    /// Whether `degraded` is ignored.
    pub(crate) is_patient: bool,
}

enum Said {
    Text(String),
    Together(Vec<String>),
    Pong(Vec<u8>),
    Disconnect(Disconnect),
}

impl Browser {
    /// Opens a connection; the token may come with the handshake.
    pub(crate) fn connect(node: &NodeRef, token: Option<String>) -> Self {
        Self::connect_with(node, token.map_or(Credential::None, Credential::Token))
    }

    /// The same, with the handshake's credentials.
    pub(crate) fn connect_with(node: &NodeRef, credential: Credential) -> Self {
        let (to, heard) = mpsc::unbounded_channel();
        let (said, mut saying) = mpsc::unbounded_channel();
        let clogged = Arc::new(Mutex::new(false));
        let sink = TestSink { to, clogged: Arc::clone(&clogged) };
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let handle = node.open_socket(Box::new(sink), credential, address).ok().expect("the node does not drain");
        tokio::spawn(async move { read(handle, &mut saying).await });
        Self {
            said,
            heard,
            clogged,
            user: String::new(),
            resume_token: String::new(),
            seq: 0,
            pongs: true,
            is_patient: false,
        }
    }

    pub(crate) fn says(&self, text: &str) {
        let _ = self.said.send(Said::Text(text.to_owned())); // fails if the socket is closed
    }

    /// All these reach the node with one read.
    pub(crate) fn says_at_once<const N: usize>(&self, texts: [String; N]) {
        let _ = self.said.send(Said::Together(texts.into())); // likewise
    }

    pub(crate) fn disconnects(&self, how: Disconnect) {
        let _ = self.said.send(Said::Disconnect(how)); // likewise
    }

    /// The next numbered message or answer of this type; any other message before it fails the test.
    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        let heard = self.next().await;
        if let Heard::Text(message) = &heard
            && message["type"] == kind
        {
            return message["data"].clone();
        }
        panic!("{} waits for {kind} and hears {heard:?}", self.user)
    }

    /// The next message, except pings and acks.
    pub(crate) async fn next(&mut self) -> Heard {
        self.next_within(Duration::from_secs(300))
            .await
            .unwrap_or_else(|| panic!("{} hears nothing for 300 s", self.user))
    }

    /// The same, if it arrives in time.
    pub(crate) async fn next_within(&mut self, within: Duration) -> Option<Heard> {
        let until = tokio::time::Instant::now() + within;
        loop {
            let heard = tokio::time::timeout_at(until, self.heard.recv()).await.ok()??;
            match &heard {
                Heard::Ping(payload) if self.pongs => {
                    let _ = self.said.send(Said::Pong(payload.clone())); // as browsers do
                }
                Heard::Text(message) if message["type"] == "ack" || message["type"] == "heartbeat_ack" => {}
                Heard::Text(message) if message["type"] == "degraded" && self.is_patient => {}
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

    /// Only pings, acks and `degraded` arrive for this long; the browser sends heartbeats meanwhile.
    pub(crate) async fn hears_nothing_for(&mut self, long: Duration) {
        let until = tokio::time::Instant::now() + long;
        while tokio::time::Instant::now() < until {
            self.says(r#"{"type":"heartbeat"}"#);
            let left = until - tokio::time::Instant::now();
            if let Some(heard) = self.next_within(left.min(Duration::from_secs(5))).await
                && !matches!(&heard, Heard::Text(text) if text["type"] == "degraded")
            {
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

    /// Sends hello on this connection, and resumes the session of `before`.
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

    /// The node drops the sink, and with it the connection.
    pub(crate) async fn goes(mut self) {
        let dropped = async { while self.heard.recv().await.is_some() {} };
        timeout(Duration::from_secs(60), dropped).await.expect("the sink is dropped");
    }
}

async fn read(mut handle: ConnectionHandle, saying: &mut mpsc::UnboundedReceiver<Said>) {
    while let Some(said) = saying.recv().await {
        match said {
            Said::Text(text) => {
                handle.text(&text).await;
                handle.flush_batch();
            }
            Said::Together(texts) => {
                for text in texts {
                    handle.text(&text).await;
                }
                handle.flush_batch();
            }
            Said::Pong(payload) => handle.pong(payload),
            Said::Disconnect(how) => handle.disconnect(how),
        }
    }
    handle.disconnect(Disconnect::Lost);
}
