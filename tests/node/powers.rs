//! What hosts decide on whole nodes: it holds on every node, at once; and guests who wait are answered by any node, also after the one
//! that took their request is gone.

use reqwest::Client;
use serde_json::{Value, json};

use crate::{cluster::Cluster, process::Node, socket::Socket};

const HOST: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";
const BOB: &str = "auth0|bob";
const CEM: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d212";
const DAN: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d213";

/// A backend whose key all nodes know.
pub(super) struct Backend {
    id: String,
    secret: String,
}

impl Backend {
    pub(super) async fn of(cluster: &Cluster) -> Self {
        let arguments = [&["api-key", "new", "--name", "shop"][..], &cluster.arguments()].concat();
        let (code, out, err) = cluster.nodes[0].aldis(&arguments);
        assert_eq!(code, Some(0), "{err}");
        let field =
            |name: &str| out.lines().find_map(|line| line.strip_prefix(name)).expect("a field").trim().to_owned();
        let backend = Self { id: field("id "), secret: field("secret ") };
        let admin = backend.token(HOST, &json!({ "admin": true }));
        for node in &cluster.nodes {
            while ask(node, "GET", "/v1/rooms", &admin, Value::Null).await.0 != 200 {}
        }
        backend
    }

    pub(super) fn token(&self, sub: &str, grants: &Value) -> String {
        let now = jiff::Timestamp::now().as_second();
        let claims = json!({ "sub": sub, "iat": now, "exp": now + 600, "iss": self.id, "aldis": grants });
        let key = jsonwebtoken::EncodingKey::from_secret(self.secret.as_bytes());
        jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256), &claims, &key).expect("signed")
    }

    /// A token to join with, that tells this of its bearer.
    fn member(&self, sub: &str) -> String {
        self.token(sub, &json!({ "join": true, "create": true, "metadata": format!("of {sub}") }))
    }
}

pub(super) async fn ask(node: &Node, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
    let method = method.parse().expect("a method");
    let asked = Client::new().request(method, format!("http://{}{path}", node.http)).bearer_auth(token);
    let asked = if body.is_null() { asked } else { asked.json(&body) };
    let answer = asked.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn room(node: &Node, host: &str, wish: Value) -> String {
    let (status, room) = ask(node, "POST", "/api/rooms", host, wish).await;
    assert_eq!(status, 201, "{room}");
    room["roomId"].as_str().expect("an id").to_owned()
}

/// A socket that is in the room.
async fn joined(node: &Node, token: &str, room: &str) -> Socket {
    let mut socket = node.socket(token).await;
    socket.joins(room).await;
    socket
}

/// Why a join is refused.
async fn refused(node: &Node, token: &str, room: &str) -> Value {
    let mut socket = node.socket(token).await;
    socket.says(json!({ "type": "join_room", "data": { "roomId": room } }));
    socket.hears("error").await["data"]["code"].clone()
}

/// Does this as the host, and waits until it is done.
async fn acts(host: &mut Socket, cid: u64, kind: &str, data: Value) {
    host.says(json!({ "type": kind, "cid": cid, "data": data }));
    while host.hears("ack").await["cid"].as_u64() < Some(cid) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_host_decides_holds_on_every_node_at_once() {
    let cluster = Cluster::start(2, &[]).await;
    let [one, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let backend = Backend::of(&cluster).await;
    let [host_token, bob_token, cem_token, dan_token] = [HOST, BOB, CEM, DAN].map(|sub| backend.member(sub));
    let room = room(one, &host_token, json!({ "maxParticipants": 8 })).await;
    let mut host = joined(one, &host_token, &room).await;
    let mut bob = joined(other, &bob_token, &room).await;
    assert_eq!(host.hears("user_joined").await["data"]["attributes"], json!({ "metadata": format!("of {BOB}") }));
    let mut cem = joined(other, &cem_token, &room).await;

    bob.says(json!({ "type": "set_attributes", "cid": 1, "data": { "attributes": { "hand": "up" } } }));
    let changed = host.hears("attributes_changed").await["data"].clone();
    assert_eq!(changed, json!({ "userId": BOB, "attributes": { "hand": "up" } }));
    bob.says(json!({ "type": "remove_member", "cid": 2, "data": { "userId": HOST, "ban": true } }));
    assert_eq!(bob.hears("error").await["data"]["code"], "not_host");

    acts(&mut host, 1, "remove_member", json!({ "userId": BOB })).await;
    assert_eq!(bob.hears("error").await["data"]["code"], "removed");
    assert_eq!(bob.is_closed().await, Some(4403), "it is on the other node");
    assert_eq!(cem.hears("user_left").await["data"]["reason"], "kicked");
    let mut bob = joined(one, &bob_token, &room).await;
    acts(&mut host, 2, "remove_member", json!({ "userId": BOB, "ban": true })).await;
    assert_eq!(bob.hears("error").await["data"]["code"], "banned");
    assert_eq!(bob.is_closed().await, Some(4403));
    for node in [one, other] {
        assert_eq!(refused(node, &bob_token, &room).await, "banned");
    }

    acts(&mut host, 3, "request_mute", json!({ "userId": CEM, "kind": "video" })).await;
    assert_eq!(cem.hears("mute_requested").await["data"], json!({ "by": HOST, "kind": "video" }));
    acts(&mut host, 4, "set_room", json!({ "locked": true })).await;
    while cem.hears("room_changed").await["data"]["locked"] != true {}
    for node in [one, other] {
        assert_eq!(refused(node, &dan_token, &room).await, "room_locked");
    }
    let mut again = joined(one, &cem_token, &room).await; // a member who has a seat takes it again, on whichever node
    assert_eq!(cem.is_closed().await, Some(4409));

    acts(&mut host, 5, "hand_over", json!({ "userId": CEM })).await;
    while again.hears("room_changed").await["data"]["hostId"] != CEM {}
    host.says(json!({ "type": "set_room", "cid": 6, "data": { "locked": false } }));
    assert_eq!(host.hears("error").await["data"]["code"], "not_host");
    let path = format!("/api/rooms/{room}");
    let (status, listed) = ask(other, "GET", &format!("{path}/bans"), &cem_token, Value::Null).await;
    assert_eq!((status, &listed["bans"][0]["userId"]), (200, &json!(BOB)), "{listed}");
    assert_eq!(ask(other, "DELETE", &format!("{path}/bans"), &cem_token, Value::Null).await.0, 204);
    acts(&mut again, 1, "set_room", json!({ "locked": false })).await;
    let _dan = joined(other, &dan_token, &room).await;
    let _bob = joined(one, &bob_token, &room).await;
    again.says(json!({ "type": "end_room", "data": {} }));
    for socket in [&mut host, &mut again] {
        socket.hears("room_closed").await;
        assert_eq!(socket.is_closed().await, Some(4404));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_who_waits_is_let_in_by_another_node_after_theirs_was_killed() {
    let mut cluster = Cluster::start(2, &[]).await;
    let backend = Backend::of(&cluster).await;
    let host_token = backend.member(HOST);
    let room = room(&cluster.nodes[1], &host_token, json!({ "guests": "ask" })).await;
    let path = format!("/api/rooms/{room}");
    let mut host = joined(&cluster.nodes[1], &host_token, &room).await;
    let knock = json!({ "name": "Gus" });
    let (status, waiting) = ask(&cluster.nodes[0], "POST", &format!("{path}/guests"), "", knock).await;
    assert_eq!(status, 202, "{waiting}");
    assert_eq!(host.hears("guests_waiting").await["data"], json!({ "count": 1 }));
    cluster.nodes.remove(0).signal("-KILL");

    let node = &cluster.nodes[0];
    let mine = format!("{path}/guests/{}", waiting["waiting"].as_str().expect("a secret"));
    let asking = ask(node, "GET", &mine, "", Value::Null);
    let answering = async {
        let (_, listed) = ask(node, "GET", &format!("{path}/waiting"), &host_token, Value::Null).await;
        assert_eq!((listed.as_array().map(Vec::len), &listed[0]["name"]), (Some(1), &json!("Gus")), "{listed}");
        let id = listed[0]["id"].as_str().expect("an id").to_owned();
        assert!(!mine.contains(&id), "the host's name for them is not their secret");
        let answered = ask(node, "POST", &format!("{path}/waiting/{id}"), &host_token, json!({ "admit": true })).await;
        assert_eq!(answered.0, 204, "{answered:?}");
    };
    let ((status, token), ()) = tokio::join!(asking, answering);
    assert_eq!((status, &token["user"]["name"]), (200, &json!("Gus")), "{token}");
    assert_eq!(host.hears("guests_waiting").await["data"], json!({ "count": 0 }));
    let (_, repeated) = ask(node, "GET", &mine, "", Value::Null).await;
    assert_eq!(repeated["user"]["id"], token["user"]["id"], "the answer may have been lost");
    let _guest = joined(node, token["accessToken"].as_str().expect("a token"), &room).await;
    assert_eq!(host.hears("user_joined").await["data"]["name"], "Gus");
}
