//! One WebSocket's life: hello, joined room, outbound queue, rate budget. Its door, and what is said through it.
//!
//! The edge holds a `Line` for each connection and says what came over it; everything else holds a `SocketId`
//! and goes through the directory. A socket must not know other sockets, nor the rules of rooms.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::{
    directory::Directory,
    ports::{Wire, WireGone},
    protocol::{BadMessage, ClientMessage, ClientToServer, Close, client::MessageType, decode},
    room::RoomToSocket,
};

mod acks;
pub(crate) mod actor;
mod budget;
mod outbox;
mod resume_token;
pub(crate) mod rules;
pub(crate) mod shell;
#[cfg(test)]
mod tests;

/// A socket on this node, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub(crate) u64);

/// Bounds of one socket, each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message; a description with many candidates stays below 20 KiB.
    pub message_bytes_max: usize,
    /// Bytes that wait for a slow reader before it is closed.
    pub outbox_bytes_max: usize,
    /// How long a blocked write may take before the reader counts as slow.
    pub write_within: Duration,
    /// How long a socket may be open without a hello.
    pub hello_within: Duration,
    /// How often a client is asked to send `heartbeat`.
    pub heartbeat_every: Duration,
    /// How long a socket may be silent (no message at all) once it is in.
    pub heartbeat_within: Duration,
    /// How often the node pings; a socket that has not answered by the next ping is half-open.
    pub ping_every: Duration,
    /// Messages a second, sustained.
    pub messages_per_second: u32,
    /// Messages at once on top of that: a join of a large room, with all its candidates.
    pub burst: u32,
    /// Refusals in a row for rate before the socket is closed.
    pub refusals_max: u32,
    /// Messages read but not yet settled; the reader waits beyond that, so a mailbox stays short.
    pub in_flight_max: usize,
    /// Messages unacknowledged by the server before it sends an `ack` without waiting for the next tick.
    pub ack_every: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 64 * 1024,
            outbox_bytes_max: 1024 * 1024,
            write_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(5),
            heartbeat_every: Duration::from_secs(15),
            heartbeat_within: Duration::from_secs(30),
            ping_every: Duration::from_secs(10),
            messages_per_second: 100,
            burst: 500,
            refusals_max: 200,
            in_flight_max: 16,
            ack_every: 32,
        }
    }
}

/// The right to have one message under way; dropped when a room has it in hand, or it is settled.
pub(crate) struct Credit {
    _permit: OwnedSemaphorePermit,
    mailbox: Gauge,
}

impl Credit {
    pub(crate) fn new(permit: OwnedSemaphorePermit, mailbox: &Gauge) -> Self {
        mailbox.increment(1);
        Self { _permit: permit, mailbox: mailbox.clone() }
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        self.mailbox.decrement(1);
    }
}

/// What a socket is told.
pub(crate) enum Command {
    /// A message was read.
    Received(Result<ClientMessage, BadMessage>, Credit),
    /// A ping was read.
    Pinged(Vec<u8>),
    /// A pong was read.
    Ponged(Vec<u8>),
    /// The connection is over.
    Hangup(Hangup),
    /// The room has something to say.
    FromRoom(RoomToSocket),
    /// The user's actor has something to say.
    FromUser(UserToSocket),
    /// A blocked write came through, or did not.
    Flushed(Result<Box<dyn Wire>, WireGone>),
    /// Time has come that the socket asked to be woken at.
    Tick,
    /// The node drains: come back elsewhere after so many milliseconds.
    Draining(u64),
    /// Read nothing more, and say so when everything read before is passed on.
    StopReading(oneshot::Sender<()>),
    /// Close now.
    Close(Close),
    /// Panics, so that a test can see what that costs.
    #[cfg(feature = "fault-injection")]
    Fault,
}

impl Command {
    /// Whether it says no more than that client and node live: a socket at rest deals with it in its sleep.
    pub(crate) const fn is_sign_of_life(&self) -> bool {
        match self {
            Self::Tick | Self::Pinged(_) | Self::Ponged(_) => true,
            Self::Received(Ok(message), _) => matches!(message.body, ClientToServer::Heartbeat),
            Self::Received(Err(_), _)
            | Self::Hangup(_)
            | Self::FromRoom(_)
            | Self::FromUser(_)
            | Self::Flushed(_)
            | Self::Draining(_)
            | Self::StopReading(_)
            | Self::Close(_) => false,
            #[cfg(feature = "fault-injection")]
            Self::Fault => false,
        }
    }
}

/// What a user's actor tells a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserToSocket {
    /// The token runs out in so many seconds.
    Expiring(u64),
    /// Close with this code.
    Close(Close),
    /// The user's actor was started anew: say again that you are there.
    Restarted,
}

/// How a connection ended, as the edge saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// The client's close frame, with its code if it had one. On purpose, or because the page went away (1000, 1001,
    /// none), it leaves its room; with any other code its seat is kept for the window.
    Closed(Option<u16>),
    /// It broke: the seat is kept for the window.
    Lost,
    /// The client broke the protocol: an error, then this close code.
    Violation(Close),
}

/// What came with a connection's handshake to say who is there.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing: `hello` must bring a token.
    None,
    /// A token that was sent on purpose: it is the hello.
    Token(String),
    /// A token that a browser added by itself: `hello` is still said, and may leave its own token out.
    Cookie(String),
}

/// The node's end of one connection, held by the edge's reader.
pub struct Line {
    pub(crate) id: SocketId,
    pub(crate) directory: Arc<Directory>,
    pub(crate) intake: Arc<Intake>,
}

/// How much may be read now; shared by the reader and the actor.
pub(crate) struct Intake {
    credits: Arc<Semaphore>,
    stopped: AtomicBool,
}

impl Line {
    /// A text message was read; waits while too many are under way.
    pub async fn text(&self, text: &str) {
        // Never closed: the edge drops the reader with the wire.
        let Ok(permit) = Arc::clone(&self.intake.credits).acquire_owned().await else { return };
        self.received(text, permit);
    }

    /// As [`text`](Self::text), unless too many are under way: then it was not taken.
    #[must_use]
    pub fn text_now(&self, text: &str) -> bool {
        let permit = Arc::clone(&self.intake.credits).try_acquire_owned();
        permit.map(|permit| self.received(text, permit)).is_ok()
    }

    fn received(&self, text: &str, permit: OwnedSemaphorePermit) {
        if self.intake.stopped.load(Ordering::Acquire) {
            return; // not accepted: the client says it again where it resumes
        }
        let meters = &self.directory.meters;
        let received = decode(text);
        meters.received(received.as_ref().map_or(MessageType::Unknown, |message| MessageType::from(&message.body)));
        let credit = Credit::new(permit, &meters.mailbox);
        self.directory.tell_socket(self.id, Command::Received(received, credit));
    }

    /// A ping was read (RFC 6455 §5.5.2); the node answers it.
    pub fn ping(&self, payload: Vec<u8>) {
        self.directory.tell_socket(self.id, Command::Pinged(payload));
    }

    /// A pong was read (RFC 6455 §5.5.3).
    pub fn pong(&self, payload: Vec<u8>) {
        self.directory.tell_socket(self.id, Command::Ponged(payload));
    }

    /// The connection is over.
    pub fn hang_up(&self, how: Hangup) {
        self.directory.tell_socket(self.id, Command::Hangup(how));
    }
}

impl Intake {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { credits: Arc::new(Semaphore::new(limits.in_flight_max)), stopped: AtomicBool::new(false) }
    }

    /// Nothing that is read from now on is accepted.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }
}
