//! What backends do with members on whole nodes: those whom the others are not told of (`hidden`), those who are moved to another room,
//! and the list of rooms with somebody in them.

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    keyed::Backend,
    powers::{Backend as Shared, ask},
    process::Node,
    socket::Socket,
};

const ANN: &str = "auth0|ann";
const BOB: &str = "auth0|bob";
const EVE: &str = "auth0|eve";

/// A room of the backend's.
async fn room(node: &Node, admin: &str) -> String {
    let (status, room) = ask(node, "POST", "/v1/rooms", admin, json!({})).await;
    assert_eq!(status, 201, "{room}");
    room["roomId"].as_str().expect("an id").to_owned()
}

/// A socket that has joined with a token of these grants.
async fn joined(node: &Node, token: &str, room: &str) -> Socket {
    let mut socket = node.socket(token).await;
    socket.joins(room).await;
    socket
}

/// Moves this member; the status and what is wrong.
async fn moves(node: &Node, admin: &str, (user, from, to): (&str, &str, &str)) -> (u16, Value) {
    let user = user.replace('|', "%7C");
    let path = format!("/v1/rooms/{from}/participants/{user}/move");
    let (status, answer) = ask(node, "POST", &path, admin, json!({ "to": to })).await;
    (status, answer["code"].clone())
}

/// Everything a backend does with members, asked of one node while they are on another.
async fn walk(asked: &Node, theirs: &Node, sign: impl Fn(&str, Value) -> String) {
    let admin = sign("backend", json!({ "admin": true }));
    let (old, new) = (room(asked, &admin).await, room(asked, &admin).await);
    let mut ann = joined(theirs, &sign(ANN, json!({ "room": old, "join": true })), &old).await;
    let eve_token = sign(EVE, json!({ "join": true, "hidden": true }));
    let mut eve = joined(asked, &eve_token, &old).await;
    let mut bob = node_joins(asked, &sign(BOB, json!({ "room": old, "join": true })), &old, &[ANN]).await;
    assert_eq!(ann.hears("user_joined").await["data"]["userId"], BOB, "Eve has come unseen");
    assert_eq!(eve.hears("user_joined").await["data"]["userId"], BOB);
    eve.says(json!({ "type": "chat_message", "cid": 1, "data": { "content": "boo" } }));
    assert_eq!(eve.hears("error").await["data"]["code"], "forbidden");
    ann.says(json!({ "type": "chat_message", "cid": 1, "data": { "content": "hello" } }));
    assert_eq!(eve.hears("chat_message").await["data"]["content"], "hello");

    let (_, listed) = ask(asked, "GET", &format!("/v1/rooms/{old}/participants"), &admin, Value::Null).await;
    let hidden: Vec<_> = listed["participants"].as_array().expect("a list").iter().map(|one| &one["hidden"]).collect();
    assert_eq!(hidden, [&Value::Null, &json!(true), &Value::Null], "{listed}");
    let (_, card) = ask(theirs, "GET", &format!("/api/rooms/{old}/card"), "", Value::Null).await;
    assert_eq!(card["participants"], 2);

    assert_eq!(moves(asked, &admin, (ANN, &old, "zzz-zzzz-zzz")).await, (404, json!("room_not_found")));
    assert_eq!(moves(asked, &admin, (ANN, &old, &new)).await, (204, Value::Null));
    let moved = ann.hears("moved").await["data"].clone();
    assert_eq!(moved["roomId"], new);
    assert_eq!(bob.hears("user_left").await["data"]["reason"], "left");
    let token = moved["token"].as_str().expect("hers was for the old room only");
    ann.says(json!({ "type": "token_refresh", "data": { "token": token } }));
    ann.joins(&new).await;
    assert_eq!(moves(asked, &admin, (ANN, &old, &new)).await, (204, Value::Null), "repeated");
    let mut again = joined(asked, token, &new).await; // the token is good for a connection, too, on any node
    assert_eq!(moves(asked, &admin, (EVE, &old, &new)).await, (204, Value::Null));
    assert!(eve.hears("moved").await["data"]["token"].is_null(), "Eve's is for all rooms");
    eve.joins(&new).await;
    again.is_alive().await;

    let mut expected = [(json!(old), json!(1)), (json!(new), json!(1))];
    expected.sort_by_key(|(room, _)| room.to_string());
    assert_eq!(with_somebody(theirs).await, expected, "on whichever node they are, and without Eve");
}

/// The rooms with somebody in them, and how many, as an operator of this node lists them.
async fn with_somebody(node: &Node) -> Vec<(Value, Value)> {
    let (mut rooms, mut cursor) = (Vec::new(), String::new());
    loop {
        let url = format!("http://{}/internal/rooms/live?limit=1{cursor}", node.admin);
        let answer = Client::new().get(url).bearer_auth(node.operator()).send().await.expect("an answer");
        let page: Value = answer.json().await.expect("JSON");
        let of_page = page["rooms"].as_array().expect("a list").iter();
        rooms.extend(of_page.map(|room| (room["roomId"].clone(), room["participants"].clone())));
        let Some(next) = page["nextCursor"].as_str() else { return rooms };
        cursor = format!("&cursor={next}");
    }
}

/// The same as `joined`, beside these and nobody else.
async fn node_joins(node: &Node, token: &str, room: &str, others: &[&str]) -> Socket {
    let mut socket = node.socket(token).await;
    assert_eq!(socket.joins(room).await["existingPeers"], json!(others));
    socket
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_hidden_and_moved_on_one_node() {
    let node = Node::start(&[]).await;
    let backend = Backend::printed(&node.aldis(&["api-key", "new", "--name", "shop"]).1);
    walk(&node, &node, |sub, grants| backend.token(sub, &grants)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_hidden_and_moved_over_two_nodes() {
    let cluster = Cluster::start(2, &[]).await;
    let backend = Shared::of(&cluster).await;
    walk(&cluster.nodes[0], &cluster.nodes[1], |sub, grants| backend.token(sub, &grants)).await;
}
