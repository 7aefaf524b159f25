//! The handle through which the edge's reader of one connection passes on what it has read.

use std::{cell::Cell, sync::Arc};

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
    /// Messages of the current batch; absent between batches.
    batch: Option<Box<Batch>>,
    /// Whether nothing was settled for too long: messages beyond the window are refused, and their reader does not wait.
    is_stalled: bool,
}

/// Messages that were read at once.
type Batch = Vec<Message>;

/// Capacity that a thread's spare batch keeps.
const SPARE_KEPT: usize = 64;

thread_local! {
    /// An empty batch, for the next connection that is read: an idle connection has none.
    static SPARE: Cell<Option<Box<Batch>>> = const { Cell::new(None) };
}

impl ConnectionHandle {
    pub(super) const fn new(id: SocketId, directory: Arc<Directory>, in_flight: Arc<InFlight>) -> Self {
        Self { id, directory, in_flight, batch: None, is_stalled: false }
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
        self.batch().push(message(received, permit));
    }

    /// Passes everything that was read at once to the socket together, so that the resulting frames are written together.
    pub fn flush_batch(&mut self) {
        let Some(mut batch) = self.batch.take() else { return };
        let id = self.id;
        self.directory.deliver(batch.drain(..).map(|message| To::Socket(id, message)));
        if batch.capacity() <= SPARE_KEPT {
            let _ = SPARE.try_with(|spare| spare.set(Some(batch))); // a thread that ends needs none
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
        self.batch().push(message);
        self.flush_batch();
    }

    #[inline]
    fn batch(&mut self) -> &mut Batch {
        self.batch.get_or_insert_with(|| SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default())
    }
}

/// A client's message, or what is wrong with it.
type Decoded = Result<ClientMessage, BadMessage>;
