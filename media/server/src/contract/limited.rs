//! Limits, also among calls at once.

use futures_util::future::join_all;
use serde_json::json;

use super::{Program, samples};

pub(super) async fn a_fifth_transport_is_refused_also_among_calls_at_once(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let direction = json!({ "direction": "send" });
    let got = join_all((0..12).map(|_| ann.post("/transports", &direction))).await;
    assert_eq!(got.iter().filter(|got| got.status == 200).count(), 4);
    got.iter().filter(|got| got.status != 200).for_each(|got| got.refused(429, "limit"));
    let one = got.iter().find(|got| got.status == 200).expect("four");
    ann.delete(&format!("/transports/{}", one.body["id"].as_str().expect("an id"))).await.done();
    ann.transport("recv").await;
}

pub(super) async fn a_ninth_producer_is_refused(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let send = ann.transport("send").await;
    for number in 0..8 {
        ann.produce(&send, &samples::voice(number)).await;
    }
    let path = format!("/transports/{send}/producers");
    ann.post(&path, &samples::voice(8)).await.refused(429, "limit");
}

pub(super) async fn a_full_server_refuses_consumers_and_rooms(on: Program) {
    let server = on.start(&["--consumers-max", "2", "--rooms-max", "1"]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (_, producer) = ann.speaks().await;
    let recv = bob.transport("recv").await;
    let got = join_all((0..5).map(|_| bob.consume(&recv, &producer))).await;
    assert_eq!(got.iter().filter(|got| got.status == 200).count(), 2);
    for refused in got.iter().filter(|got| got.status != 200) {
        refused.refused(503, "full");
        assert_eq!(refused.headers["retry-after"], "1");
    }
    server.client.call("PUT", "/v1/rooms/other", None).await.refused(503, "full");
    server.client.call("PUT", "/v1/rooms/r", None).await.done();
}

pub(super) async fn a_large_body_is_refused(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    for (length, status) in [(32 * 1024, 422), (32 * 1024 + 1, 413)] {
        let body = "x".repeat(length);
        let request = server.client.request("POST", &format!("{}/transports", ann.path)).body(body);
        assert_eq!(server.client.send(request).await.status, status, "{length}");
    }
}

pub(super) async fn there_are_not_more_event_streams_than_allowed(on: Program) {
    let server = on.start(&[]).await;
    let streams = join_all((0..64).map(|_| server.client.listen())).await;
    server.client.call("GET", "/v1/events", None).await.refused(429, "limit");
    drop(streams);
}

pub(super) async fn key_frames_asked_for_too_often_are_answered_alike(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let bob = server.client.peer("r", "bob").await;
    let (_, producer) = ann.speaks().await;
    let (_, consumer) = bob.hears(&producer).await;
    let path = format!("/consumers/{consumer}/keyframe");
    let nothing = json!({});
    for got in join_all((0..20).map(|_| bob.post(&path, &nothing))).await {
        assert_eq!(got.done(), json!({}));
    }
    bob.delete(&format!("/consumers/{consumer}")).await.done();
    bob.post(&path, &nothing).await.refused(404, "not_found");
}
