//! A call as a request of the contract `aldis-media.v1` (docs/media.md). Pure.

use actors::{
    ports::media::{Call, Direction, TrackKind},
    protocol::{RoomId, SessionId},
};

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Method {
    Get,
    Put,
    Post,
    Delete,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) struct Ask {
    /// Its name in metrics: that of the message on the wire, where there is one.
    pub(in crate::media) event: &'static str,
    /// Its method.
    pub(in crate::media) method: Method,
    /// Its path; nothing in it needs escaping.
    pub(in crate::media) path: String,
    /// Its body, JSON.
    pub(in crate::media) body: Option<String>,
    /// The epoch of the room's media: the server closes what is of an earlier one.
    pub(in crate::media) epoch: Option<u64>,
    /// The key under which the server repeats its answer.
    pub(in crate::media) key: Option<String>,
    /// Whether the answer has an `id`, which must be one.
    pub(in crate::media) gives_id: bool,
}

/// 1 to 64 of `A-Z a-z 0-9 . _ -`, and neither `.` nor `..`, which would be another path.
pub(in crate::media) fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain) && text != "." && text != ".."
}

impl Ask {
    fn new(event: &'static str, method: Method, path: String) -> Self {
        Self { event, method, path, body: None, epoch: None, key: None, gives_id: false }
    }

    /// The same in this epoch of the room's media.
    pub(in crate::media) fn in_epoch(self, epoch: u64) -> Self {
        Self { epoch: Some(epoch), ..self }
    }

    /// Makes the room, once, and tells what it can receive and send.
    pub(in crate::media) fn room(room: RoomId) -> Self {
        Self::new("sfu_get_router_capabilities", Method::Put, format!("/v1/rooms/{room}"))
    }

    /// Deletes the room with all that is in it.
    pub(in crate::media) fn delete_room(room: RoomId) -> Self {
        Self::new("delete_room", Method::Delete, format!("/v1/rooms/{room}"))
    }

    /// Deletes a peer with all it has.
    pub(in crate::media) fn delete_peer(room: RoomId, peer: SessionId) -> Self {
        Self::new("delete_peer", Method::Delete, format!("/v1/rooms/{room}/peers/{peer}"))
    }

    /// Names the rooms there, those after this one.
    pub(in crate::media) fn rooms(after: Option<&str>) -> Self {
        let after = after.map_or_else(String::new, |after| format!("?after={after}"));
        Self::new("list_rooms", Method::Get, format!("/v1/rooms{after}"))
    }

    /// Who is in the room there.
    pub(in crate::media) fn peers(room: RoomId) -> Self {
        Self::new("list_peers", Method::Get, format!("/v1/rooms/{room}"))
    }

    /// Whether the server is well.
    pub(in crate::media) fn health() -> Self {
        Self::new("probe", Method::Get, "/v1/health".to_owned())
    }

    /// A member's call; `None`: it names something that is no id, so that nothing of that name exists.
    pub(in crate::media) fn call(room: RoomId, peer: SessionId, rid: u64, call: &Call) -> Option<Self> {
        let (event, method, path, body) = match call {
            Call::CreateTransport { direction } => {
                let body = format!(r#"{{"direction":"{}"}}"#, direction_text(*direction));
                ("sfu_create_transport", Method::Post, "transports".to_owned(), Some(body))
            }
            Call::ConnectTransport { transport, dtls_parameters } => {
                let body = format!(r#"{{"dtlsParameters":{dtls_parameters}}}"#);
                ("sfu_connect_transport", Method::Post, at("transports", transport, "/connect")?, Some(body))
            }
            Call::RestartIce { transport } => {
                ("sfu_restart_ice", Method::Post, at("transports", transport, "/restart")?, None)
            }
            Call::CloseTransport { transport } => {
                ("sfu_close_transport", Method::Delete, at("transports", transport, "")?, None)
            }
            Call::Produce { transport, kind, paused, rtp_parameters } => {
                let kind = kind_text(*kind);
                let body = format!(r#"{{"kind":"{kind}","paused":{paused},"rtpParameters":{rtp_parameters}}}"#);
                ("sfu_produce", Method::Post, at("transports", transport, "/producers")?, Some(body))
            }
            Call::Consume { transport, producer, rtp_capabilities } if is_id(producer) => {
                let body = format!(r#"{{"producerId":"{producer}","rtpCapabilities":{rtp_capabilities}}}"#);
                ("sfu_consume", Method::Post, at("transports", transport, "/consumers")?, Some(body))
            }
            Call::Consume { .. } => return None,
            Call::PauseProducer { producer, paused: true } => {
                ("sfu_pause_producer", Method::Post, at("producers", producer, "/pause")?, None)
            }
            Call::PauseProducer { producer, paused: false } => {
                ("sfu_resume_producer", Method::Post, at("producers", producer, "/resume")?, None)
            }
            Call::CloseProducer { producer } => {
                ("sfu_close_producer", Method::Delete, at("producers", producer, "")?, None)
            }
            Call::PauseConsumer { consumer, paused: true } => {
                ("sfu_consumer_pause", Method::Post, at("consumers", consumer, "/pause")?, None)
            }
            Call::PauseConsumer { consumer, paused: false } => {
                ("sfu_consumer_resume", Method::Post, at("consumers", consumer, "/resume")?, None)
            }
            Call::RequestKeyFrame { consumer } => {
                ("sfu_request_keyframe", Method::Post, at("consumers", consumer, "/keyframe")?, None)
            }
            Call::SetPreferredLayers { consumer, spatial, temporal } => {
                let temporal = temporal.map_or(String::new(), |temporal| format!(r#","temporalLayer":{temporal}"#));
                let body = format!(r#"{{"spatialLayer":{spatial}{temporal}}}"#);
                ("sfu_set_preferred_layers", Method::Post, at("consumers", consumer, "/layers")?, Some(body))
            }
            Call::CloseConsumer { consumer } => {
                ("sfu_close_consumer", Method::Delete, at("consumers", consumer, "")?, None)
            }
        };
        let gives_id = matches!(call, Call::CreateTransport { .. } | Call::Produce { .. } | Call::Consume { .. });
        let path = format!("/v1/rooms/{room}/peers/{peer}/{path}");
        Some(Self { event, method, path, body, epoch: None, key: Some(format!("{peer}-{rid}")), gives_id })
    }
}

fn direction_text(direction: Direction) -> &'static str {
    match direction {
        Direction::Send => "send",
        Direction::Receive => "recv",
    }
}

fn kind_text(kind: TrackKind) -> &'static str {
    match kind {
        TrackKind::Audio => "audio",
        TrackKind::Video => "video",
    }
}

fn at(what: &str, id: &str, action: &str) -> Option<String> {
    is_id(id).then(|| format!("{what}/{id}{action}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "5d3e8a90-14c7-4b2f-9f66-c0d1e2f3a4b5";

    fn ask(call: &Call) -> Option<Ask> {
        Ask::call("abc-defg-hij".parse().expect("a room"), PEER.parse().expect("a session"), 7, call)
    }

    /// Every call, and what it is as a request.
    fn cases() -> Vec<(Call, Method, &'static str, &'static str)> {
        let (transport, producer, consumer) = (|| "t-1".into(), || "p-1".into(), || "c-1".into());
        let json = || r#"{"a":[1]}"#.into();
        vec![
            (
                Call::CreateTransport { direction: Direction::Send },
                Method::Post,
                "transports",
                r#"{"direction":"send"}"#,
            ),
            (
                Call::CreateTransport { direction: Direction::Receive },
                Method::Post,
                "transports",
                r#"{"direction":"recv"}"#,
            ),
            (
                Call::ConnectTransport { transport: transport(), dtls_parameters: json() },
                Method::Post,
                "transports/t-1/connect",
                r#"{"dtlsParameters":{"a":[1]}}"#,
            ),
            (Call::RestartIce { transport: transport() }, Method::Post, "transports/t-1/restart", ""),
            (Call::CloseTransport { transport: transport() }, Method::Delete, "transports/t-1", ""),
            (
                Call::Produce { transport: transport(), kind: TrackKind::Video, paused: true, rtp_parameters: json() },
                Method::Post,
                "transports/t-1/producers",
                r#"{"kind":"video","paused":true,"rtpParameters":{"a":[1]}}"#,
            ),
            (Call::PauseProducer { producer: producer(), paused: true }, Method::Post, "producers/p-1/pause", ""),
            (Call::PauseProducer { producer: producer(), paused: false }, Method::Post, "producers/p-1/resume", ""),
            (Call::CloseProducer { producer: producer() }, Method::Delete, "producers/p-1", ""),
            (
                Call::Consume { transport: transport(), producer: producer(), rtp_capabilities: json() },
                Method::Post,
                "transports/t-1/consumers",
                r#"{"producerId":"p-1","rtpCapabilities":{"a":[1]}}"#,
            ),
            (Call::PauseConsumer { consumer: consumer(), paused: true }, Method::Post, "consumers/c-1/pause", ""),
            (Call::PauseConsumer { consumer: consumer(), paused: false }, Method::Post, "consumers/c-1/resume", ""),
            (Call::RequestKeyFrame { consumer: consumer() }, Method::Post, "consumers/c-1/keyframe", ""),
            (
                Call::SetPreferredLayers { consumer: consumer(), spatial: 2, temporal: None },
                Method::Post,
                "consumers/c-1/layers",
                r#"{"spatialLayer":2}"#,
            ),
            (
                Call::SetPreferredLayers { consumer: consumer(), spatial: 2, temporal: Some(1) },
                Method::Post,
                "consumers/c-1/layers",
                r#"{"spatialLayer":2,"temporalLayer":1}"#,
            ),
            (Call::CloseConsumer { consumer: consumer() }, Method::Delete, "consumers/c-1", ""),
        ]
    }

    #[test]
    fn calls_have_the_paths_and_bodies_of_the_contract() {
        for (call, method, path, body) in cases() {
            let ask = ask(&call).expect("ids");
            assert_eq!(ask.path, format!("/v1/rooms/abc-defg-hij/peers/{PEER}/{path}"));
            assert_eq!((ask.method, ask.body.as_deref().unwrap_or_default()), (method, body), "{path}");
            assert_eq!(ask.key, Some(format!("{PEER}-7")));
            let is_json = ask.body.is_none_or(|body| serde_json::from_str::<serde_json::Value>(&body).is_ok());
            assert!(is_json, "{path}");
        }
    }

    #[test]
    fn what_is_no_id_never_enters_a_path_or_a_body() {
        for bad in ["", ".", "..", "a/b", "a?b", "a#b", "a%2f", "a b", "ä", "\"", &"x".repeat(65)] {
            assert_eq!(ask(&Call::CloseTransport { transport: bad.into() }), None, "{bad:?}");
            assert_eq!(ask(&Call::CloseProducer { producer: bad.into() }), None, "{bad:?}");
            assert_eq!(ask(&Call::CloseConsumer { consumer: bad.into() }), None, "{bad:?}");
            let consume = Call::Consume { transport: "t".into(), producer: bad.into(), rtp_capabilities: "{}".into() };
            assert_eq!(ask(&consume), None, "{bad:?}");
        }
    }
}
