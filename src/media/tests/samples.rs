//! Parameters as a browser makes them; the browser does not exist.

use actors::ports::media::Json;
use serde_json::json;

/// Its certificate.
pub(super) fn dtls() -> Json {
    let value = ["AB"; 32].join(":");
    json!({ "role": "client", "fingerprints": [{ "algorithm": "sha-256", "value": value }] }).to_string().into()
}

/// A microphone.
pub(super) fn voice() -> Json {
    let codec = json!({
        "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48_000, "channels": 2,
        "parameters": { "minptime": 10, "useinbandfec": 1 },
        "rtcpFeedback": [{ "type": "transport-cc", "parameter": "" }]
    });
    let mid = json!({ "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4, "encrypt": false, "parameters": {} });
    let voice = json!({
        "mid": "0", "codecs": [codec], "headerExtensions": [mid], "encodings": [{ "ssrc": 1_001, "dtx": false }],
        "rtcp": { "cname": "a browser", "reducedSize": true }
    });
    voice.to_string().into()
}
