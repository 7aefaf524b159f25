//! Idempotency: the same call with the same key.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Got, Program, client::Peer, samples};

async fn keyed(peer: &Peer, key: &str, path: &str, body: &Value) -> Got {
    let request =
        peer.client.request("POST", &format!("{}{path}", peer.path)).header("idempotency-key", key).json(body);
    peer.client.send(request).await
}

pub(super) async fn a_repeated_call_gets_its_first_answer(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let direction = json!({ "direction": "send" });
    let first = keyed(&ann, "s-1", "/transports", &direction).await.done();
    assert_eq!(keyed(&ann, "s-1", "/transports", &direction).await.done(), first);
    let path = format!("/transports/{}/producers", first["id"].as_str().expect("an id"));
    let produced = keyed(&ann, "s-2", &path, &samples::voice(1)).await.done();
    assert_eq!(keyed(&ann, "s-2", &path, &samples::voice(1)).await.done(), produced);
    let counts = server.client.counts().await;
    assert_eq!((&counts["transports"], &counts["producers"]), (&json!(1), &json!(1)));
    let bob = server.client.peer("r", "bob").await;
    assert_ne!(keyed(&bob, "s-1", "/transports", &direction).await.done(), first, "another peer's key");
}

pub(super) async fn calls_at_once_with_one_key_run_once(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let direction = json!({ "direction": "send" });
    let got = join_all((0..10).map(|_| keyed(&ann, "s-1", "/transports", &direction))).await;
    let bodies: Vec<_> = got.into_iter().map(Got::done).collect();
    assert!(bodies.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(server.client.counts().await["transports"], 1);
}

pub(super) async fn a_refusal_is_repeated_too(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let direction = json!({ "direction": "send" });
    let transport = keyed(&ann, "s-1", "/transports", &direction).await.done();
    let path = format!("/transports/{}", transport["id"].as_str().expect("an id"));
    let connect = json!({ "dtlsParameters": samples::dtls() });
    for _ in 0..2 {
        keyed(&ann, "s-2", &format!("{path}/connect"), &connect).await.done();
    }
    let refused = keyed(&ann, "s-3", &format!("{path}/connect"), &connect).await;
    refused.refused(409, "already_connected");
    ann.delete(&path).await.done();
    assert_eq!(keyed(&ann, "s-3", &format!("{path}/connect"), &connect).await.text, refused.text);
}

pub(super) async fn a_key_belongs_to_one_call(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    keyed(&ann, "s-1", "/transports", &json!({ "direction": "send" })).await.done();
    keyed(&ann, "s-1", "/transports", &json!({ "direction": "recv" })).await.refused(422, "bad_parameters");
    for key in ["", "a b", &"k".repeat(129)] {
        keyed(&ann, key, "/transports", &json!({ "direction": "recv" })).await.refused(422, "bad_parameters");
    }
    assert_eq!(server.client.counts().await["transports"], 1);
}

pub(super) async fn the_last_answers_are_kept(on: Program) {
    let server = on.start(&[]).await;
    let ann = server.client.peer("r", "ann").await;
    let first = keyed(&ann, "s-0", "/transports", &json!({ "direction": "send" })).await.done();
    let restart = format!("/transports/{}/restart", first["id"].as_str().expect("an id"));
    let mut answers = Vec::new();
    for rid in 1..=64 {
        answers.push(keyed(&ann, &format!("s-{rid}"), &restart, &json!({})).await.done());
    }
    for (rid, answer) in (1..=64).zip(&answers) {
        assert_eq!(
            &keyed(&ann, &format!("s-{rid}"), &restart, &json!({})).await.done(),
            answer,
            "{rid} of the last 64"
        );
    }
    keyed(&ann, "s-65", &restart, &json!({})).await.done();
    assert_ne!(keyed(&ann, "s-1", &restart, &json!({})).await.done(), answers[0], "the oldest was forgotten");
}
