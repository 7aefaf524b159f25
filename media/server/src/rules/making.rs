//! What may be made: limits are checked before the engine is asked, and a place is reserved, so that calls at the same
//! time do not exceed them. What the engine made for a peer, transport or producer that is gone meanwhile is dropped.
//! Must not know how a thing is made.

use std::time::Instant;

use super::{Consumer, Counts, Peer, Producer, Room, Rooms, Transport};
use crate::{
    answers::Answers,
    handles::{Direction, Handles, Of},
    id::Id,
    refusal::{Code, Refusal},
};

/// A reserved place. It is given back by [`Rooms::fill`] or [`Rooms::release`].
#[derive(Debug)]
pub struct Ticket {
    of: Of,
    number: u64,
    what: Counts,
}

/// What the engine made.
pub enum Made<H: Handles> {
    /// A transport.
    Transport(Id, H::Transport, Direction),
    /// A producer on a transport.
    Producer(Id, H::Producer, Id),
    /// A consumer on a transport, of a producer.
    Consumer(Id, H::Consumer, Id, Id),
}

const ONE_TRANSPORT: Counts = Counts { rooms: 0, peers: 0, transports: 1, producers: 0, consumers: 0 };
const ONE_PRODUCER: Counts = Counts { rooms: 0, peers: 0, transports: 0, producers: 1, consumers: 0 };
const ONE_CONSUMER: Counts = Counts { rooms: 0, peers: 0, transports: 0, producers: 0, consumers: 1 };

impl<H: Handles> Rooms<H> {
    /// Whether a room may be made; there is none of this name.
    ///
    /// # Errors
    /// The server drains or is full.
    pub fn may_open_room(&self) -> Result<(), Refusal> {
        if self.draining() {
            return Err(Refusal::new(
                Code::Draining,
                "This media server is ending and takes no new rooms: use another. Rooms that it has go on.",
            ));
        }
        let max = self.limits.rooms_max;
        if self.counts.rooms >= max { Err(Refusal::full("rooms", max)) } else { Ok(()) }
    }

    /// A room that was made; one of this name that came first stays, and the newer router is given back.
    pub fn add_room(&mut self, room: Id, router: H::Router, now: Instant) -> Option<H::Router> {
        if self.rooms.contains_key(&room) {
            return Some(router);
        }
        let added = Room { router, epoch: 0, peers: Default::default(), empty_since: Some(now), speaker: None };
        self.rooms.insert(room, added);
        self.counts.rooms += 1;
        None
    }

    /// The peer of a room, which its first call for a transport makes.
    ///
    /// # Errors
    /// There is no such room, or it has as many peers as it may.
    pub fn enter(&mut self, of: &Of, now: Instant) -> Result<(), Refusal> {
        let (max, number, answers) = (self.limits.peers_max, self.next, self.limits.answers_max);
        let room = self.rooms.get_mut(&of.room).ok_or_else(Refusal::not_found)?;
        if room.peers.contains_key(&of.peer) {
            return Ok(());
        }
        if room.peers.len() >= max {
            return Err(Refusal::limit("peers in this room", max));
        }
        room.empty_since = None;
        let peer = Peer {
            number,
            transports: Default::default(),
            producers: Default::default(),
            consumers: Default::default(),
            reserved: Counts::default(),
            unconnected_since: Some(now),
            answers: Answers::new(answers),
        };
        room.peers.insert(of.peer.clone(), peer);
        self.next += 1;
        self.counts.peers += 1;
        Ok(())
    }

    /// A place for a transport.
    ///
    /// # Errors
    /// There is no such peer, or it has as many as it may.
    pub fn reserve_transport(&mut self, of: &Of) -> Result<Ticket, Refusal> {
        let max = self.limits.transports_max;
        let peer = self.peer_mut(&of.room, &of.peer).ok_or_else(Refusal::not_found)?;
        if peer.transports.len() + peer.reserved.transports >= max {
            return Err(Refusal::limit("transports of this peer", max));
        }
        peer.reserved.transports += 1;
        Ok(Ticket { of: of.clone(), number: peer.number, what: ONE_TRANSPORT })
    }

    /// A place for a producer on this transport.
    ///
    /// # Errors
    /// There is no such transport of this peer, it receives, or the peer has as many producers as it may.
    pub fn reserve_producer(&mut self, of: &Of, transport: &Id) -> Result<Ticket, Refusal> {
        let max = self.limits.producers_max;
        let peer = self.peer_mut(&of.room, &of.peer).ok_or_else(Refusal::not_found)?;
        peer.transport_for(transport, Direction::Send)?;
        if peer.producers.len() + peer.reserved.producers >= max {
            return Err(Refusal::limit("producers of this peer", max));
        }
        peer.reserved.producers += 1;
        Ok(Ticket { of: of.clone(), number: peer.number, what: ONE_PRODUCER })
    }

    /// A place for a consumer on this transport.
    ///
    /// # Errors
    /// There is no such transport of this peer or no such producer in the room, the transport sends, the peer has as many
    /// consumers as it may, or the server has.
    pub fn reserve_consumer(&mut self, of: &Of, transport: &Id, producer: &Id) -> Result<Ticket, Refusal> {
        let (max, capacity) = (self.limits.consumers_max, self.limits.capacity);
        let reserved: usize = self.reserved_consumers();
        let room = self.rooms.get_mut(&of.room).ok_or_else(Refusal::not_found)?;
        let produced = room.peers.values().any(|peer| peer.producers.contains_key(producer));
        let peer = room.peers.get_mut(&of.peer).ok_or_else(Refusal::not_found)?;
        peer.transport_for(transport, Direction::Recv)?;
        if !produced {
            return Err(Refusal::not_found());
        }
        if peer.consumers.len() + peer.reserved.consumers >= max {
            return Err(Refusal::limit("consumers of this peer", max));
        }
        if self.counts.consumers + reserved >= capacity {
            return Err(Refusal::full("consumers", capacity));
        }
        peer.reserved.consumers += 1;
        Ok(Ticket { of: of.clone(), number: peer.number, what: ONE_CONSUMER })
    }

    /// Gives a place back: the engine made nothing.
    pub fn release(&mut self, ticket: &Ticket) {
        if let Some(peer) = self.ticketed(ticket) {
            peer.reserved.transports -= ticket.what.transports;
            peer.reserved.producers -= ticket.what.producers;
            peer.reserved.consumers -= ticket.what.consumers;
        }
    }

    /// Fills a place.
    ///
    /// # Errors
    /// What was made, to be dropped: what it belongs to is gone meanwhile.
    pub fn fill(&mut self, ticket: &Ticket, made: Made<H>) -> Result<(), Made<H>> {
        self.release(ticket);
        let consumed = match &made {
            Made::Consumer(_, _, _, producer) => self
                .rooms
                .get(&ticket.of.room)
                .is_some_and(|room| room.peers.values().any(|peer| peer.producers.contains_key(producer))),
            Made::Transport(..) | Made::Producer(..) => true,
        };
        let Some(peer) = self.ticketed(ticket).filter(|_| consumed) else { return Err(made) };
        match made {
            Made::Transport(id, handle, direction) => {
                let transport = Transport { handle, direction, connect_asked: false, connected: false };
                peer.transports.insert(id, transport);
                self.counts.transports += 1;
            }
            Made::Producer(_, _, ref transport) | Made::Consumer(_, _, ref transport, _)
                if !peer.transports.contains_key(transport) =>
            {
                return Err(made);
            }
            Made::Producer(id, handle, transport) => {
                peer.producers.insert(id, Producer { handle, transport });
                self.counts.producers += 1;
            }
            Made::Consumer(id, handle, transport, producer) => {
                peer.consumers.insert(id, Consumer { handle, transport, producer, key_frame_at: None });
                self.counts.consumers += 1;
            }
        }
        Ok(())
    }

    /// The transport, marked as connected by its browser.
    ///
    /// # Errors
    /// There is no such transport of this peer, or it was connected before.
    pub fn begin_connect(&mut self, of: &Of, transport: &Id) -> Result<H::Transport, Refusal> {
        let transport = self.transport_mut(of, transport)?;
        if transport.connect_asked {
            return Err(Refusal::new(
                Code::AlreadyConnected,
                "The transport was connected before: it needs no second call.",
            ));
        }
        transport.connect_asked = true;
        Ok(transport.handle.clone())
    }

    /// The engine refused the parameters: the transport may be connected with others.
    pub fn connect_failed(&mut self, of: &Of, transport: &Id) {
        if let Ok(transport) = self.transport_mut(of, transport) {
            transport.connect_asked = false;
        }
    }

    pub(super) fn transport_mut(&mut self, of: &Of, transport: &Id) -> Result<&mut Transport<H>, Refusal> {
        let peer = self.peer_mut(&of.room, &of.peer).ok_or_else(Refusal::not_found)?;
        peer.transports.get_mut(transport).ok_or_else(Refusal::not_found)
    }

    fn ticketed(&mut self, ticket: &Ticket) -> Option<&mut Peer<H>> {
        self.peer_mut(&ticket.of.room, &ticket.of.peer).filter(|peer| peer.number == ticket.number)
    }

    fn reserved_consumers(&self) -> usize {
        self.rooms.values().flat_map(|room| room.peers.values()).map(|peer| peer.reserved.consumers).sum()
    }
}

impl<H: Handles> Peer<H> {
    fn transport_for(&self, transport: &Id, direction: Direction) -> Result<(), Refusal> {
        let found = self.transports.get(transport).ok_or_else(Refusal::not_found)?;
        if found.direction == direction {
            return Ok(());
        }
        Err(match direction {
            Direction::Send => {
                Refusal::bad("transport", "it was made with the direction `recv`; to produce, make one with `send`")
            }
            Direction::Recv => {
                Refusal::bad("transport", "it was made with the direction `send`; to consume, make one with `recv`")
            }
        })
    }
}
