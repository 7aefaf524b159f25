//! What peers make, and how it ends.

use serde_json::{Value, json};

use super::{Program, samples};

pub(super) async fn a_connected_transport_is_not_connected_again(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let made = ann.post("/transports", &json!({ "direction": "send" })).await.done();
    for (part, of) in
        [("iceParameters", "usernameFragment"), ("iceParameters", "password"), ("dtlsParameters", "fingerprints")]
    {
        assert!(!made[part][of].is_null(), "{part}.{of} in {made}");
    }
    let protocols: Vec<_> =
        made["iceCandidates"].as_array().expect("candidates").iter().map(|one| &one["protocol"]).collect();
    assert!(protocols.contains(&&json!("udp")) && protocols.contains(&&json!("tcp")), "{made}");
    let path = format!("/transports/{}/connect", made["id"].as_str().expect("an id"));
    let connect = json!({ "dtlsParameters": samples::dtls() });
    assert_eq!(ann.post(&path, &connect).await.done(), json!({}));
    ann.post(&path, &connect).await.refused(409, "already_connected");
}

pub(super) async fn refused_parameters_leave_the_transport_usable(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let transport = ann.transport("send").await;
    let path = format!("/transports/{transport}/connect");
    let none = json!({ "dtlsParameters": { "role": "client", "fingerprints": [] } });
    ann.post(&path, &none).await.refused(422, "bad_parameters");
    ann.post(&path, &json!({ "dtlsParameters": samples::dtls() })).await.done();
}

pub(super) async fn ice_restarts_with_new_names(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let made = ann.post("/transports", &json!({ "direction": "recv" })).await.done();
    let path = format!("/transports/{}/restart", made["id"].as_str().expect("an id"));
    let restarted = ann.post(&path, &json!({})).await.done();
    assert!(restarted["iceParameters"]["password"].is_string());
    assert_ne!(restarted["iceParameters"]["usernameFragment"], made["iceParameters"]["usernameFragment"]);
}

pub(super) async fn a_consumer_begins_paused_and_can_be_told(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (_, producer) = ann.speaks().await;
    let recv = bob.transport("recv").await;
    let consumer = bob.consume(&recv, &producer).await.done();
    assert_eq!(consumer["producerId"], producer);
    assert_eq!((&consumer["kind"], &consumer["type"]), (&json!("audio"), &json!("simple")));
    assert_eq!(consumer["producerPaused"], false);
    assert_eq!(consumer["rtpParameters"]["codecs"][0]["mimeType"], "audio/opus");
    let path = format!("/consumers/{}", consumer["id"].as_str().expect("an id"));
    for verb in ["resume", "pause", "resume", "keyframe"] {
        assert_eq!(bob.post(&format!("{path}/{verb}"), &json!({})).await.done(), json!({}), "{verb}");
    }
    bob.delete(&path).await.done();
    assert_eq!(server.client.counts().await["consumers"], 0);
}

pub(super) async fn layers_of_simulcast_can_be_chosen(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let send = ann.transport("send").await;
    let camera = ann.produce(&send, &samples::camera()).await;
    let recv = bob.transport("recv").await;
    let consumer = bob.consume(&recv, &camera).await.done();
    assert_eq!(consumer["type"], "simulcast");
    assert_eq!(consumer["rtpParameters"]["encodings"].as_array().map(Vec::len), Some(1));
    let path = format!("/consumers/{}/layers", consumer["id"].as_str().expect("an id"));
    for layers in
        [json!({ "spatialLayer": 0 }), json!({ "spatialLayer": 2, "temporalLayer": 1 }), json!({ "spatialLayer": 200 })]
    {
        bob.post(&path, &layers).await.done();
    }
}

pub(super) async fn a_producer_that_begins_paused_says_so_to_who_receives_it(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let send = ann.transport("send").await;
    let mut muted = samples::voice(1);
    muted["paused"] = json!(true);
    let producer = ann.produce(&send, &muted).await;
    let recv = bob.transport("recv").await;
    let paused = async || bob.consume(&recv, &producer).await.done()["producerPaused"].clone();
    assert_eq!(paused().await, true);
    ann.post(&format!("/producers/{producer}/resume"), &json!({})).await.done();
    assert_eq!(paused().await, false);
    ann.post(&format!("/producers/{producer}/pause"), &json!({})).await.done();
    assert_eq!(paused().await, true);
}

pub(super) async fn who_cannot_decode_is_refused(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (_, producer) = ann.speaks().await;
    let recv = bob.transport("recv").await;
    let mut capabilities = server.client.room("r").await;
    let codecs = capabilities["codecs"].as_array_mut().expect("codecs");
    codecs.retain(|codec| codec["kind"] == "video");
    let body = json!({ "producerId": producer, "rtpCapabilities": capabilities });
    bob.post(&format!("/transports/{recv}/consumers"), &body).await.refused(422, "bad_parameters");
    assert_eq!(server.client.counts().await["consumers"], 0);
}

pub(super) async fn a_transport_takes_its_producers_and_consumers_along(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (send, producer) = ann.speaks().await;
    ann.hears(&producer).await;
    bob.hears(&producer).await;
    ann.delete(&format!("/transports/{send}")).await.done();
    let counts = json!({ "rooms": 1, "peers": 2, "transports": 2, "producers": 0, "consumers": 0 });
    assert_eq!(server.client.counts().await, counts);
}

pub(super) async fn a_peer_that_is_deleted_leaves_nothing(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (_, producer) = ann.speaks().await;
    bob.hears(&producer).await;
    bob.speaks().await;
    assert_eq!(ann.delete("").await.done(), json!({}));
    assert_eq!(bob.delete("").await.done(), json!({}));
    assert_eq!(bob.delete("").await.done(), json!({}), "also if unknown");
    let counts = json!({ "rooms": 1, "peers": 0, "transports": 0, "producers": 0, "consumers": 0 });
    assert_eq!(server.client.counts().await, counts);
    let shown: Value = server.client.call("GET", "/v1/rooms/r", None).await.done();
    assert_eq!(shown, json!({ "peers": [] }));
}
