//! What a backend says to members on whole nodes: it reaches them on every node, in order, also who is disconnected meanwhile.

use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    member::Member,
    powers::{Backend, ask},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backends_message_reaches_members_on_all_nodes_and_who_resumes() {
    let cluster = Cluster::start(2, &[]).await;
    let [one, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let backend = Backend::of(&cluster).await;
    let admin = backend.token("shop", &json!({ "admin": true }));
    let (_, made) = ask(one, "POST", "/v1/rooms", &admin, json!({})).await;
    let room = made["roomId"].as_str().expect("an id").to_owned();
    let joins = |sub: &str| backend.token(sub, &json!({ "room": room, "join": true, "publishChat": false }));
    let mut ann = Member::join(&one.http, &joins("ann"), &room).await;
    let mut bob = Member::join(&other.http, &joins("bob"), &room).await;
    ann.meets(1).await;
    let path = format!("/v1/rooms/{room}/messages");
    let says = async |body: Value| ask(one, "POST", &path, &admin, body).await;

    for (to, number) in [("bob", 1), ("ann", 2)] {
        assert_eq!(says(json!({ "to": to, "topic": "order", "data": number })).await.0, 204);
    }
    assert_eq!(says(json!({ "topic": "order", "data": { "number": 3 } })).await.0, 204);
    for (member, own) in [(&mut ann, 2), (&mut bob, 1)] {
        assert_eq!(member.hears_a_message().await, json!({ "topic": "order", "data": own }));
        assert_eq!(member.hears_a_message().await, json!({ "topic": "order", "data": { "number": 3 } }));
    }

    bob.loses_connection();
    for number in 4..=5 {
        assert_eq!(says(json!({ "to": "bob", "topic": "order", "data": number })).await.0, 204);
    }
    assert!(bob.resume(&one.http).await, "within the window");
    for number in 4..=5 {
        assert_eq!(bob.hears_a_message().await["data"], number);
    }
    let (status, refused) = says(json!({ "to": "eve", "topic": "order", "data": 6 })).await;
    assert_eq!((status, &refused["code"]), (404, &json!("user_not_found")));

    let ended = ask(one, "DELETE", "/v1/users/bob/sessions", &admin, Value::Null).await;
    assert_eq!(ended.0, 204);
    assert_eq!(bob.is_closed().await, Some(4401));
    let ended = ask(other, "DELETE", "/v1/users/ann/sessions", &admin, Value::Null).await;
    assert_eq!(ended.0, 204);
    assert_eq!(ann.is_closed().await, Some(4401), "she is on the other node");
}
