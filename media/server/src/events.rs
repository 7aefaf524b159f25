//! What the server tells all nodes, line by line: the events of `GET /v1/events`, and the channel they go through.
//! Must not know HTTP.

use bytes::Bytes;
use mediasoup_types::data_structures::IceState;
use serde::Serialize;
use tokio::sync::broadcast;

use crate::id::Id;

/// Whether the server takes new rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It does.
    Ready,
    /// It ends when its rooms are gone.
    Draining,
}

/// Why something was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A call closed it.
    Closed,
    /// A call closed its transport.
    TransportClosed,
    /// The producer it received was closed.
    ProducerClosed,
    /// A call deleted its peer.
    PeerDeleted,
    /// Its peer had no connected transport for too long.
    PeerExpired,
}

/// An event; one line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The first line of each stream.
    Hello {
        /// This run of the server.
        instance: Id,
        /// How many consumers it takes.
        consumers_max: usize,
    },
    /// Each second.
    Load {
        /// Consumers now.
        consumers: usize,
        /// How many it takes.
        consumers_max: usize,
        /// Of one core, since the last: 1.0 is all of it.
        cpu: f64,
        /// Whether it takes new rooms.
        state: State,
    },
    /// A producer is closed.
    ProducerClosed {
        /// Its room.
        room: Id,
        /// Its peer.
        peer: Id,
        /// The producer.
        producer_id: Id,
        /// Why.
        reason: Reason,
    },
    /// A consumer was closed, because its producer was.
    ConsumerClosed {
        /// Its room.
        room: Id,
        /// The peer that received.
        peer: Id,
        /// The consumer.
        consumer_id: Id,
        /// What it received.
        producer_id: Id,
        /// Why.
        reason: Reason,
    },
    /// A consumer receives other layers, or none.
    Layers {
        /// Its room.
        room: Id,
        /// The peer that receives.
        peer: Id,
        /// The consumer.
        consumer_id: Id,
        /// Null: nothing arrives.
        spatial_layer: Option<u8>,
        /// Null: nothing arrives, or the stream has none.
        temporal_layer: Option<u8>,
    },
    /// Another peer speaks.
    Speaker {
        /// The room.
        room: Id,
        /// Null: nobody that is still there.
        peer: Option<Id>,
        /// What they speak through.
        producer_id: Option<Id>,
    },
    /// The state of a transport's ICE changed.
    Transport {
        /// Its room.
        room: Id,
        /// Its peer.
        peer: Id,
        /// The transport.
        transport_id: Id,
        /// Its state.
        ice: IceState,
    },
    /// A peer was without a connected transport for too long, and is gone.
    PeerExpired {
        /// Its room.
        room: Id,
        /// The peer.
        peer: Id,
    },
    /// A room was without peers for too long, and is gone: PUT makes it anew.
    RoomExpired {
        /// The room.
        room: Id,
    },
}

impl Event {
    /// Its name, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Load { .. } => "load",
            Self::ProducerClosed { .. } => "producer_closed",
            Self::ConsumerClosed { .. } => "consumer_closed",
            Self::Layers { .. } => "layers",
            Self::Speaker { .. } => "speaker",
            Self::Transport { .. } => "transport",
            Self::PeerExpired { .. } => "peer_expired",
            Self::RoomExpired { .. } => "room_expired",
        }
    }

    /// Its line.
    #[must_use]
    pub fn line(&self) -> Bytes {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line.into()
    }
}

/// The channel to all streams. A stream that falls behind is closed, and its reader asks for the rooms again.
#[derive(Clone, Debug)]
pub struct Events(broadcast::Sender<Bytes>);

impl Events {
    /// A channel; this many lines wait for a slow stream.
    #[must_use]
    pub fn new(events_max: usize) -> Self {
        Self(broadcast::channel(events_max).0)
    }

    /// Tells all streams.
    pub fn tell(&self, event: &Event) {
        // An error is that nobody listens.
        let _ = self.0.send(event.line());
    }

    /// A new stream's end.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Bytes> {
        self.0.subscribe()
    }

    /// How many streams there are.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.0.receiver_count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Events, Reason, State};
    use crate::id::Id;

    fn id(text: &str) -> Id {
        Id::parse(text).expect("an id")
    }

    #[test]
    fn an_event_is_a_line_with_the_names_of_the_contract() {
        let load = Event::Load { consumers: 1, consumers_max: 2, cpu: 0.5, state: State::Draining };
        assert_eq!(
            load.line(),
            "{\"type\":\"load\",\"consumers\":1,\"consumersMax\":2,\"cpu\":0.5,\"state\":\"draining\"}\n".as_bytes()
        );
        let closed = Event::ConsumerClosed {
            room: id("r"),
            peer: id("p"),
            consumer_id: id("c"),
            producer_id: id("q"),
            reason: Reason::ProducerClosed,
        };
        let line = "{\"type\":\"consumer_closed\",\"room\":\"r\",\"peer\":\"p\",\"consumerId\":\"c\",\"producerId\":\"q\",\
                    \"reason\":\"producer_closed\"}\n";
        assert_eq!(closed.line(), line.as_bytes());
    }

    #[test]
    fn a_stream_that_falls_behind_is_told_so() {
        let events = Events::new(2);
        let mut slow = events.subscribe();
        for _ in 0..3 {
            events.tell(&Event::RoomExpired { room: id("r") });
        }
        assert!(slow.try_recv().is_err());
    }
}
