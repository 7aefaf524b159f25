//! One WebSocket's life: hello, joined room, outbound queue, rate budget. Its door, and what is said through it.
//!
//! The edge holds a `Line` for each connection and says what came over it; everything else holds a `SocketId`
//! and goes through the directory. A socket must not know other sockets, nor the rules of rooms.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use crate::{
    directory::Directory,
    ports::{Wire, WireGone},
    protocol::{BadMessage, ClientMessage, Close, client::MessageType, decode},
    room::RoomToSocket,
};

mod acks;
pub(crate) mod actor;
mod budget;
mod intake;
mod outbox;
mod resume_token;
pub(crate) mod rules;
pub(crate) mod shell;
#[cfg(test)]
mod tests;

pub(crate) use intake::{Credit, Intake};

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

/// What a socket is told.
pub(crate) enum Command {
    /// All this was said at once, in this order.
    Several(Vec<Command>),
    /// The connection stands; the token may have come with the handshake.
    Opened(Credential),
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
    /// These, in this order; `None`: there are none.
    pub(crate) fn all(mut commands: Vec<Self>) -> Option<Self> {
        if commands.len() > 1 { Some(Self::Several(commands)) } else { commands.pop() }
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
    /// What was read and waits for what was read with it.
    pub(crate) read: Vec<Command>,
}

impl Line {
    /// A text message was read; it is passed on at the next [`pause`](Self::pause). Waits while too many are under way.
    pub async fn text(&mut self, text: &str) {
        let credit = match Credit::take(&self.intake) {
            Some(credit) => credit,
            None => {
                self.pause(); // what is held back here may be what is waited for
                Credit::wait(&self.intake).await
            }
        };
        self.received(text, credit);
    }

    /// As [`text`](Self::text), unless too many are under way: then it was not taken.
    #[must_use]
    pub fn text_now(&mut self, text: &str) -> bool {
        Credit::take(&self.intake).map(|credit| self.received(text, credit)).is_some()
    }

    fn received(&mut self, text: &str, credit: Credit) {
        if self.intake.is_stopped() {
            return; // not accepted: the client says it again where it resumes
        }
        let received = decode(text);
        let kind = received.as_ref().map_or(MessageType::Unknown, |message| MessageType::from(&message.body));
        self.directory.meters.received(kind);
        self.read.push(Command::Received(received, credit));
    }

    /// Everything that was read at once has been said: it goes to the socket in one go.
    pub fn pause(&mut self) {
        let read = std::mem::take(&mut self.read);
        if let Some(command) = Command::all(read) {
            self.directory.tell_socket(self.id, command);
        }
    }

    /// A ping was read (RFC 6455 §5.5.2); the node answers it.
    pub fn ping(&mut self, payload: Vec<u8>) {
        self.pause();
        self.directory.tell_socket(self.id, Command::Pinged(payload));
    }

    /// A pong was read (RFC 6455 §5.5.3).
    pub fn pong(&mut self, payload: Vec<u8>) {
        self.pause();
        self.directory.tell_socket(self.id, Command::Ponged(payload));
    }

    /// The connection is over.
    pub fn hang_up(&mut self, how: Hangup) {
        self.pause();
        self.directory.tell_socket(self.id, Command::Hangup(how));
    }
}
