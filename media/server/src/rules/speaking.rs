//! Who speaks in a room: the engine names a producer, others want the peer; nobody, once it is closed or paused.
//! Must not know how loudness is measured.

use super::Rooms;
use crate::{events::Event, handles::Handles, id::Id};

impl<H: Handles> Rooms<H> {
    /// The engine's loudest producer; an event if that is news and the producer is still there.
    pub fn speaks(&mut self, room: &Id, producer: &Id) -> Option<Event> {
        let found = self.rooms.get_mut(room)?;
        let peer =
            found.peers.iter().find(|(_, peer)| peer.producers.contains_key(producer)).map(|(id, _)| id.clone())?;
        if found.speaker.as_ref() == Some(producer) {
            return None;
        }
        found.speaker = Some(producer.clone());
        Some(Event::Speaker { room: room.clone(), peer: Some(peer), producer_id: Some(producer.clone()) })
    }

    /// A producer that is closed or paused; an event if it spoke.
    pub fn falls_silent(&mut self, room: &Id, producer: &Id) -> Option<Event> {
        let speaker = &mut self.rooms.get_mut(room)?.speaker;
        speaker.take_if(|speaker| speaker == producer)?;
        Some(Event::Speaker { room: room.clone(), peer: None, producer_id: None })
    }
}
