//! Rooms: made once, shown, closed with all that is in them.

use futures_util::future::join_all;
use serde_json::json;

use super::{Program, samples};

pub(super) async fn a_room_can_do_what_browsers_need(on: Program) {
    let server = on.start(&[]).await;
    let room = server.client.call("PUT", "/v1/rooms/abc-defg-hij", None).await.done();
    assert_eq!(room["dialect"], "ortc");
    let codecs = room["rtpCapabilities"]["codecs"].as_array().expect("codecs");
    for name in ["audio/opus", "video/VP8"] {
        assert!(codecs.iter().any(|codec| codec["mimeType"] == name), "{name} in {codecs:?}");
    }
    assert!(room["rtpCapabilities"]["headerExtensions"].as_array().is_some_and(|all| !all.is_empty()));
    assert_eq!(server.client.call("PUT", "/v1/rooms/abc-defg-hij", None).await.done(), room);
}

pub(super) async fn rooms_made_at_once_are_one(on: Program) {
    let server = on.start(&[]).await;
    let puts = (0..16).map(|_| server.client.call("PUT", "/v1/rooms/r", None));
    for put in join_all(puts).await {
        put.done();
    }
    assert_eq!(server.client.counts().await["rooms"], 1);
}

pub(super) async fn rooms_are_listed_in_order_and_after_a_given_one(on: Program) {
    let server = on.start(&[]).await;
    let listed = async |query: &str| server.client.call("GET", &format!("/v1/rooms{query}"), None).await.done();
    assert_eq!(listed("").await, json!({ "rooms": [], "more": false }));
    for room in ["b", "c", "a"] {
        server.client.room(room).await;
    }
    assert_eq!(listed("").await, json!({ "rooms": ["a", "b", "c"], "more": false }));
    assert_eq!(listed("?after=a").await, json!({ "rooms": ["b", "c"], "more": false }));
    assert_eq!(listed("?after=bb&x=1").await, json!({ "rooms": ["c"], "more": false }));
    let wrong = server.client.call("GET", "/v1/rooms?after=%2e%2e", None).await;
    wrong.refused(422, "bad_parameters");
}

pub(super) async fn a_room_shows_its_peers(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (_, producer) = ann.speaks().await;
    bob.hears(&producer).await;
    let shown = server.client.call("GET", "/v1/rooms/r", None).await.done();
    let peers = json!([
        { "peer": "ann", "transports": 1, "producers": [producer], "consumers": 0 },
        { "peer": "bob", "transports": 1, "producers": [], "consumers": 1 }
    ]);
    assert_eq!(shown, json!({ "peers": peers }));
}

pub(super) async fn closing_a_room_takes_everything_along(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (send, producer) = ann.speaks().await;
    ann.produce(&send, &samples::camera()).await;
    bob.hears(&producer).await;
    let other = server.client.peer("other", "ann").await;
    other.speaks().await;
    server.client.call("DELETE", "/v1/rooms/r", None).await.done();
    let counts = json!({ "rooms": 1, "peers": 1, "transports": 1, "producers": 1, "consumers": 0 });
    assert_eq!(server.client.counts().await, counts);
    assert_eq!(server.client.call("DELETE", "/v1/rooms/r", None).await.done(), json!({}));
}

pub(super) async fn an_unknown_room_is_not_found(on: Program) {
    let server = on.start(&[]).await;
    server.client.call("GET", "/v1/rooms/r", None).await.refused(404, "not_found");
    let transport = json!({ "direction": "send" });
    let path = "/v1/rooms/r/peers/ann/transports";
    server.client.call("POST", path, Some(&transport)).await.refused(404, "not_found");
    assert_eq!(server.client.call("DELETE", "/v1/rooms/r/peers/ann", None).await.done(), json!({}));
}
