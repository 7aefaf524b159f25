//! Parameters as a browser makes them; the browser does not exist.

use serde_json::{Value, json};

/// Its certificate.
pub(super) fn dtls() -> Value {
    let value = ["AB"; 32].join(":");
    json!({ "role": "client", "fingerprints": [{ "algorithm": "sha-256", "value": value }] })
}

/// A microphone; several of a peer have different numbers.
pub(super) fn voice(number: u32) -> Value {
    json!({
        "kind": "audio",
        "rtpParameters": {
            "mid": number.to_string(),
            "codecs": [{
                "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48000, "channels": 2,
                "parameters": { "minptime": 10, "useinbandfec": 1 },
                "rtcpFeedback": [{ "type": "transport-cc", "parameter": "" }]
            }],
            "headerExtensions": [mid()],
            "encodings": [{ "ssrc": 1_000 + number, "dtx": false }],
            "rtcp": { "cname": "a browser", "reducedSize": true }
        }
    })
}

/// A camera in three layers.
pub(super) fn camera() -> Value {
    json!({
        "kind": "video",
        "rtpParameters": {
            "mid": "camera",
            "codecs": [
                {
                    "mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000, "parameters": {},
                    "rtcpFeedback": [{ "type": "nack", "parameter": "pli" }, { "type": "transport-cc", "parameter": "" }]
                },
                {
                    "mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000, "parameters": { "apt": 96 },
                    "rtcpFeedback": []
                }
            ],
            "headerExtensions": [
                mid(),
                { "uri": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "id": 5, "encrypt": false, "parameters": {} }
            ],
            "encodings": [
                { "rid": "r0", "scaleResolutionDownBy": 4, "maxBitrate": 100_000, "scalabilityMode": "L1T3" },
                { "rid": "r1", "scaleResolutionDownBy": 2, "maxBitrate": 300_000, "scalabilityMode": "L1T3" },
                { "rid": "r2", "scaleResolutionDownBy": 1, "maxBitrate": 900_000, "scalabilityMode": "L1T3" }
            ],
            "rtcp": { "cname": "a browser", "reducedSize": true }
        }
    })
}

fn mid() -> Value {
    json!({ "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4, "encrypt": false, "parameters": {} })
}
