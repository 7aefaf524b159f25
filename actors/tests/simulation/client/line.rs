//! One connection of a simulated client; it can stop reading.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actors::{
    messages::socket::Credential,
    node::ConnectionHandle,
    ports::{CloseFrame, ConnectionGone, FrameSink, Later, Text},
};
use serde_json::Value;
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, timeout},
};

use super::super::world::Host;

/// What comes out of a connection.
pub(super) enum Frame {
    /// With the time at which the node wrote it.
    Text(Value, Instant),
    Ping(Vec<u8>),
    Closed(Option<u16>),
}

/// One connection.
pub(super) struct Line {
    pub(super) handle: ConnectionHandle,
    pub(super) frames: mpsc::UnboundedReceiver<Frame>,
    pub(super) host: Arc<Host>,
    /// Whether a resume is under way: until it is answered nothing new is sent.
    pub(super) resuming: bool,
    gate: Arc<Gate>,
}

/// Whether the client reads.
#[derive(Default)]
struct Gate {
    is_blocked: AtomicBool,
    opened: Notify,
}

impl Line {
    /// Opens a connection to this node, if it takes one.
    pub(super) fn open(host: Arc<Host>, resuming: bool) -> Option<Self> {
        let (to, frames) = mpsc::unbounded_channel();
        let gate = Arc::new(Gate::default());
        let sink = Sink { to, gate: Arc::clone(&gate), waiting: Vec::new(), bytes: 0 };
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        host.node.may_open().and_then(|()| host.node.charge(address)).ok()?;
        let handle = host.node.open_socket(Box::new(sink), Credential::None, address).ok()?;
        Some(Self { handle, frames, host, resuming, gate })
    }

    pub(super) fn block(&self) {
        self.gate.is_blocked.store(true, Ordering::Relaxed);
    }

    pub(super) fn unblock(&self) {
        self.gate.is_blocked.store(false, Ordering::Relaxed);
        self.gate.opened.notify_waiters();
    }
}

/// Where the node's frames go: to the client, or into a buffer while it reads nothing.
struct Sink {
    to: mpsc::UnboundedSender<Frame>,
    gate: Arc<Gate>,
    waiting: Vec<Frame>,
    bytes: usize,
}

/// How long a close waits for a client that reads nothing.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

impl Sink {
    fn put(&mut self, frame: Frame, bytes: usize) -> Result<(), ConnectionGone> {
        if self.gate.is_blocked.load(Ordering::Relaxed) {
            self.bytes += bytes;
            self.waiting.push(frame);
            return Ok(());
        }
        self.to.send(frame).map_err(|_| ConnectionGone)
    }

    async fn opened(&self) {
        while self.gate.is_blocked.load(Ordering::Relaxed) {
            self.gate.opened.notified().await;
        }
    }

    fn write_waiting(&mut self) -> Result<(), ConnectionGone> {
        self.bytes = 0;
        self.waiting.drain(..).try_for_each(|frame| self.to.send(frame).map_err(|_| ConnectionGone))
    }
}

impl FrameSink for Sink {
    fn send(&mut self, texts: &[Text<'_>]) -> Result<usize, ConnectionGone> {
        for text in texts {
            let text = text.concat();
            let value = serde_json::from_str(&text).expect("the node sends JSON");
            self.put(Frame::Text(value, Instant::now()), text.len())?;
        }
        Ok(self.bytes)
    }

    fn ping(&mut self, payload: &[u8]) -> Result<usize, ConnectionGone> {
        self.put(Frame::Ping(payload.to_vec()), payload.len())?;
        Ok(self.bytes)
    }

    fn pong(&mut self, _: &[u8]) -> Result<usize, ConnectionGone> {
        Ok(self.bytes)
    }

    fn flush(mut self: Box<Self>) -> Later<Result<Box<dyn FrameSink>, ConnectionGone>> {
        Box::pin(async move {
            self.opened().await;
            self.write_waiting()?;
            Ok(self as Box<dyn FrameSink>)
        })
    }

    /// What the client does not take within a moment it never gets: the connection breaks.
    fn close(mut self: Box<Self>, frame: CloseFrame) -> Later<()> {
        Box::pin(async move {
            if timeout(CLOSE_WITHIN, self.opened()).await.is_ok() && self.write_waiting().is_ok() {
                let _ = self.to.send(Frame::Closed(frame.code)); // the client may be gone
            }
        })
    }
}
