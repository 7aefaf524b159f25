//! What the server tells by itself.

use serde_json::json;

use super::{Program, samples};

pub(super) async fn the_load_is_told_each_second(on: Program) {
    let server = on.start(&["--consumers-max", "7"]).await;
    let mut events = server.client.listen().await;
    let hello = events.next().await.expect("hello");
    assert_eq!((&hello["type"], &hello["consumersMax"]), (&json!("hello"), &json!(7)));
    let ann = server.client.peer("r", "ann").await;
    let (_, producer) = ann.speaks().await;
    ann.hears(&producer).await;
    for _ in 0..2 {
        let load = events.next_of("load").await;
        assert_eq!((&load["consumersMax"], &load["state"]), (&json!(7), &json!("ready")));
        assert!(load["cpu"].as_f64().is_some_and(|cpu| cpu >= 0.0), "{load}");
    }
    while events.next_of("load").await["consumers"] != 1 {}
}

pub(super) async fn a_closed_producer_is_told_to_who_receives_it(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (send, voice) = ann.speaks().await;
    let camera = ann.produce(&send, &samples::camera()).await;
    let (recv, hears) = bob.hears(&voice).await;
    let sees = bob.consume(&recv, &camera).await.done()["id"].clone();
    ann.delete(&format!("/producers/{voice}")).await.done();
    let closed =
        json!({ "type": "producer_closed", "room": "r", "peer": "ann", "producerId": voice, "reason": "closed" });
    assert_eq!(events.next_of("producer_closed").await, closed);
    let closed = json!({
        "type": "consumer_closed", "room": "r", "peer": "bob", "consumerId": hears, "producerId": voice, "reason": "producer_closed"
    });
    assert_eq!(events.next_of("consumer_closed").await, closed);
    ann.delete("").await.done();
    assert_eq!(events.next_of("producer_closed").await["reason"], "peer_deleted");
    assert_eq!(events.next_of("consumer_closed").await["consumerId"], sees);
}

pub(super) async fn every_answer_names_the_instance(on: Program) {
    let server = on.start(&[]).await;
    let instance = server.client.call("GET", "/v1/health", None).await.done()["instance"].clone();
    let stranger = server.client.with_secret("");
    for (client, method, path) in [
        (&server.client, "PUT", "/v1/rooms/r"),
        (&server.client, "GET", "/v1/rooms/none"),
        (&server.client, "GET", "/nowhere"),
        (&server.client, "PATCH", "/v1/rooms/r"),
        (&server.client, "GET", "/metrics"),
        (&server.client, "GET", "/openapi.json"),
        (&stranger, "GET", "/v1/health"),
    ] {
        let got = client.call(method, path, None).await;
        assert_eq!(got.headers["aldis-media-instance"], instance.as_str().expect("a text"), "{method} {path}");
        assert_eq!(got.headers["cache-control"], "no-store");
    }
    let mut events = server.client.listen().await;
    assert_eq!(events.next().await.expect("hello")["instance"], instance);
}
