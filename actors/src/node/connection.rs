//! What the edge's reader of one connection holds: it says here what it has read.

use std::sync::Arc;

use super::directory::Directory;
use crate::{
    in_flight::{InFlight, Permit},
    messages::{
        To,
        socket::{Disconnect, Message},
    },
    protocol::{Kind, SocketId, decode},
};

/// The node's end of one connection, held by the edge's reader.
pub struct ConnectionHandle {
    id: SocketId,
    directory: Arc<Directory>,
    in_flight: Arc<InFlight>,
    /// What was read and waits for what is read with it.
    batch: Vec<Message>,
}

impl ConnectionHandle {
    pub(super) const fn new(id: SocketId, directory: Arc<Directory>, in_flight: Arc<InFlight>) -> Self {
        Self { id, directory, in_flight, batch: Vec::new() }
    }

    /// A text message was read; it is passed on by the next [`flush_batch`](Self::flush_batch). Waits while too many
    /// messages are in flight.
    pub async fn text(&mut self, text: &str) {
        let permit = match Permit::take(&self.in_flight) {
            Some(permit) => permit,
            None => {
                self.flush_batch(); // what is held back here may be what is waited for
                Permit::wait(&self.in_flight).await
            }
        };
        self.received(text, permit);
    }

    /// As [`text`](Self::text), unless too many messages are in flight: then it was not taken.
    #[must_use]
    pub fn text_now(&mut self, text: &str) -> bool {
        Permit::take(&self.in_flight).map(|permit| self.received(text, permit)).is_some()
    }

    fn received(&mut self, text: &str, permit: Permit) {
        if self.in_flight.is_stopped() {
            return; // not accepted: the client sends it again where it resumes
        }
        let received = decode(text);
        let kind = received.as_ref().map_or(Kind::Unknown, |message| message.body.kind());
        self.directory.meters.received(kind);
        if self.batch.is_empty() {
            self.batch.reserve_exact(BATCH_KEPT); // mostly, nothing is read with it
        }
        self.batch.push(Message::Received(received, permit));
    }

    /// Everything that was read at once has been said: it goes to the socket together, so that what follows from it is
    /// written together.
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
        self.batch = Vec::new(); // an idle connection owns no buffer
    }
}

/// Messages that a busy reader's buffer may hold without giving the memory back.
const BATCH_KEPT: usize = 1;
