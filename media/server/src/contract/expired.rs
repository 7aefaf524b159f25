//! What expires without being deleted.

use serde_json::json;

use super::Program;

pub(super) async fn a_peer_without_a_connected_transport_expires(on: Program) {
    let server = on.start(&["--peer-unconnected-for", "1s"]).await;
    let mut events = server.client.listen().await;
    let ann = server.client.peer("r", "ann").await;
    let (send, producer) = ann.speaks().await;
    let expired = json!({ "type": "peer_expired", "room": "r", "peer": "ann" });
    let closed = events.next_of("producer_closed").await;
    assert_eq!((&closed["producerId"], &closed["reason"]), (&json!(producer), &json!("peer_expired")));
    assert_eq!(events.next_of("peer_expired").await, expired);
    ann.delete(&format!("/transports/{send}")).await.refused(404, "not_found");
    let counts = json!({ "rooms": 1, "peers": 0, "transports": 0, "producers": 0, "consumers": 0 });
    assert_eq!(server.client.counts().await, counts);
}

pub(super) async fn a_room_without_peers_expires_and_can_be_made_anew(on: Program) {
    let server = on.start(&["--room-empty-for", "1s", "--peer-unconnected-for", "30s"]).await;
    let mut events = server.client.listen().await;
    server.client.peer("used", "ann").await.speaks().await;
    server.client.room("empty").await;
    assert_eq!(events.next_of("room_expired").await, json!({ "type": "room_expired", "room": "empty" }));
    assert_eq!(server.client.counts().await["rooms"], 1);
    server.client.peer("empty", "ann").await.speaks().await;
}
