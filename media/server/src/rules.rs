//! What exists: rooms, their peers, and what each peer has. Decides what may be made, what closes with what, and who expires.
//! Pure: time and ids are arguments. Must not know the engine: a handle is only kept, and given out to be dropped.

mod closing;
mod counts;
mod draining;
mod key_frames;
mod making;
mod reading;
mod reaping;
mod speaking;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Instant};

pub use closing::{Closed, Gone};
pub use counts::Counts;
pub use making::{Made, Ticket};
pub use reading::{PeerShown, RoomShown, RoomsListed};

use crate::{
    answers::Answers,
    handles::{Direction, Handles},
    id::Id,
    limits::Limits,
};

/// All rooms.
///
/// **Invariant:** `counts` is what counting would give, and no producer or consumer is without its transport, no consumer
/// without its producer: `tests::whatever_happens_what_is_kept_fits_together`.
pub struct Rooms<H: Handles> {
    limits: Limits,
    rooms: BTreeMap<Id, Room<H>>,
    counts: Counts,
    /// Numbers peers, so that one of the same name that came later is told from the one before.
    next: u64,
    /// Since when it takes no new rooms.
    draining_since: Option<Instant>,
}

struct Room<H: Handles> {
    router: H::Router,
    /// The newest epoch of the room's media that was named in a call; 0: none was.
    epoch: u64,
    peers: BTreeMap<Id, Peer<H>>,
    /// Since when it has no peers.
    empty_since: Option<Instant>,
    /// The producer that is loudest.
    speaker: Option<Id>,
}

struct Peer<H: Handles> {
    number: u64,
    transports: BTreeMap<Id, Transport<H>>,
    producers: BTreeMap<Id, Producer<H>>,
    consumers: BTreeMap<Id, Consumer<H>>,
    /// What the engine is making.
    reserved: Counts,
    /// Since when it has no connected transport.
    unconnected_since: Option<Instant>,
    answers: Answers,
}

struct Transport<H: Handles> {
    handle: H::Transport,
    direction: Direction,
    /// The browser's certificate was given, or is being given.
    connect_asked: bool,
    /// ICE is connected.
    connected: bool,
}

struct Producer<H: Handles> {
    handle: H::Producer,
    transport: Id,
}

struct Consumer<H: Handles> {
    handle: H::Consumer,
    transport: Id,
    producer: Id,
    /// When it was granted a key frame last.
    key_frame_at: Option<Instant>,
}

impl<H: Handles> Rooms<H> {
    /// No rooms.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, rooms: BTreeMap::new(), counts: Counts::default(), next: 1, draining_since: None }
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn peer_mut(&mut self, room: &Id, peer: &Id) -> Option<&mut Peer<H>> {
        self.rooms.get_mut(room)?.peers.get_mut(peer)
    }
}
