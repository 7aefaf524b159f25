//! Nobody reaches what is another's; and nobody can tell whether it is there.

use serde_json::json;

use super::{
    Program,
    client::{Client, Peer},
    samples,
};

/// Every call about something of ann's, with its path after the peer's.
async fn everything(client: &Client, ann: &Peer) -> Vec<(&'static str, String, Option<serde_json::Value>)> {
    let bob = client.peer("r", "bob").await;
    let (send, producer) = ann.speaks().await;
    let (_, heard) = bob.speaks().await;
    let (recv, consumer) = ann.hears(&heard).await;
    let consume = json!({ "producerId": heard, "rtpCapabilities": client.room("r").await });
    vec![
        ("POST", format!("/transports/{send}/connect"), Some(json!({ "dtlsParameters": samples::dtls() }))),
        ("POST", format!("/transports/{send}/restart"), None),
        ("POST", format!("/transports/{send}/producers"), Some(samples::voice(2))),
        ("POST", format!("/transports/{recv}/consumers"), Some(consume)),
        ("DELETE", format!("/transports/{send}"), None),
        ("POST", format!("/producers/{producer}/pause"), None),
        ("POST", format!("/producers/{producer}/resume"), None),
        ("DELETE", format!("/producers/{producer}"), None),
        ("POST", format!("/consumers/{consumer}/pause"), None),
        ("POST", format!("/consumers/{consumer}/resume"), None),
        ("POST", format!("/consumers/{consumer}/keyframe"), None),
        ("POST", format!("/consumers/{consumer}/layers"), Some(json!({ "spatialLayer": 0 }))),
        ("DELETE", format!("/consumers/{consumer}"), None),
    ]
}

async fn not_found(client: &Client, peer: &str, calls: &[(&str, String, Option<serde_json::Value>)]) {
    let none = client.call("DELETE", &format!("{peer}/consumers/there-is-none"), None).await;
    for (method, path, body) in calls {
        let got = client.call(method, &format!("{peer}{path}"), body.as_ref()).await;
        got.refused(404, "not_found");
        assert_eq!(got.text, none.text, "{method} {path}: as if it did not exist");
    }
}

pub(super) async fn nobody_reaches_what_another_peer_has(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let calls = everything(&server.client, &ann).await;
    let before = server.client.counts().await;
    not_found(&server.client, "/v1/rooms/r/peers/bob", &calls).await;
    not_found(&server.client, "/v1/rooms/r/peers/stranger", &calls).await;
    assert_eq!(server.client.counts().await, before);
}

pub(super) async fn nobody_reaches_into_another_room(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let calls = everything(&server.client, &ann).await;
    let elsewhere = server.client.peer("other", "ann").await;
    let recv = elsewhere.transport("recv").await;
    not_found(&server.client, "/v1/rooms/other/peers/ann", &calls).await;
    not_found(&server.client, "/v1/rooms/unknown/peers/ann", &calls).await;
    let (_, producer) = server.client.peer("r", "cid").await.speaks().await;
    elsewhere.consume(&recv, &producer).await.refused(404, "not_found");
}

pub(super) async fn what_is_closed_is_not_found(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (send, producer) = ann.speaks().await;
    let (recv, _) = bob.hears(&producer).await;
    ann.delete(&format!("/producers/{producer}")).await.done();
    ann.delete(&format!("/producers/{producer}")).await.refused(404, "not_found");
    bob.consume(&recv, &producer).await.refused(404, "not_found");
    ann.delete(&format!("/transports/{send}")).await.done();
    let path = format!("/transports/{send}/producers");
    ann.post(&path, &samples::voice(2)).await.refused(404, "not_found");
}
