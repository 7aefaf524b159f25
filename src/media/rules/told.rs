//! A line of a media server's event stream (docs/media.md, *Events*). Pure.

use std::sync::Arc;

use actors::{
    ports::MediaEvent,
    protocol::{RoomId, SessionId},
};
use serde::Deserialize;

use super::{ask::is_id, choice::Load};

/// What a line tells.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::media) enum Told {
    /// The first line: which run of the process this is.
    Hello(Arc<str>),
    /// The load, each second.
    Load(Load),
    /// Something happened in a room.
    Happened(RoomId, MediaEvent),
    /// What nodes need not know, of rooms that are not theirs, or of a newer version.
    Other,
}

/// The line is not of the contract.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line of the event stream cannot be read: {0}")]
pub(in crate::media) struct Malformed(String);

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Line {
    Hello {
        instance: String,
    },
    Load {
        consumers: u32,
        consumers_max: u32,
        state: State,
    },
    ProducerClosed {
        room: String,
        peer: String,
        producer_id: String,
        reason: String,
    },
    ConsumerClosed {
        room: String,
        peer: String,
        consumer_id: String,
    },
    Layers {
        room: String,
        peer: String,
        consumer_id: String,
        spatial_layer: Option<u8>,
        temporal_layer: Option<u8>,
    },
    Speaker {
        room: String,
        peer: Option<String>,
    },
    PeerExpired {
        room: String,
        peer: String,
    },
    RoomExpired {
        room: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum State {
    Ready,
    Draining,
}

impl Told {
    /// Reads a line.
    ///
    /// # Errors
    /// It is not JSON, or lacks what its type has.
    pub(in crate::media) fn read(line: &[u8]) -> Result<Self, Malformed> {
        let line: Line = serde_json::from_slice(line).map_err(|why| Malformed(why.to_string()))?;
        Ok(match line {
            Line::Hello { instance } if is_id(&instance) => Self::Hello(instance.into()),
            Line::Hello { .. } => return Err(Malformed("hello names no instance".to_owned())),
            Line::Load { consumers, consumers_max, state } => {
                Self::Load(Load { consumers, consumers_max, is_draining: state == State::Draining })
            }
            Line::Other => Self::Other,
            other @ (Line::ProducerClosed { .. }
            | Line::ConsumerClosed { .. }
            | Line::Layers { .. }
            | Line::Speaker { .. }
            | Line::PeerExpired { .. }
            | Line::RoomExpired { .. }) => {
                happened(other).map_or(Self::Other, |(room, event)| Self::Happened(room, event))
            }
        })
    }
}

/// What happened in which room, unless it is of nobody here.
fn happened(line: Line) -> Option<(RoomId, MediaEvent)> {
    let peer = |text: String| -> Option<SessionId> { text.parse().ok() };
    let id = |text: String| is_id(&text).then(|| Arc::from(text));
    let (room, event) = match line {
        // A producer that a call has closed was reported by the node that made the call.
        Line::ProducerClosed { reason, .. } if matches!(reason.as_str(), "closed" | "peer_deleted") => return None,
        Line::ProducerClosed { room, peer: of, producer_id, .. } => {
            (room, MediaEvent::ProducerClosed { peer: peer(of)?, producer: id(producer_id)? })
        }
        Line::ConsumerClosed { room, peer: of, consumer_id } => {
            (room, MediaEvent::ConsumerClosed { peer: peer(of)?, consumer: id(consumer_id)? })
        }
        Line::Layers { room, peer: of, consumer_id, spatial_layer, temporal_layer } => {
            let layers = spatial_layer.map(|spatial| (spatial, temporal_layer.unwrap_or(0)));
            (room, MediaEvent::Layers { peer: peer(of)?, consumer: id(consumer_id)?, layers })
        }
        Line::Speaker { room, peer: None } => (room, MediaEvent::Speaker { peer: None }),
        Line::Speaker { room, peer: Some(of) } => (room, MediaEvent::Speaker { peer: Some(peer(of)?) }),
        Line::PeerExpired { room, peer: of } => (room, MediaEvent::PeerExpired { peer: peer(of)? }),
        Line::RoomExpired { room } => (room, MediaEvent::RoomExpired),
        Line::Hello { .. } | Line::Load { .. } | Line::Other => return None,
    };
    Some((room.parse().ok()?, event))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEER: &str = "5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5";

    fn read(line: &str) -> Told {
        Told::read(line.replace("PEER", PEER).as_bytes()).unwrap_or_else(|why| panic!("{line}: {why}"))
    }

    #[test]
    fn every_line_of_the_contract_is_read() {
        let (room, peer) = ("abc-defg-hij".parse().expect("a room"), PEER.parse().expect("a session"));
        let load = |is_draining| Told::Load(Load { consumers: 1, consumers_max: 2, is_draining });
        let happened = |event| Told::Happened(room, event);
        for (line, told) in [
            (r#"{"type":"hello","instance":"i-1","consumersMax":400}"#, Told::Hello("i-1".into())),
            (r#"{"type":"load","consumers":1,"consumersMax":2,"cpu":0.5,"state":"ready"}"#, load(false)),
            (r#"{"type":"load","consumers":1,"consumersMax":2,"cpu":0.5,"state":"draining"}"#, load(true)),
            (
                r#"{"type":"producer_closed","room":"abc-defg-hij","peer":"PEER","producerId":"p","reason":"transport_closed"}"#,
                happened(MediaEvent::ProducerClosed { peer, producer: "p".into() }),
            ),
            (
                r#"{"type":"producer_closed","room":"abc-defg-hij","peer":"PEER","producerId":"p","reason":"closed"}"#,
                Told::Other,
            ),
            (
                r#"{"type":"consumer_closed","room":"abc-defg-hij","peer":"PEER","consumerId":"c","producerId":"p","reason":"producer_closed"}"#,
                happened(MediaEvent::ConsumerClosed { peer, consumer: "c".into() }),
            ),
            (
                r#"{"type":"layers","room":"abc-defg-hij","peer":"PEER","consumerId":"c","spatialLayer":2,"temporalLayer":null}"#,
                happened(MediaEvent::Layers { peer, consumer: "c".into(), layers: Some((2, 0)) }),
            ),
            (
                r#"{"type":"layers","room":"abc-defg-hij","peer":"PEER","consumerId":"c","spatialLayer":null,"temporalLayer":null}"#,
                happened(MediaEvent::Layers { peer, consumer: "c".into(), layers: None }),
            ),
            (
                r#"{"type":"speaker","room":"abc-defg-hij","peer":"PEER","producerId":"p"}"#,
                happened(MediaEvent::Speaker { peer: Some(peer) }),
            ),
            (
                r#"{"type":"speaker","room":"abc-defg-hij","peer":null,"producerId":null}"#,
                happened(MediaEvent::Speaker { peer: None }),
            ),
            (r#"{"type":"transport","room":"abc-defg-hij","peer":"PEER","transportId":"t","ice":"new"}"#, Told::Other),
            (
                r#"{"type":"peer_expired","room":"abc-defg-hij","peer":"PEER"}"#,
                happened(MediaEvent::PeerExpired { peer }),
            ),
            (r#"{"type":"room_expired","room":"abc-defg-hij"}"#, happened(MediaEvent::RoomExpired)),
            (r#"{"type":"room_expired","room":"another's"}"#, Told::Other),
            (r#"{"type":"peer_expired","room":"abc-defg-hij","peer":"another's"}"#, Told::Other),
            (r#"{"type":"of a newer version"}"#, Told::Other),
        ] {
            assert_eq!(read(line), told, "{line}");
        }
    }

    #[test]
    fn what_is_not_of_the_contract_is_told() {
        for line in [
            "",
            "<html>",
            "{}",
            "7",
            r#"{"type":"hello","instance":"a/b"}"#,
            r#"{"type":"hello","#,
            r#"{"type":"load","consumers":-1,"consumersMax":1,"state":"ready"}"#,
        ] {
            assert!(Told::read(line.as_bytes()).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Told::read(&line);
        }
    }
}
