//! What there is, for calls that change nothing. Must not know HTTP.

use std::ops::Bound;

use serde::Serialize;

use super::{Counts, Peer, Rooms};
use crate::{
    answers::Answers,
    handles::{Handles, Of},
    id::Id,
    refusal::Refusal,
};

/// Names of one answer: with the longest ids it has less than 64 KiB.
const LISTED_MAX: usize = 500;

/// Some of the rooms, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomsListed {
    /// Their names, in ascending order.
    pub rooms: Vec<Id>,
    /// Whether there are more after the last one.
    pub more: bool,
}

/// A room as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomShown {
    /// Its peers.
    pub peers: Vec<PeerShown>,
}

/// A peer as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeerShown {
    /// The peer.
    pub peer: Id,
    /// How many transports it has.
    pub transports: usize,
    /// Its producers.
    pub producers: Vec<Id>,
    /// How many consumers it has.
    pub consumers: usize,
}

impl<H: Handles> Rooms<H> {
    /// How many of each there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A room's router.
    #[must_use]
    pub fn router(&self, room: &Id) -> Option<H::Router> {
        self.rooms.get(room).map(|room| room.router.clone())
    }

    /// The rooms after this one, as many as an answer holds.
    #[must_use]
    pub fn list(&self, after: Option<&Id>) -> RoomsListed {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut later = self.rooms.range::<Id, _>((from, Bound::Unbounded)).map(|(id, _)| id.clone());
        let rooms = later.by_ref().take(LISTED_MAX).collect();
        RoomsListed { rooms, more: later.next().is_some() }
    }

    /// A room as shown.
    ///
    /// # Errors
    /// There is none.
    pub fn show(&self, room: &Id) -> Result<RoomShown, Refusal> {
        let room = self.rooms.get(room).ok_or_else(Refusal::not_found)?;
        let shown = |(id, peer): (&Id, &Peer<H>)| PeerShown {
            peer: id.clone(),
            transports: peer.transports.len(),
            producers: peer.producers.keys().cloned().collect(),
            consumers: peer.consumers.len(),
        };
        Ok(RoomShown { peers: room.peers.iter().map(shown).collect() })
    }

    /// The answers of a peer.
    ///
    /// # Errors
    /// There is no such peer.
    pub fn answers(&mut self, of: &Of) -> Result<&mut Answers, Refusal> {
        self.peer_mut(&of.room, &of.peer).map(|peer| &mut peer.answers).ok_or_else(Refusal::not_found)
    }

    /// A peer's transport.
    ///
    /// # Errors
    /// It has none of this id.
    pub fn transport(&self, of: &Of, transport: &Id) -> Result<H::Transport, Refusal> {
        let found = self.peer(of)?.transports.get(transport).ok_or_else(Refusal::not_found)?;
        Ok(found.handle.clone())
    }

    /// A peer's producer.
    ///
    /// # Errors
    /// It has none of this id.
    pub fn producer(&self, of: &Of, producer: &Id) -> Result<H::Producer, Refusal> {
        let found = self.peer(of)?.producers.get(producer).ok_or_else(Refusal::not_found)?;
        Ok(found.handle.clone())
    }

    /// A producer of any peer of the room.
    ///
    /// # Errors
    /// The room has none of this id.
    pub fn producer_in(&self, room: &Id, producer: &Id) -> Result<H::Producer, Refusal> {
        let mut peers = self.rooms.get(room).into_iter().flat_map(|room| room.peers.values());
        let found = peers.find_map(|peer| peer.producers.get(producer)).ok_or_else(Refusal::not_found)?;
        Ok(found.handle.clone())
    }

    /// A peer's consumer.
    ///
    /// # Errors
    /// It has none of this id.
    pub fn consumer(&self, of: &Of, consumer: &Id) -> Result<H::Consumer, Refusal> {
        let found = self.peer(of)?.consumers.get(consumer).ok_or_else(Refusal::not_found)?;
        Ok(found.handle.clone())
    }

    /// Whether a peer still has this consumer.
    #[must_use]
    pub fn has_consumer(&self, of: &Of, consumer: &Id) -> bool {
        self.peer(of).is_ok_and(|peer| peer.consumers.contains_key(consumer))
    }

    fn peer(&self, of: &Of) -> Result<&Peer<H>, Refusal> {
        self.rooms.get(&of.room).and_then(|room| room.peers.get(&of.peer)).ok_or_else(Refusal::not_found)
    }
}
