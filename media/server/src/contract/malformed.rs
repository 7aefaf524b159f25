//! What no browser sends: refused with the place of the mistake, and the server lives.

use serde_json::{Value, json};

use super::{Client, Program, samples};

/// A row: what is wrong, method, path (`@send`, `@recv`, `@voice`, `@hears` are ids that exist), body, status, and what the
/// refusal says.
type Row = (&'static str, &'static str, String, Option<String>, u16, &'static str);

pub(super) async fn malformed_calls_are_refused_and_the_server_lives(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let (send, voice) = ann.speaks().await;
    let (recv, hears) = ann.hears(&voice).await;
    let before = server.client.counts().await;
    let capabilities = server.client.room("r").await;
    let rows: Vec<Row> = [paths(), connects(), produces(), encodings(), consumes(&capabilities), small()].concat();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for (what, method, path, body, status, says) in rows {
        let names = [("@send", &send), ("@recv", &recv), ("@voice", &voice), ("@hears", &hears)];
        let named = |text: &str| names.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id));
        let got = send_(&server.client, method, &named(&path), body.as_deref().map(named)).await;
        let code = match status {
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "too_large",
            _ => "bad_parameters",
        };
        if (got.status, got.code()) == (status, code) && got.text.contains(says) {
            got.refused(status, code);
        } else {
            wrong.push(format!("{what}: {} instead of {status} with `{says}`: {}", got.status, got.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(server.client.counts().await, before, "nothing was made");
    let bob = server.client.peer("r", "bob").await;
    bob.hears(&voice).await;
    ann.post(&format!("/transports/{send}/connect"), &json!({ "dtlsParameters": samples::dtls() })).await.done();
}

async fn send_(client: &Client, method: &str, path: &str, body: Option<String>) -> super::Got {
    let mut request = client.request(method, path);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    client.send(request).await
}

fn peer(path: &str) -> String {
    format!("/v1/rooms/r/peers/ann{path}")
}

fn paths() -> Vec<Row> {
    let direction = Some(json!({ "direction": "send" }).to_string());
    let long = "x".repeat(65);
    vec![
        ("a path of nothing", "GET", "/".into(), None, 404, "openapi"),
        ("a path beside", "PUT", "/v1/room/r".into(), None, 404, "openapi"),
        ("a path too far", "POST", peer("/transports/@send/connect/again"), None, 404, "openapi"),
        ("another method", "PATCH", "/v1/rooms/r".into(), None, 405, "openapi"),
        ("POST to a room", "POST", "/v1/rooms/r".into(), None, 405, "openapi"),
        ("DELETE of events", "DELETE", "/v1/events".into(), None, 405, "openapi"),
        ("a verb that is none", "POST", peer("/consumers/@hears/stop"), None, 404, "openapi"),
        ("a room with a space", "PUT", "/v1/rooms/a%20b".into(), None, 422, "room"),
        ("a room with a slash", "PUT", "/v1/rooms/a%2Fb".into(), None, 422, "room"),
        ("a room with a percent sign", "PUT", "/v1/rooms/a%25".into(), None, 422, "room"),
        ("a room that is too long", "PUT", format!("/v1/rooms/{long}"), None, 422, "room"),
        ("a room of dots", "PUT", "/v1/rooms/%2e%2e%2e%00".into(), None, 422, "room"),
        ("a room not in UTF-8", "PUT", "/v1/rooms/%ff".into(), None, 422, "room"),
        ("a room in another script", "GET", "/v1/rooms/%C3%A4".into(), None, 422, "room"),
        ("a peer with a colon", "POST", "/v1/rooms/r/peers/a:b/transports".into(), direction.clone(), 422, "peer"),
        ("a peer that is too long", "DELETE", format!("/v1/rooms/r/peers/{long}"), None, 422, "peer"),
        ("a transport that is no id", "POST", peer("/transports/a%20b/restart"), None, 422, "transport"),
        ("a producer that is no id", "DELETE", peer("/producers/a%20b"), None, 422, "producer"),
        ("a consumer that is no id", "POST", peer("/consumers/a%20b/pause"), None, 422, "consumer"),
        ("a transport that there is not", "POST", peer("/transports/none/restart"), None, 404, ""),
        ("a producer where a transport is meant", "POST", peer("/transports/@voice/restart"), None, 404, ""),
        ("a consumer where a producer is meant", "DELETE", peer("/producers/@hears"), None, 404, ""),
    ]
}

fn small() -> Vec<Row> {
    let at = || peer("/transports");
    let text = |text: &str| Some(text.to_owned());
    let layers = || peer("/consumers/@hears/layers");
    vec![
        ("no body", "POST", at(), None, 422, "body"),
        ("an empty body", "POST", at(), text(""), 422, "body"),
        ("half a body", "POST", at(), text("{\"direction\":"), 422, "direction"),
        ("two bodies", "POST", at(), text("{\"direction\":\"send\"}{}"), 422, "body"),
        ("a list", "POST", at(), text("[\"send\", 1]"), 422, "body"),
        ("null", "POST", at(), text("null"), 422, "body"),
        ("a page", "POST", at(), text("<html></html>"), 422, "body"),
        ("another field", "POST", at(), text("{\"directions\":\"send\"}"), 422, "direction"),
        ("another word", "POST", at(), text("{\"direction\":\"both\"}"), 422, "direction"),
        ("a number", "POST", at(), text("{\"direction\":1}"), 422, "direction"),
        ("a field twice", "POST", at(), text("{\"direction\":\"send\",\"direction\":\"send\"}"), 422, "direction"),
        ("a deep body", "POST", at(), Some("[".repeat(10_000)), 422, ""),
        ("a large body", "POST", at(), Some("x".repeat(40_000)), 413, "32768"),
        ("no layer", "POST", layers(), text("{}"), 422, "spatialLayer"),
        ("a negative layer", "POST", layers(), text("{\"spatialLayer\":-1}"), 422, "spatialLayer"),
        ("a layer of text", "POST", layers(), text("{\"spatialLayer\":\"0\"}"), 422, "spatialLayer"),
        ("a layer too many", "POST", layers(), text("{\"spatialLayer\":256}"), 422, "spatialLayer"),
        ("half a layer", "POST", layers(), text("{\"spatialLayer\":0.5}"), 422, "spatialLayer"),
        (
            "a temporal layer of text",
            "POST",
            layers(),
            text("{\"spatialLayer\":0,\"temporalLayer\":\"x\"}"),
            422,
            "temporalLayer",
        ),
    ]
}

fn connects() -> Vec<Row> {
    let (value, other) = (["AB"; 32].join(":"), ["XY"; 32].join(":"));
    let print = json!({ "algorithm": "sha-256", "value": value });
    let with = |prints: Value| json!({ "role": "client", "fingerprints": prints });
    let wrong: Vec<(&'static str, Value, &'static str)> = vec![
        ("no certificate", json!({}), "dtlsParameters"),
        ("a number as certificate", json!({ "dtlsParameters": 7 }), "dtlsParameters"),
        ("a certificate of null", json!({ "dtlsParameters": null }), "dtlsParameters"),
        ("no fingerprints", json!({ "dtlsParameters": { "role": "client" } }), "fingerprints"),
        ("empty fingerprints", json!({ "dtlsParameters": with(json!([])) }), "fingerprints"),
        ("nine fingerprints", json!({ "dtlsParameters": with(json!(vec![print.clone(); 9])) }), "fingerprints"),
        ("no role", json!({ "dtlsParameters": { "fingerprints": [print.clone()] } }), "role"),
        ("another role", json!({ "dtlsParameters": { "role": "boss", "fingerprints": [print.clone()] } }), "role"),
        (
            "another algorithm",
            json!({ "dtlsParameters": with(json!([{ "algorithm": "md5", "value": "AB" }])) }),
            "fingerprints",
        ),
        (
            "a short fingerprint",
            json!({ "dtlsParameters": with(json!([{ "algorithm": "sha-256", "value": "AB:CD" }])) }),
            "fingerprints",
        ),
        (
            "a fingerprint that is not hexadecimal",
            json!({ "dtlsParameters": with(json!([{ "algorithm": "sha-256", "value": other }])) }),
            "fingerprints",
        ),
        ("a fingerprint of numbers", json!({ "dtlsParameters": with(json!([1, 2])) }), "fingerprints"),
    ];
    let row = |(what, body, says): (&'static str, Value, &'static str)| {
        (what, "POST", peer("/transports/@send/connect"), Some(body.to_string()), 422, says)
    };
    wrong.into_iter().map(row).collect()
}

/// A voice with one value replaced, or taken out.
fn produce(what: &'static str, at: &str, value: Option<Value>, says: &'static str) -> Row {
    let mut body = samples::voice(7);
    let (parent, name) = at.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("an object");
    match value {
        Some(value) => parent[name] = value,
        None => drop(parent.as_object_mut().expect("an object").remove(name)),
    }
    (what, "POST", peer("/transports/@send/producers"), Some(body.to_string()), 422, says)
}

fn produces() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut wrong = |what, at: &str, value, says| rows.push(produce(what, at, value, says));
    let rtp = |name: &str| format!("/rtpParameters/{name}");
    wrong("no kind", "/kind", None, "kind");
    wrong("another kind", "/kind", Some(json!("text")), "kind");
    wrong("the other kind", "/kind", Some(json!("video")), "kind");
    wrong("paused by text", "/paused", Some(json!("yes")), "paused");
    wrong("no parameters", "/rtpParameters", None, "rtpParameters");
    wrong("parameters of text", "/rtpParameters", Some(json!("opus")), "rtpParameters");
    wrong("no codecs", &rtp("codecs"), None, "codecs");
    wrong("empty codecs", &rtp("codecs"), Some(json!([])), "codecs");
    wrong("codecs of numbers", &rtp("codecs"), Some(json!([1])), "codecs");
    wrong(
        "a codec that is none",
        &rtp("codecs"),
        Some(json!([{ "mimeType": "audio/nothing", "payloadType": 111, "clockRate": 48000, "channels": 2 }])),
        "codecs",
    );
    wrong(
        "a codec that rooms have not",
        &rtp("codecs"),
        Some(json!([{ "mimeType": "audio/SILK", "payloadType": 111, "clockRate": 24000, "channels": 1 }])),
        "",
    );
    wrong(
        "a clock that stands",
        &rtp("codecs"),
        Some(json!([{ "mimeType": "audio/opus", "payloadType": 111, "clockRate": 0, "channels": 2 }])),
        "codecs",
    );
    wrong(
        "a payload type too many",
        &rtp("codecs"),
        Some(json!([{ "mimeType": "audio/opus", "payloadType": 300, "clockRate": 48000, "channels": 2 }])),
        "codecs",
    );
    wrong("no header extensions", &rtp("headerExtensions"), None, "headerExtensions");
    wrong(
        "a header extension that is none",
        &rtp("headerExtensions"),
        Some(json!([{ "uri": 1, "id": 1 }])),
        "headerExtensions",
    );
    wrong(
        "header extensions without end",
        &rtp("headerExtensions"),
        Some(json!(vec![json!({ "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4, "encrypt": false }); 33])),
        "headerExtensions",
    );
    wrong("no rtcp", &rtp("rtcp"), None, "rtcp");
    wrong("a long mid", &rtp("mid"), Some(json!("m".repeat(17))), "mid");
    wrong("an empty mid", &rtp("mid"), Some(json!("")), "mid");
    let at = peer("/transports/@recv/producers");
    rows.push(("producing where one receives", "POST", at, Some(samples::voice(7).to_string()), 422, "transport"));
    rows
}

fn encodings() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut wrong = |what, at: &str, value, says| rows.push(produce(what, at, value, says));
    let rtp = |name: &str| format!("/rtpParameters/{name}");
    wrong("no encodings", &rtp("encodings"), None, "encodings");
    wrong("empty encodings", &rtp("encodings"), Some(json!([])), "encodings");
    wrong("nine encodings", &rtp("encodings"), Some((0..9).map(|n| json!({ "ssrc": 10 + n })).collect()), "encodings");
    wrong("encodings alike", &rtp("encodings"), Some(json!([{ "ssrc": 5 }, { "ssrc": 5 }])), "encodings");
    wrong("encodings without name", &rtp("encodings"), Some(json!([{}, {}])), "encodings");
    wrong("an ssrc of 0", &rtp("encodings"), Some(json!([{ "ssrc": 0 }])), "encodings");
    wrong("a negative ssrc", &rtp("encodings"), Some(json!([{ "ssrc": -1 }])), "encodings");
    wrong("an ssrc too large", &rtp("encodings"), Some(json!([{ "ssrc": 4_294_967_296_u64 }])), "encodings");
    wrong("a long rid", &rtp("encodings"), Some(json!([{ "rid": "r".repeat(17) }])), "encodings");
    rows
}

fn consumes(capabilities: &Value) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut wrong = |what, producer: Value, capabilities: Value, status, says| {
        let body = json!({ "producerId": producer, "rtpCapabilities": capabilities }).to_string();
        rows.push((what, "POST", peer("/transports/@recv/consumers"), Some(body), status, says));
    };
    let voice = json!("@voice");
    wrong("no producer", Value::Null, capabilities.clone(), 422, "producerId");
    wrong("a producer that is no id", json!("a b"), capabilities.clone(), 422, "producerId");
    wrong("a producer that there is not", json!("none"), capabilities.clone(), 404, "");
    wrong("a producer of dots", json!(".."), capabilities.clone(), 422, "producerId");
    wrong("capabilities of null", voice.clone(), Value::Null, 422, "rtpCapabilities");
    wrong("empty capabilities", voice.clone(), json!({}), 422, "rtpCapabilities");
    wrong("no codec at all", voice.clone(), json!({ "codecs": [], "headerExtensions": [] }), 422, "codecs");
    let codec = json!({ "kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 100, "clockRate": 48000, "channels": 2 });
    let many = json!({ "codecs": vec![codec.clone(); 65], "headerExtensions": [] });
    wrong("codecs without end", voice.clone(), many, 422, "codecs");
    let other = json!({ "codecs": [{ "kind": "video", "mimeType": "video/AV1", "preferredPayloadType": 45, "clockRate": 90000 }], "headerExtensions": [] });
    wrong("a codec that the producer has not", voice.clone(), other, 422, "rtpCapabilities");
    let kind = json!({ "codecs": [{ "kind": "smell", "mimeType": "audio/opus", "clockRate": 48000 }], "headerExtensions": [] });
    wrong("codecs of another kind", voice.clone(), kind, 422, "rtpCapabilities");
    let uri = json!({ "codecs": [codec], "headerExtensions": [{ "kind": "audio", "uri": 1 }] });
    wrong("a header extension that is none", voice, uri, 422, "rtpCapabilities");
    let body = json!({ "producerId": "@voice", "rtpCapabilities": capabilities }).to_string();
    rows.push(("consuming where one sends", "POST", peer("/transports/@send/consumers"), Some(body), 422, "transport"));
    rows
}
