//! What the engine tells by itself, turned into events. Must not know which engine it is.

use std::sync::Arc;

use super::{Server, now};
use crate::{
    engine::{Engine, Fact, Hear},
    events::Event,
};

impl<E: Engine> Server<E> {
    /// Where the engine tells facts. It does not keep the server alive.
    pub fn hear(self: &Arc<Self>) -> Hear {
        let server = Arc::downgrade(self);
        Arc::new(move |fact| {
            if let Some(server) = server.upgrade() {
                server.fact(fact);
            }
        })
    }

    /// Takes a fact in.
    pub fn fact(&self, fact: Fact) {
        self.rules(|rooms| {
            let event = match fact {
                Fact::Ice { of, transport, state } => rooms.ice_changed(&of, &transport, state, now()),
                Fact::Speaker { room, producer } => rooms.speaks(&room, &producer),
                Fact::Layers { of, consumer, layers } => rooms.has_consumer(&of, &consumer).then(|| Event::Layers {
                    room: of.room,
                    peer: of.peer,
                    consumer_id: consumer,
                    spatial_layer: layers.map(|(spatial, _)| spatial),
                    temporal_layer: layers.and_then(|(_, temporal)| temporal),
                }),
                Fact::Dead(why) => {
                    self.dead.send_replace(Some(why));
                    None
                }
            };
            if let Some(event) = event {
                self.tell(&event);
            }
        });
    }
}
