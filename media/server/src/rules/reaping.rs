//! What expires: a peer without a connected transport, a room without peers. Must not know when it is asked.

use std::time::Instant;

use mediasoup_types::data_structures::IceState;

use super::{Closed, Peer, Rooms};
use crate::{
    events::{Event, Reason},
    handles::{Handles, Of},
    id::Id,
};

impl<H: Handles> Rooms<H> {
    /// ICE of a transport changed; an event if the transport is still there.
    pub fn ice_changed(&mut self, of: &Of, transport: &Id, state: IceState, now: Instant) -> Option<Event> {
        self.transport_mut(of, transport).ok()?.connected = matches!(state, IceState::Connected | IceState::Completed);
        if let Some(peer) = self.peer_mut(&of.room, &of.peer) {
            peer.note_connection(now);
        }
        Some(Event::Transport {
            room: of.room.clone(),
            peer: of.peer.clone(),
            transport_id: transport.clone(),
            ice: state,
        })
    }

    /// Closes what has expired, and says how many peers that were.
    pub fn reap(&mut self, now: Instant) -> (Closed<H>, usize) {
        let mut closed = Closed::default();
        let due: Vec<Of> = self.unconnected(now).collect();
        for of in &due {
            let mut one = self.close_peer(of, Reason::PeerExpired, now);
            one.events.push(Event::PeerExpired { room: of.room.clone(), peer: of.peer.clone() });
            closed.and(one);
        }
        let over = self.limits.room_empty_for;
        let empty: Vec<Id> = self
            .rooms
            .iter()
            .filter(|(_, room)| room.empty_since.is_some_and(|since| now.saturating_duration_since(since) >= over))
            .map(|(id, _)| id.clone())
            .collect();
        for room in empty {
            closed.and(self.close_room(&room));
            closed.events.push(Event::RoomExpired { room });
        }
        (closed, due.len())
    }

    fn unconnected(&self, now: Instant) -> impl Iterator<Item = Of> {
        let over = self.limits.peer_unconnected_for;
        self.rooms.iter().flat_map(move |(room, found)| {
            let due = move |peer: &Peer<H>| {
                peer.unconnected_since.is_some_and(|since| now.saturating_duration_since(since) >= over)
            };
            found
                .peers
                .iter()
                .filter(move |(_, peer)| due(peer))
                .map(move |(peer, _)| Of { room: room.clone(), peer: peer.clone() })
        })
    }
}

impl<H: Handles> Peer<H> {
    /// Sees whether a transport is connected, and since when none is.
    pub(super) fn note_connection(&mut self, now: Instant) {
        let connected = self.transports.values().any(|transport| transport.connected);
        self.unconnected_since = (!connected).then(|| self.unconnected_since.unwrap_or(now));
    }
}
