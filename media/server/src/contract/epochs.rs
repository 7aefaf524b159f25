//! The epoch of a room's media: what was made in an earlier one is void.

use serde_json::{Value, json};

use super::{Got, Program, client::Peer, samples};

async fn in_epoch(peer: &Peer, epoch: &str, method: &str, path: &str, body: Option<&Value>) -> Got {
    let request = peer.client.request(method, path).header("aldis-media-epoch", epoch);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    peer.client.send(request).await
}

pub(super) async fn a_newer_epoch_closes_what_was_made_in_an_earlier_one(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    let (ann, bob) = (server.client.peer("r", "ann").await, server.client.peer("r", "bob").await);
    let direction = json!({ "direction": "send" });
    let transports = format!("{}/transports", ann.path);
    let made = in_epoch(&ann, "1", "POST", &transports, Some(&direction)).await.done();
    let transport = made["id"].as_str().expect("an id").to_owned();
    let producer = ann.produce(&transport, &samples::voice(1)).await;
    bob.hears(&producer).await;
    in_epoch(&bob, "1", "PUT", "/v1/rooms/r", None).await.done();
    assert_eq!(server.client.counts().await["peers"], 2, "the epoch is the same");

    let again = in_epoch(&bob, "2", "POST", &format!("{}/transports", bob.path), Some(&direction)).await;
    again.done();
    let closed = events.next_of("producer_closed").await;
    assert_eq!((&closed["producerId"], &closed["reason"]), (&json!(producer), &json!("peer_deleted")));
    let counts = json!({ "rooms": 1, "peers": 1, "transports": 1, "producers": 0, "consumers": 0 });
    assert_eq!(server.client.counts().await, counts);
    ann.delete(&format!("/transports/{transport}")).await.refused(404, "not_found");

    // A late call of the earlier one takes nothing away.
    in_epoch(&ann, "1", "PUT", "/v1/rooms/r", None).await.done();
    in_epoch(&ann, "1", "DELETE", "/v1/rooms/r", None).await.done();
    assert_eq!(server.client.counts().await, counts);
    in_epoch(&ann, "2", "DELETE", "/v1/rooms/r", None).await.done();
    assert_eq!(server.client.counts().await["rooms"], 0);
}

pub(super) async fn an_epoch_is_a_number(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    for wrong in ["", "0", "-1", "x", "1.5", "9007199254740992", "99999999999999999999999"] {
        in_epoch(&ann, wrong, "PUT", "/v1/rooms/r", None).await.refused(422, "bad_parameters");
    }
}
