//! Reads a call: ids from the path, values from the body, with the place of each mistake.
//! Must not know what is done with them.

use axum::extract::RawPathParams;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    engine::{ConsumerAsk, Direction, Of, Produce},
    id::{ID_MAX, Id},
    refusal::Refusal,
    server::{Ask, Keyed, PeerAsk},
};
use mediasoup_types::{
    data_structures::DtlsParameters,
    rtp_parameters::{MediaKind, RtpCapabilities, RtpParameters},
};

/// A request that was read, and not understood yet.
pub(super) struct Asked<'a> {
    /// The query, after the `?`.
    pub(super) query: Option<&'a str>,
    /// The names in the path.
    pub(super) params: &'a RawPathParams,
    /// The body.
    pub(super) body: &'a [u8],
    /// The key.
    pub(super) key: Option<Keyed>,
}

impl Asked<'_> {
    fn id(&self, name: &str) -> Result<Id, Refusal> {
        let text = self.params.iter().find(|(param, _)| *param == name).map_or("", |(_, value)| value);
        let why = || Refusal::bad(name, format!("in the path it must be 1 to {ID_MAX} of A-Z a-z 0-9 . _ -"));
        Id::parse(text).ok_or_else(why)
    }

    /// What the query says of this name.
    fn queried(&self, name: &str) -> Option<&str> {
        let mut parts = self.query?.split('&').filter_map(|part| part.split_once('='));
        parts.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn of(&self) -> Result<Of, Refusal> {
        Ok(Of { room: self.id("room")?, peer: self.id("peer")? })
    }

    fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let mut json = serde_json::Deserializer::from_slice(self.body);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            Refusal::bad(if path == "." { "body" } else { &path }, error.inner())
        })?;
        json.end().map_err(|error| Refusal::bad("body", error))?;
        Ok(read)
    }

    fn peer(&self, ask: PeerAsk) -> Result<Ask, Refusal> {
        Ok(Ask::Peer(self.of()?, self.key.clone(), ask))
    }
}

pub(super) type Read = Result<Ask, Refusal>;

pub(super) fn open_room(asked: &Asked<'_>) -> Read {
    Ok(Ask::OpenRoom(asked.id("room")?))
}

pub(super) fn list_rooms(asked: &Asked<'_>) -> Read {
    let wrong = || {
        Refusal::bad("after", format!("in the query it must be the name of a room, 1 to {ID_MAX} of A-Z a-z 0-9 . _ -"))
    };
    let after = asked.queried("after").map(|text| Id::parse(text).ok_or_else(wrong)).transpose()?;
    Ok(Ask::ListRooms(after))
}

pub(super) fn close_room(asked: &Asked<'_>) -> Read {
    Ok(Ask::CloseRoom(asked.id("room")?))
}

pub(super) fn show_room(asked: &Asked<'_>) -> Read {
    Ok(Ask::ShowRoom(asked.id("room")?))
}

pub(super) fn close_peer(asked: &Asked<'_>) -> Read {
    Ok(Ask::ClosePeer(asked.of()?))
}

pub(super) fn open_transport(asked: &Asked<'_>) -> Read {
    #[derive(Deserialize)]
    struct Body {
        direction: Direction,
    }
    let Body { direction } = asked.body()?;
    asked.peer(PeerAsk::OpenTransport(direction))
}

pub(super) fn connect(asked: &Asked<'_>) -> Read {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        dtls_parameters: DtlsParameters,
    }
    let Body { dtls_parameters } = asked.body()?;
    asked.peer(PeerAsk::Connect(asked.id("transport")?, dtls_parameters))
}

pub(super) fn restart(asked: &Asked<'_>) -> Read {
    asked.peer(PeerAsk::Restart(asked.id("transport")?))
}

pub(super) fn close_transport(asked: &Asked<'_>) -> Read {
    asked.peer(PeerAsk::CloseTransport(asked.id("transport")?))
}

pub(super) fn produce(asked: &Asked<'_>) -> Read {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        kind: MediaKind,
        rtp_parameters: RtpParameters,
        #[serde(default)]
        paused: bool,
    }
    let Body { kind, rtp_parameters, paused } = asked.body()?;
    let produce = Box::new(Produce { kind, rtp_parameters, paused });
    asked.peer(PeerAsk::Produce(asked.id("transport")?, produce))
}

pub(super) fn consume(asked: &Asked<'_>) -> Read {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        producer_id: String,
        rtp_capabilities: RtpCapabilities,
    }
    let Body { producer_id, rtp_capabilities } = asked.body()?;
    let producer = Id::parse(&producer_id).ok_or_else(|| Refusal::bad("producerId", "it is no id"))?;
    asked.peer(PeerAsk::Consume(asked.id("transport")?, producer, Box::new(rtp_capabilities)))
}

pub(super) fn pause_producer(asked: &Asked<'_>) -> Read {
    asked.peer(PeerAsk::Pause(asked.id("producer")?, true))
}

pub(super) fn resume_producer(asked: &Asked<'_>) -> Read {
    asked.peer(PeerAsk::Pause(asked.id("producer")?, false))
}

pub(super) fn close_producer(asked: &Asked<'_>) -> Read {
    asked.peer(PeerAsk::CloseProducer(asked.id("producer")?))
}

fn tell(asked: &Asked<'_>, ask: ConsumerAsk) -> Read {
    asked.peer(PeerAsk::Tell(asked.id("consumer")?, ask))
}

pub(super) fn resume_consumer(asked: &Asked<'_>) -> Read {
    tell(asked, ConsumerAsk::Resume)
}

pub(super) fn pause_consumer(asked: &Asked<'_>) -> Read {
    tell(asked, ConsumerAsk::Pause)
}

pub(super) fn key_frame(asked: &Asked<'_>) -> Read {
    tell(asked, ConsumerAsk::KeyFrame)
}

pub(super) fn layers(asked: &Asked<'_>) -> Read {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        spatial_layer: u8,
        temporal_layer: Option<u8>,
    }
    let Body { spatial_layer: spatial, temporal_layer: temporal } = asked.body()?;
    tell(asked, ConsumerAsk::Layers { spatial, temporal })
}

pub(super) fn close_consumer(asked: &Asked<'_>) -> Read {
    asked.peer(PeerAsk::CloseConsumer(asked.id("consumer")?))
}
