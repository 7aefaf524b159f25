//! What closes with what: a transport with its producers and consumers, a producer with all who receive it, wherever they
//! are. Handles are given out, to be dropped outside any lock; what others must know is given out as events.
//! Must not know how a handle closes.

use std::time::Instant;

use super::{Consumer, Producer, Rooms, Transport};
use crate::{
    events::{Event, Reason},
    handles::{Handles, Of},
    id::Id,
};

/// Handles to be dropped, in this order: what needs another goes first.
pub struct Gone<H: Handles> {
    consumers: Vec<H::Consumer>,
    producers: Vec<H::Producer>,
    transports: Vec<H::Transport>,
    routers: Vec<H::Router>,
}

/// What was closed.
#[must_use = "handles are dropped outside the lock, and others are told"]
pub struct Closed<H: Handles> {
    /// Handles to be dropped.
    pub gone: Gone<H>,
    /// What others must know.
    pub events: Vec<Event>,
}

impl<H: Handles> Default for Closed<H> {
    fn default() -> Self {
        let gone = Gone { consumers: Vec::new(), producers: Vec::new(), transports: Vec::new(), routers: Vec::new() };
        Self { gone, events: Vec::new() }
    }
}

impl<H: Handles> Closed<H> {
    /// Adds what else was closed.
    pub(super) fn and(&mut self, other: Self) {
        self.gone.consumers.extend(other.gone.consumers);
        self.gone.producers.extend(other.gone.producers);
        self.gone.transports.extend(other.gone.transports);
        self.gone.routers.extend(other.gone.routers);
        self.events.extend(other.events);
    }

    /// Whether something was closed.
    #[must_use]
    pub fn any(&self) -> bool {
        let gone = &self.gone;
        !(gone.consumers.is_empty()
            && gone.producers.is_empty()
            && gone.transports.is_empty()
            && gone.routers.is_empty())
    }
}

impl<H: Handles> Rooms<H> {
    /// Closes a room with all that is in it; nobody is left to be told.
    pub fn close_room(&mut self, room: &Id) -> Closed<H> {
        let mut closed = Closed::default();
        let Some(removed) = self.rooms.remove(room) else { return closed };
        self.counts.rooms -= 1;
        for peer in removed.peers.into_values() {
            self.counts.peers -= 1;
            self.counts.transports -= peer.transports.len();
            self.counts.producers -= peer.producers.len();
            self.counts.consumers -= peer.consumers.len();
            closed.gone.consumers.extend(peer.consumers.into_values().map(|consumer| consumer.handle));
            closed.gone.producers.extend(peer.producers.into_values().map(|producer| producer.handle));
            closed.gone.transports.extend(peer.transports.into_values().map(|transport| transport.handle));
        }
        closed.gone.routers.push(removed.router);
        closed
    }

    /// Whether a later epoch was named for a room.
    #[must_use]
    pub fn is_beyond(&self, room: &Id, epoch: u64) -> bool {
        self.rooms.get(room).is_some_and(|room| room.epoch > epoch)
    }

    /// The room's media is in this epoch now, the caller says: what was made in an earlier one is void, and is closed. A
    /// caller who names an earlier one changes nothing: it may be late, or have begun to count again.
    pub fn enter_epoch(&mut self, room: &Id, epoch: u64, now: Instant) -> Closed<H> {
        let mut closed = Closed::default();
        let Some(known) = self.rooms.get_mut(room).filter(|known| known.epoch < epoch) else { return closed };
        known.epoch = epoch;
        let peers: Vec<_> = known.peers.keys().cloned().collect();
        for peer in peers {
            closed.and(self.close_peer(&Of { room: room.clone(), peer }, Reason::PeerDeleted, now));
        }
        closed
    }

    /// Closes a peer with all it has.
    pub fn close_peer(&mut self, of: &Of, reason: Reason, now: Instant) -> Closed<H> {
        let mut closed = Closed::default();
        let Some(peer) = self.rooms.get(&of.room).and_then(|room| room.peers.get(&of.peer)) else { return closed };
        let transports: Vec<_> = peer.transports.keys().cloned().collect();
        for transport in transports {
            self.transport_closes(of, &transport, reason, &mut closed);
        }
        if let Some(room) = self.rooms.get_mut(&of.room) {
            room.peers.remove(&of.peer);
            self.counts.peers -= 1;
            if room.peers.is_empty() {
                room.empty_since = Some(now);
            }
        }
        closed
    }

    /// Closes a transport with what is on it; nothing if there is none.
    pub fn close_transport(&mut self, of: &Of, transport: &Id, now: Instant) -> Closed<H> {
        let mut closed = Closed::default();
        self.transport_closes(of, transport, Reason::TransportClosed, &mut closed);
        if let Some(peer) = self.peer_mut(&of.room, &of.peer) {
            peer.note_connection(now);
        }
        closed
    }

    /// Closes a producer and all who receive it; nothing if there is none.
    pub fn close_producer(&mut self, of: &Of, producer: &Id) -> Closed<H> {
        let mut closed = Closed::default();
        self.producer_closes(of, producer, Reason::Closed, &mut closed);
        closed
    }

    /// Closes a consumer; nothing if there is none.
    pub fn close_consumer(&mut self, of: &Of, consumer: &Id) -> Closed<H> {
        let mut closed = Closed::default();
        let removed = self.peer_mut(&of.room, &of.peer).and_then(|peer| peer.consumers.remove(consumer));
        if let Some(Consumer { handle, .. }) = removed {
            self.counts.consumers -= 1;
            closed.gone.consumers.push(handle);
        }
        closed
    }

    fn transport_closes(&mut self, of: &Of, transport: &Id, reason: Reason, closed: &mut Closed<H>) {
        let Some(peer) = self.peer_mut(&of.room, &of.peer) else { return };
        let Some(Transport { handle, .. }) = peer.transports.remove(transport) else { return };
        closed.gone.transports.push(handle);
        let consumers: Vec<_> = peer.consumers.extract_if(.., |_, consumer| consumer.transport == *transport).collect();
        let producers: Vec<_> =
            peer.producers.iter().filter(|(_, p)| p.transport == *transport).map(|(id, _)| id.clone()).collect();
        self.counts.transports -= 1;
        self.counts.consumers -= consumers.len();
        closed.gone.consumers.extend(consumers.into_iter().map(|(_, consumer)| consumer.handle));
        for producer in producers {
            self.producer_closes(of, &producer, reason, closed);
        }
    }

    fn producer_closes(&mut self, of: &Of, producer: &Id, reason: Reason, closed: &mut Closed<H>) {
        let Some(room) = self.rooms.get_mut(&of.room) else { return };
        let removed = room.peers.get_mut(&of.peer).and_then(|peer| peer.producers.remove(producer));
        let Some(Producer { handle, .. }) = removed else { return };
        self.counts.producers -= 1;
        closed.gone.producers.push(handle);
        closed.events.push(Event::ProducerClosed {
            room: of.room.clone(),
            peer: of.peer.clone(),
            producer_id: producer.clone(),
            reason,
        });
        for (name, peer) in &mut room.peers {
            for (consumer_id, consumer) in peer.consumers.extract_if(.., |_, consumer| consumer.producer == *producer) {
                self.counts.consumers -= 1;
                closed.gone.consumers.push(consumer.handle);
                closed.events.push(Event::ConsumerClosed {
                    room: of.room.clone(),
                    peer: name.clone(),
                    consumer_id,
                    producer_id: producer.clone(),
                    reason: Reason::ProducerClosed,
                });
            }
        }
        closed.events.extend(self.falls_silent(&of.room, producer));
    }
}
