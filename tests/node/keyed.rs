//! API keys on whole nodes: made on the command line, used by a backend on every node, revoked everywhere within a second or so;
//! and the page about them, whose shell lines are run.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::{Value, json};

use crate::{cluster::Cluster, process::Node};

/// A revocation is effective within a second; the rest is a slow machine's.
const SEEN_WITHIN: Duration = Duration::from_secs(10);

/// A backend with its key.
pub(super) struct Backend {
    id: String,
    secret: String,
}

impl Backend {
    /// What `aldis api-key new` printed.
    pub(super) fn printed(out: &str) -> Self {
        let field = |name: &str| {
            let line =
                out.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}: {out}"));
            line.trim().to_owned()
        };
        Self { id: field("id "), secret: field("secret ") }
    }

    /// The key, for a client of the server API.
    pub(super) fn key(&self) -> aldis_api::Key {
        aldis_api::Key::hs256(&*self.id, &self.secret)
    }

    pub(super) fn token(&self, sub: &str, grants: &Value) -> String {
        let now = jiff::Timestamp::now().as_second();
        let claims =
            json!({ "sub": sub, "name": "Ann", "iat": now, "exp": now + 600, "iss": self.id, "aldis": grants });
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        let key = jsonwebtoken::EncodingKey::from_secret(self.secret.as_bytes());
        jsonwebtoken::encode(&header, &claims, &key).expect("signed")
    }
}

const ANN: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";
const BOB: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d211";
const OPERATOR: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d212";

async fn ask(node: &Node, method: &str, path: &str, token: &str) -> (u16, Value) {
    let method = method.parse().expect("a method");
    let asked = Client::new().request(method, format!("http://{}{path}", node.http)).bearer_auth(token).send();
    let answer = asked.await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < SEEN_WITHIN, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_good_on_all_nodes_and_its_revocation_closes_the_sockets_on_all_of_them() {
    let cluster = Cluster::start(2, &[]).await;
    let [one, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let flags = cluster.arguments();
    let aldis = |arguments: &[&str]| one.aldis(&[arguments, &flags].concat());
    let (code, out, err) = aldis(&["api-key", "new", "--name", "shop"]);
    assert_eq!(code, Some(0), "{err}");
    let backend = Backend::printed(&out);
    let admin = backend.token(OPERATOR, &json!({ "admin": true }));
    until("the other node knows the key", async || ask(other, "GET", "/v1/rooms", &admin).await.0 == 200).await;

    let (status, room) = ask(one, "POST", "/v1/rooms", &admin).await;
    assert_eq!(status, 201, "{room}");
    let room = room["roomId"].as_str().expect("an id").to_owned();
    let grants = json!({ "room": room, "join": true });
    let mut ann = one.socket(&backend.token(ANN, &grants)).await;
    let mut bob = other.socket(&backend.token(BOB, &json!({ "room": room, "join": true, "publishChat": false }))).await;
    ann.joins(&room).await;
    bob.joins(&room).await;
    bob.says(json!({ "type": "chat_message", "cid": 1, "data": { "content": "x" } }));
    let refused = bob.hears("error").await["data"].clone();
    assert_eq!((&refused["code"], &refused["cid"]), (&json!("forbidden"), &json!(1)));
    let (_, elsewhere) = ask(one, "POST", "/v1/rooms", &admin).await;
    let mut guest = other.socket(&backend.token(OPERATOR, &grants)).await;
    guest.says(json!({ "type": "join_room", "data": { "roomId": elsewhere["roomId"] } }));
    let refused = guest.hears("error").await["data"].clone();
    assert!(refused["message"].as_str().is_some_and(|text| text.contains(&room)), "{refused}");

    let path = format!("/v1/rooms/{room}/participants");
    let (_, listed) = ask(one, "GET", &path, &admin).await;
    let ids: Vec<_> =
        listed["participants"].as_array().expect("a list").iter().map(|one| one["userId"].clone()).collect();
    assert_eq!(ids, [ANN, BOB]);
    assert_eq!(ask(one, "DELETE", &format!("{path}/{BOB}"), &admin).await.0, 204);
    assert_eq!(bob.is_closed().await, Some(4403), "it is on the other node");
    assert_eq!(ann.hears("user_left").await["data"]["reason"], "kicked");

    let (code, listed, _) = aldis(&["api-key", "list"]);
    assert!(code == Some(0) && listed.contains(&backend.id) && !listed.contains(&backend.secret), "{listed}");
    assert_eq!(aldis(&["api-key", "revoke", &backend.id]).0, Some(0));
    assert_eq!(ann.is_closed().await, Some(4401));
    assert_eq!(guest.is_closed().await, Some(4401));
    for node in [one, other] {
        until("it is refused", async || ask(node, "GET", "/v1/rooms", &admin).await.0 == 401).await;
        let log = node.log();
        assert!(!log.contains(&backend.secret) && !log.contains(&admin), "no secret is in a log");
    }
    let (code, _, err) = aldis(&["api-key", "revoke", &backend.id]);
    assert!(code == Some(1) && err.contains("no API key"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_beside_no_node_changes_the_shared_database_and_all_nodes_follow() {
    let cluster = Cluster::start(2, &[]).await;
    let [one, other] = [&cluster.nodes[0], &cluster.nodes[1]];
    let flags = cluster.arguments();
    let aldis = |arguments: &[&str]| one.aldis(&[arguments, &flags, &["--data-dir", "elsewhere"]].concat());
    let (code, out, err) = aldis(&["api-key", "new", "--name", "apart"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(!one.path("elsewhere").exists(), "it makes no directory");
    let backend = Backend::printed(&out);
    let token = backend.token(ANN, &json!({ "join": true, "create": true }));
    for node in [one, other] {
        until("the node knows the key", async || ask(node, "GET", "/api/rooms", &token).await.0 == 200).await;
    }
    let mut sockets = [one.socket(&token).await, other.socket(&token).await];
    assert!(aldis(&["api-key", "list"]).1.contains("  HS256  since "));
    cluster.redis.signal("STOP");
    let begun = Instant::now();
    assert_eq!(aldis(&["api-key", "revoke", &backend.id]).0, Some(0));
    for socket in &mut sockets {
        assert_eq!(socket.is_closed().await, Some(4401), "the ledger is not needed for it");
    }
    assert!(begun.elapsed() < SEEN_WITHIN);
    cluster.redis.signal("CONT");
}

#[tokio::test]
async fn a_user_of_any_id_joins_hosts_the_room_that_a_backend_made_for_them_and_gets_ice_servers() {
    let node = Node::start(&[]).await;
    let backend = Backend::printed(&node.aldis(&["api-key", "new", "--name", "shop"]).1);
    let sub = "auth0|abc";
    let admin = backend.token(OPERATOR, &json!({ "admin": true }));
    let url = format!("http://{}/v1/rooms", node.http);
    let made = Client::new().post(url).bearer_auth(&admin).json(&json!({ "hostId": sub })).send().await;
    let made: Value = made.expect("an answer").json().await.expect("JSON");
    assert_eq!(made["hostId"], sub);
    let room = made["roomId"].as_str().expect("an id");
    let token = backend.token(sub, &json!({ "join": true, "create": true }));
    let mut ann = node.socket(&token).await;
    ann.joins(room).await;
    let mut bob = node.socket(&backend.token("auth0|bob", &json!({ "room": room, "join": true }))).await;
    bob.joins(room).await;
    assert_eq!(ann.hears("user_joined").await["data"]["userId"], "auth0|bob");
    ann.says(json!({ "type": "offer", "cid": 1, "data": { "targetUserId": "auth0|bob", "sdp": "v=0" } }));
    let offer = bob.hears("offer").await["data"].clone();
    assert_eq!(offer, json!({ "senderUserId": sub, "sdp": "v=0" }));
    let (status, ice) = ask(&node, "GET", "/api/ice-servers", &token).await;
    assert!(status == 200 && ice["iceServers"].is_array(), "{ice}");
    let (_, listed) = ask(&node, "GET", "/api/rooms", &token).await;
    assert_eq!(listed["rooms"][0]["roomId"], room);
    let participant = format!("/v1/rooms/{room}/participants/auth0%7Cbob");
    assert_eq!(ask(&node, "DELETE", &participant, &admin).await.0, 204);
    assert_eq!(bob.is_closed().await, Some(4403));
    let other = backend.token("auth0|bob", &json!({ "join": true, "create": true }));
    let path = format!("/api/rooms/{room}");
    assert_eq!(ask(&node, "DELETE", &path, &other).await.0, 403, "it is not theirs");
    assert_eq!(ask(&node, "DELETE", &path, &token).await.0, 204);
}

#[tokio::test]
async fn a_key_that_was_made_while_no_node_ran_is_good_once_one_runs() {
    let mut node = Node::start(&[]).await;
    let (_, running, _) = node.aldis(&["api-key", "new", "--name", "one"]);
    node.signal("-TERM");
    node.log_at_end().await;
    let (code, apart, err) = node.aldis(&["api-key", "new", "--name", "two"]);
    assert_eq!(code, Some(0), "{err}");
    node.again().await;
    let [running, apart] = [&running, &apart].map(|out| Backend::printed(out));
    for backend in [&running, &apart] {
        assert_eq!(ask(&node, "GET", "/v1/rooms", &backend.token(OPERATOR, &json!({ "admin": true }))).await.0, 200);
    }
    let guests = json!({ "guests": "yes", "name": "Weekly" });
    let admin = apart.token(OPERATOR, &json!({ "admin": true }));
    let url = format!("http://{}/v1/rooms", node.http);
    let room: Value = Client::new()
        .post(url)
        .bearer_auth(&admin)
        .json(&guests)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let room = room["roomId"].as_str().expect("an id");
    let url = format!("http://{}/api/rooms/{room}/guests", node.http);
    let guest: Value = Client::new()
        .post(url)
        .json(&json!({ "name": "Gus" }))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let mut socket = node.socket(guest["accessToken"].as_str().expect("a token")).await;
    assert_eq!(socket.joins(room).await["roomId"], room);
    let secret = std::fs::read_to_string(node.data("keys/api.secret")).expect("the node's own");
    let log = node.log();
    for hidden in [running.secret.as_str(), &apart.secret, secret.trim(), &admin] {
        assert!(!log.contains(hidden), "no secret is in the log");
    }
    let (_, shown, _) = node.aldis(&["config", "show", "--data-dir", "data"]);
    assert!(!shown.contains(secret.trim()) && !shown.contains(&apart.secret), "{shown}");
}

/// The shell blocks of a page, as one script.
fn script(page: &str) -> String {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split_once("\n```").expect("an end").0);
    blocks.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_shell_lines_of_the_page_about_the_server_api_do_what_it_says() {
    let node = Node::start(&[]).await;
    let script = script(include_str!("../../docs/api.md"));
    let script = script.replace("localhost:8080", &node.http).replace("/var/lib/aldis", "data");
    let program = Path::new(env!("CARGO_BIN_EXE_aldis")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    let ran = shell.args(["-euc", &script]).current_dir(node.dir().path()).env("PATH", path).output().expect("a shell");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (out, err) = (text(ran.stdout), text(ran.stderr));
    assert!(ran.status.success(), "{out}{err}");
    for said in [
        "\"name\":\"Order 7\"",
        "\"participants\":[]",
        "\"nextCursor\"",
        "\"accessToken\":\"",
        "\"active\":false",
        "idempotent-replayed: true",
    ] {
        assert!(out.contains(said), "{said} is missing in {out}");
    }
    assert_eq!(node.aldis(&["api-key", "list", "--data-dir", "data"]).1, "", "the last line revokes the key");
}
