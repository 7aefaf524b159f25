//! What a node tells a member besides its room's messages: that messages to it may be lost (`lost` in `degraded` and `resumed`), that it
//! drains. Must not know what is missing, nor how a member reconnects.

use std::time::Duration;

use serde::Deserialize;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Loss,
    /// The node closes the connection; the member is asked to reconnect after this time.
    Draining(Duration),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Data {
    lost: bool,
    retry_after_ms: u64,
}

impl Notice {
    /// The one in this message, if there is one.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let Envelope { kind, data: Data { lost, retry_after_ms } } = serde_json::from_slice(text).ok()?;
        match kind {
            "degraded" | "resumed" => lost.then_some(Self::Loss),
            "server_draining" => Some(Self::Draining(Duration::from_millis(retry_after_ms))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_by_degraded_and_resumed_only() {
        for (text, notice) in [
            (r#"{"type":"degraded","data":{"without":[],"lost":true}}"#, Some(Notice::Loss)),
            (r#"{"type":"resumed","data":{"fromSeq":4,"lastCid":2,"peers":[],"lost":true}}"#, Some(Notice::Loss)),
            (r#"{"type":"resumed","data":{"fromSeq":4,"lastCid":2,"peers":[]}}"#, None),
            (r#"{"type":"degraded","data":{"without":["signaling"]}}"#, None),
            (r#"{"type":"user_left","seq":3,"data":{"userId":"a","reason":"lost"}}"#, None),
            (r#"{"type":"heartbeat_ack"}"#, None),
            ("no JSON", None),
        ] {
            assert_eq!(Notice::of(text.as_bytes()), notice, "{text}");
        }
    }

    #[test]
    fn a_node_that_drains_says_when_to_come_back() {
        let text = r#"{"type":"server_draining","data":{"retryAfterMs":1250}}"#;
        assert_eq!(Notice::of(text.as_bytes()), Some(Notice::Draining(Duration::from_millis(1_250))));
    }
}
