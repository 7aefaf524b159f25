//! The handle through which the edge's reader of one connection passes on what it has read.

use std::sync::Arc;

use super::directory::Directory;
use crate::{
    in_flight::{InFlight, Permit},
    messages::{
        To,
        socket::{Disconnect, Message},
    },
    protocol::{BadMessage, ClientMessage, Kind, SocketId, decode},
};

/// The node's end of one connection, held by the edge's reader.
pub struct ConnectionHandle {
    id: SocketId,
    directory: Arc<Directory>,
    in_flight: Arc<InFlight>,
    /// Messages of the current batch.
    batch: Vec<Message>,
    /// Whether nothing was settled for too long: messages beyond the window are refused, and their reader does not wait.
    is_stalled: bool,
}

impl ConnectionHandle {
    pub(super) const fn new(id: SocketId, directory: Arc<Directory>, in_flight: Arc<InFlight>) -> Self {
        Self { id, directory, in_flight, batch: Vec::new(), is_stalled: false }
    }

    /// A text message was read; the next [`flush_batch`](Self::flush_batch) passes it on. Waits while too many messages
    /// are in flight; if none of them is settled for too long, this one is refused.
    pub async fn text(&mut self, text: &str) {
        if self.text_now(text) {
            return;
        }
        self.flush_batch(); // the batch may hold the permits we wait for
        if !self.is_stalled {
            match Permit::wait(&self.in_flight).await {
                Some(permit) => return self.received(text, Message::Received, permit),
                None => self.is_stalled = true,
            }
        }
        let permit = Permit::wait_beyond(&self.in_flight).await;
        self.received(text, Message::Stalled, permit);
    }

    /// As [`text`](Self::text), if it needs no waiting; else `false`.
    #[must_use]
    pub fn text_now(&mut self, text: &str) -> bool {
        self.is_stalled = self.is_stalled && !self.in_flight.is_half_free();
        if let Some(permit) = Permit::take(&self.in_flight) {
            self.received(text, Message::Received, permit);
            return true;
        }
        let beyond = self.is_stalled.then(|| Permit::take_beyond(&self.in_flight)).flatten();
        beyond.map(|permit| self.received(text, Message::Stalled, permit)).is_some()
    }

    fn received(&mut self, text: &str, message: fn(Decoded, Permit) -> Message, permit: Permit) {
        if self.in_flight.is_stopped() {
            return; // not accepted: the client resends it after a resume
        }
        let received = decode(text);
        let kind = received.as_ref().map_or(Kind::Unknown, |message| message.body.kind());
        self.directory.meters.received(kind);
        if self.batch.is_empty() {
            self.batch.reserve_exact(BATCH_KEPT); // usually, only one message is read at once
        }
        self.batch.push(message(received, permit));
    }

    /// Passes everything that was read at once to the socket together, so that the resulting frames are written together.
    pub fn flush_batch(&mut self) {
        let id = self.id;
        if !self.batch.is_empty() {
            self.directory.deliver(self.batch.drain(..).map(|message| To::Socket(id, message)));
            if self.batch.capacity() > BATCH_KEPT {
                self.batch = Vec::new();
            }
        }
    }

    /// A ping was read (RFC 6455 §5.5.2); the node answers it.
    pub fn ping(&mut self, payload: Vec<u8>) {
        self.tell(Message::Pinged(payload));
    }

    /// A pong was read (RFC 6455 §5.5.3).
    pub fn pong(&mut self, payload: Vec<u8>) {
        self.tell(Message::Ponged(payload));
    }

    /// The connection has ended.
    pub fn disconnect(&mut self, how: Disconnect) {
        self.tell(Message::Disconnected(how));
    }

    fn tell(&mut self, message: Message) {
        self.batch.push(message);
        self.flush_batch();
        self.batch = Vec::new(); // an idle connection has no buffer
    }
}

/// A client's message, or what is wrong with it.
type Decoded = Result<ClientMessage, BadMessage>;

/// Capacity that a busy reader's buffer keeps.
const BATCH_KEPT: usize = 1;
